"""BIC and AIC: the values against scikit-learn's, what they find, and where they have no value."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from kmeans_gui import clustering
from kmeans_gui.clustering import choosing_k, criteria
from kmeans_gui.clustering import likeliest_mixture as likeliest_mixture_module
from kmeans_gui.clustering.choosing_k import CRITERIA, OF_MIXTURES, Choices, choose_k, forecast
from kmeans_gui.clustering.criteria import Criterion, aic_of, bic_of
from kmeans_gui.clustering.likeliest_mixture import Units, likeliest_mixture, local_variances, seconds_for
from kmeans_gui.clustering.normal_mixture import COVARIANCE_TYPES, Expectation, NormalMixture, expect
from kmeans_gui.clustering.overlays import Mixture
from kmeans_gui.errors import Cancelled, UserError

CENTERS = np.array([[0.0, 0.0], [14.0, 0.0], [0.0, 9.0]])


def planted(n: int = 150, seed: int = 0) -> np.ndarray:
    """Return three long clusters side by side."""
    rng = np.random.default_rng(seed)
    return np.repeat(CENTERS, n // 3, axis=0) + rng.normal(size=(n, 2)) * [2.5, 0.6]


def of_mixtures(X: object, **options: object) -> dict[str, Criterion]:
    choices = choose_k(X, **{"max_k": 6, "n_init": 2, "references": 2, "mixtures": True, **options})
    return {criterion.name: criterion for criterion in choices.criteria if criterion.name in OF_MIXTURES}


def theirs(mixture: NormalMixture) -> GaussianMixture:
    """Return a mixture of scikit-learn's with the parameters of one of ours."""
    result = GaussianMixture(len(mixture.means))
    result.weights_, result.means_, result.covariances_ = mixture.weights, mixture.means, mixture.covariances
    result.precisions_cholesky_ = np.linalg.inv(np.linalg.cholesky(mixture.covariances)).transpose(0, 2, 1)
    return result


# The values


@pytest.mark.parametrize("kind", COVARIANCE_TYPES)
@pytest.mark.parametrize(("k", "d"), [(1, 1), (1, 3), (4, 2), (3, 5)])
def test_free_parameters_are_counted_as_in_scikit_learn(kind: str, k: int, d: int) -> None:
    X = np.random.default_rng(0).normal(size=(60, d))
    shares = clustering.fit("gaussian-mixture", X, k=k, covariance_type=kind).overlays[0]
    assert isinstance(shares, Mixture)
    fitted = GaussianMixture(k, covariance_type=kind, random_state=0).fit(X)
    counted = (fitted.bic(X) + 2 * len(X) * fitted.score(X)) / np.log(len(X))
    assert shares.of.mixture.free_parameters == pytest.approx(counted)


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_values_are_those_of_scikit_learn_with_the_same_parameters(k: int) -> None:
    X = planted()
    found = likeliest_mixture(X, X[::29][:k], np.ones(2), range(2))
    assert found is not None
    mixture, log_density = found
    reference, free = theirs(mixture), mixture.free_parameters
    assert bic_of(len(X) * log_density, free, len(X)) == pytest.approx(reference.bic(X), rel=1e-6)
    assert aic_of(len(X) * log_density, free) == pytest.approx(reference.aic(X), rel=1e-6)


def test_each_number_of_clusters_gets_the_value_of_its_best_mixture() -> None:
    X = planted()
    found = of_mixtures(X)
    for k in (1, 3):
        reference = GaussianMixture(k, n_init=10, tol=1e-6, max_iter=500, random_state=0).fit(X)
        assert found["bic"].values[k - 1] == pytest.approx(reference.bic(X), abs=0.5)
        assert found["aic"].values[k - 1] == pytest.approx(reference.aic(X), abs=0.5)


@pytest.mark.parametrize("seed", range(3))
def test_the_best_mixture_is_refined_until_all_points_together_hardly_gain_likelihood(seed: int) -> None:
    X = np.random.default_rng(seed).normal(size=(4000, 2)) * [2.0, 1.0]
    found = likeliest_mixture(X, X[:4], np.full(2, 0.1), range(4))
    assert found is not None
    mixture, log_density = found
    further = GaussianMixture(
        4,
        weights_init=mixture.weights,
        means_init=mixture.means,
        precisions_init=np.linalg.inv(mixture.covariances),
        tol=0,
        max_iter=20,
    )
    with pytest.warns(ConvergenceWarning):
        further.fit(X)
    assert len(X) * (further.score(X) - log_density) < 1


@pytest.mark.parametrize("unit", [2.0**-900, 2.0**-300, 2.0**480])
def test_another_unit_adds_the_same_to_all_values(unit: float) -> None:
    X = planted()
    near, far = of_mixtures(X), of_mixtures(X * unit)
    for name, criterion in near.items():
        np.testing.assert_allclose(far[name].values - criterion.values, 2 * X.size * np.log(unit), rtol=1e-9)
        assert far[name].suggested == criterion.suggested


def test_axes_in_other_units_are_brought_to_the_same_length() -> None:
    X = planted() * [1e-7, 1e9] + [1e3, -1e12]
    units = Units.of(X)
    lengths = np.ptp(units.measure(X), axis=0)
    assert ((lengths >= 4) & (lengths < 8)).all()
    assert units.log_volume == pytest.approx(np.log(np.ptp(X, axis=0) / lengths).sum())


# What they find


@pytest.mark.parametrize("seed", range(5))
def test_the_bic_finds_long_clusters(seed: int) -> None:
    assert of_mixtures(planted(seed=seed), seed=seed)["bic"].suggested == 3


def test_the_bic_tells_how_strong_the_evidence_is() -> None:
    values = np.array([120.0, 100.0, 107.5])
    assert criteria.bic(values).why == (
        "The BIC is lowest at K = 2: 100.0; next is 107.5 at K = 3; a difference of 7.50 is strong evidence."
    )
    assert criteria.bic(np.array([3.0, 1.0])).why.endswith("a difference of 2.00 is some evidence.")
    assert criteria.bic(np.array([1.0, 1.0])).why.endswith("hardly worth a mention.")
    assert criteria.aic(values).why == "The AIC is lowest at K = 2: 100.0; next is 107.5 at K = 3."


# Where there is no value

LINE = np.arange(30.0)


@pytest.mark.parametrize(
    "X",
    [
        [[1.0, 2.0]],
        np.ones((5, 2)),
        [[0.0, 0.0], [1.0, 1.0]],
        np.c_[LINE, LINE],
        np.c_[LINE, np.sin(LINE), 0.1 * LINE - 0.3 * np.sin(LINE) + 7],
        np.c_[LINE, np.full(30, 1e150)],
    ],
    ids=["one point", "equal points", "two points", "a line aslant", "a plane aslant", "a constant axis"],
)
def test_points_without_an_extent_in_some_direction_are_told_so_before_anything_is_fitted(
    X: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likeliest_mixture_module, "likeliest_mixture", pytest.fail)
    for name, criterion in of_mixtures(X).items():
        assert np.isnan(criterion.values).all()
        assert criterion.suggested is None
        assert criterion.why == (
            f"The {OF_MIXTURES[name][0]} is not defined for any K: the points have no extent in some direction. Leave out "
            "constant or dependent columns, or add points."
        )


def test_a_line_that_cannot_be_told_from_rounding_leaves_a_number_without_a_value() -> None:
    values = np.array([50.0, np.nan, 40.0])
    assert criteria.bic(values).why.endswith("; there is none where a cluster shrinks to a line.")
    tight = np.random.default_rng(0).normal(size=(3000, 2)) * 1e-7
    X = np.vstack([tight, np.outer(np.linspace(20, 2000, 1000), [1, 1])])
    assert likeliest_mixture(X, np.array([[0.0, 0.0], [1010.0, 1010.0]]), np.full(2, 1e-14)) is None


# Clusters that are narrow, and such that shrink


def test_clusters_far_from_each_other_keep_their_values() -> None:
    X = np.repeat([[0.0, 0.0], [1e4, 0.0], [0.0, 1e4]], 50, axis=0) + np.random.default_rng(0).normal(size=(150, 2))
    found = of_mixtures(X)["bic"]
    assert found.suggested == 3
    for k in (1, 2, 3):
        reference = GaussianMixture(k, n_init=5, random_state=0).fit(X)
        assert found.values[k - 1] == pytest.approx(reference.bic(X), abs=2)
    assert np.isfinite(found.values).all()


def test_one_point_far_off_costs_what_a_cluster_costs_and_changes_nothing_else() -> None:
    X = np.random.default_rng(0).normal(size=(3000, 2))
    alone, joined = of_mixtures(X, max_k=3)["bic"], of_mixtures(np.vstack([X, [[2e4, 2e4]]]), max_k=3)["bic"]
    assert (alone.suggested, joined.suggested) == (1, 2)
    assert 0 < joined.values[1] - alone.values[0] < 60
    assert joined.values[0] > 3 * joined.values[1]


def test_narrow_clusters_beside_wide_ones_keep_their_values() -> None:
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(500, 2)), rng.normal(size=(1000, 2)) * 1e4 + [1e5, 0]])
    reference = GaussianMixture(2, n_init=5, random_state=0).fit(X)
    assert of_mixtures(X)["bic"].values[1] == pytest.approx(reference.bic(X), abs=2)


def test_points_that_a_cluster_shrinks_to_do_not_pay() -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    assert GaussianMixture(6, n_init=5, random_state=0).fit(X).bic(X) < GaussianMixture(1).fit(X).bic(X)
    found = of_mixtures(X)
    assert found["bic"].suggested == 1
    assert np.isfinite(found["aic"].values).all()


def test_clusters_of_equal_points_are_found() -> None:
    X = np.repeat([[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0]], 5, axis=0) / 10
    for criterion in of_mixtures(X).values():
        assert np.isfinite(criterion.values).all()
        assert criterion.suggested == 4


def test_the_width_of_small_clusters_is_that_of_the_finest_partition_that_has_one() -> None:
    X = np.repeat([[0.1, 0.0], [0.7, 5.0]], 15, axis=0)
    X[:, 1] += np.tile([-1.0, 0.0, 1.0], 10)
    whole, halves, thirds = np.zeros(30, int), np.repeat([0, 1], 15), np.tile([0, 1, 2], 10) + np.repeat([0, 3], 15)
    found = local_variances(X, {1: whole, 2: halves, 6: thirds, 30: np.arange(30)})
    np.testing.assert_allclose(found, [X[:, 0].var(), 2 / 3])


# How it goes on


def test_they_are_there_only_if_asked_for() -> None:
    X = planted(30)
    without = choose_k(X, max_k=2, references=2)
    both = choose_k(X, max_k=2, references=2, mixtures=True)
    assert [criterion.name for criterion in without.criteria] == list(CRITERIA)
    assert [criterion.name for criterion in both.criteria] == [*CRITERIA, *OF_MIXTURES]
    for one, other in zip(without.criteria, both.criteria, strict=False):
        np.testing.assert_array_equal(one.values, other.values)
        assert one.why == other.why
    with pytest.raises(UserError, match="on or off"):
        choose_k(X, mixtures="yes")


def test_partial_results_tell_how_far_it_is_and_it_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing_k, "PERIOD", 0.0)
    told: list[Choices] = []
    with pytest.raises(Cancelled):
        choose_k(
            planted(),
            max_k=4,
            references=2,
            mixtures=True,
            publish=told.append,
            cancelled=lambda: bool(told) and np.isfinite(told[-1].criteria[6].values).sum() == 2,
        )
    known = [int(np.isfinite(choices.criteria[6].values).sum()) for choices in told]
    assert sorted(set(known)) == [0, 1, 2]
    assert known == sorted(known)
    assert np.isnan(told[-1].criteria[2].values).all()


def test_it_is_cancelled_within_a_fit() -> None:
    questions = count()
    with pytest.raises(Cancelled):
        likeliest_mixture(planted(3000), CENTERS, np.ones(2), range(9), cancelled=lambda: next(questions) > 5)


def test_the_values_are_those_of_the_points_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing_k, "MOST", 60)
    X = planted(600)
    choices = choose_k(X, max_k=1, references=2, mixtures=True)
    step = choices.fits[1]
    rows = X[np.sort(np.random.default_rng(0).choice(len(X), 60, replace=False))]
    np.testing.assert_allclose(step.centroids[0], rows.mean(axis=0))
    reference = GaussianMixture(1).fit(rows)
    assert choices.criteria[6].values[0] == pytest.approx(reference.bic(rows), rel=1e-5)


def test_a_forecast_counts_them_in(monkeypatch: pytest.MonkeyPatch) -> None:
    X = planted(30)
    assert seconds_for(X, 3) > 0
    monkeypatch.setattr(choosing_k, "seconds_for", lambda X, k, cancelled: 1e6)
    assert forecast(X, max_k=4, mixtures=True) > 4e6 > forecast(X, max_k=4)


@pytest.mark.parametrize(("shape", "k"), [((20_000, 50), 2000), ((3000, 2), 4), ((300, 300), 100)])
def test_a_forecast_tries_little_however_much_there_is(shape: tuple[int, int], k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def watched(X: np.ndarray, mixture: NormalMixture, *options: object) -> Expectation:
        tried.append(X.size * mixture.means.size)
        return expect(X, mixture, *options)

    monkeypatch.setattr(likeliest_mixture_module, "expect", watched)
    assert seconds_for(np.random.default_rng(0).normal(size=shape), k) > 0
    assert 0 < sum(tried) <= 1 << 28


def test_a_forecast_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        seconds_for(planted(), 3, lambda: True)
