"""k-means++ on show: points are drawn with the probabilities that the paper and scikit-learn give them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2, chisquare
from sklearn.cluster import kmeans_plusplus

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.overlays import Outlined, Places, Shades

NAME = "kmeans++"
TINY = np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 1.0], [0.0, 4.0], [5.0, 5.0]])
X = np.random.default_rng(0).normal(size=(150, 2))
SIGNIFICANT = 1e-3


def watch(points: np.ndarray = X, **parameters: Any) -> list[Step]:
    return list(clustering.steps(NAME, points, **{"k": 5, "seed": 1, **parameters}))


def overlay(step: Step, kind: type) -> Any:
    return next(one for one in step.overlays if isinstance(one, kind))


def rows_of(points: np.ndarray, centroids: np.ndarray) -> tuple[int, ...]:
    return tuple(int(np.flatnonzero((points == centroid).all(axis=1))[0]) for centroid in centroids)


def squares_from(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return ((points[:, None] - centroids) ** 2).sum(axis=2).min(axis=1)


def test_pairs_are_drawn_with_the_probabilities_of_the_paper() -> None:
    """On a board of five points each ordered pair of centroids has a probability that can be written down."""
    runs, n = 4000, len(TINY)
    expected = np.zeros((n, n))
    for first in range(n):
        weights = squares_from(TINY, TINY[[first]])
        expected[first] = weights / weights.sum() / n
    drawn = np.zeros((n, n))
    for seed in range(runs):
        drawn[rows_of(TINY, clustering.fit(NAME, TINY, k=2, seed=seed).centroids)] += 1
    possible = expected > 0
    assert not drawn[~possible].any()
    assert chisquare(drawn[possible], runs * expected[possible]).pvalue > SIGNIFICANT


@pytest.mark.parametrize("trials", [1, 3])
def test_points_are_drawn_as_often_as_by_scikit_learn(trials: int) -> None:
    runs, counts = 1000, np.zeros((2, len(TINY), len(TINY)))
    for seed in range(runs):
        ours = rows_of(TINY, clustering.fit(NAME, TINY, k=3, seed=seed, n_local_trials=trials).centroids)
        _, theirs = kmeans_plusplus(TINY, 3, random_state=seed, n_local_trials=trials)
        counts[0][ours[1:]] += 1
        counts[1][tuple(theirs[1:])] += 1
    often = counts.sum(axis=0) >= 20
    pooled = counts.sum(axis=0)[often] / 2
    statistic = ((counts[0][often] - pooled) ** 2 / pooled + (counts[1][often] - pooled) ** 2 / pooled).sum()
    assert chi2.sf(statistic, np.count_nonzero(often) - 1) > SIGNIFICANT


@pytest.mark.parametrize("n", [150, 9000])
def test_as_many_candidates_as_scikit_learn_draws_give_the_start_of_k_means(n: int) -> None:
    """In the plane 9,000 points are sorted first; both go by the same order."""
    points = np.random.default_rng(0).normal(size=(n, 2))
    start = next(clustering.steps("lloyd", points, k=7, seed=4)).centroids
    assert np.array_equal(watch(points, k=7, seed=4, n_local_trials=0)[-1].centroids, start)


@pytest.mark.parametrize("trials", [0, 1, 4])
@pytest.mark.parametrize("points", [X, np.repeat(TINY, 3, axis=0), np.zeros((6, 2))], ids=["plane", "repeated", "equal"])
def test_the_last_step_is_what_fit_returns(points: np.ndarray, trials: int) -> None:
    for k in (1, 2, 6):
        last = watch(points, k=k, n_local_trials=trials)[-1]
        fitted = clustering.fit(NAME, points, k=k, seed=1, n_local_trials=trials)
        assert (last.index, last.iteration, last.objective) == (fitted.index, fitted.iteration, fitted.objective)
        assert (last.changed, str(last.note)) == (fitted.changed, str(fitted.note))
        assert np.array_equal(last.labels, fitted.labels)
        assert np.array_equal(last.centroids, fitted.centroids)


def test_the_acts_take_turns() -> None:
    assert [s.phase for s in watch(k=3)] == ["start", "draw", "weigh", "draw", "weigh", "draw", "done"]
    greedy = [s.phase for s in watch(k=3, n_local_trials=2)]
    assert greedy == ["start", "draw", *["weigh", "candidates", "draw"] * 2, "done"]


def test_one_point_becomes_a_centroid_at_each_draw() -> None:
    for before, step in pairwise(watch()):
        if step.phase == "draw":
            (row,) = overlay(step, Outlined).rows
            assert step.k == step.iteration == before.iteration + 1
            assert np.array_equal(step.centroids[-1], X[row])
            assert before.centroids is None or np.array_equal(step.centroids[:-1], before.centroids)


def test_weights_are_shares_of_the_largest_squared_distance() -> None:
    for step in watch():
        if step.phase == "weigh":
            squares = squares_from(X, step.centroids)
            assert np.allclose(overlay(step, Shades).of(), squares / squares.max())
            assert step.objective == pytest.approx(squares.sum())
            assert f"the highest is {100 * squares.max() / squares.sum():.3g} %" in str(step.note)


def test_labels_are_of_the_nearest_centroid_so_far() -> None:
    for step in watch():
        if step.phase in ("weigh", Phase.DONE):
            assert np.array_equal(step.labels, ((X[:, None] - step.centroids) ** 2).sum(axis=2).argmin(axis=1))


def test_the_candidate_that_lowers_the_inertia_most_is_kept() -> None:
    steps = watch(n_local_trials=4)
    for before, step in pairwise(steps):
        if before.phase == "candidates":
            candidates = overlay(before, Places).positions
            inertias = [squares_from(X, np.vstack([before.centroids, candidate])).sum() for candidate in candidates]
            assert len(candidates) == 4
            assert np.array_equal(step.centroids[-1], candidates[int(np.argmin(inertias))])


def test_points_that_all_lie_on_centroids_are_taken_once_each() -> None:
    last = watch(np.zeros((6, 2)), k=6)[-1]
    assert last.k == 6
    outlined = [overlay(step, Outlined).rows[0] for step in watch(np.zeros((6, 2)), k=6) if step.phase == "draw"]
    assert sorted(outlined) == list(range(6))
    assert last.objective == 0
