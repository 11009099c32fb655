"""DBSCAN against scikit-learn, and what its film shows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from cases import case
from sklearn.cluster import DBSCAN
from sklearn.datasets import make_blobs
from sklearn.neighbors import NearestNeighbors

from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.algorithms.dbscan import ALGORITHM, COUNT, GROW, PICK, SWEEP
from kmeans_gui.clustering.distances import METRICS
from kmeans_gui.clustering.kernels import warming
from kmeans_gui.clustering.neighborhoods import FAMILY, Pairs, Space
from kmeans_gui.clustering.overlays import Ball, Levels, Outlined, Roles
from kmeans_gui.clustering.parameters import resolve
from kmeans_gui.errors import Cancelled


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    assert warming.warm(FAMILY), warming.trouble()


def never() -> bool:
    return False


def watch(X: np.ndarray, **parameters: object) -> list[Step]:
    return list(ALGORITHM.steps(X, resolve(ALGORITHM.parameters, parameters), 0, never))


def fit(X: np.ndarray, **parameters: object) -> Step:
    return ALGORITHM.fit(X, resolve(ALGORITHM.parameters, parameters), 0, never)


def overlay(step: Step, kind: type) -> object:
    (found,) = (one for one in step.overlays if isinstance(one, kind))
    return found


def board(rng: np.random.Generator, metric: str) -> np.ndarray:
    """Return points at random, some of them twice, or of a lattice; cosine distances of lattices are ties but for rounding."""
    n, d = int(rng.integers(1, 300)), int(rng.integers(1, 6))
    if metric != "cosine" and rng.random() < 0.3:
        return rng.integers(0, 8, (n, d)).astype(float)
    X = rng.normal(size=(n, d)) + rng.integers(0, 3, (n, 1)) * 4 + rng.choice([0, 1e6])
    return np.vstack([X, X[: n // 5]])


@pytest.mark.parametrize("metric", METRICS)
def test_the_labels_are_those_of_scikit_learn(metric: str) -> None:
    for seed in range(25):
        with case("seed", seed):
            compare_with_scikit_learn(metric, seed)


def compare_with_scikit_learn(metric: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = board(rng, metric)
    eps = float(rng.choice([0.05, 0.2, 0.5, 1.0, 2.0])) * (0.0517 if metric == "cosine" else 1)
    wanted = int(rng.integers(1, 9))
    reference = DBSCAN(eps=eps, min_samples=wanted, metric=metric).fit(X)
    last = watch(X, eps=eps, min_samples=wanted, metric=metric)[-1]
    assert last.labels.tolist() == reference.labels_.tolist()
    assert fit(X, eps=eps, min_samples=wanted, metric=metric).labels.tolist() == reference.labels_.tolist()
    assert np.flatnonzero(overlay(last, Roles).assignment.labels() == Roles.CORE).tolist() == list(
        reference.core_sample_indices_
    )
    plain = Pairs(Space.of(X, metric), eps, wanted, never)
    assert plain.labels.tolist() == reference.labels_.tolist()


def test_larger_boards_are_visited_many_points_at_a_time() -> None:
    X, _ = make_blobs(8000, centers=20, center_box=(-40, 40), random_state=1)
    steps = watch(X, eps=0.4)
    assert steps[-1].labels.tolist() == DBSCAN(eps=0.4).fit_predict(X).tolist()
    assert len(steps) < 2000
    assert SWEEP in {step.phase for step in steps}


def test_with_and_without_compiled_loops_the_film_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    X, _ = make_blobs(1500, centers=5, random_state=3)
    compiled = watch(X, eps=0.3)
    monkeypatch.setattr("kmeans_gui.clustering.neighborhoods.at_hand", lambda family: None)
    for a, b in zip(compiled, watch(X, eps=0.3), strict=True):
        assert (a.phase, str(a.note), a.changed) == (b.phase, str(b.note), b.changed)
        assert np.array_equal(a.labels, b.labels)


def test_a_cluster_by_hand() -> None:
    """Four points in a row and one beside them; the ends of the row have two neighbors, the middle ones three."""
    X = np.array([[9.0], [0.0], [3.0], [2.0], [1.0]])
    steps = watch(X, eps=1.0, min_samples=3)
    assert [step.phase for step in steps] == ["start", PICK, COUNT, PICK, COUNT, PICK, COUNT, PICK, COUNT, GROW, GROW, "done"]
    assert steps[-1].labels.tolist() == [-1, 0, 0, 0, 0]
    noise, early, _, core = (step for step in steps if step.phase == COUNT)
    assert str(noise.note) == "It has 1 point within 1.000, of 3 wanted: too few, so it is noise for now."
    assert "noise for now" in str(early.note)
    assert str(core.note) == "It has 3 points within 1.000, of 3 wanted: a core point, cluster 1 begins."
    assert overlay(core, Outlined).rows.tolist() == [2, 3, 4]
    assert (overlay(core, Ball).center.tolist(), overlay(core, Ball).radius) == ([2.0], 1.0)
    assert overlay(steps[-1], Roles).assignment.labels().tolist() == [
        Roles.NOISE,
        Roles.BORDER,
        Roles.BORDER,
        Roles.CORE,
        Roles.CORE,
    ]
    assert any("noise until now" in str(step.note) for step in steps if step.phase == GROW)
    assert str(steps[-1].note) == "1 cluster, 1 noise point."


def test_a_point_that_has_a_cluster_keeps_it() -> None:
    X, _ = make_blobs(200, centers=4, random_state=0)
    for before, step in pairwise(watch(X, eps=0.6)):
        had = before.labels >= 0
        assert np.array_equal(step.labels[had], before.labels[had])


def test_the_curve_shows_the_distances_that_make_core_points() -> None:
    X = np.random.default_rng(0).normal(size=(150, 2))
    start = watch(X, min_samples=7)[0]
    levels = overlay(start, Levels)
    distances, _ = NearestNeighbors(n_neighbors=7).fit(X).kneighbors(X)
    assert start.phase is Phase.START
    assert levels.values == pytest.approx(np.sort(distances[:, -1])[::-1])
    assert levels.level == pytest.approx(2 * np.median(distances[:, -1]))
    assert (levels.parameter, levels.n) == ("eps", 150)
    assert "estimated" in str(start.note)
    assert "estimated" not in str(watch(X, eps=0.5)[0].note)


def test_the_curve_of_many_points_is_thinned() -> None:
    X = np.random.default_rng(0).normal(size=(70_000, 2))
    levels = overlay(next(ALGORITHM.steps(X, resolve(ALGORITHM.parameters, {}), 0, never)), Levels)
    assert len(levels.values) <= 2000
    rows = np.linspace(0, len(X) - 1, len(levels.values)).astype(int)
    distances, _ = NearestNeighbors(n_neighbors=5).fit(X).kneighbors(X[rows])
    assert levels.values == pytest.approx(np.sort(distances[:, -1])[::-1])


@pytest.mark.parametrize("moment", [1, 3, 5])
@pytest.mark.parametrize("d", [2, 6])
def test_work_on_many_points_can_be_cancelled(moment: int, d: int) -> None:
    X = np.random.default_rng(0).normal(size=(50_000, d))
    asked = iter(range(moment))
    with pytest.raises(Cancelled):
        ALGORITHM.fit(X, resolve(ALGORITHM.parameters, {"eps": 0.05}), 0, lambda: next(asked, None) is None)
