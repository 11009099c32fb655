"""Points: how they are scaled and measured, and that they are sorted once."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from lloyd_textbook import large_board

from kmeans_gui.clustering import kernels
from kmeans_gui.clustering.kernels import choose, family, points
from kmeans_gui.clustering.kernels.plain import PLAIN
from kmeans_gui.clustering.kernels.points import Loops, Points
from kmeans_gui.clustering.spatial_order import spatial_order
from kmeans_gui.errors import Cancelled

both = pytest.mark.parametrize("loops", [PLAIN, family.COMPILED], ids=["numpy", "compiled"])


@both
@pytest.mark.parametrize(
    ("largest", "scale"),
    [(0.0, 1.0), (0.5, 1.0), (1.0, 0.5), (-1.0, 0.5), (3.0, 0.25), (1e150, 2.0**-499), (-1e-150, 2.0**498)],
)
def test_the_scale_brings_the_largest_coordinate_below_one(loops: Loops, largest: float, scale: float) -> None:
    assert Points(np.array([[0.0, largest / 8], [largest, 0.0]]), loops).scale == scale


@both
def test_what_is_subnormal_is_lifted_as_far_as_that_goes(loops: Loops) -> None:
    of = Points(np.array([[5e-324], [1.5e-323]]), loops)
    assert of.scale == 2.0**1000
    assert of.finest == 2.0**-74


@both
@pytest.mark.parametrize("X", [[[1.0], [5e-324]], [[1e150], [1e-180]]])
def test_what_is_lost_beside_the_largest_coordinate_does_no_harm(loops: Loops, X: list[list[float]]) -> None:
    of = Points(np.array(X), loops)
    assert of.finest > 0.0
    assert np.isfinite(of.anchors).all()


@both
@given(X=arrays(np.float64, (9, 2), elements=st.floats(-1e150, 1e150).map(lambda x: x if abs(x) > 1e-100 else 0.0)))
def test_scaling_loses_nothing(loops: Loops, X: np.ndarray) -> None:
    of = Points(X, loops)
    columns = of.columns()
    assert math.frexp(of.scale)[0] == 0.5
    assert np.abs(columns).max() < 1.0
    assert not X.any() or np.abs(columns).max() >= 0.5
    assert np.array_equal(columns.T / of.scale, X)
    assert columns.flags.c_contiguous
    assert all((Fraction(x) / Fraction(of.finest)).denominator == 1 for x in columns.ravel().tolist())


@both
def test_the_points_are_not_written_to(loops: Loops) -> None:
    X = np.random.default_rng(0).random((9000, 2))
    before = X.copy()
    of = Points(X, loops)
    of.order(lambda: False)
    of.squares(lambda: False)
    assert not of.X.flags.writeable
    assert X.flags.writeable
    assert np.array_equal(X, before)


@both
@given(X=arrays(np.float64, (40, 3), elements=st.floats(-1e150, 1e150).map(lambda x: x if abs(x) > 1e80 else 0.0)))
def test_squares_are_exact(loops: Loops, X: np.ndarray) -> None:
    of = Points(X, loops)
    bins = of.squares(lambda: False)
    assert sum(map(Fraction, bins.tolist())) == sum(Fraction(x) ** 2 for x in of.columns().ravel().tolist())
    assert of.squares(lambda: False) is bins


# --- The order -----------------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize(("n", "d"), [(points.SORTED_FROM, 2), (points.SORTED_FROM + 77, 3)])
def test_many_points_are_sorted_along_the_curve(loops: Loops, n: int, d: int) -> None:
    X = large_board("clustered", n, d, 0)
    of = Points(X, loops)
    rows, columns = of.order(lambda: False)
    assert np.array_equal(rows, spatial_order(X))
    assert np.array_equal(columns, X[rows].T * of.scale)
    assert not rows.flags.writeable


@both
@pytest.mark.parametrize(("n", "d"), [(points.SORTED_FROM - 1, 2), (points.SORTED_FROM, 1), (points.SORTED_FROM, 4)])
def test_few_points_and_those_in_other_dimensions_stay_in_input_order(loops: Loops, n: int, d: int) -> None:
    of = Points(large_board("uniform", n, d, 0), loops)
    rows, columns = of.order(lambda: False)
    assert rows is None
    assert np.array_equal(columns, of.columns())


def test_several_threads_sort_once() -> None:
    begun, go_on, sorted_by = threading.Event(), threading.Event(), []

    def sort(*arguments: object) -> object:
        sorted_by.append(threading.current_thread())
        begun.set()
        assert go_on.wait(10)
        return PLAIN.sort(*arguments)

    of = Points(large_board("uniform", points.SORTED_FROM, 2, 0), replace(PLAIN, sort=sort))
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(of.order, lambda: False)
        assert begun.wait(10)
        others = [pool.submit(of.order, lambda: False) for _ in range(2)]
        with pytest.raises(Cancelled):  # who waits for another's sort may give up
            of.order(lambda: True)
        go_on.set()
        orders = [future.result() for future in (first, *others)]
    assert len(sorted_by) == 1
    assert all(order is orders[0] for order in orders)


@both
def test_a_sort_that_was_cancelled_is_made_anew(loops: Loops) -> None:
    X = large_board("uniform", points.SORTED_FROM, 2, 0)
    of = Points(X, replace(loops, sort=lambda X, cancelled, scale: family.COMPILED.sort(X, cancelled, scale)))
    with pytest.raises(Cancelled):
        of.order(lambda: True)
    rows, _ = of.order(lambda: False)
    assert np.array_equal(rows, spatial_order(X))


# --- Remembered from run to run ------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "_last", None)


def test_the_points_of_the_last_run_are_measured_once() -> None:
    X = large_board("uniform", 500, 2, 0)
    X.flags.writeable = False
    first = choose(X, 3)
    assert choose(X, 5).points is first.points
    assert choose(X[:-1], 5).points is not first.points


def test_points_that_may_have_changed_are_measured_again() -> None:
    X = large_board("uniform", 500, 2, 0)
    first = choose(X, 3)
    X[0, 0] = 8.0
    again = choose(X, 3)
    assert again.points is not first.points
    assert again.points.scale == 1 / 16
    X.flags.writeable = False
    assert choose(X, 3).points is not again.points


def test_a_run_takes_the_order_that_somebody_else_has_sorted() -> None:
    X = large_board("uniform", points.SORTED_FROM, 2, 0)
    X.flags.writeable = False
    rows, columns, scale = kernels.ordered(X)
    assert rows is not None
    assert np.array_equal(X[rows].T * scale, columns)
    of_run = choose(X, 3).points.order(lambda: False)
    assert of_run[0] is rows
    assert of_run[1] is columns


def test_an_order_found_before_the_compiled_loops_are_there_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    X = large_board("uniform", points.SORTED_FROM, 2, 0)
    X.flags.writeable = False
    with monkeypatch.context() as cold:
        cold.setattr(kernels, "at_hand", lambda: None)
        rows, _, _ = kernels.ordered(X)
    of_run = choose(X, 3).points
    assert of_run.loops is family.COMPILED
    assert of_run.order(lambda: False)[0] is rows


def test_an_order_of_points_that_may_change_is_nobody_elses() -> None:
    X = large_board("uniform", points.SORTED_FROM, 2, 0)
    frozen = X[:100].copy()
    frozen.flags.writeable = False
    remembered = choose(frozen, 3).points
    first, _, _ = kernels.ordered(X)
    X[:] = X[::-1].copy()
    second, _, _ = kernels.ordered(X)
    assert not np.array_equal(first, second)
    assert choose(frozen, 3).points is remembered


def test_who_waits_for_points_to_be_measured_may_give_up() -> None:
    X = large_board("uniform", 500, 2, 0)
    X.flags.writeable = False
    with kernels._remembering, pytest.raises(Cancelled):
        kernels.ordered(X, lambda: True)
