"""Many dimensions: matrix products in float32, and bounds that make most of them needless. Neither can change an answer.

**Products.** Seen from the middle of the points, which is taken off so that digits are not wasted on it, a point x is p and a
centroid c is q, and

    |x − c|²  =  |p|² − 2 p·q + |q|².

The products of a block of points with all centroids are one matrix product, which BLAS makes several times faster than any loop
makes differences, and in float32 twice as fast again. What comes out is not the number that the kernels agree on, which is that
of :func:`kmeans_gui.clustering.kernels.base.squared`, but an interval around it. If the interval of one centroid alone reaches
below the least upper end, that centroid is the nearest. Otherwise those that do are compared by the definition, in float64.

**The interval.** Let u = 2⁻²⁴ be the unit roundoff of float32 and γ_m = m u / (1 − m u). An inner product of d numbers, added
in any order, with fused multiply-adds or without, errs by at most γ_d |p||q| (Higham, "Accuracy and Stability of Numerical
Algorithms", 2nd ed. 2002, section 3.1). That p and q are rounded to float32 before makes it γ_{d+2}. The lengths |p| and |q|
come from float64: with the rounding to float32 and that of the square, |p|² errs by 3u |p|². To put the three together and the
error on top takes three more roundings, each of a number not above s = (|p| + |q|)². Together that is

    2 γ_{d+2} |p||q| + 6 u s.

The loops take 2.02 and 8. That is enough for the terms of higher order, for the roundings in computing the error, and for those
in float64, of the definition among them, whose γ_{d+2} s has u = 2⁻⁵³. It also pays for coordinates that vanish when they are
rounded, 2 · 2⁻¹²⁶ √(d s) ≤ u s + d 2⁻²²⁸; for products that vanish, d 2⁻¹²² is added.

A single distance is the root of a sum of squared differences of rounded coordinates. The sum errs by the share γ_{d+2}, the
differences by u (|p| + |q|) together; the loops take (d + 8) u of the root and 2 u (|p| + |q|), and √d 2⁻⁶¹ for what vanishes.

**Bounds** (Elkan, "Using the triangle inequality to accelerate k-means", ICML 2003). A centroid that moves by m changes no
distance by more than m. So each point remembers at least how far its own centroid can be, and at least how near each other one
(an n × k matrix). A centroid is out of the question while its lower bound, or half its distance from the own centroid, exceeds
the upper bound. As clusters come to rest that settles most points without a look at their coordinates; for others, it takes
the distance from the own centroid and a few more. A product with all centroids is made for those where many remain. A lower
bound is not lowered in each iteration: it is kept with the path of its centroid added, which is subtracted when it is read.

In data without any order all distances are about the same and nothing can be ruled out. So of each block, the first points are
tried; if most of them remain, the whole block is multiplied at once, which costs no more than if there were no bounds.

A centroid that coincides with an earlier one never takes a point. It is set aside: it would make every interval ambiguous.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels import threads
from kmeans_gui.clustering.kernels.base import Kernel
from kmeans_gui.clustering.kernels.bounds import (
    Centers,
    Rows,
    Scratch,
    Singles,
    center,
    distances_between,
    halve,
    move,
    scratch,
    screen,
    settle,
    settle_by_definition,
)
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.clustering.step import Floats, Labels, label_dtype
from kmeans_gui.errors import CancelQuestion

MEMORY = 1 << 30
"""Bytes that the lower bounds may take. If they need more, all products are made each time."""

CALL = 1 << 27
"""Products of two coordinates between two questions whether to go on: a few milliseconds."""

SWEEP = 1 << 20
"""Coordinates read once between two such questions, likewise."""

SHARED = 1 << 22
"""Products of two coordinates in an assignment from which on a second thread pays."""

BLOCK = 2048
"""Points a block at most,"""
NARROW = 64
"""and at least: narrower matrix products are slow."""

NEAR = 2.0**20
"""No point is as far from the middle as this. If a centroid is nearer to it than this,"""
FAR = 2.0**22
"""then one that is farther than this is the nearest of no point."""

ASIDE = np.float32(2.0**50)
"""The distance from the middle given to centroids that take no points."""

UP, DOWN = 1.0 + 2.0**-22, 1.0 - 2.0**-22
"""Keep numbers on the safe side when they are rounded to float32."""

TINY = 2.0**-100
"""Added to numbers that float32 could not hold otherwise, or only with a few digits."""


class HighD(Kernel):
    """Implements :class:`kmeans_gui.clustering.kernels.base.Kernel` for points with many coordinates.

    It takes 4 (d + k) bytes a point.
    """

    def __init__(self, points: Points, k: int, cancelled: CancelQuestion) -> None:
        super().__init__(points, k, cancelled)
        n, d = points.n, points.d
        # In memory the axes are innermost, so that a point is added in one go; seen from outside, the shape is the usual one.
        self._bins = np.zeros((k + 1, len(points.anchors), d))
        self._sums = self._bins.transpose(0, 2, 1)
        self._rows = Rows(
            exact=points.X,
            scale=points.scale,
            rounded=np.empty((n, d), np.float32),
            norms=np.empty(n, np.float32),
            labels=np.full(n, k, np.int16),
            upper=np.empty(n, np.float32),
            lower=np.empty((n, k) if 4 * n * k <= MEMORY else (0, 0), np.float32),
        )
        self._middle = points.X[:: max(n // 512, 1)].mean(axis=0) * points.scale  # any place near it does
        for part in blocks(n, -(-SWEEP // d), cancelled):
            center(points.X[part], points.scale, self._middle, self._rows.rounded[part], self._rows.norms[part])
        self._block = max(min(BLOCK, CALL // (k * d), SWEEP // k), NARROW)
        self._last: Centers | None = None  # those that the bounds stem from
        self._path = np.empty(k)

    def _assign(self, centroids: Floats) -> int:
        rows, n = self._rows, self.points.n
        old = rows.labels.copy()
        centers = self._look_at(centroids, self._last)
        tasks = -(-n // self._block)
        workers = min(threads.available(), tasks) if n * self.k * self.points.d >= SHARED else 1
        size = -(-n // max(tasks, workers))
        desks = [scratch(size, self.k) for _ in range(workers)]

        def work(worker: int, task: int) -> int:
            start, stop = task * size, min((task + 1) * size, n)
            if centers is None:
                settle_by_definition(rows, centroids, start, stop, desks[worker])
            else:
                self._settle(centers, start, stop, desks[worker])
            return 0

        threads.share(work, -(-n // size), workers, self.cancelled)
        if rows.lower.size:
            self._last = centers
        moved = np.flatnonzero(old != rows.labels)
        self._move(moved, old, workers)
        return len(moved)

    def _settle(self, centers: Centers, start: int, stop: int, desk: Scratch) -> None:
        """Give the points from ``start`` to ``stop`` to their nearest centroid."""
        rows, left = self._rows, stop - start
        if centers.bounded:
            left = screen(rows, centers, start, stop, desk)
        else:
            desk.active[:left] = np.arange(start, stop)
        points = rows.rounded[start:stop] if left == stop - start else rows.rounded[desk.active[:left]]
        np.matmul(points, centers.rounded.T, out=desk.products[:left])
        settle(rows, centers, left, desk)

    def _move(self, moved: NDArray[np.int64], old: NDArray[np.int16], workers: int) -> None:
        """Move points between the sums and counts; each worker takes some of the axes, so that none needs sums of its own."""
        d, new = self.points.d, self._rows.labels

        def work(worker: int, task: int) -> int:
            first, stop = task * d // workers, (task + 1) * d // workers
            for part in blocks(len(moved), -(-SWEEP // d), self.cancelled):
                move(self._rows, moved[part], old, first, stop, self.points.anchors, self._bins)
            return 0

        threads.share(work, workers, workers, self.cancelled)
        self._counts += np.bincount(new[moved], minlength=self.k + 1)
        self._counts -= np.bincount(old[moved], minlength=self.k + 1)

    def _look_at(self, exact: Floats, last: Centers | None) -> Centers | None:
        """Return what the loops want to know of the scaled centroids; None if those are so far off that float32 is no use."""
        rounded, norms = np.empty(exact.shape, np.float32), np.empty(self.k, np.float32)
        center(exact, 1.0, self._middle, rounded, norms)
        if not np.any(norms <= NEAR):
            return None
        aside = ~(norms <= FAR)  # NaN, too
        rounded[aside], norms[aside] = 0.0, ASIDE
        halves = self._half_distances(rounded, norms)
        _set_twins_aside(exact, rounded, norms, halves)
        takes_points = norms < ASIDE
        bounded = last is not None and np.array_equal(takes_points, last.norms < ASIDE)
        moves = np.zeros(self.k)
        if last is not None and bounded:
            distances_between(exact, last.exact, moves)
            moves = np.where(takes_points, moves * (1.0 + 2.0**-40), 0.0)
            self._path = (self._path + moves) * (1.0 + 2.0**-50)
        else:
            self._path[:] = TINY
        return Centers(
            exact=exact,
            rounded=rounded,
            norms=norms,
            halves=halves,
            bounded=bounded,
            moves=(moves * UP + TINY).astype(np.float32),
            least_path=(self._path * DOWN).astype(np.float32),
            most_path=(self._path * UP).astype(np.float32),
        )

    def _half_distances(self, rounded: Singles, norms: Singles) -> Singles:
        k, d = rounded.shape
        halves = np.empty((k, k), np.float32)
        for part in blocks(k, max(CALL // (k * d), NARROW), self.cancelled):
            np.matmul(rounded[part], rounded.T, out=halves[part])
            halve(halves[part], norms, part.start, d)
        return halves

    def assignment(self) -> Labels:
        """Return whose point each one is, −1 before the first assignment."""
        labels = self._rows.labels.astype(label_dtype(self.k))
        if self._counts[self.k]:
            labels[self._rows.labels == self.k] = -1
        return labels

    def adopt(self, labels: Labels) -> None:
        """Go on from ``labels``, shape (n,), in input order; −1 for nobody's."""
        self._adopt_sums(labels)
        self._rows.labels[:] = np.where(labels < 0, self.k, labels)
        self._last = None


def _set_twins_aside(exact: Floats, rounded: Singles, norms: Singles, halves: Singles) -> None:
    """Set aside, in place, each centroid that coincides with an earlier one."""
    seen = set()
    for j in np.flatnonzero((halves <= 0.0).sum(axis=1) > 1):  # besides itself, one that may be at the same place
        place = (exact[j] + 0.0).tobytes()  # −0 becomes 0
        if place in seen:
            rounded[j], norms[j], halves[:, j] = 0.0, ASIDE, np.inf
        seen.add(place)
