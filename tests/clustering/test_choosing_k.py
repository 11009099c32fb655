"""How many clusters: the criteria by hand and against plain implementations, and what they find on boards that are known."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from scipy.cluster.vq import kmeans2
from sklearn.cluster import KMeans

from kmeans_gui import clustering
from kmeans_gui.clustering import choosing_k, criteria
from kmeans_gui.clustering.choosing_k import CRITERIA, Choices, choose_k, forecast
from kmeans_gui.clustering.criteria import Criterion
from kmeans_gui.clustering.reference_points import Box
from kmeans_gui.errors import Cancelled, UserError

SQUARE = np.array([[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0]])
"""For K = 1 the inertia is 104, for 2 it is 4, for 3 it is 2, for 4 it is 0."""


def named(choices: Choices) -> dict[str, Criterion]:
    return {criterion.name: criterion for criterion in choices.criteria}


@cache
def planted(seed: int, d: int = 2) -> tuple[int, np.ndarray]:
    """Return a number of clusters, 2 to 10, and points around centers ten standard deviations or more apart."""
    rng = np.random.default_rng(seed)
    k, centers = int(rng.integers(2, 11)), np.empty((0, d))
    while len(centers) < k:
        center = rng.uniform(0, 60, d)
        if not len(centers) or np.linalg.norm(centers - center, axis=1).min() >= 10:
            centers = np.vstack([centers, center])
    return k, np.repeat(centers, 30, axis=0) + rng.normal(size=(30 * k, d))


# The criteria by themselves


def test_f_of_k_by_hand() -> None:
    # In two dimensions α is 1 − 3/8 = 0.625, then 0.625 + 0.375/6 = 0.6875, then 0.6875 + 0.3125/6.
    values = criteria.f_values(np.array([104.0, 4.0, 2.0, 0.0, 0.0]), 2)
    np.testing.assert_allclose(values, [1, 4 / (0.625 * 104), 2 / (0.6875 * 4), 0, 1])
    assert criteria.f_values(np.array([8.0, 1.0]), 1)[1] == 1 / (0.25 * 8)


def test_f_of_k_suggests_one_unless_a_value_is_clearly_low() -> None:
    assert criteria.fk(np.array([1.0, 0.9, 0.86])).suggested == 1
    assert criteria.fk(np.array([1.0, 0.8, 0.5, 0.7])).suggested == 3


def logs(gaps: list[float], wobble: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Return logarithms of inertia, of points and of six references, whose gaps are these."""
    rows = np.arange(1.0, len(gaps) + 1)[:, None]
    theirs = wobble * np.sin(rows * np.arange(1, 7)) - rows
    return theirs.mean(axis=1) - np.array(gaps), theirs


def test_the_gap_goes_on_as_long_as_a_larger_k_is_clearly_better() -> None:
    def suggested(gaps: list[float]) -> int | None:
        return criteria.gap(*logs(gaps)).suggested

    assert suggested([0.0, 2.0, 2.01, 1.5]) == 2
    assert suggested([0.0, 0.01, 0.02, 0.01]) == 1
    assert suggested([0.0, 2.0, 4.0, 6.0]) is None
    assert suggested([0.0, 2.0, np.inf, np.nan]) == 3
    assert suggested([np.nan]) is None


def test_the_gap_looks_past_a_first_rise_that_is_too_small_and_says_so() -> None:
    verdict = criteria.gap(*logs([0.0, -0.1, 3.0, 2.0]))
    assert verdict.suggested == 3
    assert verdict.why.endswith("looking no farther than the next K, one would stop at 1.")


def test_with_few_references_more_is_needed_to_go_on() -> None:
    ours, theirs = logs([0.0, 0.6, 0.5])
    assert criteria.gap(ours, theirs).suggested == 2
    assert criteria.gap(ours, theirs[:, :2]).suggested == 1


def test_chance_is_students_prediction_interval() -> None:
    _, theirs = logs([0.0, 0.0])
    fall = theirs[0] - theirs[1]
    most = stats.t.ppf(0.99, 5, fall.mean(), fall.std(ddof=1) * math.sqrt(7 / 6))
    for ours, expected in ((np.array([most - 1e-9, 0.0]), 1), (np.array([most + 1e-9, 0.0]), None)):
        assert criteria.gap(ours, theirs).suggested == expected


@pytest.mark.parametrize(("larger", "beyond"), [(1, 2), (2, None)])
def test_two_larger_k_share_the_chance_of_one(larger: int, beyond: int | None) -> None:
    _, theirs = logs([0.0, 0.0, 0.0])
    fall = theirs[0] - theirs[larger]
    most = stats.t.ppf(1 - 0.01 / 2, 5, fall.mean(), fall.std(ddof=1) * math.sqrt(7 / 6))
    for fallen, expected in ((most - 1e-9, 1), (most + 1e-9, beyond)):
        ours = np.array([0.0, 99.0, 99.0])  # the other one gains nothing
        ours[larger] = -fallen
        assert criteria.gap(ours, theirs).suggested == expected


def test_the_knee_of_a_curve() -> None:
    assert criteria.elbow(np.array([100.0, 40.0, 10.0, 8.0, 6.0, 4.0, 2.0, 0.0])).suggested == 3
    assert criteria.elbow(np.linspace(10, 0, 8)).suggested is None
    assert criteria.elbow(np.array([3.0, 1.0])).suggested is None
    assert criteria.elbow(np.zeros(5)).suggested is None
    # The knee of the paper's Figure 2, turned to a falling convex curve: y = 1 / (x + 0.1) at x = 0, 0.1, … 0.9.
    assert criteria.elbow(1 / (np.arange(10) / 10 + 0.1)).suggested == 3


# Against plain implementations


def plain_gap(X: np.ndarray, max_k: int, references: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the gaps and their errors by scikit-learn and the formulas of the paper."""

    def log_w(points: np.ndarray, k: int) -> float:
        return math.log(KMeans(k, n_init=20, tol=0, random_state=0).fit(points).inertia_)

    drawn = [
        X[0] + ((X - X[0]).min(axis=0) + np.random.default_rng([seed, b]).random(X.shape) * np.ptp(X - X[0], axis=0))
        for b in range(references)
    ]
    logs = np.array([[log_w(points, k) for points in drawn] for k in range(1, max_k + 1)])
    ours = np.array([log_w(X, k) for k in range(1, max_k + 1)])
    mean = logs.mean(axis=1)
    deviation = np.sqrt(((logs - mean[:, None]) ** 2).mean(axis=1))
    return mean - ours, deviation * math.sqrt(1 + 1 / references)


def test_the_gap_is_that_of_a_plain_implementation_on_the_same_references() -> None:
    _, X = planted(2)
    X = X[::6]
    found = named(choose_k(X, max_k=3, n_init=20, references=6, seed=4))["gap"]
    gaps, errors = plain_gap(X, 3, 6, 4)
    np.testing.assert_allclose(found.values, gaps, atol=1e-3)
    np.testing.assert_allclose(found.errors, errors, atol=1e-3)


def test_values_by_hand_on_a_tiny_board() -> None:
    found = named(choose_k(SQUARE, max_k=9, references=3))
    np.testing.assert_allclose(found["elbow"].values, [104, 4, 2, 0])
    np.testing.assert_allclose(found["fk"].values, [1, 4 / 65, 2 / 2.75, 0])
    # Between the clusters 100, within them 4 and 2.
    np.testing.assert_allclose(found["calinski-harabasz"].values, [np.nan, 100 / 1 / (4 / 2), (102 / 2) / (2 / 1), np.nan])
    far = (10 + math.sqrt(104)) / 2
    np.testing.assert_allclose(found["silhouette"].values[:2], [np.nan, 1 - 2 / far])
    np.testing.assert_allclose(found["davies-bouldin"].values[:2], [np.nan, 0.2])
    assert np.isnan([found[name].values[3] for name in ("silhouette", "davies-bouldin", "gap")]).all()
    assert found["silhouette"].suggested == 2


def test_the_best_of_all_runs_counts() -> None:
    _, X = planted(3)
    choices = choose_k(X, max_k=6, n_init=7, references=2, seed=11)
    for k, step in choices.fits.items():
        best = min(clustering.fit("lloyd", X, k=k, seed=seed).objective for seed in range(11, 18))
        assert step.objective == named(choices)["elbow"].values[k - 1] == best
        assert len(step.labels) == len(X)


def test_the_principal_axes_make_a_box_that_fits_points_that_lie_aslant() -> None:
    rng = np.random.default_rng(0)
    X = np.outer(rng.uniform(-5, 5, 500), [1, 1]) + np.outer(rng.uniform(-0.1, 0.1, 500), [1, -1]) + 1e6
    drawn = Box.around(X, "pca").draw(4000, rng) - 1e6
    assert np.abs(drawn[:, 0] - drawn[:, 1]).max() < 0.3
    assert np.abs(drawn).max() == pytest.approx(5.1, abs=0.2)
    assert np.cov(drawn.T) == pytest.approx(np.cov((X - 1e6).T), abs=0.6)
    wide = Box.around(X, "box").draw(4000, rng) - 1e6
    assert np.abs(wide[:, 0] - wide[:, 1]).max() > 8


# Boards that are known


@pytest.mark.parametrize("seed", range(10))
def test_the_planted_number_is_found(seed: int) -> None:
    k, X = planted(seed)
    assert named(choose_k(X, max_k=12, references=2, seed=seed))["silhouette"].suggested == k


@pytest.mark.parametrize("reference", ["box", "pca"])
@pytest.mark.parametrize("seed", range(10))
def test_the_gap_finds_the_planted_number(seed: int, reference: str) -> None:
    k, X = planted(seed)
    assert named(choose_k(X, max_k=12, n_init=5, references=10, reference=reference, seed=seed))["gap"].suggested == k


def test_nothing_is_found_where_points_are_evenly_spread() -> None:
    boards = [np.random.default_rng(seed).random((200, 2)) for seed in range(10)]
    found = [choose_k(X, max_k=5, references=20, seed=seed) for seed, X in enumerate(boards)]
    assert sum(named(choices)["gap"].suggested == 1 for choices in found) >= 9
    assert sum("gap statistic suggests K = 1" in choices.nothing_to_find for choices in found) >= 8
    assert choose_k(planted(1, 6)[1], max_k=4, references=2).nothing_to_find == ""


def test_of_fewer_than_ten_points_it_is_not_said_that_there_are_no_clusters() -> None:
    X = np.random.default_rng(20).random((10, 2))
    nine, ten = (choose_k(X[:n], max_k=4, references=10) for n in (9, 10))
    for choices in (nine, ten):
        assert named(choices)["gap"].suggested == 1
        assert choices.hopkins is not None
        assert choices.hopkins < 0.1
    assert nine.nothing_to_find == ""
    assert "no clusters" in ten.nothing_to_find


@pytest.mark.parametrize("reference", ["box", "pca"])
def test_equal_points(reference: str) -> None:
    choices = choose_k(np.ones((5, 2)), reference=reference, references=2)
    assert [criterion.suggested for criterion in choices.criteria] == [None, None, None, 1, None, None]
    assert choices.criteria[0].ks.tolist() == [1]
    assert (choices.hopkins, choices.nothing_to_find) == (None, "All points are equal.")
    assert all(criterion.why for criterion in choices.criteria)


def test_points_that_repeat() -> None:
    found = named(choose_k(np.repeat(SQUARE, 4, axis=0)[:-4], references=4))
    assert {len(criterion.ks) for criterion in found.values()} == {3}
    assert found["gap"].suggested == 3
    assert found["silhouette"].values[2] == 1


@pytest.mark.parametrize("X", [[[1.0, 2.0]], [[1.0], [2.0]]])
def test_fewer_points_than_clusters(X: list[list[float]]) -> None:
    choices = choose_k(X, references=2)
    assert choices.criteria[0].ks.tolist() == list(range(1, len(X) + 1))
    assert choices.complete


@pytest.mark.parametrize("factor", [2.0**-900, 2.0**-600, 2.0**400])
def test_units_do_not_matter(factor: float) -> None:
    _, X = planted(5)
    near, far = (choose_k(X * unit, max_k=4, references=3, seed=1) for unit in (1.0, factor))
    for one, other in zip(near.criteria[1:], far.criteria[1:], strict=True):
        np.testing.assert_allclose(one.values, other.values, rtol=1e-9, atol=1e-9)
    ratios = far.criteria[0].values / near.criteria[0].values
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-12)
    assert [criterion.suggested for criterion in near.criteria] == [criterion.suggested for criterion in far.criteria]


def test_the_largest_points_have_references_along_their_principal_axes() -> None:
    X = np.random.default_rng(0).uniform(-1, 1, size=(200, 2))
    X = X / np.abs(X).max(axis=0) @ np.array([[1, 1], [-1, 1]]) / 2
    X *= 1e150 / np.abs(X).max()
    assert math.isfinite(named(choose_k(X, max_k=3, references=9, reference="pca"))["gap"].values[2])
    assert forecast(X, max_k=3) > 0


def test_a_sample_stands_for_many_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing_k, "MOST", 150)
    k, X = planted(4, 6)
    choices = choose_k(np.repeat(X, 3, axis=0) + np.random.default_rng(0).normal(size=(3 * len(X), 6)), references=5)
    assert (choices.n, choices.sampled) == (3 * len(X), 150)
    assert len(choices.fits[2].labels) == 150
    silhouette = named(choices)["silhouette"]
    assert silhouette.suggested == k
    assert 0 < silhouette.errors[k - 1] < 0.05


# How it goes on


def test_what_is_known_only_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing_k, "PERIOD", 0.0)
    told: list[Choices] = []
    _, X = planted(6)
    last = choose_k(X, max_k=5, references=3, publish=told.append)
    assert told[-1] is last
    assert [choices.complete for choices in told] == [False] * (len(told) - 1) + [True]
    assert len(told) > 10
    for before, after in pairwise(told):
        assert before.fits.items() <= after.fits.items()
        for old, new in zip(before.criteria, after.criteria, strict=True):
            known = ~np.isnan(old.values)
            assert np.array_equal(old.values[known], new.values[known])
            assert old.why in ("", new.why)
            assert old.suggested in (None, new.suggested)
    assert [criterion.name for criterion in last.criteria] == list(CRITERIA)


def test_the_same_seed_gives_the_same_answers_with_any_number_of_threads() -> None:
    _, X = planted(7)
    runs = []
    for workers in (1, 2):
        with clustering.kernels.use_threads(workers):
            runs.append(choose_k(X, max_k=4, references=8, seed=5))
    for one, other in zip(runs[0].criteria, runs[1].criteria, strict=True):
        assert np.array_equal(one.values, other.values, equal_nan=True)
        assert (one.suggested, one.why) == (other.suggested, other.why)
    again = choose_k(X, max_k=4, references=8, seed=6)
    assert not np.array_equal(again.criteria[2].values, runs[0].criteria[2].values)


@pytest.mark.parametrize("asked", [0, 3, 30, 200])
def test_it_can_be_cancelled(asked: int) -> None:
    _, X = planted(8)
    questions = iter(range(asked))
    with pytest.raises(Cancelled):
        choose_k(X, max_k=9, cancelled=lambda: next(questions, None) is None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"max_k": 0}, "Largest K"),
        ({"n_init": 0}, "Runs"),
        ({"references": 0}, "References"),
        ({"reference": "ball"}, "Reference"),
    ],
)
def test_what_cannot_be_used_is_refused(words: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        choose_k(SQUARE, **words)


def test_a_forecast_grows_with_the_work() -> None:
    few, many = (forecast(SQUARE, max_k=4, n_init=10, references=references) for references in (1, 100_000))
    assert 0 < few < many


@pytest.mark.parametrize("asked", [0, 3])
@pytest.mark.parametrize("n", [200, 5000])
def test_a_forecast_can_be_cancelled(n: int, asked: int) -> None:
    questions = iter(range(asked))
    with pytest.raises(Cancelled):
        forecast(np.random.default_rng(0).random((n, 2)), max_k=4, cancelled=lambda: next(questions, None) is None)


def test_runs_are_those_of_scipy_too() -> None:
    _, X = planted(9)
    step = choose_k(X, max_k=3, references=2).fits[3]
    centroids, labels = kmeans2(X, step.centroids, minit="matrix", iter=5)
    assert np.array_equal(labels, step.labels)
    np.testing.assert_allclose(centroids, step.centroids)
