"""The plain numpy kernel: any number of points, any dimension, no compiler.

It serves where numba is missing and until the compiled kernels are loaded, and it is the one to read first: blocks of points
that fit into the cache, one centroid after the other.

Distances are formed from differences, never from the expansion |x|² − 2x·c + |c|², which loses all digits when the points lie
far from the origin.
"""

from __future__ import annotations

import numpy as np

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels import exact
from kmeans_gui.clustering.kernels.base import BLOCK, Kernel, squared
from kmeans_gui.clustering.kernels.plus_plus import choose_far_points
from kmeans_gui.clustering.kernels.points import Loops, Points, Rows
from kmeans_gui.clustering.spatial_order import spatial_order
from kmeans_gui.clustering.step import Floats, Labels, label_dtype
from kmeans_gui.errors import CancelQuestion


def _sort(X: Floats, cancelled: CancelQuestion, scale: float) -> tuple[Rows, Floats]:
    rows = spatial_order(X, cancelled)
    columns = np.empty(X.shape[::-1])
    for block in blocks(len(rows), BLOCK, cancelled):
        columns[:, block] = X[rows[block]].T * scale
    return rows, columns


def _bring_nearer(X: Floats, scale: float, center: Floats, nearest: Floats) -> None:
    np.minimum(nearest, squared(X * scale, center), out=nearest)


PLAIN = Loops(
    measure=exact.measure,
    add_squares=exact.add_squares,
    add_labeled=exact.add_labeled,
    bring_nearer=_bring_nearer,
    move_to_means=exact.move_to_means,
    inertia=exact.inertia,
    choose_far_points=choose_far_points,
    sort=_sort,
)


class Plain(Kernel):
    """Implements :class:`kmeans_gui.clustering.kernels.base.Kernel` in numpy."""

    def __init__(self, points: Points, k: int, cancelled: CancelQuestion) -> None:
        super().__init__(points, k, cancelled)
        self._labels: Labels = np.full(points.n, -1, label_dtype(k))

    def _assign(self, centroids: Floats) -> int:
        labels, changed = np.zeros_like(self._labels), 0
        with np.errstate(over="ignore"):  # a centroid placed so far off that its distance is infinite takes no points
            for block in self._blocks():
                points = self.points.X[block] * self.points.scale
                nearest = np.full(len(points), np.inf)
                for j, centroid in enumerate(centroids):
                    distance = squared(points, centroid)
                    np.copyto(labels[block], j, where=distance < nearest)
                    np.fmin(nearest, distance, out=nearest)
                changed += int(np.count_nonzero(labels[block] != self._labels[block]))
        if changed:
            self.adopt(labels)
        return changed

    def adopt(self, labels: Labels) -> None:
        """Go on from ``labels``, shape (n,), in input order; −1 for nobody's."""
        self._adopt_sums(labels)
        self._labels = labels

    def assignment(self) -> Labels:
        """Return whose point each one is, −1 before the first assignment."""
        return self._labels
