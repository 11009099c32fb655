"""Relatives of k-means that move means: several runs, k-means++, mini-batches.

Both sides draw random numbers of their own, so it is not compared whether they find the same, but that ours is as good: of as
low an inertia, but for a share by which ends of random methods differ anyway. The points are fifteen clusters that touch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from engine_cases import gaussians
from family_case import Case

from kmeans_gui import clustering
from kmeans_gui.clustering import Floats

K = 12
QUICK = 500
"""Points of a smoke run."""

Sides = tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]


def board(n: int, quick: bool) -> Floats:
    return np.ascontiguousarray(gaussians(QUICK if quick else n, np.random.default_rng(0)))


def as_good(share: float) -> Callable[[float, float], None]:
    """Return what compares two inertias: ours may be higher by ``share``."""

    def check(ours: float, theirs: float) -> None:
        assert ours <= theirs * (1 + share), f"an inertia of {ours:g} against {theirs:g}"

    return check


def runs(n: int) -> Callable[[bool], Sides]:
    def make(quick: bool) -> Sides:
        from sklearn.cluster import KMeans

        X = board(n, quick)

        def ours() -> float | None:
            return clustering.fit("lloyd", X, k=K, n_init=10).objective

        def peer() -> float:
            return KMeans(K, n_init=10, tol=0, random_state=0).fit(X).inertia_

        return ours, peer, as_good(0.01)

    return make


CASES = (
    Case("Lloyd, n_init = 10, N = 10,000", 1, runs(10_000)),
    Case("Lloyd, n_init = 10, N = 100,000", 1, runs(100_000)),
)
