"""The Gaussian mixture against scikit-learn's from the same start, and what a mixture promises."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.algorithms.gaussian_mixture import recall
from kmeans_gui.clustering.kernels import use_threads
from kmeans_gui.clustering.overlays import Ellipses, Mixture, Overlay, Tags
from kmeans_gui.errors import Cancelled, UserError

TYPES = ("full", "tied", "diag", "spherical")


def groups(d: int, k: int = 3, n: int = 300, seed: int = 0) -> np.ndarray:
    """Return points around k centers, stretched in a direction of each center's own."""
    rng = np.random.default_rng(seed)
    centers, shapes = rng.normal(scale=3, size=(k, d)), rng.normal(size=(k, d, d))
    members = rng.integers(k, size=n)
    return centers[members] + np.einsum("nij,nj->ni", shapes[members], rng.normal(size=(n, d)))


def watch(X: np.ndarray, **values: object) -> list[Step]:
    return list(clustering.steps("gaussian-mixture", X, **values))


def overlay(step: Step, kind: type[Overlay]) -> Overlay:
    return next(o for o in step.overlays if isinstance(o, kind))


def peer(X: np.ndarray, start: Step, covariance_type: str, **values: object) -> GaussianMixture:
    """Fit scikit-learn's mixture from the same start."""
    k, d = start.centroids.shape
    precision = 1 / overlay(start, Ellipses).covariances[0, 0, 0]
    precisions = {
        "full": np.tile(precision * np.eye(d), (k, 1, 1)),
        "tied": precision * np.eye(d),
        "diag": np.full((k, d), precision),
        "spherical": np.full(k, precision),
    }[covariance_type]
    return GaussianMixture(
        k,
        covariance_type=covariance_type,
        means_init=start.centroids,
        weights_init=np.full(k, 1 / k),
        precisions_init=precisions,
        **values,
    ).fit(X)


def in_full(model: GaussianMixture, covariance_type: str) -> np.ndarray:
    k, d = model.means_.shape
    if covariance_type == "full":
        return model.covariances_
    if covariance_type == "tied":
        return np.tile(model.covariances_, (k, 1, 1))
    return np.array([c * np.eye(d) for c in model.covariances_])


@pytest.mark.parametrize("covariance_type", TYPES)
@pytest.mark.parametrize("d", [1, 2, 3, 10])
def test_runs_as_scikit_learn_does(covariance_type: str, d: int) -> None:
    X = groups(d, seed=d)
    steps = watch(X, k=3, covariance_type=covariance_type, tol=1e-5, max_iter=1000)
    model = peer(X, steps[0], covariance_type, tol=1e-5, max_iter=1000)
    last = steps[-1]
    assert last.iterations == model.n_iter_
    assert np.allclose(last.centroids, model.means_, rtol=1e-6, atol=1e-6)
    assert np.allclose(overlay(last, Ellipses).covariances, in_full(model, covariance_type), rtol=1e-6, atol=1e-6)
    assert np.array_equal(last.labels, model.predict(X))
    assert np.isclose(last.objective, model.score(X), rtol=1e-9)
    assigned = [s.objective for s in steps if s.phase is Phase.ASSIGN]
    assert np.allclose(assigned[:-1], model.lower_bounds_, rtol=1e-9)
    assert np.allclose(overlay(last, Mixture).of(slice(None)), model.predict_proba(X), atol=1e-6)
    assert np.allclose(last.overlays[0].of.mixture.weights, model.weights_, atol=1e-6)


@pytest.mark.parametrize("covariance_type", TYPES)
@pytest.mark.parametrize("board", ["duplicates", "all equal", "as many as points"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_degenerate_points_end_as_with_scikit_learn(covariance_type: str, board: str) -> None:
    X, k = {
        "duplicates": (np.repeat([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]], 5, axis=0), 3),
        "all equal": (np.full((6, 2), 1.5), 2),
        "as many as points": (np.array([[0.0, 0.0], [5.0, 1.0], [0.0, 7.0], [8.0, 8.0]]), 4),
    }[board]
    steps = watch(X, k=k, covariance_type=covariance_type)
    model = peer(X, steps[0], covariance_type)
    assert steps[-1].iterations == model.n_iter_
    assert np.allclose(steps[-1].centroids, model.means_, atol=1e-9)
    assert np.allclose(overlay(steps[-1], Ellipses).covariances, in_full(model, covariance_type), atol=1e-9)
    assert np.isclose(steps[-1].objective, model.score(X))


@pytest.mark.parametrize("covariance_type", TYPES)
@pytest.mark.parametrize(("reg_covar", "slack"), [(0.0, 1e-12), (1e-6, 1e-9)])
def test_the_log_likelihood_only_rises(covariance_type: str, reg_covar: float, slack: float) -> None:
    for seed in range(5):
        X = groups(2, k=4, seed=seed)
        steps = watch(X, k=4, covariance_type=covariance_type, tol=0, max_iter=60, reg_covar=reg_covar)
        measured = [step.objective for step in steps[1:]]
        assert all(after >= before - slack * abs(before) for before, after in pairwise(measured))


def test_the_objective_is_that_of_the_parameters_on_show() -> None:
    X = groups(3, seed=4)
    for step in watch(X, k=3)[1:]:
        ellipses, weights = overlay(step, Ellipses), [float(text) for text in overlay(step, Tags).texts]
        mixture = step.overlays[0].of.mixture if step.phase is not Phase.UPDATE else None
        if mixture is not None:
            weights = mixture.weights
            density = sum(
                w * multivariate_normal(m, c).pdf(X)
                for w, m, c in zip(weights, ellipses.means, ellipses.covariances, strict=True)
            )
            assert np.isclose(step.objective, np.log(density).mean(), rtol=1e-9)


def test_an_m_step_gives_the_weighted_moments() -> None:
    X = groups(2, seed=6)
    _, assign, update, *_ = watch(X, k=3, reg_covar=0)
    shares = overlay(assign, Mixture).of(slice(None))
    assert np.allclose(shares.sum(axis=1), 1)
    assert np.array_equal(shares.argmax(axis=1), assign.labels)
    for j, share in enumerate(shares.T):
        assert np.allclose(update.centroids[j], np.average(X, axis=0, weights=share))
        assert np.allclose(overlay(update, Ellipses).covariances[j], np.cov(X.T, aweights=share, bias=True))
        assert overlay(update, Tags).texts[j] == f"{share.mean():.2f}"


def test_a_narrow_cluster_far_away_keeps_its_digits() -> None:
    """Where two clusters are 1e6 times farther apart than they are wide, and start from badly placed means."""
    rng = np.random.default_rng(3)
    near, far = rng.normal(size=(50, 2)), rng.normal(size=(50, 2)) + 1e6
    last = clustering.fit("gaussian-mixture", np.r_[near, far], init=[[3e5, 2e5], [6e5, 7e5]], max_iter=500)
    for found, group in zip(overlay(last, Ellipses).covariances, (near, far), strict=True):
        assert np.allclose(found, np.cov(group.T, bias=True), rtol=1e-5)


def test_shifted_points_give_the_same_run() -> None:
    X = np.round(groups(2, seed=8), 3) * 1024  # so that the shift is nearly exact
    here, there = watch(X, k=3, init=X[:3]), watch(X + 1e9, k=3, init=X[:3] + 1e9)
    assert len(here) == len(there)
    assert np.array_equal(here[-1].labels, there[-1].labels)
    assert np.isclose(here[-1].objective, there[-1].objective, rtol=1e-9)


def test_threads_do_not_change_a_bit() -> None:
    X = groups(3, n=40_000, seed=1)
    runs = []
    for threads in (1, 2, 5):
        with use_threads(threads):
            runs.append(watch(X, k=4, max_iter=4))
    for steps in runs[1:]:
        for a, b in zip(runs[0], steps, strict=True):
            assert a.objective == b.objective
            assert a.centroids.tobytes() == b.centroids.tobytes()
            assert a.labels.tobytes() == b.labels.tobytes()


def test_labels_of_many_points_can_be_recalled() -> None:
    X = groups(2, n=30_000, seed=2)
    for step in watch(X, k=5, max_iter=3):
        if step.changed:
            assert np.array_equal(recall(X, replace(step, assignment=np.empty(0, np.int8))), step.labels)


def test_it_is_cancelled_within_a_pass() -> None:
    X = groups(2, n=50_000, seed=2)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += waiting
        return asked > 5

    waiting = False
    steps = clustering.steps("gaussian-mixture", X, k=3, cancelled=cancelled)
    assert next(steps).phase is Phase.START
    waiting = True
    with pytest.raises(Cancelled):
        next(steps)


def test_a_cluster_on_a_line_is_refused_in_words_without_regularization() -> None:
    line = np.c_[np.arange(9.0), np.arange(9.0)]
    with pytest.raises(UserError, match=r"cluster 1 is singular: its points coincide or lie on a line\. Choose a larger"):
        watch(line, k=1, reg_covar=0, max_iter=5)


def test_it_stops_when_it_may_not_go_on() -> None:
    X = groups(2)
    steps = watch(X, k=3, tol=0, max_iter=2)
    assert str(steps[-1].note).startswith("Stopped")
    with pytest.warns(ConvergenceWarning):
        model = peer(X, steps[0], "full", tol=0, max_iter=2)
    assert np.allclose(steps[-1].centroids, model.means_)
