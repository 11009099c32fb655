"""The kernel for many dimensions: the same steps as plain numpy, bit for bit, whatever its products and bounds let it skip."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.kernels import high_d, use_threads
from kmeans_gui.clustering.kernels.family import COMPILED
from kmeans_gui.clustering.kernels.high_d import HighD
from kmeans_gui.clustering.kernels.plain import PLAIN, Plain
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.errors import Cancelled

ITERATIONS = 12


def never() -> bool:
    return False


def kernels(X: Floats, k: int) -> tuple[HighD, Plain]:
    return HighD(Points(X, COMPILED), k, never), Plain(Points(X, PLAIN), k, never)


def assert_same_step(fast: HighD, plain: Plain, centroids: Floats) -> Floats:
    """Assign in both, compare all that a kernel tells, and return the means; a centroid without points stays."""
    assert fast.assign(centroids) == plain.assign(centroids)
    labels = plain.labels()
    np.testing.assert_array_equal(fast.labels(), labels, strict=True)
    means, counts = plain.means()
    for ours, theirs in zip(fast.means(), (means, counts), strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)
    if np.all(np.abs(centroids[labels]) < 1e150):  # beyond, and where there is no centroid, there is no inertia
        assert fast.inertia(centroids) == plain.inertia(centroids)
    return np.where(np.isnan(means), centroids, means)


def assert_same_run(X: Floats, centroids: Floats, iterations: int = ITERATIONS) -> None:
    fast, plain = kernels(X, len(centroids))
    for _ in range(iterations):
        centroids = assert_same_step(fast, plain, centroids)


# --- Points of all kinds -------------------------------------------------------------------------------------------------


def noise(rng: np.random.Generator, n: int, d: int) -> Floats:
    return rng.normal(size=(n, d))


def clusters(rng: np.random.Generator, n: int, d: int) -> Floats:
    return rng.integers(0, 6, (n, 1)) + 0.1 * noise(rng, n, d)


def lattice(rng: np.random.Generator, n: int, d: int) -> Floats:
    return rng.integers(0, 3, (n, d)).astype(np.float64)


def repeated(rng: np.random.Generator, n: int, d: int) -> Floats:
    return noise(rng, n, d)[rng.integers(0, 1 + n // 5, n)]


def far_off(rng: np.random.Generator, n: int, d: int) -> Floats:
    return 1e9 + 1e-3 * noise(rng, n, d)


def neighbors(rng: np.random.Generator, n: int, d: int) -> Floats:
    """Return points that differ in the last digits only."""
    return 1.0 + rng.integers(0, 3, (n, d)) * 2.0**-52


def tight_and_far_apart(rng: np.random.Generator, n: int, d: int) -> Floats:
    """Return points too close to each other for float32 to tell them apart."""
    return rng.integers(0, 3, (n, 1)) + 1e-9 * noise(rng, n, d)


def tiny(rng: np.random.Generator, n: int, d: int) -> Floats:
    return 1e-100 * noise(rng, n, d)


def large(rng: np.random.Generator, n: int, d: int) -> Floats:
    return 1e100 * noise(rng, n, d)


def one_axis(rng: np.random.Generator, n: int, d: int) -> Floats:
    X = noise(rng, n, d)
    X[:, -1] *= 1e9
    return X


def all_scales(rng: np.random.Generator, n: int, d: int) -> Floats:
    return noise(rng, n, d) * 10.0 ** -rng.integers(0, 60, (n, d))


KINDS: list[Callable[[np.random.Generator, int, int], Floats]] = [
    noise,
    clusters,
    lattice,
    repeated,
    far_off,
    neighbors,
    tight_and_far_apart,
    tiny,
    large,
    one_axis,
    all_scales,
]


# --- Whole runs ----------------------------------------------------------------------------------------------------------


@given(
    kind=st.sampled_from(KINDS),
    n=st.integers(1, 60),
    d=st.integers(4, 40),
    k=st.integers(1, 12),
    coincide=st.booleans(),
    seed=st.integers(0, 1 << 32),
)
def test_every_step_is_that_of_plain_numpy(
    kind: Callable[[np.random.Generator, int, int], Floats], n: int, d: int, k: int, coincide: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X = np.ascontiguousarray(kind(rng, n, d))
    assert_same_run(X, X[rng.choice(n, min(k, n), replace=coincide)])


@pytest.mark.parametrize("kind", KINDS)
def test_so_it_is_with_more_points(kind: Callable[[np.random.Generator, int, int], Floats]) -> None:
    rng = np.random.default_rng(3)
    X = np.ascontiguousarray(kind(rng, 300, 100))
    assert_same_run(X, X[rng.choice(300, 40, replace=False)])


def test_so_it_is_when_bounds_help_some_points_and_not_others() -> None:
    rng = np.random.default_rng(4)
    X = np.concatenate([noise(rng, 900, 30), 20 + clusters(rng, 900, 30)])
    assert_same_run(X, X[rng.choice(1800, 30, replace=False)], 25)


def test_so_it_is_when_there_is_no_memory_for_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(high_d, "MEMORY", 1000)
    X = clusters(np.random.default_rng(5), 200, 20)
    assert_same_run(X, X[:7])


def test_labels_have_the_type_that_holds_them() -> None:
    X = noise(np.random.default_rng(6), 400, 16)
    fast, plain = kernels(X, 150)
    assert fast.labels().dtype == np.int16
    assert np.all(fast.labels() == -1)
    assert_same_step(fast, plain, X[:150])


# --- Centroids of all kinds ----------------------------------------------------------------------------------------------


def test_centroids_may_go_and_come_back_and_jump() -> None:
    rng = np.random.default_rng(7)
    X = clusters(rng, 250, 24)
    centroids = X[:8].copy()
    fast, plain = kernels(X, 8)
    for turn in range(20):
        moved = assert_same_step(fast, plain, centroids)
        if turn % 4 == 1:
            moved[turn % 8] = np.nan
        if turn % 4 == 3:
            moved[(turn - 2) % 8] = X[turn]
        if turn == 8:
            moved[5] = moved[2]
        centroids = moved


@pytest.mark.parametrize("far", [1e5, 1e6, 4e6, 1e13, 1e200, 1e307])
@pytest.mark.parametrize("how_many", [1, 3])
def test_centroids_may_lie_far_off(far: float, how_many: int) -> None:
    X = noise(np.random.default_rng(8), 60, 10)
    centroids = X[:3].copy()
    centroids[:how_many] += far * np.arange(1, how_many + 1)[:, None]
    fast, plain = kernels(X, 3)
    for _ in range(3):
        assert_same_step(fast, plain, centroids)
    assert_same_step(fast, plain, X[:3])


def test_all_centroids_may_be_gone() -> None:
    X = noise(np.random.default_rng(9), 20, 8)
    fast, plain = kernels(X, 2)
    assert_same_step(fast, plain, np.full((2, 8), np.nan))
    assert_same_step(fast, plain, X[:2])


def test_ties_go_to_the_lowest_index() -> None:
    X = np.zeros((1, 20))
    corners = np.eye(20)[::-1].copy()
    for k in (2, 20):
        fast, _ = kernels(np.concatenate([X, 2 * corners]), k)
        fast.assign(corners[:k])
        assert fast.labels()[0] == 0


# --- The bounds ----------------------------------------------------------------------------------------------------------


@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 1 << 32))
def test_bounds_are_bounds(kind: Callable[[np.random.Generator, int, int], Floats], seed: int) -> None:
    """A wrong one would rarely show in the labels."""
    rng = np.random.default_rng(seed)
    X = np.ascontiguousarray(kind(rng, 40, 12))
    centroids = X[:6]
    fast, _ = kernels(X, 6)
    for _ in range(6):
        fast.assign(centroids)
        if fast._last is not None:
            scaled = (X[:, None] * fast.points.scale).astype(np.longdouble) - centroids * fast.points.scale
            distances = np.sqrt((scaled**2).sum(axis=2))
            own = fast._last.norms < high_d.ASIDE
            assert np.all(distances[np.arange(40), fast.labels()] <= fast._rows.upper)
            assert np.all((fast._rows.lower - fast._last.most_path.astype(np.float64) <= distances)[:, own])
        means, counts = fast.means()
        centroids = np.where(counts[:, None] > 0, means, centroids)


# --- Around the steps ----------------------------------------------------------------------------------------------------


def test_it_goes_on_from_labels_that_it_is_given() -> None:
    rng = np.random.default_rng(10)
    X = clusters(rng, 120, 18)
    fast, plain = kernels(X, 5)
    centroids = assert_same_step(fast, plain, X[:5])
    labels = rng.integers(-1, 5, 120).astype(np.int8)
    for kernel in (fast, plain):
        kernel.adopt(labels.copy())
    np.testing.assert_array_equal(fast.labels(), labels, strict=True)
    np.testing.assert_array_equal(fast.means()[0], plain.means()[0])
    for _ in range(4):
        centroids = assert_same_step(fast, plain, centroids)


def test_labels_handed_out_stay_as_they_are() -> None:
    X = clusters(np.random.default_rng(11), 50, 9)
    fast, _ = kernels(X, 4)
    fast.assign(X[:4])
    labels = fast.labels()
    before = labels.copy()
    fast.assign(X[10:14])
    np.testing.assert_array_equal(labels, before)


def test_the_number_of_threads_changes_nothing() -> None:
    rng = np.random.default_rng(12)
    X = np.concatenate([noise(rng, 2000, 40), clusters(rng, 3000, 40)])
    start = X[rng.choice(5000, 30, replace=False)]
    runs = []
    for threads in (1, 2, 3):
        with use_threads(threads):
            fast, plain = kernels(X, 30)
            centroids = assert_same_step(fast, plain, start)
            advance = fast.advance(centroids, 10)
        runs.append((advance.centroids, fast.labels()))
    for centroids, labels in runs[1:]:
        np.testing.assert_array_equal(centroids, runs[0][0])
        np.testing.assert_array_equal(labels, runs[0][1])


@pytest.mark.parametrize("far", [0.0, 1e13])
def test_it_can_be_cancelled(far: float) -> None:
    X = noise(np.random.default_rng(13), 3000, 16)
    wanted = False
    fast = HighD(Points(X, COMPILED), 8, lambda: wanted)
    fast.assign(X[:8])
    wanted = True
    with pytest.raises(Cancelled):
        fast.assign(X[8:16] + far)
    with pytest.raises(Cancelled):
        HighD(fast.points, 8, lambda: wanted)
