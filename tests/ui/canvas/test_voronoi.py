"""Cells are compared with what they mean: the nearest centroid of every pixel of a grid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmeans_gui.ui.canvas.voronoi import cells

RECT = (10.0, 20.0, 64.0, 48.0)


def area(polygon):
    x, y = polygon.T
    return 0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def inside(polygon, points):
    """How far each point is inside a convex polygon, in pixels; negative outside."""
    edges = np.roll(polygon, -1, axis=0) - polygon
    lengths = np.hypot(*edges.T)
    edges, corners, lengths = edges[lengths > 1e-9], polygon[lengths > 1e-9], lengths[lengths > 1e-9]
    cross = edges[:, 0] * (points[:, None, 1] - corners[:, 1]) - edges[:, 1] * (points[:, None, 0] - corners[:, 0])
    return (cross / lengths).min(axis=1)


def check(centroids):
    found = cells(centroids, RECT)
    left, top, width, height = RECT
    grid = np.stack(np.meshgrid(left + np.arange(width) + 0.5, top + np.arange(height) + 0.5), axis=-1).reshape(-1, 2)
    distances = ((grid[:, None] - centroids) ** 2).sum(axis=2)
    owners = np.nanargmin(distances, axis=1)
    assert len(found) == len(centroids)
    for j, polygon in enumerate(found):
        mine = grid[owners == j]
        if len(polygon) < 3:
            assert not len(mine)
            continue
        assert area(polygon) > -1e-9
        if len(mine):
            assert inside(polygon, mine).min() > -1e-6
    assert sum(area(p) for p in found if len(p)) == pytest.approx(width * height)
    return found


coordinate = st.floats(-50, 150, width=32)


@settings(max_examples=60)
@given(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=12))
def test_cells_hold_the_pixels_nearest_to_their_centroid(places):
    check(np.array(places, np.float64))


def test_one_centroid_owns_everything():
    (cell,) = check(np.array([[500.0, -70.0]]))
    assert area(cell) == 64 * 48


def test_of_coincident_centroids_the_lowest_owns_the_cell():
    found = check(np.array([[20.0, 30.0], [50.0, 50.0], [20.0, 30.0], [50.0, 50.0]]))
    assert [len(cell) > 0 for cell in found] == [True, True, False, False]


def test_collinear_centroids_cut_strips():
    found = check(np.column_stack([np.linspace(14, 70, 8), np.full(8, 44.0)]))
    np.testing.assert_allclose([area(cell) for cell in found], 8 * 48)


def test_dropped_centroids_have_no_cell():
    found = check(np.array([[20.0, 30.0], [np.nan, np.nan], [60.0, 30.0]]))
    assert [len(cell) for cell in found] == [4, 0, 4]


def test_centroids_all_outside_the_rectangle_still_share_it():
    check(np.array([[-500.0, 0.0], [900.0, 10.0], [30.0, 2000.0]]))


def test_a_regular_grid_where_four_cells_meet_in_each_corner():
    x, y = np.meshgrid(np.arange(8) * 8 + 14.0, np.arange(6) * 8 + 24.0)
    found = check(np.column_stack([x.ravel(), y.ravel()]))
    np.testing.assert_allclose([area(cell) for cell in found], 64)


def test_many_centroids():
    check(np.random.default_rng(1).uniform([10, 20], [74, 68], (256, 2)))


def test_no_centroids():
    assert cells(np.empty((0, 2)), RECT) == []
