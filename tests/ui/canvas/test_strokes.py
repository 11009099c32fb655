"""Strokes: what they cover, what is seen where they cross, and that both loops draw the same pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kmeans_gui.clustering.kernels import warming
from kmeans_gui.ui.canvas.strokes import FAMILY, shades
from kmeans_gui.ui.canvas.strokes.plain import draw as plain

BLACK = (0, 0, 0)


@pytest.fixture(scope="module")
def compiled():
    assert warming.warm(FAMILY)
    return warming.at_hand(FAMILY).draw


@pytest.fixture(params=["plain", "compiled"])
def draw(request, compiled):
    return plain if request.param == "plain" else compiled


def paper(shape=(40, 60)):
    return np.full(shape, 0xFFFFFFFF, np.uint32)


def darkness(pixels):
    return 255 - (pixels & 0xFF).astype(int)


def inks(opacity, m=1):
    return np.full(m, shades((BLACK,), opacity)[0], np.uint32)


def test_a_stroke_covers_its_area(draw):
    for turn in np.linspace(0, np.pi, 7):
        pixels, across, down = paper(), 12 * np.cos(turn), 12 * np.sin(turn)
        draw(pixels, np.array([[30 - across, 20 - down, 30 + across, 20 + down]]), np.array([3.0]), inks(1.0))
        assert darkness(pixels).sum() / 255 == pytest.approx(24 * 3 + np.pi * 1.5**2, rel=0.03)


def test_a_dot_is_a_disc_where_it_should_be(draw):
    pixels = paper()
    draw(pixels, np.array([[20.25, 10.5, 20.25, 10.5]]), np.array([8.0]), inks(1.0))
    dark = darkness(pixels)
    rows, columns = np.indices(dark.shape) + 0.5
    assert dark.sum() / 255 == pytest.approx(np.pi * 16, rel=0.02)
    assert (dark * columns).sum() / dark.sum() == pytest.approx(20.25, abs=0.03)
    assert (dark * rows).sum() / dark.sum() == pytest.approx(10.5, abs=0.03)


def test_where_translucent_strokes_cross_only_the_last_is_seen(draw):
    pixels, across, down = paper(), [5.0, 20.5, 55.0, 20.5], [30.5, 5.0, 30.5, 35.0]
    draw(pixels, np.array([across, down]), np.array([3.0, 3.0]), np.concatenate([inks(0.8), inks(0.5)]))
    dark = darkness(pixels)
    assert dark[20, 10] == pytest.approx(0.8 * 255, abs=1) and dark[20, 30] == dark[10, 30] == pytest.approx(127, abs=1)


def test_one_drawing_leaves_nothing_for_the_next(draw):
    for _ in range(2):
        draw(paper(), np.array([[5.0, 5.0, 50.0, 30.0]]), np.array([4.0]), inks(1.0))
    pixels = paper()
    draw(pixels, np.empty((0, 4)), np.empty(0), inks(1.0, 0))
    assert (pixels == 0xFFFFFFFF).all()


PLACES = st.one_of(st.floats(-20, 80), st.integers(0, 60).map(float), st.sampled_from([np.nan, np.inf, -1e12, 1e12, 1e120]))


@given(hnp.arrays(np.float64, st.tuples(st.integers(0, 12), st.just(4)), elements=PLACES), st.data())
def test_both_loops_draw_the_same_pixels(compiled, ends, data):
    m = len(ends)
    widths = data.draw(hnp.arrays(np.float64, m, elements=st.floats(0.5, 9)))
    colors = st.sampled_from(shades(((0, 114, 178), (230, 159, 0), (250, 250, 248)), 0.6).tolist())
    ink = data.draw(hnp.arrays(np.uint32, m, elements=colors))
    shape = data.draw(st.tuples(st.integers(1, 60), st.integers(1, 60)))
    ground = np.random.default_rng(0).integers(0xFF000000, 0xFFFFFFFF, shape, np.uint32)
    images = ground.copy(), ground.copy()
    plain(images[0], ends, widths, ink)
    compiled(images[1], ends, widths, ink)
    np.testing.assert_array_equal(*images)
