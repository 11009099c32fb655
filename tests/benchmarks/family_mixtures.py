"""Cases of the family's benchmark: mixtures and modes. The Gaussian mixture, fuzzy c-means and mean shift."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from family_case import Case

from kmeans_gui import clustering
from kmeans_gui.clustering import Floats, Step
from kmeans_gui.clustering.overlays import Ellipses

K = 8
ITERATIONS = 10


def groups(n: int) -> Floats:
    rng = np.random.default_rng(7)
    return rng.normal(scale=6.0, size=(K, 2))[rng.integers(K, size=n)] + rng.normal(size=(n, 2))


def gaussian_mixture(n: int, quick: bool) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    X = groups(500 if quick else n)
    values = {"init": X[:K].copy(), "tol": 0.0, "max_iter": ITERATIONS}
    start = next(clustering.steps("gaussian-mixture", X, **values))
    circles = next(overlay for overlay in start.overlays if isinstance(overlay, Ellipses))
    peer = GaussianMixture(
        K,
        means_init=circles.means,
        weights_init=np.full(K, 1 / K),
        precisions_init=np.linalg.inv(circles.covariances),
        tol=0.0,
        max_iter=ITERATIONS,
    )

    def fit() -> GaussianMixture:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return peer.fit(X)

    def check(ours: Step, theirs: GaussianMixture) -> None:
        assert ours.iterations == theirs.n_iter_, "another number of iterations"
        assert np.allclose(ours.centroids, theirs.means_, atol=1e-6), "other means"
        assert np.isclose(ours.objective, theirs.score(X)), "another log-likelihood"

    return partial(clustering.fit, "gaussian-mixture", X, **values), fit, check


def fuzzy_cmeans(n: int, quick: bool) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]:
    X = groups(500 if quick else n)
    init = X[:K] + 0.5

    def plainly() -> Floats:
        """Bezdek's formulas on whole arrays, as one would write them in numpy, and a last look at the shares."""
        centroids = init
        for _ in range(ITERATIONS):
            weights = shares(centroids) ** 2
            centroids = weights.T @ X / weights.sum(axis=0)[:, None]
        shares(centroids)
        return centroids

    def shares(centroids: Floats) -> Floats:
        squares = ((X[:, None] - centroids) ** 2).sum(axis=2)
        inverse = 1 / squares
        return inverse / inverse.sum(axis=1, keepdims=True)

    def check(ours: Step, centroids: Floats) -> None:
        assert np.allclose(ours.centroids, centroids, atol=1e-6), "other centroids"

    return partial(clustering.fit, "fuzzy-cmeans", X, init=init, tol=0.0, max_iter=ITERATIONS), plainly, check


def mean_shift(n: int, bins: bool, quick: bool) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]:
    from sklearn.cluster import MeanShift

    X = groups(60 if quick else n)
    bandwidth = np.float64(1.5)
    ours = partial(clustering.fit, "mean-shift", X, bandwidth=bandwidth, bin_seeding="yes" if bins else "no")

    def check(ours: Step, theirs: MeanShift) -> None:
        assert ours.centroids.shape == theirs.cluster_centers_.shape, "another number of modes"
        assert np.allclose(ours.centroids, theirs.cluster_centers_, atol=1e-6), "other modes"
        assert np.array_equal(ours.labels, theirs.labels_), "other labels"

    return ours, partial(MeanShift(bandwidth=bandwidth, bin_seeding=bins).fit, X), check


CASES = (
    *(
        Case(f"gaussian-mixture, N = {n:,}, K = {K}: {ITERATIONS} iterations; scikit-learn", 2.0, partial(gaussian_mixture, n))
        for n in (10_000, 100_000, 1_000_000)
    ),
    *(
        Case(f"fuzzy-cmeans, N = {n:,}, K = {K}: {ITERATIONS} iterations; plain numpy", 1.0, partial(fuzzy_cmeans, n))
        for n in (10_000, 100_000)
    ),
    Case("mean-shift, N = 1,000, a seed on each point; scikit-learn", 2.0, partial(mean_shift, 1_000, False)),
    Case("mean-shift, N = 10,000, seeds in bins; scikit-learn", 2.0, partial(mean_shift, 10_000, True)),
)
