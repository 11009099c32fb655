"""Windows: the mean of the points within a radius of a position, for many positions at a time.

Points are sorted along the axis on which they are spread widest, so that those near a position are a slice, and near positions
share one table of distances. Sums are exact: each coordinate is split into two parts, both whole multiples of a quantum and so
short that the sum of all fits into a float64. So the mean does not depend on the order of the additions, and two windows that
hold the same points have the same mean, bit for bit.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels import threads
from kmeans_gui.clustering.overlays import Floats
from kmeans_gui.errors import CancelQuestion

QUANTILE = 0.3
"""scikit-learn's: the estimated bandwidth reaches this share of the points, on average."""

SAMPLE = 4000
"""Most points from which the bandwidth is estimated."""

_TABLE = 1 << 15
"""Distances in the table of one group of positions, where they are near to each other."""

_BLOCK = 1 << 18
"""Distances that are sorted in one go."""


def estimate_bandwidth(X: Floats, rng: np.random.Generator, cancelled: CancelQuestion) -> float:
    """Return the mean distance of the points ``X``, shape (n, d), from the farthest of their 30 % nearest neighbors.

    The same as ``sklearn.cluster.estimate_bandwidth``, of ``SAMPLE`` random points if there are more.
    """
    from scipy.spatial.distance import cdist

    if len(X) > SAMPLE:
        X = X[rng.choice(len(X), SAMPLE, replace=False)]
    neighbors = max(int(len(X) * QUANTILE), 1)
    total = 0.0
    for block in blocks(len(X), max(_BLOCK // len(X), 1), cancelled):
        total += np.partition(cdist(X[block], X), neighbors - 1, axis=1)[:, neighbors - 1].sum()
    return float(total / len(X))


class Windows:
    """The windows of one radius on the points ``X``, shape (n, d).

    Parameters
    ----------
    X : ndarray of shape (n, d)
    radius : float
        A point that is as far from a position as this belongs to its window.
    """

    def __init__(self, X: Floats, radius: float) -> None:
        self._radius = radius
        self._axis = int(np.ptp(X, axis=0).argmax())
        X = X[np.argsort(X[:, self._axis], kind="stable")]
        self._columns = np.ascontiguousarray(X.T)
        self._parts = np.hstack([np.ones((len(X), 1)), *_two_parts(X)])
        # Wider by what rounding may do, so that the slice misses no point of a window.
        self._reach = radius + 8 * np.finfo(float).eps * (float(np.abs(self._columns[self._axis]).max()) + radius)

    def means(self, positions: Floats, cancelled: CancelQuestion) -> tuple[Floats, NDArray[np.intp]]:
        """Return the mean of the points in the window around each of ``positions``, shape (m, d), and how many these are.

        Where there are none, the mean is the position itself.

        Raises
        ------
        Cancelled
            Between two groups of positions, if ``cancelled`` said so.
        """
        order = np.argsort(positions[:, self._axis], kind="stable")
        ordered = positions[order]
        sums = np.empty((len(positions), self._parts.shape[1]))
        groups = self._groups(ordered[:, self._axis])

        def work(_: int, task: int) -> int:
            first, last, start, end = groups[task]
            sums[order[first:last]] = self._sums(ordered[first:last], start, end)
            return 0

        threads.share(work, len(groups), min(threads.available(), len(groups)), cancelled)
        counts, (high, low) = sums[:, 0], np.split(sums[:, 1:], 2, axis=1)
        means = np.where(counts[:, None] > 0, (high + low) / np.maximum(counts, 1)[:, None], positions)
        return means, counts.astype(np.intp)

    def _sums(self, positions: Floats, start: int, end: int) -> Floats:
        """Return the sums of the parts over the windows around ``positions``, which lie within a slice of the points."""
        squares = np.zeros((len(positions), end - start))
        for values, where in zip(self._columns[:, start:end], positions.T, strict=True):
            difference = values - where[:, None]
            difference *= difference
            squares += difference
        inside = (squares <= self._radius * self._radius).astype(np.float64)
        sums: Floats = inside @ self._parts[start:end]
        return sums

    def _groups(self, where: Floats) -> list[tuple[int, int, int, int]]:
        """Cut sorted positions into groups; return of each its first and last, and the slice of points that it may reach."""
        along = self._columns[self._axis]
        starts = np.searchsorted(along, where - self._reach).tolist()
        ends = np.searchsorted(along, where + self._reach, side="right").tolist()
        groups, first = [], 0
        for i in range(1, len(where) + 1):
            if i < len(where):
                width = ends[i] - starts[first]
                if (i + 1 - first) * width <= _TABLE and width <= 2 * (ends[first] - starts[first]):
                    continue
            groups.append((first, i, starts[first], ends[i - 1]))
            first = i
        return groups


def _two_parts(X: Floats) -> tuple[Floats, Floats]:
    """Split ``X``, shape (n, d), into a coarse and a fine part; sums of either over any of the rows are exact."""
    bits = 52 - len(X).bit_length()
    quantum = math.ldexp(1.0, math.frexp(float(np.abs(X).max()))[1] - bits)
    coarse = np.rint(X / quantum) * quantum
    quantum = math.ldexp(quantum, -bits)
    if quantum == 0:  # the coarse part already goes down to the smallest numbers there are
        return coarse, np.zeros_like(X)
    return coarse, np.rint((X - coarse) / quantum) * quantum
