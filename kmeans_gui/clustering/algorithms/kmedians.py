"""k-medians (Jain & Dubes, "Algorithms for clustering data", 1988; Bradley, Mangasarian & Street, "Clustering via concave
minimization", NIPS 1997).

Lloyd's iteration with the Manhattan distance and medians in place of squares and means: assign each point to its nearest
centroid, move each centroid to the median of its points, coordinate by coordinate. The median minimizes the sum of Manhattan
distances and of no other metric's, so the metric is not a choice. An outlier pulls a mean as far as it likes; a median hardly
notices it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.algorithms.alternating import PARAMETERS, Words, alternate
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment, Labels, count, label_dtype
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.distances import nearest
from kmeans_gui.clustering.kernels import choose
from kmeans_gui.clustering.seeding import start_centroids
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import CancelQuestion

METRIC = "manhattan"

_BLOCK = 1 << 16
"""Points between which somebody may cancel: about a millisecond."""

_SELECTED_AT_ONCE = 1 << 20
"""Numbers of which the middle is found in one call, in some 10 ms."""

_WORDS = Words(
    objective="sum of distances",
    move="{k:# centroid to its median|centroids to their medians}",
    metric=METRIC,
)


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START, then ASSIGN and UPDATE in turn, then DONE."""
    centroids = start_centroids(X, values, seed, choose(X, values["k"], cancelled))
    tolerance = values["tol"] * float(X.var(axis=0).mean()) if values["tol"] else 0.0
    yield from alternate(_Medians(X, values["k"], cancelled), _WORDS, centroids, values, tolerance)


class _Medians:
    """The method at work on points ``X``, shape (n, d). See :class:`kmeans_gui.clustering.algorithms.alternating.Method`."""

    def __init__(self, X: Floats, k: int, cancelled: CancelQuestion) -> None:
        self._X = X
        self._k = k
        self._cancelled = cancelled
        self._labels: Labels = np.full(len(X), -1, label_dtype(k))
        self._distances = np.zeros(len(X))
        self._near = np.empty(0)  # the centroids from which the distances are

    @property
    def n(self) -> int:
        return len(self._X)

    def assignment(self) -> Assignment:
        return self._labels

    def assign(self, centroids: Floats) -> int:
        labels, self._distances = nearest(self._X, centroids, METRIC, self._cancelled)
        self._near = centroids
        changed = int(np.count_nonzero(labels != self._labels))
        if changed:
            self._labels = labels.astype(self._labels.dtype)
        return changed

    def objective(self, centroids: Floats) -> float:
        self._measure(centroids)
        return math.fsum(float(self._distances[block].sum()) for block in blocks(self.n, _BLOCK, self._cancelled))

    def update(self, centroids: Floats, empty_clusters: str) -> tuple[Floats, NDArray[np.intp]]:
        moved = medians(self._X, self._labels, self._k, self._cancelled)
        without_points = np.isnan(moved[:, 0])
        empty = np.flatnonzero(without_points & ~np.isnan(centroids[:, 0]))
        if empty.size and empty_clusters == "keep":
            moved[empty] = centroids[empty]
        elif empty.size and empty_clusters == "farthest":
            moved[empty] = self._X[self._farthest(moved, empty.size)]
        return moved, empty

    def _farthest(self, centroids: Floats, count: int) -> list[int]:
        """Return the ``count`` points farthest from their centroids, farthest first; of equals the one that comes first."""
        self._measure(centroids)
        distances = self._distances.copy()
        rows = []
        for _ in range(count):
            rows.append(int(np.argmax(distances)))
            distances[rows[-1]] = -1.0
        return rows

    def _measure(self, centroids: Floats) -> None:
        """Bring the distances between points and their centroids up to date."""
        if self._near is not centroids:
            for block in blocks(self.n, _BLOCK, self._cancelled):
                own = centroids[self._labels[block]]
                self._distances[block] = np.abs(self._X[block] - own).sum(axis=1)
            self._near = centroids


def medians(X: Floats, labels: Labels, k: int, cancelled: CancelQuestion) -> Floats:
    """Return the median of each cluster, coordinate by coordinate, shape (k, d), NaN where there are no points.

    Of an even number of values it is the mean of the two in the middle.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    labels : ndarray of shape (n,), int
        From 0 to k − 1.
    k : int
    cancelled : callable
        Asked between blocks of some milliseconds.
    """
    counts = count(labels, k)
    ends = counts.cumsum()
    columns = _by_cluster(X, labels, ends - counts, cancelled)
    centers = np.full((k, X.shape[1]), np.nan)
    since = math.inf
    for cluster, (size, end) in enumerate(zip(counts.tolist(), ends.tolist(), strict=True)):
        for axis in range(X.shape[1]) if size else ():
            if since > _BLOCK:
                next(blocks(1, 1, cancelled))  # asks whether to go on
                since = 0
            centers[cluster, axis] = _median(columns[axis, end - size : end], cancelled)
            since += size
    return centers


def _by_cluster(X: Floats, labels: Labels, starts: NDArray[np.intp], cancelled: CancelQuestion) -> Floats:
    """Return the points as columns, shape (d, n), those of a cluster side by side from its place in ``starts`` on."""
    columns = np.empty(X.shape[::-1])
    free = starts.copy()
    for block in blocks(len(X), _BLOCK, cancelled):
        order = np.argsort(labels[block], kind="stable")
        sorted_labels = labels[block][order]
        counts = count(labels[block], len(starts))
        places = np.arange(len(order)) + (free - counts.cumsum() + counts)[sorted_labels]
        columns[:, places] = X[block][order].T
        free += counts
    return columns


def _median(values: Floats, cancelled: CancelQuestion) -> float:
    """Return the median of ``values``, which are put into another order."""
    low, high = (len(values) - 1) // 2, len(values) // 2
    if len(values) > _SELECTED_AT_ONCE:
        values, below = _around_middle(values, cancelled)
        low, high = low - below, high - below
    values.partition((low, high))
    return float((values[low] + values[high]) / 2)


def _around_middle(values: Floats, cancelled: CancelQuestion) -> tuple[Floats, int]:
    """Return those of ``values`` among which the ones in the middle are, and how many are below them.

    A sample tells between which bounds the middle is (Floyd & Rivest 1975), one pass over the values checks it. Bounds that are
    too narrow are widened, so it ends with the right values whatever the sample was.
    """
    middle = (len(values) - 1) // 2, len(values) // 2
    sample = np.sort(values[:: max(len(values) >> 14, 1)])
    margin = len(sample) >> 5
    while True:
        first, last = len(sample) // 2 - margin, len(sample) // 2 + margin
        low = sample[first] if first >= 0 else -math.inf
        high = sample[last] if last < len(sample) else math.inf
        below, between = 0, []
        for block in blocks(len(values), _BLOCK, cancelled):
            part = values[block]
            below += int(np.count_nonzero(part < low))
            between.append(part[(part >= low) & (part <= high)])
        kept = np.concatenate(between)
        if below <= middle[0] and middle[1] < below + len(kept):
            return kept, below
        margin *= 4


def recall(X: Floats, step: Step) -> Assignment:
    """Recompute the labels of an ASSIGN step: they are those of the nearest centroid."""
    assert step.centroids is not None
    labels, _ = nearest(X, step.centroids, METRIC, lambda: False)
    return labels.astype(label_dtype(step.k))


ALGORITHM = Algorithm(
    name="kmedians",
    title="k-medians",
    summary="Like k-means, but by Manhattan distance and with medians in place of means, which outliers cannot pull away.",
    parameters=PARAMETERS,
    pseudocode=(
        ("Place K centroids", (Phase.START,)),
        ("Repeat", ()),
        ("    Assign each point to its nearest centroid", (Phase.ASSIGN,)),
        ("    Move each centroid to the median of its points", (Phase.UPDATE,)),
        ("until an assignment changes nothing", (Phase.DONE,)),
    ),
    steps=steps,
    recall=recall,
)
