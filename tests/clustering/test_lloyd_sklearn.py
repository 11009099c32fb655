"""Lloyd against scikit-learn's, over 200 random boards, with every kernel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from cases import case
from lloyd_textbook import KERNELS, dimensions
from sklearn.cluster import KMeans

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Trace
from kmeans_gui.clustering.kernels import force


def uniform(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(-1, 1, (n, 2))


def blobs(rng: np.random.Generator, n: int) -> np.ndarray:
    centers = rng.uniform(-10, 10, (rng.integers(1, 8), 3))
    return centers[rng.integers(0, len(centers), n)] + rng.normal(0, rng.uniform(0.1, 2), (n, 3))


def stretched(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.normal(size=(n, 2)) @ rng.normal(size=(2, 2)) * [1.0, 1e-3] + [0.0, 5.0]


def rings(rng: np.random.Generator, n: int) -> np.ndarray:
    angle, radius = rng.uniform(0, 2 * np.pi, n), rng.integers(1, 4, n) + rng.normal(0, 0.05, n)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def line(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_exponential((n, 1)) * 1e6 - 1e5


BOARDS = 40


Shape = Callable[[np.random.Generator, int], np.ndarray]


def run(kernel: str, X: np.ndarray, init: np.ndarray) -> Trace:
    with force(kernel):
        return clustering.run("lloyd", X, k=len(init), init=init)


SHAPES: dict[Shape, int] = {uniform: 2, blobs: 3, stretched: 2, rings: 2, line: 1}
"""And their dimensions."""


@pytest.mark.parametrize("shape", SHAPES)
def test_the_result_is_scikit_learns(shape: Shape) -> None:
    """Where a cluster empties, scikit-learn takes another point for it; those boards are left out, and few they are."""
    kernels, compared = [kernel for kernel in KERNELS if SHAPES[shape] in dimensions(kernel)], 0
    for seed in range(BOARDS):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(3, 501))
        k = int(rng.integers(1, min(12, n // 3) + 1))
        X = shape(rng, n)
        init = X[rng.choice(n, k, replace=False)]
        traces = {kernel: run(kernel, X, init) for kernel in kernels}
        if any((step.counts() == 0).any() for step in traces["plain"] if step.phase is Phase.ASSIGN):
            continue
        peer = KMeans(k, algorithm="lloyd", n_init=1, tol=0, init=init).fit(X)
        for kernel, trace in traces.items():
            with case(kernel, "seed", seed):
                assert np.array_equal(trace[-1].labels, peer.labels_)
                assert np.allclose(trace[-1].centroids, peer.cluster_centers_, rtol=1e-12, atol=1e-12 * np.abs(X).max())
                assert trace[-1].objective == pytest.approx(peer.inertia_, rel=1e-10)
                assert trace.iterations == peer.n_iter_
        compared += 1
    print(f"{compared} of {BOARDS} boards compared")  # shown by pytest -rP
    assert compared >= BOARDS - 4
