"""Small and medium data in any low dimension: one compiled loop that assigns, sums and updates.

Every point is compared with every centroid, as Lloyd (1982) has it. What makes it fast is what is left out: the distances of a
block of points stay in the first-level cache while the centroids pass by, several points to a register; of the sums, only
those points are moved whose label changed, which after the first iterations are few; and a whole run is one call, without
Python in between.

The points lie column by column, in input order. Work beyond some milliseconds is cut into several calls, so that it can be
cancelled; with two threads or more the cuts are shared out, each with sums of its own, which are exact and so may be added in
any order.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels import threads
from kmeans_gui.clustering.kernels.base import EMPTY, GOING_ON, SETTLED, Advance, Halt, Kernel
from kmeans_gui.clustering.kernels.compiled import jit
from kmeans_gui.clustering.kernels.exact_compiled import move_to_means, move_value
from kmeans_gui.clustering.kernels.nearest import BLOCK, find_nearest
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.clustering.step import Floats, Labels, label_dtype
from kmeans_gui.errors import Cancelled, CancelQuestion

CALL = 1 << 23
"""Coordinates a call may compare: some 5 ms of work."""

SHARED = 1 << 21
"""Coordinates to compare from which on a second thread pays."""


@jit
def assign(
    columns: Floats,
    start: int,
    stop: int,
    centroids: Floats,
    anchors: Floats,
    labels: NDArray[np.int16],
    sums: Floats,
    counts: NDArray[np.int64],
) -> int:
    """Give each of the points from ``start`` to ``stop`` to its nearest centroid; move those that change between the sums.

    Parameters
    ----------
    columns : ndarray of shape (d, n)
    start, stop : int
    centroids : ndarray of shape (k, d)
    anchors : ndarray of shape (bins,)
    labels : ndarray of shape (n,), int16
        Changed in place, as are the sums.
    sums : ndarray of shape (k + 1, d, bins)
    counts : ndarray of shape (k + 1,)

    Returns
    -------
    int
        How many labels changed.
    """
    least, distances, owner, switched = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    k, d = centroids.shape
    centers, names, m = np.empty((d, k)), np.empty(k, np.int64), 0
    for j in range(k):
        if not np.isnan(centroids[j, 0]):
            names[m] = j
            for axis in range(d):
                centers[axis, m] = centroids[j, axis]
            m += 1
    changed = 0
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        find_nearest(columns, begin, end, centers, names, m, least, owner, distances)
        own = labels[begin:end]
        count = 0
        for i in range(end - begin):
            switched[count] = i
            count += owner[i] != own[i]
        changed += count
        for i in switched[:count]:
            old, new = own[i], owner[i]
            own[i] = new
            counts[old] -= 1
            counts[new] += 1
            for axis in range(columns.shape[0]):
                move_value(columns[axis, begin + i], anchors, sums[old, axis], sums[new, axis])
    return changed


@jit
def iterate(
    columns: Floats,
    centroids: Floats,
    anchors: Floats,
    labels: NDArray[np.int16],
    sums: Floats,
    counts: NDArray[np.int64],
    most: int,
) -> tuple[int, int, int]:
    """Assign and update up to ``most`` times; return how often it assigned, how many labels changed last, and a ``Halt``."""
    changed = 0
    for made in range(1, most + 1):
        changed = assign(columns, 0, columns.shape[1], centroids, anchors, labels, sums, counts)
        if changed == 0:
            return made, changed, SETTLED
        for j in range(centroids.shape[0]):
            if counts[j] == 0 and not np.isnan(centroids[j, 0]):
                return made, changed, EMPTY
        move_to_means(sums, counts, centroids)
    return most, changed, GOING_ON


class Fused(Kernel):
    """Implements :class:`kmeans_gui.clustering.kernels.base.Kernel` for points in their input order."""

    def __init__(self, points: Points, k: int, cancelled: CancelQuestion) -> None:
        super().__init__(points, k, cancelled)
        self._work = points.n * points.d * k

    @cached_property
    def _columns(self) -> Floats:
        return self.points.columns()

    @cached_property
    def _labels(self) -> NDArray[np.int16]:
        return np.full(self.points.n, self.k, np.int16)

    def _assign(self, centroids: Floats) -> int:
        n, tasks = self.points.n, -(-self._work // CALL)
        workers = min(threads.available(), tasks) if self._work >= SHARED else 1
        size = -(-n // max(tasks, workers))
        sums = [self._sums, *(np.zeros_like(self._sums) for _ in range(1, workers))]
        counts = [self._counts, *(np.zeros_like(self._counts) for _ in range(1, workers))]

        def work(worker: int, task: int) -> int:
            start, stop = task * size, min((task + 1) * size, n)
            return assign(
                self._columns, start, stop, centroids, self.points.anchors, self._labels, sums[worker], counts[worker]
            )

        changed = threads.share(work, -(-n // size), workers, self.cancelled)
        for worker in range(1, workers):
            self._sums += sums[worker]
            self._counts += counts[worker]
        return changed

    def advance(self, centroids: Floats, most: int) -> Advance:
        """Make up to ``most`` iterations in a row without Python in between; see :meth:`Kernel.advance`."""
        if self._work > CALL or self.points.tiny:
            return super().advance(centroids, most)
        now = centroids * self.points.scale
        made, halt = 0, Halt.GOING_ON
        while made < most and halt is Halt.GOING_ON:
            if self.cancelled():
                raise Cancelled
            some = min(most - made, CALL // self._work)
            more, changed, code = iterate(self._columns, now, self.points.anchors, self._labels, self._sums, self._counts, some)
            made, halt = made + more, Halt(code)
        return Advance(made, changed, now / self.points.scale, halt)

    def assignment(self) -> Labels:
        """Return whose point each one is, −1 before the first assignment."""
        labels = self._labels.astype(label_dtype(self.k))
        if self._counts[self.k]:
            labels[self._labels == self.k] = -1
        return labels

    def adopt(self, labels: Labels) -> None:
        """Go on from ``labels``, shape (n,), in input order; −1 for nobody's."""
        self._adopt_sums(labels)
        self._labels = np.where(labels < 0, self.k, labels).astype(np.int16)
