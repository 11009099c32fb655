"""How centroids start."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import chisquare
from sklearn.cluster import kmeans_plusplus

from kmeans_gui.clustering.kernels import choose
from kmeans_gui.clustering.seeding import STARTS

AT_POINTS = ["k-means++", "random", "farthest-first"]
"""The starts that take points of the board, each at most once while there are enough different ones."""


def start(name: str, X: np.ndarray, k: int, seed: int = 0) -> np.ndarray:
    return STARTS[name][1](X, k, np.random.default_rng(seed), choose(X, k))


def potential(X: np.ndarray, centroids: np.ndarray) -> float:
    return float(((X[:, None] - centroids) ** 2).sum(axis=2).min(axis=1).sum())


@pytest.fixture(scope="module")
def board() -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.uniform(-1, 1, (12, 2))[rng.integers(0, 12, 400)] + rng.normal(0, 0.05, (400, 2))


@pytest.mark.parametrize("name", STARTS)
def test_the_seed_decides(name: str, board: np.ndarray) -> None:
    first = start(name, board, 7)
    assert first.shape == (7, 2)
    assert first.dtype == np.float64
    assert np.array_equal(first, start(name, board, 7))
    assert not np.array_equal(first, start(name, board, 7, seed=1))


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.parametrize(("n", "d"), [(1, 1), (1, 3), (6, 1), (6, 5)])
def test_as_many_centroids_as_points(name: str, n: int, d: int) -> None:
    X = np.random.default_rng(2).normal(size=(n, d))
    centroids = start(name, X, n)
    assert centroids.shape == (n, d)
    assert np.isfinite(centroids).all()
    if name != "box":  # every point is a centroid
        assert np.array_equal(np.sort(centroids, axis=0), np.sort(X, axis=0))


@pytest.mark.parametrize("name", AT_POINTS)
@pytest.mark.parametrize("seed", range(5))
def test_these_take_different_points(name: str, seed: int, board: np.ndarray) -> None:
    centroids = start(name, board, 40, seed)
    assert (centroids[:, None] == board).all(axis=2).any(axis=1).all()
    assert len(np.unique(centroids, axis=0)) == 40


@pytest.mark.parametrize("name", STARTS)
def test_all_points_equal(name: str) -> None:
    assert np.array_equal(start(name, np.full((5, 2), 0.1), 3), np.full((3, 2), 0.1))


@pytest.mark.parametrize("name", ["k-means++", "farthest-first"])
def test_fewer_different_points_than_centroids(name: str) -> None:
    X = np.repeat([[0.0, 0.0], [1.0, 0.0], [0.0, 9.0]], 4, axis=0)
    centroids = start(name, X, 6)
    assert len(centroids) == 6
    assert np.array_equal(np.unique(centroids, axis=0), np.unique(X, axis=0))


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.parametrize("scale", [1e150, 1e-150])
def test_the_largest_and_the_smallest_coordinates(name: str, scale: float, board: np.ndarray) -> None:
    X = board / np.abs(board).max() * scale
    centroids = start(name, X, 12)
    assert np.isfinite(centroids).all()
    assert np.allclose(centroids / scale, start(name, X / scale, 12), rtol=1e-9)


def test_random_takes_every_point_equally_often() -> None:
    X = np.arange(6.0)[:, None]
    taken = np.concatenate([start("random", X, 2, seed)[:, 0] for seed in range(1500)]).astype(int)
    assert chisquare(np.bincount(taken, minlength=6)).pvalue > 0.001


def test_random_partition_gives_means(board: np.ndarray) -> None:
    """With thirty-odd points in each part, the means crowd around the middle of the board."""
    assert np.allclose(start("random-partition", board, 1), board.mean(axis=0))
    centroids = start("random-partition", board, 12)
    assert (np.abs(centroids - board.mean(axis=0)) < 4 * board.std(axis=0) / np.sqrt(400 / 12)).all()


def test_random_partition_may_put_any_points_together() -> None:
    parts = {tuple(sorted(start("random-partition", np.array([[0.0], [1.0], [5.0]]), 2, seed)[:, 0])) for seed in range(50)}
    assert parts == {(0.5, 5.0), (1.0, 2.5), (0.0, 3.0)}


def test_random_partition_leaves_no_part_empty() -> None:
    X = np.arange(5.0)[:, None]
    assert all(np.isfinite(start("random-partition", X, 4, seed)).all() for seed in range(50))


def test_box_fills_the_bounding_box(board: np.ndarray) -> None:
    X = board * [1.0, 100.0] + [5.0, 0.0]
    drawn = start("box", X, 400)
    assert (X.min(axis=0) <= drawn).all()
    assert (drawn <= X.max(axis=0)).all()
    halves = (drawn > (X.min(axis=0) + X.max(axis=0)) / 2).sum(axis=0)
    assert (np.abs(halves - 200) < 50).all()


def test_farthest_first_takes_the_point_farthest_from_those_before(board: np.ndarray) -> None:
    centroids = start("farthest-first", board, 9)
    for i in range(1, 9):
        nearest = np.linalg.norm(board[:, None] - centroids[:i], axis=2).min(axis=1)
        assert np.array_equal(centroids[i], board[nearest.argmax()])


def greedy_probabilities(X: np.ndarray, first: int) -> np.ndarray:
    """Work out how likely each point is to be second: the better of two draws by squared distance."""
    weights = ((X - X[first]) ** 2).sum(axis=1)
    weights /= weights.sum()
    left = [potential(X, X[[first, second]]) for second in range(len(X))]
    chances = np.zeros(len(X))
    for a, b in product(range(len(X)), repeat=2):
        chances[a if left[a] <= left[b] else b] += weights[a] * weights[b]
    return chances


def test_k_means_plus_plus_draws_by_squared_distance() -> None:
    X = np.array([[0.0, 0.0], [1.0, 0.5], [3.0, 0.0], [3.5, 1.0], [0.0, 4.0]])
    chances = np.array([greedy_probabilities(X, first) for first in range(5)]) / 5
    drawn = np.zeros((5, 5), int)
    runs = 4000
    for seed in range(runs):
        pair = start("k-means++", X, 2, seed)
        first, second = ((X[:, None] == pair).all(axis=2)).argmax(axis=0)
        drawn[first, second] += 1
    assert not drawn[chances == 0].any()
    assert chisquare(drawn[chances > 0], runs * chances[chances > 0]).pvalue > 0.001


def test_k_means_plus_plus_is_as_good_as_scikit_learns(board: np.ndarray) -> None:
    seeds = range(100)
    ours = np.mean([potential(board, start("k-means++", board, 8, seed)) for seed in seeds])
    peer = np.mean([potential(board, kmeans_plusplus(board, 8, random_state=seed)[0]) for seed in seeds])
    assert ours == pytest.approx(peer, rel=0.05)
