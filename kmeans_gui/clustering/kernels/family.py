"""The compiled kernels, all in one place. To be imported by :mod:`kmeans_gui.clustering.kernels.warming` alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_gui.clustering.kernels import curve, exact_compiled, many, nearest, plus_plus_compiled, threads
from kmeans_gui.clustering.kernels.base import Kernel
from kmeans_gui.clustering.kernels.filtering import Filtering
from kmeans_gui.clustering.kernels.fused import Fused
from kmeans_gui.clustering.kernels.high_d import HighD
from kmeans_gui.clustering.kernels.points import Loops, Points, Rows
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import CancelQuestion

MANY_AXES = 16
WIDE = 1 << 9
MUCH = 1 << 21
"""Axes, coordinates of all centroids, and coordinates to compare, from which on matrix products beat axis after axis."""


def _sort(X: Floats, cancelled: CancelQuestion, scale: float) -> tuple[Rows, Floats]:
    return curve.sort(X, cancelled, scale, threads=threads.available())


COMPILED = Loops(
    measure=exact_compiled.measure,
    add_squares=exact_compiled.add_squares,
    add_labeled=exact_compiled.add_labeled,
    bring_nearer=nearest.bring_nearer,
    move_to_means=exact_compiled.move_to_means,
    inertia=exact_compiled.inertia,
    choose_far_points=plus_plus_compiled.choose_far_points,
    sort=_sort,
)


def choose(points: Points, k: int, cancelled: CancelQuestion) -> Kernel:
    """Return the compiled kernel for ``points`` and ``k``.

    In two and three dimensions filtering looks at few points only, and wins as soon as sorting them pays, which is from some
    ten thousand on. In more dimensions the boxes of a tree are no longer small. There, and for few points, every point is
    compared with every centroid: axis by axis while there is little to multiply, else by matrix products. The figures are
    where one was seen to overtake the other.
    """
    if Points.sorts(points.n, points.d):
        return Filtering(points, k, cancelled)
    if points.d >= MANY_AXES and points.d * k >= WIDE and points.n * points.d * k >= MUCH:
        return HighD(points, k, cancelled)
    return Fused(points, k, cancelled)


def whole_run(kernel: Kernel, start: Floats, most: int, rule: str) -> many.Outcome | None:
    """Make a run from ``start`` in one call, if ``kernel`` has so little to do; see :func:`many.make_one`."""
    return many.make_one(kernel.points, start, most, rule) if isinstance(kernel, Fused) else None


KERNELS: dict[str, Callable[[Points, int, CancelQuestion], Kernel]] = {"fused": Fused, "filtering": Filtering, "high-d": HighD}
"""By name, for tests and benchmarks that force one."""


def exercise() -> None:
    """Run each kernel once, so that all its loops are compiled or taken from the cache."""
    rng = np.random.default_rng(0)
    for name, n, d, k in (("fused", 64, 2, 3), ("filtering", 1024, 2, 3), ("high-d", 256, 20, 9)):
        points = Points(rng.random((n, d)), COMPILED)
        kernel = KERNELS[name](points, k, lambda: False)
        start = points.X[kernel.far_points(0, rng.random((k - 1, 2)))]
        for centroids in (start, start + 0.1, start, start + 2.0**21):  # the last so far off that products are of no use
            kernel.assign(centroids)
            kernel.means()
        kernel.adopt(kernel.labels())
        end = kernel.advance(start, 50).centroids
        kernel.inertia(end)
        kernel.assignment()
        kernel.bring_nearer(end[0], np.full(n, np.inf))
    many.exercise(Points(rng.random((64, 2)), COMPILED))
