"""Kernels remember much of one assignment for the next. Centroids that are moved in ways no update would must not fool them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lloyd_textbook import KERNELS, KINDS, dimensions, every_kernel, large_board, means

from kmeans_gui.clustering.kernels import Kernel, choose, filtering, force

ANY_KIND = st.sampled_from(KINDS)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("drift"), st.integers(-14, 0)),
        st.tuples(st.just("one leaps"), st.integers(0, 3)),
        st.tuples(st.just("back to"), st.integers(0, 20)),
        st.tuples(st.just("join"), st.integers(0, 20)),
        st.tuples(st.just("to points"), st.integers(0, 20)),
        st.tuples(st.just("mean"), st.just(0)),
        st.tuples(st.just("stay"), st.just(0)),
        st.tuples(st.just("drop the empty"), st.just(0)),
    ),
    min_size=3,
    max_size=14,
)


@pytest.fixture(scope="module", autouse=True)
def _expiry_from_the_beginning() -> object:
    """Let filtering keep account of expiry in every assignment: here even those that change much are to be survived."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filtering, "SETTLING", 2.0)
        yield


def pair(kernel: str, X: np.ndarray, k: int) -> tuple[Kernel, Kernel]:
    with force(kernel):
        ours = choose(X, k)
    with force("plain"):
        return ours, choose(X, k)


def assert_same_labels_and_means(ours: Kernel, plain: Kernel) -> None:
    assert np.array_equal(ours.labels(), plain.labels())
    for a, b in zip(ours.means(), plain.means(), strict=True):
        assert np.array_equal(a, b, equal_nan=True)


def assert_alike(ours: Kernel, plain: Kernel, centroids: np.ndarray) -> None:
    assert_same_labels_and_means(ours, plain)
    assert ours.inertia(centroids) == plain.inertia(centroids)


def assign(ours: Kernel, plain: Kernel, centroids: np.ndarray) -> None:
    given = centroids.copy()
    assert ours.assign(centroids) == plain.assign(centroids)
    assert np.array_equal(given, centroids, equal_nan=True)  # nobody wrote to what was given
    assert_alike(ours, plain, centroids)


def moved(
    how: str, much: int, centroids: np.ndarray, past: list[np.ndarray], X: np.ndarray, plain: Kernel, rng: np.random.Generator
) -> np.ndarray:
    k, extent = len(centroids), np.ptp(X, axis=0).max() + np.abs(X).max() * 1e-15
    new = centroids.copy()
    if how == "drift":
        new += rng.normal(0, extent * 10.0**much, new.shape)
    elif how == "one leaps":
        new[rng.integers(k)] += extent * 10.0**much * rng.choice([-1, 1])
    elif how == "back to":
        new = np.where(np.isnan(centroids), np.nan, past[much % len(past)])
    elif how == "join":
        kept = np.flatnonzero(~np.isnan(centroids[:, 0]))
        new[kept[much % len(kept)]] = new[kept[0]]
    elif how == "to points":
        new = np.where(np.isnan(centroids), np.nan, X[rng.integers(0, len(X), k)])
    elif how == "mean":
        centers, counts = plain.means()
        new[counts > 0] = centers[counts > 0]
    elif how == "drop the empty":
        new[plain.means()[1] == 0] = np.nan
    return new


@every_kernel
@settings(max_examples=40)
@given(kind=ANY_KIND, data=st.data(), k=st.integers(1, 12), seed=st.integers(0, 1000), moves=MOVES)
def test_every_assignment_is_that_of_plain_numpy(
    kernel: str, kind: str, data: st.DataObject, k: int, seed: int, moves: list[tuple[str, int]]
) -> None:
    n, d = data.draw(st.integers(150, 1500)), data.draw(st.sampled_from(dimensions(kernel)))
    X, rng = large_board(kind, n, d, seed), np.random.default_rng(seed)
    ours, plain = pair(kernel, X, k)
    past = [X[rng.integers(0, n, k)]]
    assign(ours, plain, past[0])
    for how, much in moves:
        past.append(moved(how, much, past[-1], past, X, plain, rng))
        assign(ours, plain, past[-1])


@every_kernel
@settings(max_examples=30)
@given(kind=ANY_KIND, data=st.data(), seed=st.integers(0, 1000))
def test_several_iterations_in_a_row_are_as_many_single_ones(kernel: str, kind: str, data: st.DataObject, seed: int) -> None:
    n, d = data.draw(st.integers(150, 1500)), data.draw(st.sampled_from(dimensions(kernel)))
    X, rng = large_board(kind, n, d, seed), np.random.default_rng(seed)
    ours, plain = pair(kernel, X, 6)
    centroids = X[rng.integers(0, n, 6)]
    for most in (1, 3, 5):
        a, b = ours.advance(centroids, most), plain.advance(centroids, most)
        assert (a.made, a.changed, a.halt) == (b.made, b.changed, b.halt)
        assert np.array_equal(a.centroids, b.centroids, equal_nan=True)
        assert_alike(ours, plain, a.centroids)
        centroids = a.centroids + rng.normal(0, 1e-3, a.centroids.shape)
        assign(ours, plain, centroids)


def line_of_points_at(x: float, count: int = 128) -> np.ndarray:
    """Return points on a short upright line at ``x``, and as many far to the right."""
    heights = np.linspace(-0.02, 0.02, count)
    return np.vstack([np.column_stack([np.full(count, x), heights]), np.column_stack([np.full(count, 0.9), heights])])


THREE = np.array([[-0.3, 0.0], [0.3, 0.0], [0.9, 0.0]])


@every_kernel
@pytest.mark.parametrize("count", [128, 1000])
@pytest.mark.parametrize("others", [0, 1, 4])
@pytest.mark.parametrize("d", [2, 3])
def test_points_switch_as_soon_as_the_border_has_passed(kernel: str, count: int, others: int, d: int) -> None:
    """Both centroids move straight to the left, by less at a time than what parts the border from the points."""
    aside = [[0.9, 0.01 * j] for j in range(others + 1)]
    X, centroids = line_of_points_at(-1e-3, count), np.array([[-0.3, 0.0], [0.3, 0.0], *aside])
    X, centroids = (np.pad(table, ((0, 0), (0, d - 2))) for table in (X, centroids))
    ours, plain = pair(kernel, X, len(centroids))
    assign_all(ours, plain, [centroids] * 3)
    switched = 0
    for _ in range(30):
        centroids[:2, 0] -= 1e-4
        assign_all(ours, plain, [centroids.copy()])
        switched += ours.labels()[0]
    assert 15 < switched < 25


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_leap_does_not_hide_small_moves(kernel: str) -> None:
    """Added to the length of the leap, each of the small moves is rounded to nothing."""
    ours, plain = pair(kernel, line_of_points_at(-4e-5), 3)
    leapt = THREE.copy()
    leapt[2, 0] = 1e11
    assign_all(ours, plain, [THREE, leapt, *[THREE] * 3])
    assign_all(ours, plain, [THREE - [[2e-6 * i, 0], [2e-6 * i, 0], [0, 0]] for i in range(1, 40)])


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_centroid_that_goes_and_comes_back(kernel: str) -> None:
    ours, plain = pair(kernel, large_board("uniform", 2000, 2, 0), 3)
    without = THREE.copy()
    without[1] = np.nan
    assign_all(ours, plain, [*[THREE] * 3, *[without] * 3, *[THREE] * 2])


@pytest.mark.parametrize("kernel", KERNELS)
def test_moves_whose_squares_vanish(kernel: str) -> None:
    """Beside coordinates about 1, centroids at 1e-160 are at rest for who measures their moves by squares."""
    unit = 1e-160
    for seed in range(8):
        rng = np.random.default_rng(seed)
        X = np.vstack([rng.uniform(-unit, unit, (600, 2)), [[1.0, 1.0]]])
        ours, plain = pair(kernel, X, 6)
        centroids = X[rng.choice(600, 6)]
        assign_all(ours, plain, [centroids, centroids])
        for _ in range(8):
            centroids = centroids + rng.normal(0, unit * 10.0 ** -rng.integers(0, 9), centroids.shape)
            assign_all(ours, plain, [centroids])


def assign_all(ours: Kernel, plain: Kernel, sequence: list[np.ndarray]) -> None:
    for centroids in sequence:
        assert ours.assign(centroids) == plain.assign(centroids)
        assert_same_labels_and_means(ours, plain)


# --- Labels from elsewhere -----------------------------------------------------------------------------------------------


def by_place(X: np.ndarray, rng: np.random.Generator, k: int) -> np.ndarray:
    """Draw labels, nobody's −1 among them, such that equal points have equal ones."""
    places, which = np.unique(X, axis=0, return_inverse=True)
    return rng.integers(-1, k, len(places))[which.ravel()].astype(np.int16)


def by_point(X: np.ndarray, rng: np.random.Generator, k: int) -> np.ndarray:
    return rng.integers(-1, k, len(X)).astype(np.int16)


def adopt_and_go_on(kernel: str, kind: str, draw: Callable[..., np.ndarray]) -> None:
    for seed, d in enumerate(dimensions(kernel)):
        X, rng = large_board(kind, 900, d, seed), np.random.default_rng(seed)
        ours, plain = pair(kernel, X, 5)
        centroids = X[:5]
        for _ in range(3):
            labels = draw(X, rng, 5)
            for one in (ours, plain):
                one.adopt(labels.copy())
            assert np.array_equal(ours.labels(), labels)
            assert_same_labels_and_means(ours, plain)  # points that are nobody's have no distance, hence no inertia
            assign(ours, plain, centroids)
            assign(ours, plain, centroids + 0.01)


@every_kernel
@pytest.mark.parametrize("kind", KINDS)
def test_labels_are_adopted(kernel: str, kind: str) -> None:
    adopt_and_go_on(kernel, kind, by_place)


@pytest.mark.parametrize("kernel", KERNELS)
def test_labels_are_adopted_even_if_equal_points_have_different_ones(kernel: str) -> None:
    adopt_and_go_on(kernel, "repeated", by_point)


@every_kernel
def test_means_of_any_labels_leave_the_kernel_alone(kernel: str) -> None:
    X, rng = large_board("repeated", 900, dimensions(kernel)[1], 1), np.random.default_rng(1)
    ours, plain = pair(kernel, X, 4)
    assign(ours, plain, X[:4])
    labels = by_point(X, rng, 4)
    assert np.array_equal(ours.means_of(labels), means(X, labels.tolist(), 4))
    assert_alike(ours, plain, X[:4])


@every_kernel
def test_an_assignment_given_away_stays_as_it_was(kernel: str) -> None:
    X = large_board("uniform", 900, dimensions(kernel)[1], 2)
    with force(kernel):
        ours = choose(X, 3)
    taken, copies = [], []
    for centroids in (X[:3], X[3:6], X[6:9]):
        ours.assign(centroids)
        taken.append(ours.assignment())
        copies.append(ours.labels().copy())
    for assignment, copy in zip(taken, copies, strict=True):
        assert np.array_equal(assignment if isinstance(assignment, np.ndarray) else assignment.labels(), copy)
