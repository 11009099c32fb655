"""Mean shift against scikit-learn's, with the same bandwidth and seeds, and against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import MeanShift
from sklearn.cluster import estimate_bandwidth as sklearn_estimate

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.algorithms.mean_shift import FEW, MERGE, SHIFT, bin_seeds, distinct
from kmeans_gui.clustering.kernels import use_threads
from kmeans_gui.clustering.overlays import Ball, Overlay, Places, Segments
from kmeans_gui.clustering.windows import Windows, estimate_bandwidth
from kmeans_gui.errors import Cancelled, UserError


def groups(d: int = 2, n: int = 300, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(scale=5, size=(5, d))[rng.integers(5, size=n)] + rng.normal(size=(n, d))


def watch(X: object, **values: object) -> list[Step]:
    return list(clustering.steps("mean-shift", X, **values))


def overlay(step: Step, kind: type[Overlay]) -> Overlay:
    return next(o for o in step.overlays if isinstance(o, kind))


@pytest.mark.parametrize("d", [1, 2, 3, 10])
@pytest.mark.parametrize("bandwidth", [1.7, 3.0])
@pytest.mark.parametrize("cluster_all", ["yes", "no"])
def test_it_finds_what_scikit_learn_finds(d: int, bandwidth: float, cluster_all: str) -> None:
    X = groups(d, seed=d, n=80)
    last = watch(X, bandwidth=bandwidth, cluster_all=cluster_all)[-1]
    model = MeanShift(bandwidth=bandwidth, cluster_all=cluster_all == "yes").fit(X)
    assert np.allclose(last.centroids, model.cluster_centers_, rtol=0, atol=1e-6)
    assert np.array_equal(last.labels, model.labels_)
    assert last.iterations == model.n_iter_ + 1


@pytest.mark.parametrize("d", [1, 2, 3])
def test_it_finds_the_same_from_bins(d: int) -> None:
    X = groups(d, n=300, seed=d)
    last = watch(X, bandwidth=1.5, bin_seeding="yes")[-1]
    model = MeanShift(bandwidth=np.float64(1.5), bin_seeding=True).fit(X)
    assert np.allclose(last.centroids, model.cluster_centers_, rtol=0, atol=1e-6)
    assert np.array_equal(last.labels, model.labels_)


def test_it_stops_when_it_may_not_go_on() -> None:
    X = groups()
    last = watch(X, bandwidth=1.5, max_iter=4)[-1]
    model = MeanShift(bandwidth=1.5, max_iter=3).fit(X)
    assert str(last.note).startswith("Stopped")
    assert np.allclose(last.centroids, model.cluster_centers_)
    assert np.array_equal(last.labels, model.labels_)


@pytest.mark.parametrize("n", [1, 2, 5, 40, 700])
def test_the_bandwidth_is_estimated_as_scikit_learn_does(n: int) -> None:
    X = groups(3, n=n)
    estimate = estimate_bandwidth(X, np.random.default_rng(0), lambda: False)
    assert np.isclose(estimate, sklearn_estimate(X), rtol=1e-12)
    assert "estimated" in str(watch(X)[0].note)
    assert overlay(watch(X)[0], Ball).radius == estimate


def test_the_bandwidth_of_many_points_follows_from_the_seed() -> None:
    X = groups(n=9000)
    first, again = (estimate_bandwidth(X, np.random.default_rng(3), lambda: False) for _ in range(2))
    assert first == again
    assert np.isclose(first, sklearn_estimate(X, n_samples=4000), rtol=0.1)


@pytest.mark.parametrize("offset", [0.0, 1e9])
@pytest.mark.parametrize("d", [1, 2, 4])
def test_a_windows_mean_is_that_of_its_points(d: int, offset: float) -> None:
    rng = np.random.default_rng(d)
    X = np.round(rng.normal(size=(500, d)), 2) + offset
    positions = np.r_[X[:100], rng.normal(size=(300, d)) * 3 + offset]
    means, counts = Windows(X, 0.75).means(positions, lambda: False)
    for position, mean, count in zip(positions, means, counts, strict=True):
        inside = X[((X - position) ** 2).sum(axis=1) <= 0.75**2]
        assert len(inside) == count
        assert np.allclose(mean - offset, (inside - offset).mean(axis=0) if count else position - offset, atol=1e-6)


def test_windows_with_the_same_points_have_the_same_mean_to_the_bit() -> None:
    X = np.random.default_rng(0).normal(size=(3000, 3))
    positions = np.random.default_rng(1).normal(scale=0.01, size=(50, 3))
    alone = [Windows(X, 9.0).means(position[None], lambda: False)[0] for position in positions]
    shuffled = Windows(X[::-1], 9.0).means(positions, lambda: False)[0]
    assert {mean.tobytes() for mean in (*alone, *shuffled)} == {alone[0].tobytes()}


def test_threads_do_not_change_a_bit() -> None:
    X = groups(n=3000)
    runs = []
    for threads in (1, 2, 5):
        with use_threads(threads):
            runs.append(clustering.fit("mean-shift", X, bandwidth=1.0, bin_seeding="no", max_iter=10))
    assert {run.centroids.tobytes() for run in runs} == {runs[0].centroids.tobytes()}
    assert {run.labels.tobytes() for run in runs} == {runs[0].labels.tobytes()}


def test_the_film_of_three_points() -> None:
    """With the bandwidth 1 the seeds at 0 and 0.8 meet halfway, and that at 5 stays."""
    start, shift, rest, merged, assign, done = watch([[0.0], [0.8], [5.0]], bandwidth=1.0)
    assert [s.phase for s in (start, shift, rest, merged, assign, done)] == [
        Phase.START,
        SHIFT,
        SHIFT,
        MERGE,
        Phase.ASSIGN,
        Phase.DONE,
    ]
    assert overlay(start, Places).positions.ravel().tolist() == [0, 0.8, 5]
    assert overlay(shift, Places).positions.ravel().tolist() == [0.4, 0.4, 5]
    assert overlay(shift, Segments).shown.reshape(-1, 2).tolist() == [[0, 0.4], [0.8, 0.4], [5, 5]]
    assert overlay(shift, Ball).center.tolist() == [0]
    assert "1 comes to rest" in str(shift.note)
    assert (overlay(rest, Segments).count, overlay(rest, Segments).newest) == (5, 2)
    assert overlay(rest, Segments).shown.shape == (5, 2, 1)
    assert shift.centroids is None
    assert merged.centroids.ravel().tolist() == [0.4, 5]
    assert assign.labels.tolist() == [0, 0, 1]


def test_a_place_with_more_points_takes_those_near_it() -> None:
    X = groups(seed=4)
    merged = next(s for s in watch(X, bandwidth=1.0) if s.phase == MERGE)
    modes = merged.centroids
    apart = np.linalg.norm(modes[:, None] - modes, axis=2)[~np.eye(len(modes), dtype=bool)]
    assert apart.min() > 1.0
    lengths = np.linalg.norm(np.diff(overlay(merged, Segments).ends, axis=1), axis=2)
    assert (lengths <= 1.0).all()


def test_many_points_start_from_bins_unless_told_otherwise() -> None:
    X = groups(n=FEW + 1)
    assert overlay(watch(X, bandwidth=2.0)[0], Places).positions.tolist() == bin_seeds(X, 2.0).tolist()
    assert len(overlay(watch(X, bandwidth=2.0, bin_seeding="no")[0], Places).positions) == FEW + 1
    assert len(overlay(watch(X[:FEW], bandwidth=2.0)[0], Places).positions) == FEW


def test_seeds_without_points_are_dropped_and_if_all_are_it_says_so() -> None:
    """In ten dimensions the middle of a cell may be farther from its corners than the bandwidth."""
    corner = np.full((3, 10), 0.45)
    with pytest.raises(UserError, match="No seed has a point within the bandwidth"):
        watch(corner, bandwidth=1.0, bin_seeding="yes")
    X = np.r_[corner, np.full((4, 10), 7.0)]
    steps = watch(X, bandwidth=1.0, bin_seeding="yes")
    assert "1 is dropped" in str(steps[1].note)
    assert steps[-1].centroids.tolist() == [[7.0] * 10]


def test_points_at_few_places() -> None:
    X = np.repeat([[0.0, 0.0], [9.0, 9.0]], 30, axis=0)
    last = watch(X)[-1]
    assert last.centroids.shape == (2, 2)
    assert np.bincount(last.labels).tolist() == [30, 30]


def test_it_is_cancelled_within_a_round() -> None:
    X = groups(n=3000)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += waiting
        return asked > 5

    waiting = False
    steps = clustering.steps("mean-shift", X, bandwidth=0.5, bin_seeding="no", cancelled=cancelled)
    assert next(steps).phase is Phase.START
    waiting = True
    with pytest.raises(Cancelled):
        next(steps)


@pytest.mark.parametrize("d", [1, 2, 7])
def test_distinct_rows_are_those_of_numpy(d: int) -> None:
    rows = np.random.default_rng(0).integers(0, 3, (300, d)).astype(float)
    first, which = distinct(rows)
    places, indices, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    assert np.array_equal(rows[first], places)
    assert np.array_equal(first, indices)
    assert np.array_equal(which, inverse.ravel())
