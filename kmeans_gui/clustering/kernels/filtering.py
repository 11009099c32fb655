"""Large data in two and three dimensions: a tree over the points in spatial order, walked with the centroids.

The method is told in :mod:`kmeans_gui.clustering.kernels.walk`. Here the points are sorted and the tree is built; the walk is
shared out among threads while it has much to look at, and done in one call, iteration after iteration, as soon as it has not.

Points that repeat themselves, as the colors of a picture do, lie side by side in spatial order. If that makes fewer than half
as many, each distinct point is kept once, with its number of repetitions as its weight. Weights are whole numbers, so sums
stay exact, and nothing else changes.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels import threads
from kmeans_gui.clustering.kernels.base import Advance, Halt, Kernel
from kmeans_gui.clustering.kernels.ledger import Ledger
from kmeans_gui.clustering.kernels.points import Points, Rows
from kmeans_gui.clustering.kernels.rounds import Plan, choose_candidates, drifted, iterate, list_runs
from kmeans_gui.clustering.kernels.tree import Tree, find_owners, list_firsts, measure_inner_nodes, measure_leaves, plant
from kmeans_gui.clustering.kernels.walk import Clock, Scratch, scratch, walk_roots
from kmeans_gui.clustering.label_runs import LabelRuns
from kmeans_gui.clustering.step import Floats, Labels, label_dtype
from kmeans_gui.errors import Cancelled, CancelQuestion

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


class PlantedTree(NamedTuple):
    """What is made of the points before the first assignment.

    Parameters
    ----------
    tree : Tree
    roots : int
        Walks begin at the nodes from ``roots`` to 2 ``roots``.
    rows : ndarray of shape (n,), int32
        The input row at each place of the spatial order.
    firsts : ndarray of int32, or None
        The place of the first of each run of equal points, if only those are in the tree.
    """

    tree: Tree
    roots: int
    rows: Rows
    firsts: NDArray[np.int32] | None


class Filtering(Kernel):
    """Implements :class:`kmeans_gui.clustering.kernels.base.Kernel` for points in spatial order.

    Sorting waits for the first assignment, so that the starting centroids are on show meanwhile.
    """

    def __init__(self, points: Points, k: int, cancelled: CancelQuestion) -> None:
        super().__init__(points, k, cancelled)
        self._scratch: list[Scratch] = []
        self._before: Floats | None = None
        self._drift = np.zeros(1)
        self._expiring = False
        self._work = points.n

    def prepare(self) -> None:
        """Sort the points and build the tree."""
        self._planted  # noqa: B018  asking makes it

    @cached_property
    def _planted(self) -> PlantedTree:
        return self._plant(together=True)

    def _plant(self, *, together: bool) -> PlantedTree:
        """Sort the points and build the tree; ``together`` keeps repeated points once if that saves half of them."""
        points = self.points
        rows, columns = points.order(self.cancelled)
        if rows is None:  # so few that it would not pay, were this kernel not forced
            rows, columns = points.loops.sort(points.X, self.cancelled, points.scale)
            columns.flags.writeable = False  # as those of the order: for others each loop would be compiled anew
        firsts = _firsts_of_equals(columns) if together else None
        weights = np.empty(0)
        if firsts is not None:
            weights = np.diff(firsts, append=points.n).astype(np.float64)
            columns = np.take(columns, firsts, axis=1)  # C-contiguous, which indexing would not be
            columns.flags.writeable = False
        tree = plant(columns, weights, LEAF, len(points.anchors), self.k)
        for part in blocks(-(-columns.shape[1] // LEAF), LEAVES_A_CALL, self.cancelled):
            measure_leaves(tree, points.anchors, part.start, part.stop)
        measure_inner_nodes(tree)
        return PlantedTree(tree, min(ROOTS, tree.first_leaf), rows, firsts)

    def _workers(self, count: int) -> list[Scratch]:
        """Return what each of ``count`` workers needs for a walk."""
        tree = self._planted.tree
        while len(self._scratch) < count:
            self._scratch.append(scratch(self.k, self.points.d, 2 * tree.first_leaf, LEAF))
        for own in self._scratch:
            own.work[0] = 0
        return self._scratch[:count]

    def _ledgers(self, count: int) -> list[Ledger]:
        """Return the ledger, and an empty one for each worker but the first."""
        anchors, sums, counts = self.points.anchors, self._sums, self._counts
        others = (Ledger(anchors, np.zeros_like(sums), np.zeros_like(counts)) for _ in range(1, count))
        return [Ledger(anchors, sums, counts), *others]

    def _follow(self, centroids: Floats) -> None:
        """Take note of how far the centroids have moved since the last assignment."""
        before, self._before = self._before, centroids.copy()
        if before is None:
            return
        self._drift[0] = drifted(self._drift[0], before, centroids)
        gone, came = np.isnan(centroids[:, 0]), np.isnan(before[:, 0]) & ~np.isnan(centroids[:, 0])
        if came.any() or self._counts[: self.k][gone].any():  # anything may change
            self._planted.tree.expiry[:] = -1.0

    def _assign(self, centroids: Floats) -> int:
        self._follow(centroids)
        tree, roots, _, _ = self._planted
        candidates, all_may = choose_candidates(centroids)
        tasks = roots if self._work > SHARED else 1
        size = roots // tasks
        scratches = self._workers(min(threads.available(), tasks))
        workers = len(scratches)
        ledgers = self._ledgers(workers)
        clock = Clock(float(self._drift[0]), self._expiring and all_may)

        def work(worker: int, task: int) -> int:
            start = roots + task * size
            return walk_roots(tree, ledgers[worker], scratches[worker], start, start + size, candidates, centroids, clock)

        changed = threads.share(work, tasks, workers, self.cancelled)
        for ledger in ledgers[1:]:
            self._sums += ledger.sums
            self._counts += ledger.counts
        self._work = sum(int(own.work[0]) for own in scratches)
        self._expiring = changed < SETTLING * self.points.n
        return changed

    def advance(self, centroids: Floats, most: int) -> Advance:
        """Make up to ``most`` iterations in a row, without Python in between once they are short: :meth:`Kernel.advance`."""
        tree, roots, _, _ = self._planted
        made, changed, halt = 0, 0, Halt.GOING_ON
        while made < most and halt is Halt.GOING_ON:
            if self._work > SHARED or self.points.tiny:
                step = super().advance(centroids, 1)
                made, changed, halt, centroids = made + 1, step.changed, step.halt, step.centroids
                continue
            if self.cancelled():
                raise Cancelled
            now = centroids * self.points.scale
            self._follow(now)
            (own,) = self._workers(1)
            plan = Plan(roots, most - made, CALL, SETTLING * self.points.n)
            ledger = self._ledgers(1)[0]
            more, changed, code, self._expiring = iterate(tree, ledger, own, now, self._drift, self._expiring, plan)
            self._before = now
            made, halt, centroids = made + more, Halt(code), now / self.points.scale
            self._work = int(own.work[0]) // more
        return Advance(made, changed, centroids, halt)

    def assignment(self) -> Assignment:
        """Return whose point each one is, as runs along the curve; −1 before the first assignment."""
        if self._counts[self.k] == self.points.n:
            return np.full(self.points.n, -1, label_dtype(self.k))
        tree, roots, rows, firsts = self._planted
        pending = np.empty(roots + tree.first_leaf.bit_length(), np.int64)
        starts, values = np.empty(1 << 12, np.int32), np.empty(1 << 12, np.int16)
        runs = list_runs(tree, roots, pending, starts, values)
        if runs > len(starts):
            starts, values = np.empty(runs, np.int32), np.empty(runs, np.int16)
            list_runs(tree, roots, pending, starts, values)
        starts, values = starts[:runs].copy(), values[:runs].copy()
        values[values == self.k] = -1
        packed = LabelRuns(starts if firsts is None else firsts[starts], values, rows, self.k)
        return packed if packed.nbytes < self.points.n else packed.labels()

    def adopt(self, labels: Labels) -> None:
        """Go on from ``labels``, shape (n,), in input order; −1 for nobody's."""
        tree, _, rows, firsts = self._planted
        if firsts is not None:
            first_of_each = np.repeat(firsts, np.diff(firsts, append=self.points.n))
            if np.any(labels[rows] != labels[rows[first_of_each]]):  # no assignment leaves equal points with unequal labels
                self._scratch.clear()
                self._planted = self._plant(together=False)
                tree, _, rows, firsts = self._planted
        self._adopt_sums(labels)
        places = rows if firsts is None else rows[firsts]
        for part in blocks(len(places), LEAF * LEAVES_A_CALL, self.cancelled):
            own = labels[places[part]]
            tree.labels[part] = np.where(own < 0, self.k, own)
        find_owners(tree)


def _firsts_of_equals(columns: Floats) -> NDArray[np.int32] | None:
    """Return the place of the first of each run of equal points, or None if those are more than half of all points."""
    firsts = np.empty(columns.shape[1] // 2 + 1, np.int32)
    count = list_firsts(columns, firsts)
    return firsts[:count] if count < len(firsts) else None
