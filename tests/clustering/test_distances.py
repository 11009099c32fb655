"""The metrics, against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from kmeans_gui.clustering import distances
from kmeans_gui.errors import Cancelled

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("metric", distances.METRICS)
@pytest.mark.parametrize("d", [1, 2, 5])
def test_distances_are_scikit_learns(metric: str, d: int) -> None:
    A, B = RNG.normal(size=(30, d)), RNG.normal(size=(4, d))
    A[3] = 0
    assert np.allclose(distances.between(A, B, metric), pairwise_distances(A, B, metric=metric), atol=1e-12)


@pytest.mark.parametrize("metric", distances.METRICS)
def test_the_nearest_of_many_points(metric: str) -> None:
    X, centers = RNG.normal(size=(100_000, 2)), RNG.normal(size=(7, 2))
    centers[2] = np.nan
    table = pairwise_distances(X, np.delete(centers, 2, axis=0), metric=metric)
    labels, far = distances.nearest(X, centers, metric, lambda: False)
    assert np.array_equal(labels, np.delete(np.arange(7), 2)[table.argmin(axis=1)])
    assert np.allclose(far, table.min(axis=1), atol=1e-12)


def test_ties_go_to_the_lowest_index() -> None:
    labels, _ = distances.nearest(
        np.array([[0.0, 0.0]]), np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), "manhattan", lambda: False
    )
    assert labels.tolist() == [1]


def test_it_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        distances.nearest(np.zeros((10, 2)), np.zeros((1, 2)), "euclidean", lambda: True)
