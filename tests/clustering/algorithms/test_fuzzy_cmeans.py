"""Fuzzy c-means against its formulas written down plainly, by hand, and against Lloyd's in the limit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.kernels import use_threads
from kmeans_gui.clustering.overlays import Mixture
from kmeans_gui.errors import Cancelled


def watch(X: object, **values: object) -> list[Step]:
    return list(clustering.steps("fuzzy-cmeans", X, **values))


def shares_of(step: Step) -> np.ndarray:
    return next(o for o in step.overlays if isinstance(o, Mixture)).of(slice(None))


def plainly(X: np.ndarray, centroids: np.ndarray, m: float, iterations: int) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Bezdek's two formulas, written down as they stand in the book."""
    objectives = []
    for _ in range(iterations):
        d = np.linalg.norm(X[:, None] - centroids, axis=2)
        u = 1 / ((d[:, :, None] / d[:, None, :]) ** (2 / (m - 1))).sum(axis=2)
        objectives.append((u**m * d**2).sum())
        centroids = (u**m).T @ X / (u**m).sum(axis=0)[:, None]
        objectives.append((u**m * np.linalg.norm(X[:, None] - centroids, axis=2) ** 2).sum())
    return u, centroids, objectives


@pytest.mark.parametrize("m", [1.2, 2.0, 3.5])
@pytest.mark.parametrize("d", [1, 2, 3, 10])
def test_it_follows_the_formulas(m: float, d: int) -> None:
    rng = np.random.default_rng(d)
    X, init = rng.normal(size=(150, d)), rng.normal(size=(4, d))
    steps = watch(X, init=init, m=m, tol=0, max_iter=7)
    u, centroids, objectives = plainly(X, init, m, 7)
    *_, assign, update, _, done = steps
    assert [s.phase for s in steps[-4:]] == [Phase.ASSIGN, Phase.UPDATE, Phase.ASSIGN, Phase.DONE]
    assert np.allclose(shares_of(assign), u, atol=1e-9)
    assert np.allclose(update.centroids, centroids, atol=1e-9)
    assert np.allclose([s.objective for s in steps[1:-2]], objectives, rtol=1e-9)
    assert np.array_equal(done.labels, np.linalg.norm(X[:, None] - done.centroids, axis=2).argmin(axis=1))


def test_three_points_by_hand() -> None:
    """Centroids at 0 and 3: of the point at 1, whose squared distances are 1 and 4, they have 4/5 and 1/5."""
    _, assign, update, *_ = watch([[0.0], [1.0], [3.0]], init=[[0.0], [3.0]])
    assert np.allclose(shares_of(assign), [[1, 0], [0.8, 0.2], [0, 1]])
    assert np.isclose(assign.objective, 0.64 * 1 + 0.04 * 4)
    assert np.allclose(update.centroids, [[0.64 / 1.64], [3.04 / 1.04]])


def test_a_point_on_centroids_is_theirs_in_equal_parts() -> None:
    _, assign, *_ = watch([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]], init=[[0.0, 0.0], [0.0, 0.0], [5.0, 0.0]])
    assert np.allclose(shares_of(assign)[[0, 2]], [[0.5, 0.5, 0], [0, 0, 1]])
    assert np.allclose(shares_of(assign)[1], np.array([16, 16, 1]) / 33)


def test_with_little_fuzziness_it_ends_as_lloyd_does() -> None:
    X = np.random.default_rng(2).normal(size=(300, 2))
    fuzzy, crisp = (
        clustering.fit(name, X, init=X[:4], **more) for name, more in (("fuzzy-cmeans", {"m": 1.01, "tol": 0}), ("lloyd", {}))
    )
    assert np.allclose(fuzzy.centroids, crisp.centroids, atol=0.02)
    assert np.mean(fuzzy.labels == crisp.labels) > 0.98
    assert np.isclose(fuzzy.objective, crisp.objective, rtol=0.01)


@pytest.mark.parametrize("m", [1.01, 1.5, 2.0, 10.0])
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_the_weighted_inertia_never_rises(m: float, offset: float) -> None:
    X = np.random.default_rng(3).normal(size=(200, 2)) + offset
    X[:40] = X[0]
    for init in (X[:5], X[:5] * 3):
        measured = [s.objective for s in watch(X, init=init, m=m, max_iter=80)[1:]]
        assert all(after <= before * (1 + 1e-12) for before, after in pairwise(measured))


def test_shifted_points_give_the_same_run() -> None:
    X = np.round(np.random.default_rng(4).normal(size=(200, 2)), 3) * 1024
    here, there = watch(X, init=X[:3]), watch(X + 1e9, init=X[:3] + 1e9)
    assert len(here) == len(there)
    assert np.allclose(here[-1].centroids, there[-1].centroids - 1e9, atol=1e-5)
    assert np.isclose(here[-1].objective, there[-1].objective, rtol=1e-9)


def test_threads_do_not_change_a_bit() -> None:
    X = np.random.default_rng(5).normal(size=(40_000, 2))
    runs = []
    for threads in (1, 2, 5):
        with use_threads(threads):
            runs.append(clustering.fit("fuzzy-cmeans", X, k=5, max_iter=4))
    assert {run.objective for run in runs} == {runs[0].objective}
    assert {run.centroids.tobytes() for run in runs} == {runs[0].centroids.tobytes()}


def test_it_is_cancelled_within_a_pass() -> None:
    X = np.random.default_rng(5).normal(size=(50_000, 2))
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += waiting
        return asked > 5

    waiting = False
    steps = clustering.steps("fuzzy-cmeans", X, k=3, cancelled=cancelled)
    assert next(steps).phase is Phase.START
    waiting = True
    with pytest.raises(Cancelled):
        next(steps)
