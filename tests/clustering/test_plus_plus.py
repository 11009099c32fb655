"""Greedy k-means++: the picks of the definition, of numpy and of the compiled loops are the same."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import kmeans_plusplus

from kmeans_gui.clustering.kernels import plus_plus, plus_plus_compiled
from kmeans_gui.errors import Cancelled

both = pytest.mark.parametrize("module", [plus_plus, plus_plus_compiled], ids=["numpy", "compiled"])

JUST_BELOW_ONE = math.nextafter(1.0, 0.0)


# --- The definition, one number at a time --------------------------------------------------------------------------------


def folded(block: list[float]) -> float:
    values = block + [0.0] * (256 - len(block))
    while len(values) > 1:
        half = len(values) // 2
        values = [values[i] + values[half + i] for i in range(half)]
    return values[0]


def in_order(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


def parts(values: list[float], size: int) -> list[list[float]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def superblock_sum(values: list[float]) -> float:
    return in_order([folded(block) for block in parts(values, 256)])


def hit(sums: list[float], aim: float) -> tuple[int, float]:
    running = [in_order(sums[: i + 1]) for i in range(len(sums))]
    exceeding = [i for i in range(len(sums)) if running[i] > aim]
    place = exceeding[0] if exceeding else running.index(running[-1])
    return place, aim - running[place - 1] if place else aim


def drawn(nearest: list[float], draw: float) -> int:
    superblocks = parts(nearest, 256 * 64)
    sums = [superblock_sum(superblock) for superblock in superblocks]
    s, aim = hit(sums, draw * in_order(sums))
    blocks = parts(superblocks[s], 256)
    b, aim = hit([folded(block) for block in blocks], aim)
    return 256 * (64 * s + b) + hit(blocks[b], aim)[0]


def reference(columns: np.ndarray, first: int, draws: np.ndarray) -> list[int]:
    points = [tuple(map(float, point)) for point in columns.T]

    def squared(a: int, b: int) -> float:
        return in_order([(x - y) * (x - y) for x, y in zip(points[a], points[b], strict=True)])

    chosen, nearest = [first], [squared(i, first) for i in range(len(points))]
    for row in draws.tolist():
        if max(nearest) == 0.0:
            chosen.append(min(set(range(len(points))) - set(chosen)))
            continue
        options = []
        for trial, draw in enumerate(row):
            candidate = drawn(nearest, draw)
            with_it = [min(old, squared(i, candidate)) for i, old in enumerate(nearest)]
            potential = in_order([superblock_sum(part) for part in parts(with_it, 256 * 64)])
            options.append((potential, trial, candidate, with_it))
        _, _, best, nearest = min(options)
        chosen.append(best)
    return chosen


# --- Boards --------------------------------------------------------------------------------------------------------------


def board(kind: str, n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Return (d, n): points within (−1, 1)."""
    if kind == "uniform":
        return rng.uniform(-1, 1, (d, n))
    if kind == "sorted":  # in strips, so that blocks lie close together and most are left out
        columns = rng.uniform(-1, 1, (d, n))
        return np.ascontiguousarray(columns[:, np.lexsort((columns[-1], np.floor(8 * columns[0])))])
    if kind == "lattice":
        return rng.integers(-3, 4, (d, n)) / 4.0
    if kind == "duplicates":
        return np.ascontiguousarray(rng.uniform(-1, 1, (d, 5))[:, rng.integers(0, 5, n)])
    if kind == "equal":
        return np.full((d, n), 0.3)
    assert kind == "outlier"
    columns = rng.uniform(-1e-9, 1e-9, (d, n))
    columns[:, rng.integers(n)] = 0.9
    return columns


KINDS = ["uniform", "sorted", "lattice", "duplicates", "equal", "outlier"]


@st.composite
def searches(draw: st.DrawFn, most: int) -> tuple[np.ndarray, int, np.ndarray]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 12) | st.integers(1, most))
    k = draw(st.integers(1, min(n, 25)))
    columns = board(draw(st.sampled_from(KINDS)), n, draw(st.integers(1, 4)), rng)
    columns *= draw(st.sampled_from([1.0, 0.7, 2.0**-30, 1e-100, 1e-160, 1e-163]))  # down to squares that underflow
    draws = rng.random((k - 1, draw(st.integers(1, 5))))
    if draws.size:
        draws[rng.integers(k - 1), 0] = draw(st.sampled_from([0.0, 0.5, JUST_BELOW_ONE]))
    return columns, draw(st.integers(0, n - 1)), draws


# --- The same picks ------------------------------------------------------------------------------------------------------


@given(searches(most=300))
def test_numpy_follows_the_definition(search: tuple[np.ndarray, int, np.ndarray]) -> None:
    assert plus_plus.choose_far_points(*search).tolist() == reference(*search)


@given(searches(most=2000))
def test_the_compiled_loops_pick_the_same(search: tuple[np.ndarray, int, np.ndarray]) -> None:
    expected = plus_plus.choose_far_points(*search)
    found = plus_plus_compiled.choose_far_points(*search)
    assert found.dtype == expected.dtype == np.int64
    assert np.array_equal(found, expected)


@both
def test_several_superblocks_follow_the_definition(module: ModuleType) -> None:
    rng = np.random.default_rng(5)
    columns, draws = board("sorted", 33_000, 2, rng), rng.random((2, 2))
    assert module.choose_far_points(columns, 7, draws).tolist() == reference(columns, 7, draws)


@both
@pytest.mark.parametrize(("n", "boards"), [(100, 20), (250, 20), (700, 10), (17_000, 3)])
def test_the_last_bits_of_the_sums_are_right(n: int, boards: int, module: ModuleType) -> None:
    """One point is so far off that the others add an ulp or nothing: the order of the additions tells which of them is hit."""
    rng = np.random.default_rng(n)
    for ulps in range(1, 1 + boards):
        columns = rng.uniform(-1e-8, 1e-8, (2, n))
        columns[:, 0], columns[:, 1] = 0.0, 0.5
        draws = np.array([[1.0 - ulps * 2.0**-53]])
        assert module.choose_far_points(columns, 0, draws).tolist() == reference(columns, 0, draws)


@pytest.mark.parametrize("d", [1, 2, 3, 8])
@pytest.mark.parametrize("kind", ["sorted", "uniform", "lattice"])
def test_the_compiled_loops_pick_the_same_among_many(kind: str, d: int) -> None:
    rng = np.random.default_rng(d)
    columns, draws = board(kind, 40_000, d, rng), rng.random((15, 4))
    assert np.array_equal(
        plus_plus_compiled.choose_far_points(columns, 39_999, draws), plus_plus.choose_far_points(columns, 39_999, draws)
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_compiled_loops_pick_the_same_where_superblocks_are_left_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns, draws = board("sorted", 120_000, 1 + seed % 2, rng), rng.random((12, 3))
    assert np.array_equal(
        plus_plus_compiled.choose_far_points(columns, 0, draws), plus_plus.choose_far_points(columns, 0, draws)
    )


# --- What a caller relies on ---------------------------------------------------------------------------------------------


@both
def test_a_point_is_drawn_as_often_as_its_squared_distance_says(module: ModuleType) -> None:
    columns = np.array([[0.0, 0.1, 0.0, 0.2, 0.4]])
    evenly = (np.arange(500) + 0.5) / 500
    hits = [module.choose_far_points(columns, 0, np.array([[draw]]))[1] for draw in evenly]
    expected = 500 * columns[0] ** 2 / np.sum(columns**2)
    assert np.abs(np.bincount(hits, minlength=5) - expected).max() <= 1


@both
def test_a_draw_on_the_border_hits_the_later_point(module: ModuleType) -> None:
    columns = np.array([[0.5, 0.0, -0.5]])
    assert module.choose_far_points(columns, 1, np.array([[0.5]])).tolist() == [1, 2]


@both
def test_no_point_comes_twice_while_others_remain(module: ModuleType) -> None:
    rng = np.random.default_rng(0)
    columns = board("duplicates", 600, 2, rng)
    for _ in range(20):
        places = module.choose_far_points(columns, int(rng.integers(600)), rng.random((4, 3)))
        assert len(np.unique(columns[:, places], axis=1).T) == 5


@both
def test_the_lowest_places_fill_up_what_is_lacking(module: ModuleType) -> None:
    columns = np.array([[0.5, 0.5, 0.5, -0.5, 0.5, 0.5]])
    assert module.choose_far_points(columns, 1, np.full((4, 2), 0.9)).tolist() == [1, 3, 0, 2, 4]


@both
def test_potentials_are_no_worse_than_those_of_scikit_learn(module: ModuleType) -> None:
    rng = np.random.default_rng(2)
    X = rng.uniform(-0.9, 0.9, (12, 2))[rng.integers(0, 12, 500)] + rng.normal(0, 0.02, (500, 2))

    def potential(centers: np.ndarray) -> float:
        return float(((X[:, None] - centers) ** 2).sum(axis=2).min(axis=1).sum())

    trials = 2 + int(math.log(12))
    columns = np.ascontiguousarray(X.T)
    ours = [
        potential(X[module.choose_far_points(columns, int(rng.integers(500)), rng.random((11, trials)))]) for _ in range(80)
    ]
    theirs = [potential(kmeans_plusplus(X, 12, random_state=seed)[0]) for seed in range(80)]
    assert np.mean(ours) < 1.1 * np.mean(theirs)


@both
def test_it_can_be_cancelled_between_pieces(module: ModuleType) -> None:
    rng = np.random.default_rng(3)
    columns, draws = rng.uniform(-1, 1, (8, 40_000)), rng.random((15, 4))
    with pytest.raises(Cancelled):
        module.choose_far_points(columns, 0, draws, cancelled=lambda: True)
