"""DBSCAN and agglomerative clustering against scikit-learn and scipy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from family_case import Case

from kmeans_gui import clustering
from kmeans_gui.clustering import Floats, Step
from kmeans_gui.clustering.kernels import warming
from kmeans_gui.clustering.neighborhoods import FAMILY

TINY = 300
"""Points of a smoke run."""

Sides = tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]


def blobs(n: int, d: int = 2) -> Floats:
    """Return points around 15 centers, and a tenth of them anywhere."""
    rng = np.random.default_rng(0)
    X: Floats = rng.normal(size=(n, d)) + rng.uniform(-30, 30, (15, d))[rng.integers(0, 15, n)]
    X[: n // 10] = rng.uniform(-35, 35, (n // 10, d))
    return X


def dbscan(n: int, d: int, share: float) -> Case:
    """Return a case in which a neighborhood has about ``share`` of a cluster's points."""
    eps = share ** (1 / d) * 2

    def make(quick: bool) -> Sides:
        from sklearn.cluster import DBSCAN

        warming.warm(FAMILY)
        X = blobs(TINY if quick else n, d)

        def ours() -> Step:
            return clustering.fit("dbscan", X, eps=eps)

        def peer() -> Any:
            return DBSCAN(eps=eps).fit(X)

        return ours, peer, same_labels

    return Case(f"dbscan, N = {n:,}, d = {d}; scikit-learn", 1.0, make)


def same_labels(ours: Step, peer: Any) -> None:
    """Assert that all labels are the same, noise included."""
    assert np.array_equal(ours.labels, peer.labels_)


def agglomerative(n: int, linkage: str, peer_name: str, d: int = 2, k: int = 10) -> Case:
    """Return a case with one linkage, cut into ``k`` clusters."""

    def make(quick: bool) -> Sides:
        from scipy.cluster.hierarchy import fcluster
        from scipy.cluster.hierarchy import linkage as scipy_linkage
        from sklearn.cluster import AgglomerativeClustering

        warming.warm(FAMILY)
        X = blobs(TINY if quick else n, d)

        def ours() -> Step:
            return clustering.fit("agglomerative", X, linkage=linkage, k=k)

        def by_scipy() -> Any:
            return fcluster(scipy_linkage(X, linkage), k, "maxclust")

        def by_sklearn() -> Any:
            return AgglomerativeClustering(k, linkage=linkage).fit_predict(X)

        return ours, by_scipy if peer_name == "scipy" else by_sklearn, same_partition

    return Case(f"agglomerative, {linkage}, N = {n:,}, d = {d}; {peer_name}", 1.0, make)


def same_partition(ours: Step, peer: Any) -> None:
    """Assert that the clusters are the same, however they are numbered."""
    pairs = set(zip(ours.labels.tolist(), peer.tolist(), strict=True))
    assert len(pairs) == len(set(peer.tolist())) == ours.k


CASES = (
    dbscan(10_000, 2, 0.02),
    dbscan(100_000, 2, 0.002),
    dbscan(1_000_000, 2, 0.0002),
    dbscan(10_000, 3, 0.02),
    dbscan(100_000, 3, 0.002),
    dbscan(10_000, 5, 0.05),
    *(agglomerative(10_000, linkage, "scipy") for linkage in ("ward", "average", "complete", "single")),
    *(agglomerative(10_000, linkage, "scikit-learn") for linkage in ("ward", "average", "complete", "single")),
    agglomerative(20_000, "ward", "scipy"),
    agglomerative(20_000, "average", "scipy"),
    agglomerative(10_000, "ward", "scipy", d=10),
    agglomerative(100_000, "single", "scikit-learn"),
)
