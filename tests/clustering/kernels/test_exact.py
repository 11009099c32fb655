"""Exact sums are exact: against fractions, and the compiled loops against the plain ones."""

from __future__ import annotations

import math
from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kmeans_gui.clustering.kernels import exact, exact_compiled

both = pytest.mark.parametrize("module", [exact, exact_compiled], ids=["numpy", "compiled"])

few = settings(max_examples=25)
"""Of tables, since to draw one takes long."""

BELOW_ONE = st.floats(-1, 1, exclude_min=True, exclude_max=True)
ODD_BITS = st.tuples(st.integers(-(2**53) + 1, 2**53 - 1), st.integers(-300, -53)).map(lambda drawn: math.ldexp(*drawn))
"""All 53 digits in use, at any height."""
NUMBERS = st.one_of(BELOW_ONE.map(lambda x: x if abs(x) > 1e-100 else 0.0), ODD_BITS, st.sampled_from([0.5, -0.5, 2.0**-60]))
LARGEST = math.nextafter(1.0, 0.0)


def tables(rows: int = 150, most: int = 4) -> st.SearchStrategy[np.ndarray]:
    """Return arrays of shape (n, d), the longest of which fill more than two rows of lanes."""
    return st.integers(1, most).flatmap(
        lambda d: arrays(np.float64, st.tuples(st.integers(1, rows), st.just(d)), elements=NUMBERS)
    )


def finest_of(values: np.ndarray) -> float:
    """Return the lowest bit set in any of the values, or 1 if that is less."""
    return min(exact.measure(values)[1], 1.0)


def exactly(values: np.ndarray) -> Fraction:
    return sum(map(Fraction, values.ravel().tolist()), Fraction(0))


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a view such as kernels pass: numba would compile the loops once more for another."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


# --- Bins ----------------------------------------------------------------------------------------------------------------


@given(
    terms=st.one_of(st.integers(1, 300), st.sampled_from([2**20, 2**20 + 1, 10**7, 10**9])),
    finest=st.integers(-1000, 0).map(lambda e: 2.0**e),
    x=st.one_of(NUMBERS, st.sampled_from([LARGEST, -LARGEST])),
)
def test_a_bin_holds_as_many_pieces_as_promised(terms: int, finest: float, x: float) -> None:
    x = math.trunc(x / finest) * finest if finest > 2.0**-900 else x
    anchors = exact.anchors_for(terms, min(finest, finest_of(np.array([x]))))
    pieces = [float(piece[0]) for piece in exact.cut(np.array([x]), anchors)]
    assert sum(map(Fraction, pieces)) == Fraction(x)
    for piece, anchor in zip(pieces, anchors.tolist(), strict=True):
        quanta = Fraction(piece) / (Fraction(anchor) / (3 * 2**51))
        assert quanta.denominator == 1
        assert abs(quanta) * terms < 2**53


def test_most_data_need_few_bins() -> None:
    assert len(exact.anchors_for(1000, 2.0**-53)) == 2
    assert len(exact.anchors_for(10**7, 2.0**-53)) == 2
    assert len(exact.anchors_for(10**7, 2.0**-10)) == 1


def test_anchors_are_kept_from_harm() -> None:
    assert not exact.anchors_for(5, 0.25).flags.writeable


@both
@given(values=st.lists(st.one_of(NUMBERS, st.floats(allow_nan=False, allow_infinity=False)), min_size=1, max_size=150))
def test_the_largest_value_and_the_lowest_bit_of_all_are_found(module: ModuleType, values: list[float]) -> None:
    def lowest_bit(x: float) -> Fraction:
        above, below = x.as_integer_ratio()
        return Fraction(above & -above, below)

    largest, finest = module.measure(read_only(np.array(values)))
    assert largest == max(map(abs, values))
    assert finest == min((lowest_bit(x) for x in values if x), default=math.inf)


@both
@few
@given(X=tables(), data=st.data(), scale=st.sampled_from([1.0, 2.0**-400, 2.0**400]))
def test_labeled_sums_are_exact(module: ModuleType, X: np.ndarray, data: st.DataObject, scale: float) -> None:
    labels = data.draw(arrays(np.int16, len(X), elements=st.integers(0, 3)))
    anchors = exact.anchors_for(len(X), finest_of(X.ravel()))
    sums, counts = np.zeros((4, X.shape[1], len(anchors))), np.zeros(4, np.int64)
    for part in (slice(0, 70), slice(70, None)):
        module.add_labeled(read_only(X[part] / scale), scale, labels[part], anchors, sums, counts)
    assert counts.tolist() == [np.count_nonzero(labels == j) for j in range(4)]
    assert all(exactly(sums[j, a]) == exactly(X[labels == j, a]) for j in range(4) for a in range(X.shape[1]))


@both
@few
@given(X=tables(), scale=st.sampled_from([1.0, 2.0**-400, 2.0**400]))
def test_sums_of_squares_are_exact(module: ModuleType, X: np.ndarray, scale: float) -> None:
    values = X.ravel()
    anchors = exact.anchors_for(2 * len(values), finest_of(values) ** 2)
    bins = np.zeros(len(anchors))
    module.add_squares(read_only(values / scale), scale, anchors, bins)
    assert exactly(bins) == sum(Fraction(x) ** 2 for x in values.tolist())


@pytest.mark.parametrize("fine", [0.0, 0.01, 1.0])
def test_sums_of_many_squares_are_exact(fine: float) -> None:
    rng = np.random.default_rng(0)
    values = rng.uniform(-1, 1, exact_compiled.CHUNK + 70)
    values = np.where(rng.random(len(values)) < fine, values * 2.0**-60, np.round(values * 2**50) / 2**50)
    values[:3] = 1.0, -1.0, 0.0
    anchors = exact.anchors_for(2 * len(values), finest_of(values) ** 2)
    bins = np.zeros(len(anchors))
    exact_compiled.add_squares(read_only(values / 4), 4.0, anchors, bins)
    assert exactly(bins) == Fraction(sum(int(Fraction(x) * 2**130) ** 2 for x in values.tolist()), 2**260)


@few
@given(X=tables())
def test_sums_of_values_are_exact(X: np.ndarray) -> None:
    anchors = exact.anchors_for(X.size, finest_of(X.ravel()))
    bins = np.zeros(len(anchors))
    exact_compiled.add_values(X.ravel(), anchors, bins)
    assert exactly(bins) == exactly(X)


@few
@given(X=tables())
def test_a_value_moves_from_bins_to_bins_and_back(X: np.ndarray) -> None:
    values = X.ravel().tolist()
    anchors = exact.anchors_for(len(values), finest_of(X.ravel()))
    leave, enter = np.zeros(len(anchors)), np.zeros(len(anchors))
    exact_compiled.add_values(X.ravel(), anchors, leave)
    before = leave.copy()
    for x in values[: len(values) // 2]:
        exact_compiled.move_value.py_func(x, anchors, leave, enter)
    assert exactly(enter) == sum(map(Fraction, values[: len(values) // 2]))
    assert exactly(leave) == sum(map(Fraction, values[len(values) // 2 :]))
    for x in values[: len(values) // 2]:
        exact_compiled.move_value.py_func(x, anchors, enter, leave)
    assert np.array_equal(leave, before)
    assert not enter.any()


# --- Products and rounding -----------------------------------------------------------------------------------------------

FACTORS = st.floats(-1e100, 1e100).map(lambda x: x if abs(x) > 1e-100 else 0.0)


@given(a=FACTORS, b=FACTORS)
def test_a_product_and_what_rounding_lost_are_exact(a: float, b: float) -> None:
    for high, low in (
        exact_compiled.two_product.py_func(a, b),
        [float(part[0]) for part in exact.product(np.array([a]), np.array([b]))],
    ):
        assert high == a * b
        assert Fraction(high) + Fraction(low) == Fraction(a) * Fraction(b)


def summed(values: list[float]) -> float:
    partials, used = np.empty(100), 0
    for value in values:
        used = exact_compiled.grow(partials, used, value)
    return exact_compiled.rounded(partials, used)


@given(st.lists(st.one_of(NUMBERS, st.floats(-1e200, 1e200)), max_size=60))
def test_growing_sums_are_rounded_like_fsum(values: list[float]) -> None:
    assert summed(values) == math.fsum(values)


ULP = 2.0**-52


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("below", [0.0, 2.0**-200, -(2.0**-200), 5e-324, -5e-324])
@pytest.mark.parametrize("start", [1.0, 1.0 + ULP, 2.0 - ULP])
def test_what_lies_half_way_is_decided_by_what_lies_below(start: float, below: float, sign: float) -> None:
    values = [sign * x for x in (start, ULP / 2, below)]
    exactly_rounded = float(sum(map(Fraction, values)))
    assert summed(values) == summed(values[::-1]) == exactly_rounded


@given(st.lists(NUMBERS, min_size=1, max_size=12))
def test_bins_are_added_once_and_rounded_once(bins: list[float]) -> None:
    centroids = np.zeros((1, 1))
    exact_compiled.move_to_means(np.array([[bins]]), np.array([1]), centroids)
    assert centroids[0, 0] == math.fsum(bins)


# --- Means and inertia ---------------------------------------------------------------------------------------------------


@both
@few
@given(X=tables(60), data=st.data())
def test_means_and_inertia_are_correctly_rounded(module: ModuleType, X: np.ndarray, data: st.DataObject) -> None:
    labels = data.draw(arrays(np.int16, len(X), elements=st.integers(0, 3)))
    finest = finest_of(X.ravel())
    anchors = exact.anchors_for(len(X), finest)
    sums, counts = np.zeros((5, X.shape[1], len(anchors))), np.zeros(5, np.int64)
    exact.add_labeled(X, 1.0, labels, anchors, sums, counts)
    centroids = np.full((4, X.shape[1]), 0.25)
    centroids[~np.isin(range(4), labels)] = np.nan
    before = centroids.copy()
    module.move_to_means(sums, counts, centroids)
    for j in range(4):
        own = X[labels == j]
        wanted = [math.fsum(column) / len(own) for column in own.T.tolist()] if len(own) else before[j]
        assert np.array_equal(centroids[j], wanted, equal_nan=True)
    squares = np.zeros(len(exact.anchors_for(2 * X.size, finest**2)))
    exact.add_squares(X.ravel(), 1.0, exact.anchors_for(2 * X.size, finest**2), squares)
    for centers in (centroids, np.where(np.isnan(centroids), np.nan, data.draw(NUMBERS))):
        pairs = zip(X.ravel().tolist(), centers[labels].ravel().tolist(), strict=True)
        wanted = sum(((Fraction(x) - Fraction(c)) ** 2 for x, c in pairs), Fraction(0))
        assert module.inertia(sums, counts, squares, centers) == pytest.approx(float(wanted), rel=1e-15, abs=1e-300)


@pytest.mark.parametrize("largest", [1.0, 1e80, 1e200])
def test_so_is_the_inertia_of_many_coordinates(largest: float) -> None:
    rng = np.random.default_rng(0)
    sums = rng.uniform(-9, 9, (3, 200, 2)) * [1.0, 2.0**-40]
    centroids = rng.uniform(-1, 1, (2, 200)) * largest
    centroids[:, ::7] *= 1e-90
    args = sums, np.array([9, 5, 0]), np.array([1e7, 1e-7]), centroids
    assert np.array_equal(exact_compiled.inertia(*args), exact.inertia(*args), equal_nan=True)
