"""Small runs are made in one compiled call: they must end as the steps that can be watched do, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import kernels
from kmeans_gui.clustering.step import Step


@pytest.fixture(autouse=True)
def _warm() -> None:
    if not kernels.warm():
        pytest.skip("there is no compiler")


def said(step: Step) -> tuple[object, ...]:
    assert step.centroids is not None
    labels = step.labels.dtype, step.labels.tobytes()
    return (
        labels,
        step.centroids.tobytes(),
        step.objective,
        step.index,
        step.iteration,
        step.phase,
        str(step.title),
        str(step.note),
    )


@pytest.mark.parametrize("rule", ["farthest", "keep", "drop"])
@pytest.mark.parametrize("max_iter", [1, 2, 3, 300])
@pytest.mark.parametrize(("n", "d", "k"), [(10, 2, 3), (40, 1, 9), (60, 3, 12), (200, 5, 4), (2000, 2, 15)])
def test_a_small_run_ends_as_its_steps_do(n: int, d: int, k: int, max_iter: int, rule: str) -> None:
    rng = np.random.default_rng(n)
    X = rng.integers(-3, 4, (n, d)) / 10.0 if n < 100 else rng.normal(5.0, 1e-3, (n, d))
    init = X[rng.integers(0, n, k)] + rng.normal(0.0, 1.0, (k, d)) * (rng.random((k, 1)) < 0.3)  # some far from all points
    parameters = {"k": k, "init": init, "max_iter": max_iter, "empty_clusters": rule}
    *_, last = clustering.steps("lloyd", X, **parameters)
    assert said(clustering.fit("lloyd", X, **parameters)) == said(last)


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e-9, 1e149])
def test_it_does_so_at_any_scale(size: float) -> None:
    X = np.random.default_rng(1).uniform(-1.0, 1.0, (30, 2)) * size
    *_, last = clustering.steps("lloyd", X, k=4, init=X[:4])
    assert said(clustering.fit("lloyd", X, k=4, init=X[:4])) == said(last)


def test_the_start_and_the_points_are_left_alone() -> None:
    X = np.random.default_rng(2).uniform(-1.0, 1.0, (30, 2))
    points, start = X.copy(), X[:3].copy()
    step = clustering.fit("lloyd", points, k=3, init=start)
    assert np.array_equal(points, X)
    assert np.array_equal(start, X[:3])
    assert points.flags.writeable
    assert start.flags.writeable
    assert step.centroids is not None
    assert not step.centroids.flags.writeable
    assert not step.labels.flags.writeable
