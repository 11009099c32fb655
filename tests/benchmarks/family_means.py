"""Relatives of k-means that move means: several runs, k-means++, mini-batches.

Both sides draw random numbers of their own, so it is not compared whether they find the same, but that ours is as good: of as
low an inertia, but for a share by which ends of random methods differ anyway. The points are fifteen clusters that touch.
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
from kmeans_gui.clustering import Floats, kernels

K = 12
QUICK = 500
"""Points of a smoke run."""

SEEDS = 15
"""Runs of which the median is compared."""

Sides = tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]


def board(n: int, quick: bool) -> Floats:
    return np.ascontiguousarray(gaussians(QUICK if quick else n, np.random.default_rng(0)))


def inertia(X: Floats, centroids: Floats) -> float:
    kernel = kernels.choose(X, len(centroids))
    kernel.assign(centroids)
    return kernel.inertia(centroids)


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


def seeding(n: int) -> Callable[[bool], Sides]:
    """Time k-means++ with as many candidates as scikit-learn has, the assignment that shows the result included in ours."""

    def make(quick: bool) -> Sides:
        from sklearn.cluster import kmeans_plusplus

        X = board(n, quick)
        seeds = {"ours": count(), "peer": count()}

        def ours() -> Floats:
            return clustering.fit("kmeans++", X, k=K, n_local_trials=0, seed=next(seeds["ours"])).centroids

        def peer() -> Floats:
            return kmeans_plusplus(X, K, random_state=next(seeds["peer"]))[0]

        def check(found: Floats, theirs: Floats) -> None:
            draws = 100 if quick else 10  # one says little, least of all of few points
            own = median([inertia(X, found), *(inertia(X, ours()) for _ in range(draws))])
            other = median([inertia(X, theirs), *(inertia(X, peer()) for _ in range(draws))])
            as_good(0.15)(own, other)

        return ours, peer, check

    return make


def batches(n: int, size: int, passes: int) -> Callable[[bool], Sides]:
    """Time so many passes: both sides make the same number of batches, which stopping early would leave to chance."""

    def make(quick: bool) -> Sides:
        from sklearn.cluster import MiniBatchKMeans

        X = board(n, quick)
        b = QUICK // 10 if quick else size

        def ours(seed: int = 0) -> float | None:
            parameters = {"batch_size": b, "max_iter": passes, "max_no_improvement": 0}
            return clustering.fit("minibatch", X, k=K, seed=seed, **parameters).objective

        def peer(seed: int = 0) -> float:
            parameters = {"batch_size": b, "max_iter": passes, "max_no_improvement": None}
            return MiniBatchKMeans(K, n_init=1, random_state=seed, **parameters).fit(X).inertia_

        def check(*_: float) -> None:
            own, other = (median([side(seed) for seed in range(SEEDS)]) for side in (ours, peer))
            as_good(0.03)(own, other)

        return ours, peer, check

    return make


CASES = (
    Case("Lloyd, n_init = 10, N = 10,000", 1, runs(10_000)),
    Case("Lloyd, n_init = 10, N = 100,000", 1, runs(100_000)),
    *(Case(f"k-means++, N = {n:,}", 1, seeding(n)) for n in (10_000, 100_000, 1_000_000)),
    Case("mini-batches, N = 10,000", 1, batches(10_000, 1024, 4)),
    Case("mini-batches, N = 100,000", 1, batches(100_000, 1024, 1)),
    Case("mini-batches, N = 1,000,000", 1, batches(1_000_000, 10_240, 1)),
)
