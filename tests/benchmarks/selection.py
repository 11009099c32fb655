"""How fast the number of clusters is chosen, and what that rests on, against the same work by a loop over scikit-learn.

    python tests/benchmarks/selection.py                   a table; some minutes
    python tests/benchmarks/selection.py --json            the same rows for a program
    python tests/benchmarks/selection.py --quick           a smoke run: few points, a round each, nothing asked of the speed
    python tests/benchmarks/selection.py --case restarts   the rows whose name holds a pattern (a regular expression)

Rows, rounds and ratios are those of ``family.py``. scikit-learn's runs go on until an assignment changes nothing, as ours do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed

import numpy as np
from family import run
from family_case import Case

from kmeans_gui import clustering
from kmeans_gui.clustering import Floats, Step, choosing_k, silhouette
from kmeans_gui.clustering.choosing_k import Choices
from kmeans_gui.clustering.kernels import warming

TINY = 300
"""Points of a smoke run."""

Sides = tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]
Values = dict[str, Floats]


def blobs(n: int, clusters: int = 6) -> Floats:
    """Return points around centers far from each other, read-only."""
    rng = np.random.default_rng(0)
    angles = np.arange(clusters) * (2 * np.pi / clusters)
    centers = 20 * np.column_stack([np.cos(angles), np.sin(angles)])
    X: Floats = centers[rng.integers(0, clusters, n)] + rng.normal(size=(n, 2))
    X.flags.writeable = False
    return X


def all_criteria(n: int, references: int, n_init: int) -> Case:
    """Return a case with inertia, mean silhouette, gap and f(K) for K = 1 … 10, ``n_init`` runs each."""
    max_k = 10

    def make(quick: bool) -> Sides:
        X, sets, most = (blobs(TINY), 3, 4) if quick else (blobs(n), references, max_k)
        warming.warm(silhouette.FAMILY)

        def ours() -> Choices:
            return choosing_k.choose_k(X, max_k=most, n_init=n_init, references=sets)

        def peer() -> Values:
            return plain_loop(X, most, n_init, sets)

        return ours, peer, same_values

    return Case(f"all criteria, N = {n:,}, {n_init} runs, {references} references; scikit-learn", 10.0, make)


def plain_loop(X: Floats, max_k: int, n_init: int, references: int) -> Values:
    """Return what the criteria look at, as one would write it with scikit-learn."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    def fit(points: Floats, k: int) -> Any:
        return KMeans(k, n_init=n_init, tol=0, random_state=0).fit(points)

    rng = np.random.default_rng(0)
    inertias, silhouettes, gaps = (np.full(max_k, np.nan) for _ in range(3))
    sets = [rng.uniform(X.min(axis=0), X.max(axis=0), X.shape) for _ in range(references)]
    for k in range(1, max_k + 1):
        fitted = fit(X, k)
        inertias[k - 1] = fitted.inertia_
        if k > 1:
            silhouettes[k - 1] = silhouette_score(X, fitted.labels_)
        gaps[k - 1] = np.mean([np.log(fit(points, k).inertia_) for points in sets]) - np.log(fitted.inertia_)
    f, weight = np.ones(max_k), 1 - 3 / (4 * X.shape[1])
    for i in range(1, max_k):
        f[i] = inertias[i] / (weight * inertias[i - 1])
        weight += (1 - weight) / 6
    return {"elbow": inertias, "silhouette": silhouettes, "gap": gaps, "fk": f}


def same_values(ours: Choices, peer: Values) -> None:
    """Assert that values agree as far as other starts and other references allow."""
    found = {criterion.name: criterion.values for criterion in ours.criteria}
    for name, tolerance in (("elbow", 0.05), ("silhouette", 0.05), ("gap", 0.2), ("fk", 0.15)):
        np.testing.assert_allclose(found[name], peer[name], rtol=tolerance, atol=tolerance, err_msg=name)


def restarts(n: int, k: int, count: int) -> Case:
    """Return a case with many runs on one board."""

    def make(quick: bool) -> Sides:
        from sklearn.cluster import KMeans

        X, runs = (blobs(TINY), 10) if quick else (blobs(n), count)

        def ours() -> float:
            return float(clustering.run_many(clustering.DEFAULT, X, k=k, restarts=runs).objectives.min())

        def peer() -> float:
            return min(KMeans(k, n_init=1, tol=0, random_state=seed).fit(X).inertia_ for seed in range(runs))

        return ours, peer, lambda own, other: np.testing.assert_allclose(own, other, rtol=0.02)

    return Case(f"{count:,} restarts, N = {n:,}, K = {k}; scikit-learn", 10.0, make)


def recomputed(n: int, k: int) -> Case:
    """Return a case with a run from given centroids, as after a point was moved: what live mode does."""

    def make(quick: bool) -> Sides:
        from sklearn.cluster import KMeans

        X = blobs(TINY if quick else n, k)
        start = X[np.random.default_rng(1).choice(len(X), k, replace=False)]

        def ours() -> Step:
            return clustering.fit(clustering.DEFAULT, X, init=start)

        def peer() -> Any:
            return KMeans(k, init=start, n_init=1, tol=0).fit(X)

        return ours, peer, same_end

    return Case(f"recomputed from a start, N = {n:,}, K = {k}; scikit-learn", 7.0, make)


def same_end(ours: Step, peer: Any) -> None:
    """Assert that both runs ended with the same centroids."""
    np.testing.assert_allclose(ours.centroids, peer.cluster_centers_, rtol=1e-9, atol=1e-9)


CASES = (
    all_criteria(2_000, 50, 10),
    all_criteria(20_000, 50, 2),  # with more runs a round of the peer would take minutes
    restarts(2_000, 9, 1000),
    recomputed(20_000, 15),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 if a row falls short."""
    return run("Time the choice of the number of clusters against scikit-learn.", CASES, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
