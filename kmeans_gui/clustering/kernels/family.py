"""The compiled kernels, all in one place. To be imported by :mod:`kmeans_gui.clustering.kernels.warming` alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_gui.clustering.kernels import curve, exact_compiled, plus_plus_compiled, threads
from kmeans_gui.clustering.kernels.base import Kernel
from kmeans_gui.clustering.kernels.filtering import Filtering
from kmeans_gui.clustering.kernels.fused import Fused
from kmeans_gui.clustering.kernels.points import Ask, Loops, Points, Rows
from kmeans_gui.clustering.kernels.relay import Relay
from kmeans_gui.clustering.step import Floats

MANY_AXES = 16
"""Dimensions from which on matrix products beat one axis after the other."""

HUGE = 1 << 20
"""Points whose sorting is noticed, so that the first assignments are made meanwhile."""


def _sort(X: Floats, cancelled: Ask, scale: float) -> tuple[Rows, Floats]:
    return curve.sort(X, cancelled, scale, threads=threads.available())


COMPILED = Loops(
    finest_digit=exact_compiled.finest_digit,
    add_squares=exact_compiled.add_squares,
    add_labeled=exact_compiled.add_labeled,
    move_to_means=exact_compiled.move_to_means,
    inertia=exact_compiled.inertia,
    choose_far_points=plus_plus_compiled.choose_far_points,
    sort=_sort,
)


def choose(points: Points, k: int, cancelled: Ask, watched: bool) -> Kernel:
    """Return the compiled kernel for ``points`` and ``k``.

    In two and three dimensions filtering looks at few points only, and wins as soon as sorting them pays, which is from some ten
    thousand on. In more dimensions the boxes of a tree are no longer small. There, and for few points, every point is compared
    with every centroid: axis by axis while the axes are few, by matrix products where they are many.
    """
    if Points.sorts(points.n, points.d):
        if watched and points.n >= HUGE:
            return Relay(Fused(points, k, cancelled), lambda unwanted: Filtering(points, k, unwanted))
        return Filtering(points, k, cancelled)
    return Fused(points, k, cancelled)


KERNELS: dict[str, Callable[[Points, int, Ask], Kernel]] = {"fused": Fused, "filtering": Filtering}
"""By name, for tests and benchmarks that force one."""


def exercise() -> None:
    """Run each kernel once, so that all its loops are compiled or taken from the cache."""
    rng = np.random.default_rng(0)
    for name, n, d in (("fused", 64, 2), ("filtering", 1024, 2), ("filtering", 1024, 3)):
        points = Points(rng.random((n, d)), COMPILED)
        kernel = KERNELS[name](points, 3, lambda: False)
        kernel.advance(points.X[kernel.far_points(0, rng.random((2, 3)))], 50)
