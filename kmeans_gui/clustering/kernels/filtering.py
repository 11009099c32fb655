"""Large data in two and three dimensions: a tree over the points in spatial order, walked with the centroids.

The method is told in :mod:`kmeans_gui.clustering.kernels.walk`. Here the points are sorted and the tree is built; the walk is
shared out among threads while it has much to look at, and done in one call, iteration after iteration, as soon as it has not.

Points that repeat themselves, as the colors of a picture do, lie side by side in spatial order. If that makes fewer than half as
many, each distinct point is kept once, with its number of repetitions as its weight. Weights are whole numbers, so sums stay
exact, and nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels import threads
from kmeans_gui.clustering.kernels.base import Advance, Halt, Kernel, blocks
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.clustering.kernels.tree import find_owners, list_firsts, measure_inner_nodes, measure_leaves, plant
from kmeans_gui.clustering.kernels.walk import (
    Scratch,
    choose_candidates,
    farthest_move,
    iterate,
    list_runs,
    scratch,
    walk_roots,
)
from kmeans_gui.clustering.label_runs import LabelRuns
from kmeans_gui.clustering.step import Floats, Labels
from kmeans_gui.errors import Cancelled

LEAF = 128
"""Points a leaf: comparing them takes about as long as looking at a few boxes."""

ROOTS = 32
"""Subtrees into which a walk may be cut, to be shared out and to be cancelled in between."""

LEAVES_A_CALL = 1 << 13
"""Leaves measured before somebody may cancel: some 5 ms."""

SHARED = 1 << 19
"""Points looked at in a walk from which on a second thread pays, and the next walk may be cancelled half-way."""

CALL = 1 << 21
"""Points to look at before somebody may cancel: some 5 ms."""

SETTLING = 1e-3
"""Share of labels that changed below which keeping account of expiry pays."""


class Filtering(Kernel):
    """Implements :class:`kmeans_gui.clustering.kernels.base.Kernel` for points in spatial order."""

    def __init__(self, points: Points, k: int, cancelled: Callable[[], bool]) -> None:
        super().__init__(points, k, cancelled)
        rows, columns = points.order(cancelled)
        if rows is None:  # so few that it would not pay, were this kernel not forced
            rows, columns = points.loops.sort(points.X, cancelled, points.scale)
        self._rows = rows
        self._firsts = _firsts_of_equals(columns)
        weights = np.empty(0)
        if self._firsts is not None:
            weights = np.diff(self._firsts, append=points.n).astype(np.float64)
            columns = np.take(columns, self._firsts, axis=1)  # C-contiguous, which indexing would not be
        self._tree = plant(columns, weights, LEAF, len(points.anchors), k)
        self._roots = min(ROOTS, self._tree.first_leaf)
        for part in blocks(-(-columns.shape[1] // LEAF), LEAVES_A_CALL, cancelled):
            measure_leaves(self._tree, points.anchors, part.start, part.stop)
        measure_inner_nodes(self._tree)
        self._scratch = [self._new_scratch()]
        self._before: Floats | None = None
        self._drift = np.zeros(1)
        self._expiring = False
        self._work = points.n

    def _new_scratch(self) -> Scratch:
        tree = self._tree
        return scratch(self.k, self.points.d, len(self.points.anchors), 2 * tree.first_leaf, LEAF)

    def _assign(self, centroids: Floats) -> int:
        if self._before is not None:
            self._drift[0] += farthest_move(self._before, centroids)
        self._before = centroids
        candidates, all_may = choose_candidates(centroids)
        workers = min(threads.available(), self._roots) if self._work > SHARED else 1
        tasks = self._roots if self._work > SHARED else 1
        size = self._roots // tasks
        while len(self._scratch) < workers:
            self._scratch.append(self._new_scratch())
        sums = [self._sums, *(np.zeros_like(self._sums) for _ in range(1, workers))]
        counts = [self._counts, *(np.zeros_like(self._counts) for _ in range(1, workers))]
        for own in self._scratch:
            own.work[0] = 0

        def work(worker: int, task: int) -> int:
            start = self._roots + task * size
            return walk_roots(
                self._tree,
                start,
                start + size,
                candidates,
                centroids,
                self._drift[0],
                self._expiring and all_may,
                self._scratch[worker],
                self.points.anchors,
                sums[worker],
                counts[worker],
            )

        changed = threads.share(work, tasks, workers, self.cancelled)
        for worker in range(1, workers):
            self._sums += sums[worker]
            self._counts += counts[worker]
        self._work = sum(int(own.work[0]) for own in self._scratch)
        self._expiring = changed < SETTLING * self.points.n
        return changed

    def advance(self, centroids: Floats, most: int) -> Advance:
        """Make up to ``most`` iterations in a row, without Python in between once they are short; see :meth:`Kernel.advance`."""
        made, changed, halt = 0, 0, Halt.GOING_ON
        while made < most and halt is Halt.GOING_ON:
            if self._work > SHARED:
                step = super().advance(centroids, 1)
                made, changed, halt, centroids = made + 1, step.changed, step.halt, step.centroids
                continue
            if self.cancelled():
                raise Cancelled
            now = centroids * self.points.scale
            if self._before is not None:
                self._drift[0] += farthest_move(self._before, now)
            more, changed, code, self._expiring = iterate(
                self._tree,
                self._roots,
                now,
                self._drift,
                self._expiring,
                SETTLING * self.points.n,
                self._scratch[0],
                self.points.anchors,
                self._sums,
                self._counts,
                most - made,
                CALL,
            )
            self._before = now
            made, halt, centroids = made + more, Halt(code), now / self.points.scale
            self._work = int(self._scratch[0].work[0]) // more
        return Advance(made, changed, centroids, halt)

    def assignment(self) -> LabelRuns:
        """Return whose point each one is, as runs along the curve; −1 before the first assignment."""
        pending = np.empty(self._roots + 128, np.int64)
        starts, values = np.empty(1 << 12, np.int32), np.empty(1 << 12, np.int16)
        runs = list_runs(self._tree, self._roots, pending, starts, values)
        if runs > len(starts):
            starts, values = np.empty(runs, np.int32), np.empty(runs, np.int16)
            list_runs(self._tree, self._roots, pending, starts, values)
        starts, values = starts[:runs], values[:runs]
        if self._firsts is not None:
            starts = self._firsts[starts]
        return LabelRuns(starts.copy(), np.where(values == self.k, -1, values).astype(np.int16), self._rows, self.k)

    def adopt(self, labels: Labels) -> None:
        """Go on from ``labels``, shape (n,), in input order; −1 for nobody's."""
        self._adopt_sums(labels)
        places = self._rows if self._firsts is None else self._rows[self._firsts]
        for part in blocks(len(places), LEAF * LEAVES_A_CALL, self.cancelled):
            own = labels[places[part]]
            self._tree.labels[part] = np.where(own < 0, self.k, own)
        find_owners(self._tree)


def _firsts_of_equals(columns: Floats) -> NDArray[np.int32] | None:
    """Return the place of the first of each run of equal points, or None if those are more than half of all points."""
    firsts = np.empty(columns.shape[1] // 2 + 1, np.int32)
    count = list_firsts(columns, firsts)
    return firsts[:count] if count < len(firsts) else None
