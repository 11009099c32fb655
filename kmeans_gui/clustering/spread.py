"""Spread: how points lie around the means of their clusters, and two scores that follow from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import CancelQuestion

_ROWS = 1 << 16
"""Points that are looked at in one go."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Spread:
    """How the points lie around the means of their clusters. Clusters without points are passed over.

    Parameters
    ----------
    sizes : ndarray of shape (k,)
    means : ndarray of shape (k, d)
    widths : ndarray of shape (k,)
        The mean distance of a cluster's points from its mean.
    inertia : float
        The sum of the squared distances of points from the means of their clusters.
    total : float
        The sum of the squared distances of points from the mean of all.
    """

    sizes: Ints
    means: Floats
    widths: Floats
    inertia: float
    total: float

    @staticmethod
    def of(X: Floats, labels: ArrayLike, cancelled: CancelQuestion) -> Spread:
        """Measure the points that have a label."""
        given = np.asarray(labels)
        counts = np.bincount(given[given >= 0]) if len(given) else np.empty(0, np.int64)
        inhabited = np.flatnonzero(counts)
        sizes = counts[inhabited]
        number = np.full(len(counts) + 1, -1)  # the last one for the label −1
        number[inhabited] = np.arange(len(inhabited))
        k, d = len(sizes), X.shape[1]
        if k == 0:
            return Spread(sizes, np.empty((0, d)), np.empty(0), 0.0, 0.0)
        # Sums of what is left when some point is taken off, lest points far from the origin lose their digits.
        origin = X[np.flatnonzero(given >= 0)[0]]
        sums = np.zeros((k, d))
        for rows in blocks(len(X), _ROWS, cancelled):
            own, points = _with_cluster(X[rows] - origin, number[given[rows]])
            for axis in range(d):
                sums[:, axis] += np.bincount(own, points[:, axis], k)
        means, center = sums / sizes[:, None], sums.sum(axis=0) / sizes.sum()
        widths, inertia, total = np.zeros(k), 0.0, 0.0
        for rows in blocks(len(X), _ROWS, cancelled):
            own, points = _with_cluster(X[rows] - origin, number[given[rows]])
            squares = np.square(points - means[own]).sum(axis=1)
            widths += np.bincount(own, np.sqrt(squares), k)
            inertia += float(squares.sum())
            total += float(np.square(points - center).sum())
        return Spread(sizes, means + origin, widths / sizes, inertia, total)

    @property
    def trouble(self) -> str:
        """Why scores that compare clusters are not defined, or nothing."""
        k = len(self.sizes)
        if k < 2:
            return ("no clusters", "one cluster")[k]
        return "singletons" if self.sizes.max() == 1 else ""

    def calinski_harabasz(self) -> float | None:
        """Return (B / (k − 1)) / (W / (n − k)): W is the inertia, B what the total spread has beyond it."""
        n, k = int(self.sizes.sum()), len(self.sizes)
        if self.trouble or self.inertia == 0:
            return None
        return max(self.total - self.inertia, 0.0) / (k - 1) / (self.inertia / (n - k))

    def davies_bouldin(self) -> float | None:
        """Return the mean over clusters i of the largest (width i + width j) / distance of the means of i and j."""
        k = len(self.sizes)
        if self.trouble:
            return None
        apart = np.sqrt(sum((axis[:, None] - axis) ** 2 for axis in self.means.T))
        apart[np.arange(k), np.arange(k)] = np.inf
        return float(((self.widths[:, None] + self.widths) / apart).max(axis=1).mean()) if apart.min() > 0 else None


def _with_cluster(points: Floats, own: Ints) -> tuple[Ints, Floats]:
    kept = own >= 0
    return own[kept], points[kept]
