"""Relatives of k-means that fit in nowhere else: of these, bisecting k-means alone has a peer in scikit-learn.

k-medians, k-medoids and Hartigan and Wong's transfers have none, and to beat a loop in plain Python would say nothing.

Both sides start each split from k-means++ once. scikit-learn stops a split at a tolerance; ours goes on to the end. They draw
random numbers of their own, so it is compared whether ours is as good: of as low an inertia, in the median over some seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from statistics import median
from typing import Any

import numpy as np
from engine_cases import gaussians
from family_case import Case

from kmeans_gui import clustering

K = 12
QUICK = 500
"""Points of a smoke run."""

SHARE = 0.03
"""By which the inertia may be higher."""


def bisecting(n: int, seeds: int) -> Callable[[bool], tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]]:
    """Return a row of ``n`` points, whose results are compared over so many seeds."""

    def make(quick: bool) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]:
        from sklearn.cluster import BisectingKMeans

        X = np.ascontiguousarray(gaussians(QUICK if quick else n, np.random.default_rng(0)))
        own_seeds, other_seeds = count(), count()

        def ours() -> float | None:
            return clustering.fit("bisecting", X, k=K, seed=next(own_seeds)).objective

        def peer() -> float:
            return float(BisectingKMeans(K, init="k-means++", random_state=next(other_seeds)).fit(X).inertia_)

        def check(found: float, theirs: float) -> None:
            own = median([found, *(ours() for _ in range(seeds - 1))])
            other = median([theirs, *(peer() for _ in range(seeds - 1))])
            assert own <= other * (1 + SHARE), f"an inertia of {own:g} against {other:g}"

        return ours, peer, check

    return make


CASES = (
    Case("bisecting, 10k points", 1.0, bisecting(10_000, 15)),
    Case("bisecting, 100k points", 1.0, bisecting(100_000, 15)),
    Case("bisecting, 1M points", 1.0, bisecting(1_000_000, 5)),
)
