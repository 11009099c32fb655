"""k-means by single transfers (Hartigan & Wong, "A k-means clustering algorithm", Applied Statistics 28, 1979).

In the exact form of Telgarsky & Vattani ("Hartigan's method: k-means clustering without Voronoi", AISTATS 2010): start with
the nearest centroids and their means, then look at one point after the other. If a point x leaves a cluster of n points with
the mean a, the inertia falls by n / (n − 1) · |x − a|², since the mean moves away from it; if it joins one of m points with
the mean b, the inertia rises by m / (m + 1) · |x − b|². The point goes where that is least, if leaving saves more.

So a point may go to a centroid that is not the nearest yet. Wherever this ends, assigning all points to their nearest centroids
would change nothing, but not the other way round: this gets out of ends in which whole assignments are stuck.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.algorithms.alternating import STARTING, Film, Words
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment, Labels, count
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.journal import Journal
from kmeans_gui.clustering.kernels import Kernel, choose
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Outlined, Segments
from kmeans_gui.clustering.parameters import Int
from kmeans_gui.clustering.seeding import start_centroids
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import Cancelled, CancelQuestion

TRANSFER = "transfer"

ONE_BY_ONE = 1000
"""Points up to which each transfer is a step of its own."""

_GROUPS = 200
"""Steps of the first pass over more points; a later pass has half as many as the one before."""

_BLOCK = 1 << 16
"""Distances worked out in one go."""

PARAMETERS = (
    *STARTING,
    Int(
        name="max_iter",
        label="Most passes",
        default=300,
        minimum=1,
        maximum=100_000,
        help="Stop after this many passes over the points.",
        advanced=True,
    ),
)

SETTLED = Note("Done: a pass over all points found no transfer that lowers the inertia.")
STOPPED = Note("Stopped: the largest number of passes allowed was made.")

_WORDS = Words(
    objective="inertia",
    move="{k:# centroid to its mean|centroids to their means}",
    metric="euclidean",
)


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START, ASSIGN, UPDATE, each TRANSFER or the transfers of many points, and DONE."""
    n, k = len(X), values["k"]
    kernel = choose(X, k, cancelled)
    centroids = start_centroids(X, values, seed, kernel)
    method = _Beginning(n, kernel)
    film = _Film(method, _WORDS)
    yield film.start(centroids, values["init"])
    yield film.assign(centroids, method.assign(centroids))
    moved, empty = method.update(centroids, "keep")
    yield film.update(moved, float(np.sqrt(((moved - centroids) ** 2).sum(axis=1).max())), empty, "keep")
    transfers = Transfers(X, kernel.labels(), moved, kernel.points.scale, cancelled)
    settled = False
    for passed in range(values["max_iter"]):
        settled = True
        for made, looked_at in transfers.in_groups(_group_size(n, passed)):
            settled = False
            yield film.transfers(passed, method.write(made), transfers, made, looked_at)
        if settled:
            break
    kernel.adopt(transfers.labels)
    yield film.ending(method.update(transfers.centroids(), "keep")[0], settled)


def _group_size(n: int, passed: int) -> int:
    """Return how many points a step looks at, after so many passes over all n points."""
    return 1 if n <= ONE_BY_ONE else -(-n // _GROUPS) << min(passed, 10)


@dataclass(frozen=True)
class Transfer:
    """A point that goes to another cluster.

    Parameters
    ----------
    row : int
    source, target : int
        The clusters that it leaves and joins.
    saved, paid : float
        By how much leaving lowers the inertia, and joining raises it, in the squared units of the data.
    """

    row: int
    source: int
    target: int
    saved: float
    paid: float


class Transfers:
    """Which point is in which cluster, and the clusters' means, which move with each transfer.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    labels : ndarray of shape (n,), int
    centroids : ndarray of shape (k, d)
        Of use for clusters without points, which have no mean.
    scale : float
        A power of two with which the squares of coordinates neither overflow nor vanish.
    cancelled : callable

    Attributes
    ----------
    X : ndarray of shape (n, d)
    labels : ndarray of shape (n,), int
    inertia : float
        The sum of squared distances between points and their means.
    """

    def __init__(self, X: Floats, labels: Labels, centroids: Floats, scale: float, cancelled: CancelQuestion) -> None:
        self.X = X
        self.labels = labels.astype(np.intp)
        self._cancelled = cancelled
        self._scale = scale
        # Around the origin, so that means keep all digits of points that lie far away from it.
        self._origin = centroids[0] * scale
        self._points = np.empty_like(X)
        for block in blocks(len(X), _BLOCK, cancelled):
            self._points[block] = X[block] * scale - self._origin
        self._means = centroids * scale - self._origin
        self._counts = count(self.labels, len(centroids))
        self.inertia = 0.0
        self._stride = _BLOCK

    def centroids(self) -> Floats:
        """Return the means in the units of the data, shape (k, d); of a cluster without points the place where it waits."""
        centroids: Floats = (self._means + self._origin) / self._scale
        return centroids

    def in_groups(self, size: int) -> Iterator[tuple[list[Transfer], int]]:
        """Pass over all points in order and make each transfer that lowers the inertia.

        Each time that there were some among ``size`` points, yields them and how many points were looked at since.
        """
        self._start_afresh()
        looked_at = 0
        for start in range(0, len(self.labels), size):
            stop = min(start + size, len(self.labels))
            looked_at += stop - start
            made = []
            while (transfer := self._next(start, stop)) is not None:
                self._make(transfer)
                made.append(transfer)
                start = transfer.row + 1
            if made:
                yield made, looked_at
                looked_at = 0

    def _start_afresh(self) -> None:
        """Work out the means and the inertia anew, so that what each transfer rounds does not add up."""
        sums = np.zeros_like(self._means)
        for block in blocks(len(self.labels), _BLOCK, self._cancelled):
            for axis in range(sums.shape[1]):
                sums[:, axis] += np.bincount(self.labels[block], self._points[block, axis], len(sums))
        alive = self._counts > 0
        self._means[alive] = sums[alive] / self._counts[alive, None]
        self.measure()

    def measure(self) -> None:
        """Work out the inertia anew."""
        scaled = 0.0
        for block in blocks(len(self.labels), _BLOCK, self._cancelled):
            scaled += float(((self._points[block] - self._means[self.labels[block]]) ** 2).sum())
        self.inertia = self._in_units(scaled)

    def _in_units(self, scaled: float) -> float:
        return float(scaled) / self._scale / self._scale

    def _next(self, start: int, stop: int) -> Transfer | None:
        """Return the first transfer that lowers the inertia.

        Many points are looked at in one go, as many as there were lately from one transfer to the next.
        """
        from scipy.spatial.distance import cdist

        counts = self._counts.astype(float)
        leaving = np.where(counts > 1, counts / np.maximum(counts - 1, 1), 0.0)  # the last point never leaves
        joining = counts / (counts + 1)
        most = max(_BLOCK // len(counts), 1)
        while start < stop:
            if self._cancelled():
                raise Cancelled
            end = min(start + min(self._stride, most), stop)
            squares = cdist(self._points[start:end], self._means, "sqeuclidean")
            rows, own = np.arange(end - start), self.labels[start:end]
            saved = squares[rows, own] * leaving[own]
            squares *= joining
            squares[rows, own] = np.inf
            target = squares.argmin(axis=1)
            paid = squares[rows, target]
            # What differs by rounding alone is the same, or a point might go to and fro forever.
            found = np.flatnonzero(paid < saved * (1 - 1e-12))
            if len(found):
                i = int(found[0])
                self._stride = max(2 * i, 32)
                return Transfer(start + i, int(own[i]), int(target[i]), self._in_units(saved[i]), self._in_units(paid[i]))
            self._stride = min(2 * self._stride, most)
            start = end
        return None

    def _make(self, transfer: Transfer) -> None:
        source, target = transfer.source, transfer.target
        point = self._points[transfer.row]
        self._counts[source] -= 1
        self._counts[target] += 1
        self._means[source] -= (point - self._means[source]) / self._counts[source]
        self._means[target] += (point - self._means[target]) / self._counts[target]
        self.labels[transfer.row] = target
        self.inertia = max(self.inertia - (transfer.saved - transfer.paid), 0.0)


class _Beginning:
    """What comes before the transfers, see :class:`kmeans_gui.clustering.algorithms.alternating.Method`; and the labels."""

    def __init__(self, n: int, kernel: Kernel) -> None:
        self.n = n
        self._kernel = kernel
        self._journal = Journal(n, kernel.k)
        self.objective = kernel.inertia
        self.assignment = self._journal.page

    def assign(self, centroids: Floats) -> int:
        self._kernel.assign(centroids)
        return self._journal.write(np.arange(self.n), self._kernel.labels(), self._kernel.k).changed

    def update(self, centroids: Floats, empty_clusters: str) -> tuple[Floats, NDArray[np.intp]]:
        means, counts = self._kernel.means()
        empty = np.flatnonzero(counts == 0)
        means[empty] = centroids[empty]
        return means, empty

    def write(self, transfers: list[Transfer]) -> Assignment:
        """Write down the new labels of points and return those of all."""
        rows, targets = ([getattr(t, what) for t in transfers] for what in ("row", "target"))
        return self._journal.write(rows, targets, self._kernel.k)


class _Film(Film):
    """Tells of transfers, too."""

    def transfers(
        self, passed: int, assignment: Assignment, transfers: Transfers, made: list[Transfer], looked_at: int
    ) -> Step:
        """Return the step of the transfers ``made`` among so many points."""
        self._iteration = 2 + passed  # the assignment was the first
        self._assignment = assignment
        if self._method.n <= ONE_BY_ONE:
            return self._of_one(transfers, made[0])
        values = {"n": looked_at, "made": len(made), "inertia": transfers.inertia}
        note = "Of the next {n:# point|points}, {made:,} went to another cluster one by one: the inertia falls to {inertia:g}."
        return self._told(transfers, len(made), Note("Look at {n:# point|points}", values), Note(note, values))

    def _of_one(self, transfers: Transfers, transfer: Transfer) -> Step:
        transfers.measure()
        values = {
            "point": transfer.row + 1,
            "source": transfer.source + 1,
            "target": transfer.target + 1,
            "saved": transfer.saved,
            "paid": transfer.paid,
            "inertia": transfers.inertia,
        }
        note = (
            "Point {point:,} goes from cluster {source:,} to cluster {target:,}: leaving saves {saved:g}, joining costs "
            "{paid:g}, so the inertia falls to {inertia:g}."
        )
        point, centroids = transfers.X[transfer.row], transfers.centroids()
        way = Segments(np.array([[point, centroids[end]] for end in (transfer.source, transfer.target)]), newest=1)
        overlays = (Outlined(np.array([transfer.row])), way)
        return self._told(transfers, 1, Note("Transfer point {point:,}", values), Note(note, values), overlays=overlays)

    def _told(self, transfers: Transfers, changed: int, title: Note, note: Note, **numbers: Any) -> Step:
        centroids = transfers.centroids()
        return self._step(TRANSFER, centroids, title, note, objective=transfers.inertia, changed=changed, **numbers)

    def ending(self, centroids: Floats, settled: bool) -> Step:
        """Return the last step."""
        self._iteration += settled
        return self.done(centroids, SETTLED if settled else STOPPED)


ALGORITHM = Algorithm(
    name="hartigan-wong",
    title="k-means (Hartigan–Wong)",
    summary="Look at one point after the other and give it to another cluster if that lowers the inertia; both means move "
    "with it at once. It gets out of ends in which whole assignments are stuck.",
    parameters=PARAMETERS,
    pseudocode=(
        ("Place K centroids", (Phase.START,)),
        ("Assign each point to its nearest centroid", (Phase.ASSIGN,)),
        ("Move each centroid to the mean of its points", (Phase.UPDATE,)),
        ("Repeat", ()),
        ("    For each point: if that lowers the inertia,", ()),
        ("        give it to another cluster and move both means", (TRANSFER,)),
        ("until no point goes to another cluster", (Phase.DONE,)),
    ),
    steps=steps,
)
