"""Fuzzy c-means (Dunn 1973; Bezdek, "Pattern recognition with fuzzy objective function algorithms", 1981).

k-means in which each point belongs to all clusters, more to near ones: cluster j has the share

    u_j = 1 / Σ_l (|x − c_j| / |x − c_l|)^(2 / (m − 1))

of a point x, and each centroid moves to the mean of all points, weighted by its shares to the power of m. Both half-steps
minimize the weighted inertia Σ u_j^m |x − c_j|², the one given the centroids, the other given the shares, so it never rises.
The nearer the fuzziness m is to 1, the nearer is each share to all or nothing, and the method to Lloyd's.

A point on a centroid belongs to that alone, or in equal parts to all centroids that are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kmeans_gui.clustering.algorithms.alternating import FINISH, STILL, STOPPED
from kmeans_gui.clustering.algorithms.any_magnitude import at_any_magnitude
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment, Labels, label_dtype
from kmeans_gui.clustering.block_tasks import each_block, tasks_of
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels import choose
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Mixture
from kmeans_gui.clustering.parameters import Float, Int
from kmeans_gui.clustering.seeding import INIT, STARTS, start_centroids
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import CancelQuestion

PARAMETERS = (
    Int(name="k", label="K", default=3, minimum=1, maximum=4096, help="Number of clusters."),
    INIT,
    Float(
        name="m",
        label="Fuzziness",
        default=2.0,
        minimum=1.01,
        maximum=10.0,
        help="Near 1 a point belongs to its nearest centroid alone; the larger, the more evenly to all.",
    ),
    Float(
        name="tol",
        label="Tolerance",
        default=1e-5,
        maximum=1.0,
        step=1e-5,
        help="Stop when the centroids' squared moves add up to no more than this share of the points' mean variance.",
        advanced=True,
    ),
    Int(
        name="max_iter",
        label="Most iterations",
        default=300,
        minimum=1,
        maximum=100_000,
        help="Stop after this many iterations.",
        advanced=True,
    ),
)

_NUMBERS = 1 << 16
"""Numbers in the largest table of a block: half a megabyte."""

_LOST = 1e-3
"""If a move leaves less than this share of the objective, that is summed up anew: the difference has lost its digits."""


@dataclass(frozen=True, eq=False)
class Shares:
    """How much of each point of ``X`` belongs to which of ``centroids``, worked out when it is asked for."""

    X: Floats
    centroids: Floats
    m: float

    def __call__(self, rows: slice) -> Floats:
        """Return the shares of ``rows``, shape (number of rows, k)."""
        X = self.X[rows]
        shares = np.empty((len(X), len(self.centroids)))
        for block in blocks(len(X), _rows(self.centroids), lambda: False):
            shares[block] = memberships(_squares(_deviations(X[block], self.centroids)), self.m).T
        return shares


@dataclass(frozen=True, eq=False)
class Sharing:
    """What one pass over the points finds.

    Parameters
    ----------
    labels : ndarray of shape (n,)
        The cluster with the largest share of each point: that of the nearest centroid, ties to the lowest index.
    objective : float
        The inertia, weighted by the shares to the power of m.
    torn : int
        How many points no cluster has more than half of.
    masses : ndarray of shape (k,)
        The sums of these weights.
    first : ndarray of shape (k, d)
        The weighted sums of the points' deviations from the centroids.
    """

    labels: Labels
    objective: float
    torn: int
    masses: Floats
    first: Floats


def memberships(squares: Floats, m: float) -> Floats:
    """Return each cluster's share of each point, shape (k, n), given the squared distances, shape (k, n)."""
    nearest = squares.min(axis=0)
    with np.errstate(invalid="ignore"):  # 0 / 0: points on a centroid, which follow
        shares: Floats = (nearest / squares) ** (1 / (m - 1))  # divided by the smallest, no power can overflow
    on_top = nearest == 0
    if on_top.any():
        shares[:, on_top] = squares[:, on_top] == 0
    shares /= shares.sum(axis=0)
    return shares


def share_out(X: Floats, centroids: Floats, m: float, cancelled: CancelQuestion, about: Floats | None = None) -> Sharing:
    """Share out the points ``X``, shape (n, d), among ``centroids``, and sum up where these would move.

    Parameters
    ----------
    about : ndarray of shape (k, d), optional
        Where deviations, and with them the objective, are measured from; the centroids unless given.

    Raises
    ------
    Cancelled
        Between two blocks, if ``cancelled`` said so.
    """
    n, (k, d), rows = len(X), centroids.shape, _rows(centroids)
    tasks = tasks_of(n, rows)
    labels = np.empty(n, label_dtype(k))
    objectives, torn, masses, first = np.zeros(tasks), np.zeros(tasks, np.intp), np.zeros((tasks, k)), np.zeros((tasks, k, d))

    def work(task: int, block: slice) -> None:
        deviations = _deviations(X[block], centroids)
        squares = _squares(deviations)
        labels[block] = squares.argmin(axis=0)
        shares = memberships(squares, m)
        torn[task] += np.count_nonzero(shares.max(axis=0) <= 0.5)
        if about is not None:
            deviations = _deviations(X[block], about)
            squares = _squares(deviations)
        weights = shares**m
        masses[task] += weights.sum(axis=1)
        first[task] += (weights[:, None] * deviations).sum(axis=2)
        objectives[task] += (weights * squares).sum()

    each_block(n, rows, work, cancelled)
    return Sharing(labels, float(objectives.sum()), int(torn.sum()), masses.sum(axis=0), first.sum(axis=0))


def _rows(centroids: Floats) -> int:
    """Return how many points make a block."""
    return min(max(_NUMBERS // centroids.size, 16), 1024)


def _deviations(X: Floats, centroids: Floats) -> Floats:
    """Return how far each of m rows of ``X`` is from each centroid, axis by axis, shape (k, d, m)."""
    return np.ascontiguousarray(X.T) - centroids[:, :, None]


def _squares(deviations: Floats) -> Floats:
    squares: Floats = (deviations * deviations).sum(axis=1)
    return squares


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START, then ASSIGN and UPDATE in turn, a last ASSIGN to where the centroids came to rest, then DONE."""
    m = values["m"]
    centroids = start_centroids(X, values, seed, choose(X, values["k"], cancelled))
    tolerance = values["tol"] * float(X.var(axis=0).mean())
    film = _Film(X, m, len(centroids))
    yield film.start(centroids, values["init"])
    sharing = share_out(X, centroids, m, cancelled)
    ending = STOPPED
    for iteration in range(1, values["max_iter"] + 1):
        yield film.assign(iteration, centroids, sharing)
        # Where all weights are too small for a number, there is nowhere to move to.
        moves = np.divide(
            sharing.first, sharing.masses[:, None], where=sharing.masses[:, None] > 0, out=np.zeros_like(centroids)
        )
        squared = (moves * moves).sum(axis=1)
        objective = sharing.objective - float(sharing.masses @ squared)
        if objective < _LOST * sharing.objective:
            objective = share_out(X, centroids, m, cancelled, about=centroids + moves).objective
        centroids = centroids + moves
        yield film.update(centroids, objective, float(np.sqrt(squared.max())))
        sharing = share_out(X, centroids, m, cancelled)
        if squared.sum() <= tolerance:
            ending = STILL
            break
    yield film.assign(iteration, centroids, sharing)
    yield film.done(centroids, ending)


class _Film:
    """Numbers the steps of one run and puts each into words."""

    def __init__(self, X: Floats, m: float, k: int) -> None:
        self._X = X
        self._m = m
        self._index = -1
        self._iteration = 0
        self._objective: float | None = None
        self._assignment: Assignment = np.full(len(X), -1, label_dtype(k))
        self._shares: tuple[Mixture, ...] = ()

    def start(self, centroids: Floats, init: str | Floats) -> Step:
        how = STARTS[init][0] if isinstance(init, str) else "given"
        return self._step(
            Phase.START,
            centroids,
            Note("Place {k:# centroid|centroids}", {"k": len(centroids)}),
            Note("Place {k:# starting centroid|starting centroids} ({how}).", {"k": len(centroids), "how": how}),
        )

    def assign(self, iteration: int, centroids: Floats, sharing: Sharing) -> Step:
        first = self._iteration == 0
        changed = int(np.count_nonzero(sharing.labels != self._assignment))
        if changed:
            self._assignment = sharing.labels
        self._iteration, self._objective = iteration, sharing.objective
        self._shares = (Mixture(Shares(self._X, centroids, self._m)),)
        n = len(self._X)
        outcome = "" if first else "{changed:# point has|points have} another nearest centroid, and "
        return self._step(
            Phase.ASSIGN,
            centroids,
            Note("Share out {n:# point|points}", {"n": n}),
            Note(
                "Share out {n:# point|points}, the nearer the centroid the more of it: " + outcome + "of {torn:,} no cluster "
                "has more than half.",
                {"n": n, "changed": changed, "torn": sharing.torn},
            ),
            changed=changed,
        )

    def update(self, centroids: Floats, objective: float, shift: float) -> Step:
        self._objective = objective
        return self._step(
            Phase.UPDATE,
            centroids,
            Note("Move {k:# centroid|centroids}", {"k": len(centroids)}),
            Note(
                "Move {k:# centroid to the mean|centroids to the means} of all points, weighted by the shares to the power of "
                "{m:.3g}: the farthest moves {shift:g}.",
                {"k": len(centroids), "m": self._m, "shift": shift},
            ),
            shift=shift,
        )

    def done(self, centroids: Floats, ending: Note) -> Step:
        return self._step(Phase.DONE, centroids, FINISH, ending)

    def _step(self, phase: Phase, centroids: Floats, title: Note, note: Note, **numbers: Any) -> Step:
        self._index += 1
        return Step(
            index=self._index,
            iteration=self._iteration,
            phase=phase,
            assignment=self._assignment,
            centroids=centroids,
            objective=self._objective,
            objective_name="weighted inertia",
            title=title,
            note=note,
            overlays=self._shares,
            **numbers,
        )


def recall(X: Floats, step: Step) -> Assignment:
    """Recompute the labels of an ASSIGN step: they are those of the nearest centroid."""
    assert step.centroids is not None
    labels = np.empty(len(X), label_dtype(step.k))
    for block in blocks(len(X), _rows(step.centroids), lambda: False):
        labels[block] = _squares(_deviations(X[block], step.centroids)).argmin(axis=0)
    return labels


ALGORITHM = at_any_magnitude(
    Algorithm(
        name="fuzzy-cmeans",
        title="Fuzzy c-means",
        summary="Share out each point among all centroids, the nearer the more, move each centroid to the mean weighted by its "
        "shares, and repeat until the centroids rest.",
        parameters=PARAMETERS,
        pseudocode=(
            ("Place K centroids", (Phase.START,)),
            ("Repeat", ()),
            ("    Share out each point: the nearer the centroid, the more", (Phase.ASSIGN,)),
            ("    Move each centroid to the mean weighted by its shares", (Phase.UPDATE,)),
            ("until the centroids hardly move", (Phase.DONE,)),
        ),
        steps=steps,
        recall=recall,
    ),
    lengths=("shift",),
)
