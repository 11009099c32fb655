"""The spatial order: Hilbert's curve, and the compiled version that must agree with the plain one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_gui.clustering import spatial_order as plain_order
from kmeans_gui.clustering.kernels import curve
from kmeans_gui.clustering.spatial_order import curve_bits, curve_keys, places_of_cells, spatial_order
from kmeans_gui.errors import Cancelled

GRIDS = [(2, bits) for bits in range(1, 7)] + [(3, bits) for bits in range(1, 5)]


def along_the_curve(d: int, bits: int) -> np.ndarray:
    """Return the cells of a grid in the curve's order, shape (cells, d)."""
    cells = np.indices((1 << bits,) * d, dtype=np.int16).reshape(d, -1)
    places = places_of_cells(cells, bits)
    assert np.array_equal(np.sort(places), np.arange(cells.shape[1]))  # each cell once
    return cells[:, np.argsort(places)].T


@pytest.mark.parametrize(("d", "bits"), GRIDS)
def test_each_step_of_the_curve_leads_to_a_neighbor(d: int, bits: int) -> None:
    steps = np.diff(along_the_curve(d, bits), axis=0)
    assert (np.abs(steps).sum(axis=1) == 1).all()


@pytest.mark.parametrize(("d", "bits"), GRIDS)
def test_aligned_runs_are_squares_and_cubes(d: int, bits: int) -> None:
    path = along_the_curve(d, bits)
    for level in range(bits):
        runs = path.reshape(-1, 1 << level * d, d)
        assert (np.ptp(runs, axis=1) == (1 << level) - 1).all()


def test_places_leave_the_cells_alone() -> None:
    cells = np.array([[3, 1], [2, 2]], np.int16)
    places_of_cells(cells, 2)
    assert cells.tolist() == [[3, 1], [2, 2]]


@pytest.mark.parametrize(("n", "d", "bits"), [(1, 2, 2), (4 * 4**6, 2, 6), (4 * 4**6 + 1, 2, 7), (10**8, 2, 11), (1, 3, 8)])
def test_the_grid_follows_the_number_of_points(n: int, d: int, bits: int) -> None:
    assert curve_bits(n, d) == bits


@pytest.mark.parametrize("d", [1, 4])
def test_only_planes_and_space_have_the_order(d: int) -> None:
    with pytest.raises(ValueError, match="two or three coordinates"):
        spatial_order(np.zeros((5, d)))


def test_slices_lie_in_small_boxes() -> None:
    """No 64 slices of evenly spread points could have boxes of much less than 1/64 of the area on average."""
    X = np.random.default_rng(0).random((64 * 500, 2))
    slices = X[spatial_order(X)].reshape(64, 500, 2)
    areas = np.ptp(slices, axis=1).prod(axis=1)
    assert areas.mean() < 2 / 64


def boards() -> Iterator[tuple[str, np.ndarray]]:
    rng = np.random.default_rng(3)
    for d in (2, 3):
        yield f"uniform {d}", rng.random((40_000, d))
        yield f"far outlier {d}", np.vstack([rng.normal(0, 1e-6, (20_000, d)), np.full((1, d), 1e3)])
        yield f"one point {d}", np.full((1, d), -0.0)
        yield f"all equal {d}", np.full((300, d), 0.1)
        yield f"colors {d}", rng.integers(0, 256, (30_000, d)).astype(float)
        yield f"signed zeros {d}", rng.choice([-0.0, 0.0, 1.0], (100, d))
        yield f"huge {d}", rng.uniform(-1e150, 1e150, (5_000, d))
        yield f"subnormal {d}", rng.integers(0, 9, (500, d)) * 5e-324
        yield f"close to a block's end {d}", rng.normal(size=(curve.BLOCK + 1, d))


BOARDS = dict(boards())


@st.composite
def points(draw: st.DrawFn) -> np.ndarray:
    """Draw points on a lattice or anywhere, some repeated, an axis perhaps constant, of any scale and offset."""
    n, d = draw(st.integers(1, 300)), draw(st.sampled_from([2, 3]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = draw(st.sampled_from([1, 4, 255, 2**40]))
    X = rng.integers(-steps, steps, (n, d), endpoint=True) / steps
    X = X[rng.integers(0, n, n)] if draw(st.booleans()) else X
    if draw(st.booleans()):
        X[:, draw(st.integers(0, d - 1))] = 0.3
    scale = draw(st.sampled_from([1e-150, 1e-9, 1.0, 255.0, 1e150]))
    offset = draw(st.sampled_from([0.0, 1e9])) if scale < 1e9 else 0.0
    return np.ascontiguousarray(X * scale + offset)


def check_sorted(X: np.ndarray, rows: np.ndarray, columns: np.ndarray, scale: float) -> None:
    expected = spatial_order(X)
    assert rows.dtype == expected.dtype == np.int32
    assert np.array_equal(rows, expected)
    assert columns.flags.c_contiguous
    assert np.array_equal(columns, X[rows].T * scale)


def check_order(X: np.ndarray) -> None:
    """Check the order against its definition: a permutation by key, and by row where keys are equal."""
    keys, rows = curve_keys(X), spatial_order(X)
    assert keys.min() >= 0
    assert int(keys.max()) < 1 << curve_bits(*X.shape) * X.shape[1]
    assert np.array_equal(rows, np.lexsort((np.arange(len(X)), keys)))


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_order, "BLOCK", 999)
    monkeypatch.setattr(plain_order, "SORTED_BLOCK", 1001)
    monkeypatch.setattr(plain_order, "DIGIT", 5)
    for X in BOARDS.values():
        check_order(X)


@given(points())
def test_the_compiled_order_is_the_plain_one(X: np.ndarray) -> None:
    check_order(X)
    check_sorted(X, *curve.sort(X, scale=0.5), 0.5)


@pytest.mark.parametrize("name", BOARDS)
def test_the_compiled_order_is_the_plain_one_on_larger_boards(name: str) -> None:
    X = BOARDS[name]
    check_order(X)
    check_sorted(X, *curve.sort(X), 1.0)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(("bucket", "digit"), [(curve.BUCKET, curve.DIGIT), (500, 5)])
@pytest.mark.parametrize("name", ["uniform 2", "uniform 3", "colors 3", "far outlier 2", "far outlier 3", "all equal 2"])
def test_threads_pieces_and_buckets_make_no_difference(
    name: str, bucket: int, digit: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curve, "WORTH_A_THREAD", 50)
    monkeypatch.setattr(curve, "PIECE", 7001)
    monkeypatch.setattr(curve, "BUCKET", bucket)
    monkeypatch.setattr(curve, "DIGIT", digit)
    X = BOARDS[name]
    check_sorted(X, *curve.sort(X, scale=0.25, threads=threads), 0.25)


def test_all_boards_share_the_compiled_loops() -> None:
    """Compiling takes seconds: whether a board is writable, flat, or one point must not ask for it again."""
    X = np.random.default_rng(1).random((100, 2))
    rows, _ = curve.sort(X)
    assert X.flags.writeable
    X.flags.writeable = False
    assert np.array_equal(curve.sort(X)[0], rows)
    assert np.array_equal(curve.sort(np.asfortranarray(X))[0], rows)
    for name in ("one point 3", "uniform 2", "far outlier 3"):
        curve.sort(BOARDS[name])
    compiled = [loop for loop in vars(curve).values() if hasattr(loop, "signatures")]
    assert [len(loop.signatures) for loop in compiled] == [1] * len(compiled)


@pytest.mark.parametrize("threads", [1, 2])
def test_it_can_be_cancelled_at_every_question(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curve, "WORTH_A_THREAD", 1000)
    monkeypatch.setattr(curve, "PIECE", 1000)
    check_cancelled_at_every_question(lambda X, cancelled: curve.sort(X, cancelled, threads=threads))


def test_the_plain_order_can_be_cancelled_at_every_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_order, "BLOCK", 1000)
    monkeypatch.setattr(plain_order, "SORTED_BLOCK", 1000)
    check_cancelled_at_every_question(spatial_order)


def check_cancelled_at_every_question(sort: Callable[[np.ndarray, Callable[[], bool]], object]) -> None:
    X = np.random.default_rng(1).random((3000, 2))
    questions = count()
    sort(X, lambda: next(questions) < 0)
    asked = next(questions)
    assert asked > 3 * 3  # in each pass, once a piece
    for last in range(asked):
        questions = count()
        with pytest.raises(Cancelled):
            sort(X, lambda: next(questions) >= last)  # noqa: B023


def test_equal_colors_and_only_they_share_a_cell() -> None:
    rng = np.random.default_rng(5)
    colors = rng.integers(0, 256, (2000, 3))
    colors[:2] = [[0, 0, 0], [255, 255, 255]]
    slightly_redder = np.minimum(colors + np.array([1, 0, 0]), 255)
    X = np.concatenate([colors, slightly_redder, colors]).astype(float)
    rows, _ = curve.sort(X)
    borders = np.diff(X[rows], axis=0).any(axis=1)
    assert np.array_equal(borders, np.diff(curve_keys(X)[rows]) > 0)
    assert borders.sum() + 1 == len(np.unique(X, axis=0))


@pytest.mark.parametrize("axis", range(3))
def test_different_intensities_never_share_a_cell(axis: int) -> None:
    for span in range(1, 256):
        X = np.zeros((span + 1, 3))
        X[:, axis] = np.arange(span + 1)
        assert len(np.unique(curve_keys(X))) == span + 1
