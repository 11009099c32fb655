import numpy as np
import pytest

from kmeans_gui.ui.canvas.view import View


@pytest.mark.parametrize("offset", [0.0, 1e6, -1e9])
def test_there_and_back(offset):
    view = View(offset, offset + 4, offset - 1, offset + 2, 30, 10, 800, 600)
    points = np.random.default_rng(0).uniform(offset, offset + 2, (50, 2))
    np.testing.assert_allclose(view.to_data(view.to_pixels(points)), points, rtol=1e-15, atol=1e-12 + abs(offset) * 1e-15)


def test_corners_go_to_corners_and_y_grows_upwards():
    view = View(-1, 3, 10, 20, 5, 7, 400, 100)
    np.testing.assert_allclose(view.to_pixels(np.array([[-1.0, 20.0], [3.0, 10.0]])), [[5, 7], [405, 107]])


def test_fitting_shows_all_points_with_one_scale():
    points = np.array([[0.0, 0.0], [10.0, 2.0], [4.0, -3.0]])
    view = View.fitting(points.min(axis=0), points.max(axis=0), 640, 360)
    across, up = view.pixels_per_unit
    assert across == pytest.approx(up)
    pixels = view.to_pixels(points)
    assert (pixels >= 0).all()
    assert (pixels <= [640, 360]).all()


@pytest.mark.parametrize("place", [np.zeros(2), np.full(2, 1e9)])
def test_fitting_a_single_place(place):
    view = View.fitting(place, place, 640, 360)
    assert view.x0 < view.x1
    assert view.y0 < view.y1
    np.testing.assert_allclose(view.to_pixels(place[None, :]), [[320, 180]], atol=1e-3)


@pytest.mark.parametrize("place", [(1.0, 1.0), (0.3, 7.0), (-1e9, 1e9), (1e-30, 0.0), (1e140, -1e140)])
@pytest.mark.parametrize("shape", [(640, 360), (360, 640), (3840, 2160)])
def test_fitting_places_that_only_the_last_bit_tells_apart(place, shape):
    low = np.array(place)
    for high in (np.nextafter(low, np.inf), np.array([low[0], np.nextafter(low[1], np.inf)])):
        view = View.fitting(low, high, *shape)
        assert np.isfinite(view.pixels_per_unit).all()
        np.testing.assert_allclose(view.to_pixels(np.array([low, high])), np.full((2, 2), shape) / 2, atol=1e-3)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ((1e9, 1e9), (1e9 + 1, 1e9 + 0.5)),
        ((-1.0, 2e9), (1.0, 2e9 + 3)),
        ((-1e140, 0.0), (1e140, 1e140)),
        ((-1e-140, 0.0), (1e-140, 1e-140)),
    ],
)
def test_fitting_fills_the_view_however_far_or_large(low, high):
    view = View.fitting(np.array(low), np.array(high), 640, 360)
    (left, bottom), (right, top) = view.to_pixels(np.array([low, high]))
    assert max((right - left) / 640, (bottom - top) / 360) == pytest.approx(0.84, abs=1e-3)
    pixel = np.array([[100.0, 100.0], [101.0, 101.0]])
    assert (np.diff(view.to_data(pixel), axis=0) != 0).all()
