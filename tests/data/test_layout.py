"""Layouts against brute force, after any sequence of edits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmeans_gui import clustering
from kmeans_gui.clustering.kernels import warm
from kmeans_gui.clustering.label_runs import LabelRuns
from kmeans_gui.data import layout as module
from kmeans_gui.data.change import Change
from kmeans_gui.data.layout import GONE, Layout
from kmeans_gui.errors import Cancelled


@pytest.fixture(autouse=True)
def _small_sets_are_followed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SORTED_FROM", 0)


def lattice(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Return points of which many coincide or share a coordinate."""
    return rng.integers(-20, 21, (n, d)) / 8


def edited(rng: np.random.Generator, points: np.ndarray) -> tuple[Change, np.ndarray]:
    """Return a random change and the points after it."""
    n, d = points.shape
    removed = np.flatnonzero(rng.random(n) < rng.choice([0.0, 0.01, 0.5]))
    m = n - len(removed) + (added := int(rng.integers(0, 30)))
    inserted = np.arange(m - added, m) if rng.random() < 0.5 else np.sort(rng.choice(m, added, replace=False))
    staying = np.setdiff1d(np.arange(m), inserted)
    moved = np.sort(rng.choice(staying, min(len(staying), int(rng.integers(0, 20))), replace=False))
    after = np.empty((m, d))
    after[staying] = np.delete(points, removed, axis=0)
    after[inserted] = lattice(rng, added, d)
    after[moved] = lattice(rng, len(moved), d)
    return Change(n, removed, inserted, moved), after


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    d, n = draw(st.sampled_from([1, 2, 3, 5])), draw(st.sampled_from([0, 1, 2, 255, 256, 700, 9000]))
    points = lattice(rng, n, d) * draw(st.sampled_from([1.0, 1e-3, 1e100]))
    layout = draw(st.sampled_from([Layout.of, Layout.sorted]))(points)
    for _ in range(draw(st.integers(0, 4))):
        change, points = edited(rng, points)
        layout = layout.after(change, points)
    return layout


@settings(deadline=None, max_examples=60)
@given(layouts(), st.integers(0, 2**32))
def test_what_is_near(layout: Layout, seed: int) -> None:
    rng = np.random.default_rng(seed)
    unit = np.abs(layout.points).max(initial=1e-3)
    x, y = (rng.integers(-8, 9, 2) / 8) * unit
    rx, ry = rng.choice([1e-3, 0.2, 0.5, 3.0], 2) * unit
    with np.errstate(over="ignore"):
        distances = ((layout.points[:, 0] - x) / rx) ** 2 + ((layout.points[:, 1] - y) / ry) ** 2
    expected = [row for row in np.argsort(distances, kind="stable") if distances[row] <= 1]
    assert layout.near(x, y, rx, ry).tolist() == expected
    assert layout.nearest(x, y, rx, ry) == (expected[0] if expected else None)


def winds_around(point: np.ndarray, outline: np.ndarray) -> bool:
    """Whether a ray towards greater x crosses an odd number of edges."""
    crossings = 0
    for (ax, ay), (bx, by) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if min(ay, by) <= point[1] < max(ay, by):
            crossings += point[0] < ax + (point[1] - ay) * ((bx - ax) / (by - ay))
    return crossings % 2 == 1


@settings(deadline=None, max_examples=40)
@given(layouts(), st.integers(0, 2**32), st.sampled_from([0, 1, 2, 3, 4, 7, 30]), st.sampled_from([0.3, 1.0, 2.0]))
def test_what_is_enclosed(layout: Layout, seed: int, corners: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    unit = np.abs(layout.points).max(initial=1e-3)
    outline = (rng.integers(-8, 9, (corners, 2)) / 8 if seed % 2 else rng.normal(size=(corners, 2))) * (size * unit)
    some = np.sort(rng.choice(layout.n, min(layout.n, 300), replace=False))
    enclosed = layout.enclosed(outline)
    assert (np.diff(enclosed) > 0).all()
    expected = [row for row in some if corners > 2 and winds_around(layout.points[row], outline)]
    assert np.intersect1d(enclosed, some).tolist() == expected


@settings(deadline=None, max_examples=60)
@given(layouts(), st.integers(0, 2**32))
def test_each_point_is_at_its_place_or_fresh(layout: Layout, seed: int) -> None:
    rows = layout.rows_at_places()
    there = rows >= 0
    assert rows.dtype == np.int32
    assert np.array_equal(np.sort(np.concatenate([rows[there], layout.fresh])), np.arange(layout.n))
    drawn = np.column_stack([layout.cells.x, layout.cells.y]) / layout.cells.scale
    assert np.array_equal(drawn[there], layout.points[rows[there]])
    assert layout.weight == np.count_nonzero(~there) + len(layout.fresh)


@settings(deadline=None, max_examples=60)
@given(layouts(), st.sampled_from([np.int8, np.int16, np.int32]), st.integers(0, 2**32))
def test_each_place_has_the_label_of_its_point(layout: Layout, kind: type, seed: int) -> None:
    labels = np.random.default_rng(seed).integers(-1, 9, layout.n).astype(kind)
    rows = layout.rows_at_places()
    at_places = layout.labels_at_places(labels)
    assert at_places.dtype == np.int16
    assert np.array_equal(at_places, np.where(rows >= 0, np.append(labels, 0)[rows], GONE))
    assert layout.labels_at_places(labels) is at_places
    assert np.array_equal(layout.labels_at_places(None), np.where(rows >= 0, -1, GONE))


def test_labels_of_a_run_in_the_same_order_and_in_another_one() -> None:
    rng = np.random.default_rng(0)
    points = rng.random((9000, 2))
    layout = Layout.sorted(points)
    rows = layout.cells.rows
    assert rows is not None
    along = np.sort(rng.integers(-1, 5, 9000)).astype(np.int16)
    starts = np.flatnonzero(np.diff(along, prepend=-2)).astype(np.int32)
    moved = np.array([3, 8000])
    for now in (layout, layout.after(Change(9000, moved=moved), points)):
        expected = along.copy()
        expected[np.isin(rows, moved if now is not layout else [])] = GONE
        for order in (rows, rows.copy()):
            assert np.array_equal(now.labels_at_places(LabelRuns(starts, along[starts], order, 5)), expected)


def test_labels_of_other_points_are_refused() -> None:
    points = np.random.default_rng(0).random((9000, 2))
    runs = LabelRuns(np.zeros(1, np.int32), np.zeros(1, np.int16), np.arange(8999, dtype=np.int32), 1)
    for labels in (np.zeros(9001, np.int8), runs):
        with pytest.raises(ValueError, match="9000 points"):
            Layout.sorted(points).labels_at_places(labels)


@settings(deadline=None, max_examples=60)
@given(layouts(), st.integers(0, 2**32))
def test_whatever_lies_in_a_rectangle_is_in_its_spans(layout: Layout, seed: int) -> None:
    rng = np.random.default_rng(seed)
    unit = np.abs(layout.points).max(initial=1e-3)
    (x0, x1), (y0, y1) = np.sort(rng.integers(-8, 9, (2, 2)) / 8, axis=1) * unit
    cells = layout.cells
    x, y = cells.x / cells.scale, cells.y / cells.scale
    within = np.flatnonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))
    spans = cells.spans(x0, x1, y0, y1)
    assert spans.dtype == np.int64
    assert (np.diff(spans.reshape(-1)) > 0).all()
    assert np.isin(within, np.concatenate([np.arange(0), *(np.arange(*span) for span in spans)])).all()


def test_cells_of_a_curve_are_small() -> None:
    points = np.random.default_rng(0).random((200_000, 2))
    cells = Layout.sorted(points).cells
    assert np.diff(cells.spans(0.5, 0.6, 0.5, 0.6)).sum() < 4_000
    assert cells.spans(0.0, 1.0, 0.0, 1.0).tolist() == [[0, 200_000]]


def test_points_in_a_rectangle_are_counted_roughly() -> None:
    rng = np.random.default_rng(0)
    points = rng.random((200_000, 2))
    layout = Layout.sorted(points)
    after = layout.after(Change(200_000, inserted=np.arange(200_000, 200_007)), np.vstack([points, np.full((7, 2), 3.0)]))
    for whole in (layout, Layout.of(points)):
        assert whole.count_in(-1, 2, -1, 2) == 200_000
        assert whole.count_in(0.25, 0.75, 0.5, 1.0) == pytest.approx(50_000, rel=0.02)
        assert whole.count_in(5, 6, 5, 6) == 0
    assert after.count_in(2.5, 3, 3, 3.5) == 7


def test_sorting_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        Layout.sorted(np.random.default_rng(0).random((10_000, 2)), lambda: True)


def test_points_too_far_out_for_a_curve_stay_in_order() -> None:
    points = np.random.default_rng(0).random((9000, 2)) * 1e300
    layout = Layout.sorted(points)
    assert layout.cells.rows is None
    assert len(layout.near(0, 0, 2e300, 2e300)) == 9000


def test_the_order_is_the_one_that_a_run_keeps_its_labels_in() -> None:
    warm()
    points = np.random.default_rng(0).random((20_000, 2))
    points.flags.writeable = False
    layout = Layout.sorted(points)
    assignment = clustering.run("lloyd", points, k=3)[1].assignment
    assert isinstance(assignment, LabelRuns)
    assert assignment.rows is layout.cells.rows
