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

from kmeans_gui.clustering.algorithms import alternating, several_runs
from kmeans_gui.clustering.algorithms.alternating import (
    FINISH,
    SETTLED,
    STOPPED,
    Words,
    alternate,
)
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.kernels import Halt, Kernel, choose
from kmeans_gui.clustering.kernels.warming import at_hand
from kmeans_gui.clustering.restarts import Progress, Restarts, in_bulk
from kmeans_gui.clustering.seeding import STARTS, kmeans_plus_plus, plus_plus_draws, start_centroids
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import CancelQuestion

PARAMETERS = (*alternating.PARAMETERS, several_runs.N_INIT)

_WORDS = Words(
    objective="inertia",
    move="{k:# centroid to its mean|centroids to their means}",
    metric="euclidean",
)


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
    yield from alternate(_Means(X, kernel), _WORDS, centroids, values, tolerance)


class _Means:
    """The method at work, with a kernel. See :class:`kmeans_gui.clustering.algorithms.alternating.Method`."""

    def __init__(self, X: Floats, kernel: Kernel) -> None:
        self._X = X
        self._kernel = kernel
        self.n = len(X)
        self.assign = kernel.assign
        self.assignment = kernel.assignment
        self.objective = kernel.inertia

    def update(self, centroids: Floats, empty_clusters: str) -> tuple[Floats, NDArray[np.intp]]:
        return update(self._X, centroids, empty_clusters, self._kernel)


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
