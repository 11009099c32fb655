import numpy as np
import pytest

from kmeans_gui.ui.canvas.raster import squares as module
from kmeans_gui.ui.canvas.raster.squares import ALPHA, raster
from kmeans_gui.ui.canvas.view import View

VIEW = View(0, 40, 0, 30, 0, 0, 40, 30)
PALETTE = ((255, 0, 0), (0, 0, 255), (0, 255, 0))
"""The last one is that of unassigned points."""


def counted(points, size):
    """How many points fall into each pixel."""
    return np.histogram2d(30 - points[:, 1], points[:, 0], bins=size, range=((0, 30), (0, 40)))[0]


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_opacity_follows_the_number_of_points_in_a_pixel(ratio):
    points = np.random.default_rng(0).uniform(-2, 42, (3000, 2))
    image = raster(points, None, PALETTE, VIEW, ratio)
    counts = counted(points, image.shape[:2])
    assert image.shape == (30 * ratio, 40 * ratio, 4)
    np.testing.assert_allclose(image[..., 3], 255 * (1 - (1 - ALPHA) ** counts), atol=0.51)


def test_points_beyond_one_chunk_are_all_counted(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 64)
    points = np.random.default_rng(0).uniform(0, 30, (1000, 2))
    np.testing.assert_array_equal(raster(points, None, PALETTE, VIEW)[..., 3] > 0, counted(points, (30, 40)) > 0)


def test_colors_of_points_in_one_pixel_are_averaged_whatever_their_order():
    points = np.full((8, 2), 5.5)
    labels = np.array([0, 0, 0, 0, 0, 0, 1, 1], np.int8)
    image = raster(points, labels, PALETTE, VIEW)
    np.testing.assert_allclose(image[24, 5], [191, 0, 64, 255], atol=1)
    np.testing.assert_array_equal(image, raster(points[::-1], labels[::-1], PALETTE, VIEW))


def test_unassigned_points_have_the_last_color():
    image = raster(np.array([[1.5, 29.5]]), np.array([-1], np.int8), PALETTE, VIEW)
    assert image[0, 1, 1] == image[0, 1, 3] > 0


def test_squares_are_cut_off_at_the_edges():
    corners = np.array([[0.1, 29.9], [39.9, 0.1]])
    image = raster(corners, None, PALETTE, VIEW, 1.0, 3)
    assert np.argwhere(image[..., 3]).tolist() == [[y, x] for y in (0, 1) for x in (0, 1)] + [
        [y, x] for y in (28, 29) for x in (38, 39)
    ]


@pytest.mark.parametrize("mark", [1, 2, 5])
def test_a_mark_is_a_square_around_its_point(mark):
    image = raster(np.array([[20.5, 14.5]]), None, PALETTE, VIEW, 1.0, mark)
    rows, columns = np.nonzero(image[..., 3])
    assert len(rows) == mark**2
    assert abs(columns.mean() + 0.5 - 20.5) <= 0.5
    assert abs(rows.mean() + 0.5 - 15.5) <= 0.5


def test_no_points_make_a_clear_image():
    assert not raster(np.empty((0, 2)), None, PALETTE, VIEW).any()


def test_a_view_that_does_not_start_at_the_corner_of_the_surface():
    shifted = View(0, 40, 0, 30, 100, 50, 40, 30)
    points = np.random.default_rng(2).uniform(0, 30, (100, 2))
    np.testing.assert_array_equal(raster(points, None, PALETTE, VIEW), raster(points, None, PALETTE, shifted))
