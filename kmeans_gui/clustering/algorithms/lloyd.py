"""k-means by Lloyd's iteration (Lloyd, "Least squares quantization in PCM", 1957, published 1982).

Assign each point to its nearest centroid; move each centroid to the mean of its points; repeat until an assignment changes
nothing. Neither half-step can raise the inertia, and there are finitely many assignments, so it ends.

A centroid that loses all its points has no mean. What happens to it is the user's choice and each step says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.algorithms import several_runs
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.kernels import Halt, Kernel, choose
from kmeans_gui.clustering.kernels.warming import at_hand
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.parameters import Choice, Float, Int, Start
from kmeans_gui.clustering.restarts import Progress, Restarts, in_bulk
from kmeans_gui.clustering.seeding import STARTS, kmeans_plus_plus, plus_plus_draws
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import CancelQuestion

EMPTY_CLUSTERS = {
    "farthest": "Move to the farthest point",
    "keep": "Keep where it was",
    "drop": "Drop",
}

PARAMETERS = (
    Int(name="k", label="K", default=3, minimum=1, maximum=4096, help="Number of clusters."),
    Start(
        name="init",
        label="Start",
        default="k-means++",
        options={name: words for name, (words, _) in STARTS.items()},
        help="How the starting centroids are chosen.",
    ),
    Choice(
        name="empty_clusters",
        label="Empty clusters",
        default="farthest",
        options=EMPTY_CLUSTERS,
        help="What becomes of a centroid that loses all its points.",
        advanced=True,
    ),
    Int(
        name="max_iter",
        label="Most iterations",
        default=300,
        minimum=1,
        maximum=100_000,
        help="Stop after this many assignments.",
        advanced=True,
    ),
    Float(
        name="tol",
        label="Tolerance",
        default=0.0,
        minimum=0.0,
        maximum=1.0,
        step=0.0001,
        help="Stop when the centroids' squared moves add up to less than this share of the points' mean variance.",
        advanced=True,
    ),
    several_runs.N_INIT,
)


def start_centroids(X: Floats, values: Mapping[str, Any], seed: int, kernel: Kernel) -> Floats:
    """Return the starting centroids, shape (k, d)."""
    init = values["init"]
    if isinstance(init, str):
        return np.array(STARTS[init][1](X, values["k"], np.random.default_rng(seed), kernel))
    return np.array(init)


FINISH = Note("Finish")
SETTLED = Note("Done: the last assignment changed nothing, so the centroids stay.")
STILL = Note("Done: the centroids moved less than the tolerance.")
STOPPED = Note("Stopped: the largest number of iterations allowed was made.")


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield the steps of one run, or of several."""
    if not repeats(values):
        return (several_runs.once(step, values["n_init"]) for step in one_run(X, values, seed, cancelled))
    seeds = several_runs.seeds_of(seed, values["n_init"])
    return several_runs.film(seeds, lambda each: one_run(X, values, each, cancelled))


def repeats(values: Mapping[str, Any]) -> bool:
    """Whether there are several runs: from given centroids all would be the same."""
    return values["n_init"] > 1 and isinstance(values["init"], str)


def one_run(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START, then ASSIGN and UPDATE in turn, then DONE."""
    kernel = choose(X, values["k"], cancelled)
    centroids = start_centroids(X, values, seed, kernel)
    tolerance = values["tol"] * float(X.var(axis=0).mean()) if values["tol"] else 0.0
    film = _Film(kernel)
    yield film.start(centroids, values["init"])
    ending = STOPPED
    for _ in range(values["max_iter"]):
        changed = kernel.assign(centroids)
        yield film.assign(centroids, changed)
        if not changed:
            ending = SETTLED
            break
        old = centroids
        centroids, empty = update(X, old, values["empty_clusters"], kernel)
        moves = np.nansum((centroids - old) ** 2, axis=1)
        yield film.update(centroids, float(np.sqrt(moves.max())), empty, values["empty_clusters"])
        if moves.sum() < tolerance:
            ending = STILL
            break
    yield film.done(centroids, ending)


def fit(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Step:
    """Return the last step of one run, or of several."""
    if not repeats(values):
        return several_runs.once(fit_one(X, values, seed, cancelled), values["n_init"])
    points, seeds = several_runs.frozen(X), several_runs.seeds_of(seed, values["n_init"])
    return several_runs.fit(seeds, lambda each: fit_one(points, values, each, cancelled), cancelled)


def fit_one(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Step:
    """Return the last step of a run, all in one call of compiled loops or many iterations to a call of the kernel."""
    if values["tol"]:
        return deque(one_run(X, values, seed, cancelled), maxlen=1)[0]
    kernel = choose(X, values["k"], cancelled)
    centroids = start_centroids(X, values, seed, kernel)
    if (family := at_hand()) is not None:
        run = family.whole_run(kernel, centroids, values["max_iter"], values["empty_clusters"])
        if run is not None:
            return _last(run.iterations, run.settled, run.labels, run.centroids, run.objective)
    made, halt = 0, Halt.GOING_ON
    while made < values["max_iter"] and halt is not Halt.SETTLED:
        advance = kernel.advance(centroids, values["max_iter"] - made)
        made, halt, centroids = made + advance.made, advance.halt, advance.centroids
        if halt is Halt.EMPTY:
            centroids, _ = update(X, centroids, values["empty_clusters"], kernel)
    return _last(made, halt is Halt.SETTLED, kernel.assignment(), centroids, kernel.inertia(centroids))


def _last(made: int, settled: bool, assignment: Assignment, centroids: Floats, inertia: float) -> Step:
    """Return the last step of a run of ``made`` assignments, of which the last changed nothing if it ``settled``."""
    return Step(
        # START and, of each iteration, an ASSIGN and an UPDATE came before; the ASSIGN that settled it has no UPDATE.
        index=2 * made + 1 - settled,
        iteration=made,
        phase=Phase.DONE,
        assignment=assignment,
        centroids=centroids,
        objective=inertia,
        objective_name="inertia",
        title=FINISH,
        note=SETTLED if settled else STOPPED,
    )


def fit_many(X: Floats, values: Mapping[str, Any], restarts: Restarts, cancelled: CancelQuestion, progress: Progress) -> bool:
    """Make the runs many to a call of the compiled loops, where that is faster."""
    if values["tol"] or repeats(values):
        return False
    init = values["init"]

    def start(seed: int, kernel: Kernel) -> Floats:
        return start_centroids(X, values, seed, kernel)

    def draws(seed: int) -> tuple[int, Floats]:
        return plus_plus_draws(len(X), values["k"], np.random.default_rng(seed))

    greedy = isinstance(init, str) and STARTS[init][1] is kmeans_plus_plus
    return in_bulk(X, values, restarts, start, draws if greedy else None, cancelled, progress)


def update(X: Floats, centroids: Floats, empty_clusters: str, kernel: Kernel) -> tuple[Floats, NDArray[np.intp]]:
    """Move each centroid to the mean of its points, and those without points where ``empty_clusters`` says.

    Returns
    -------
    centroids : ndarray of shape (k, d)
    empty : ndarray of int
        The centroids that had no points; those dropped in an earlier half-step are not counted again.
    """
    means, counts = kernel.means()
    empty = np.flatnonzero((counts == 0) & ~np.isnan(centroids[:, 0]))
    if empty.size and empty_clusters == "keep":
        means[empty] = centroids[empty]
    elif empty.size and empty_clusters == "farthest":
        means[empty] = X[kernel.farthest(means, empty.size)]
    return means, empty


_FATES = {
    "farthest": (
        " Centroid {empty} has no points and moves to the point farthest from its centroid.",
        " Centroids {empty} have no points and move to the points farthest from their centroids.",
    ),
    "keep": (
        " Centroid {empty} has no points and stays where it was.",
        " Centroids {empty} have no points and stay where they were.",
    ),
    "drop": (
        " Centroid {empty} has no points and is dropped.",
        " Centroids {empty} have no points and are dropped.",
    ),
}
"""What is said of one centroid without points, and of several."""


class _Film:
    """Numbers the steps of one run, measures the objective and puts each step into words."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._index = -1
        self._iteration = 0
        self._assignment: Assignment = kernel.assignment()

    def start(self, centroids: Floats, init: str | Floats) -> Step:
        how = STARTS[init][0] if isinstance(init, str) else "given"
        return self._step(
            Phase.START,
            centroids,
            Note("Place {k:# centroid|centroids}", {"k": len(centroids)}),
            Note("Place {k:# starting centroid|starting centroids} ({how}).", {"k": len(centroids), "how": how}),
            objective=None,
        )

    def assign(self, centroids: Floats, changed: int) -> Step:
        self._iteration += 1
        if changed:
            self._assignment = self._kernel.assignment()
        n = self._kernel.points.n
        outcome = "each gets its first centroid" if self._iteration == 1 else "{changed:,} switch"
        return self._step(
            Phase.ASSIGN,
            centroids,
            Note("Assign {n:# point|points}", {"n": n}),
            Note("Assign {n:# point|points} to the nearest centroid: " + outcome + ".", {"n": n, "changed": changed}),
            changed=changed,
        )

    def update(self, centroids: Floats, shift: float, empty: NDArray[np.intp], rule: str) -> Step:
        # A centroid without points is not moved to a mean, whatever else becomes of it.
        moved = int(np.count_nonzero(~np.isnan(centroids[:, 0]))) - (0 if rule == "drop" else empty.size)
        template = "Move {k:# centroid to its mean|centroids to their means}: the farthest moves {shift:g}."
        if empty.size:
            template += _FATES[rule][empty.size > 1]
        return self._step(
            Phase.UPDATE,
            centroids,
            Note("Move {k:# centroid|centroids}", {"k": moved}),
            Note(template, {"k": moved, "shift": shift, "empty": ", ".join(str(j + 1) for j in empty)}),
            shift=shift,
        )

    def done(self, centroids: Floats, ending: Note) -> Step:
        return self._step(Phase.DONE, centroids, FINISH, ending)

    def _step(self, phase: Phase, centroids: Floats, title: Note, note: Note, **numbers: Any) -> Step:
        self._index += 1
        if "objective" not in numbers:
            numbers["objective"] = self._kernel.inertia(centroids)
        return Step(
            index=self._index,
            iteration=self._iteration,
            phase=phase,
            assignment=self._assignment,
            centroids=centroids,
            objective_name="inertia",
            title=title,
            note=note,
            **numbers,
        )


def recall(X: Floats, step: Step) -> Assignment:
    """Recompute the labels of an ASSIGN step: they are those of the nearest centroid. At the START of a run there are none."""
    assert step.centroids is not None
    kernel = choose(X, step.k)
    if step.phase is not Phase.START:
        kernel.assign(step.centroids)
    return kernel.assignment()


ALGORITHM = Algorithm(
    name="lloyd",
    title="k-means (Lloyd)",
    summary="Assign each point to its nearest centroid, move each centroid to the mean of its points, and repeat until an "
    "assignment changes nothing.",
    parameters=PARAMETERS,
    pseudocode=(
        ("Place K centroids", (Phase.START,)),
        ("Repeat", ()),
        ("    Assign each point to its nearest centroid", (Phase.ASSIGN,)),
        ("    Move each centroid to the mean of its points", (Phase.UPDATE,)),
        ("until an assignment changes nothing", (Phase.DONE, several_runs.OUTCOME)),
    ),
    steps=steps,
    recall=recall,
    fit=fit,
    fit_many=fit_many,
)
