"""The plain numpy kernel: blocks of points that fit into the cache, one centroid after the other.

Distances are formed from differences, never from the expansion |x|² − 2x·c + |c|², which loses all digits when the points lie
far from the origin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.step import Floats, Labels, label_dtype
from kmeans_gui.errors import Cancelled

BLOCK = 1 << 15
"""Points a block: the working arrays of one stay within a second-level cache."""


class NumpyBlocks:
    """Implements :class:`kmeans_gui.clustering.kernels.Kernel`."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled = cancelled

    def _blocks(self, n: int) -> Iterator[slice]:
        for start in range(0, n, BLOCK):
            if self._cancelled():
                raise Cancelled
            yield slice(start, min(start + BLOCK, n))

    def squared_distances(self, X: Floats, center: Floats) -> Floats:
        """Return each point's squared distance from one center, shape (n,)."""
        out = np.empty(len(X))
        for block in self._blocks(len(X)):
            out[block] = _squared(X[block], center)
        return out

    def assign(self, X: Floats, centroids: Floats) -> Labels:
        """Return the index of each point's nearest centroid, shape (n,); ties to the lowest index."""
        labels = np.zeros(len(X), label_dtype(len(centroids)))
        for block in self._blocks(len(X)):
            points, nearest = X[block], np.full(block.stop - block.start, np.inf)
            for j, centroid in enumerate(centroids):
                distance = _squared(points, centroid)
                np.copyto(labels[block], j, where=distance < nearest)
                np.fmin(nearest, distance, out=nearest)
        return labels

    def means(self, X: Floats, labels: Labels, k: int) -> tuple[Floats, NDArray[np.intp]]:
        """Return the mean of each label's points, shape (k, d), NaN where there are none, and the counts, shape (k,).

        The mean of what a first mean leaves over is added to it, so that an offset of the data costs no digits.
        """
        counts = np.zeros(k, np.intp)
        for block in self._blocks(len(X)):
            counts += np.bincount(labels[block], minlength=k)
        with np.errstate(invalid="ignore"):
            rough = self._sums(X, labels, np.zeros((k, X.shape[1]))) / counts[:, None]
            return rough + self._sums(X, labels, np.nan_to_num(rough)) / counts[:, None], counts

    def _sums(self, X: Floats, labels: Labels, origins: Floats) -> Floats:
        """Return the sum of each label's points, measured from the label's origin, shape (k, d)."""
        sums = np.zeros_like(origins)
        for block in self._blocks(len(X)):
            own = labels[block]
            rest = X[block] - origins[own]
            for axis in range(X.shape[1]):
                sums[:, axis] += np.bincount(own, weights=rest[:, axis], minlength=len(origins))
        return sums

    def inertia(self, X: Floats, labels: Labels, centroids: Floats) -> float:
        """Return the sum of squared distances between the points and their centroids."""
        parts = [((X[b] - centroids[labels[b]]) ** 2).sum() for b in self._blocks(len(X))]
        return math.fsum(parts)


def _squared(points: Floats, center: Floats) -> Floats:
    """Return the squared distances from ``center``, the axes added in order so that every block size gives the same bits."""
    total: Floats = (points[:, 0] - center[0]) ** 2
    for axis in range(1, points.shape[1]):
        total += (points[:, axis] - center[axis]) ** 2
    return total
