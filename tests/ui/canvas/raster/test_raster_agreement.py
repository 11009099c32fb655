"""The plain and the compiled loops paint the same pixels, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kmeans_gui.ui.canvas.raster import GONE, Placement, Sums, disc_stamps, opacity_of_lines, opacity_of_marks, ring_stamps
from kmeans_gui.ui.canvas.raster.family import COMPILED
from kmeans_gui.ui.canvas.raster.plain import PLAIN
from kmeans_gui.ui.canvas.raster.sums import grains

FAMILIES = (PLAIN, COMPILED)
SHAPES = st.tuples(st.integers(1, 80), st.integers(1, 80))
STAMPS = st.sampled_from([disc_stamps(0.5, 0), disc_stamps(0.75, 0.0), disc_stamps(3.0, 0.75), ring_stamps(5.0, 2.0, 0.75)])


@st.composite
def centers(draw):
    """Some of them coincide, some are nowhere, some far off."""
    positions = st.one_of(
        st.integers(-2, 82).map(float),
        st.floats(-100, 200),
        st.sampled_from([np.nan, np.inf, 1e12, -1e12, 1e12 + 1, 1e149, 1e200]),
    )
    return draw(hnp.arrays(np.float64, (draw(st.integers(1, 20)), 2), elements=positions))


@st.composite
def boards(draw):
    """Points, rows of three colors and spans; where they lie; all of it read-only."""
    n = draw(st.integers(0, 60))
    place = st.one_of(st.floats(-1, 2), st.sampled_from([0.0, 0.5, 1.0, 0.25, 1e6]))
    x, y = (draw(hnp.arrays(np.float64, n, elements=place)) for _ in "xy")
    labels = draw(hnp.arrays(np.int16, n, elements=st.sampled_from([GONE, -1, 0, 1, 2])))
    cuts = sorted(draw(st.lists(st.integers(0, n), max_size=6)))
    spans = np.array(list(zip(cuts[::2], cuts[1::2], strict=False)), np.int64).reshape(-1, 2)
    factor, shift = st.sampled_from([1.0, 16.0, 80.0, -40.0, 1e12, 1e300]), st.floats(-40, 80)
    placement = Placement(draw(factor), draw(shift), draw(factor), draw(shift))
    for array in (x, y, labels, spans):
        array.flags.writeable = False
    return x, y, labels, spans, placement


def ground(shape, seed=0):
    return np.random.default_rng(seed).integers(0xFF000000, 0xFFFFFFFF, shape, np.uint32)


COLORS = np.array([0xFF0072B2, 0xFFE69F00, 0xFF009E73], np.uint32)


@given(SHAPES, centers(), st.sampled_from([0.0, 1.0, 2.5]))
def test_regions(shape, positions, width):
    tints = ground(len(positions), 1)
    images = [ground(shape) for _ in FAMILIES]
    for loops, image in zip(FAMILIES, images, strict=True):
        loops.regions(image, positions, tints, 0xFF123456, width)
    np.testing.assert_array_equal(*images)


@given(SHAPES, boards(), STAMPS)
def test_discs(shape, board, stamps):
    images = [ground(shape) for _ in FAMILIES]
    counts = [loops.discs(image, *board, stamps, COLORS, 0xFFFAFAF8) for loops, image in zip(FAMILIES, images, strict=True)]
    assert counts[0] == counts[1]
    np.testing.assert_array_equal(*images)


@given(SHAPES, boards(), st.sampled_from([1.0, 1.5, 3.0]), st.sampled_from([1, 3, 16]), st.integers(1, 30))
def test_density(shape, board, size, weight, times):
    images, sums = [ground(shape) for _ in FAMILIES], [Sums.zeros(*shape) for _ in FAMILIES]
    for loops, image, own in zip(FAMILIES, images, sums, strict=True):
        counts = {loops.density(own, *board, size, COLORS, weight) for _ in range(times)}
        assert len(counts) == 1
        image[0, 0] = counts.pop()
    np.testing.assert_array_equal(sums[0].totals(), sums[1].totals())
    typical = [loops.coverage(own) for loops, own in zip(FAMILIES, sums, strict=True)]
    assert typical[0] == typical[1]
    for loops, image, own in zip(FAMILIES, images, sums, strict=True):
        loops.resolve(own, image, opacity_of_marks(size, typical[0]))
        assert not own.totals().any() and not own.near.any()
    np.testing.assert_array_equal(*images)


@given(SHAPES, boards(), centers(), st.integers(1, 4), st.sampled_from([1, 3, 16]), st.integers(1, 30))
def test_links(shape, board, ends, square, weight, times):
    ends, images, sums = ends[:3], [ground(shape) for _ in FAMILIES], [Sums.zeros(*shape) for _ in FAMILIES]
    for loops, own in zip(FAMILIES, sums, strict=True):
        for _ in range(times):
            loops.links(own, *board, ends, square, COLORS, weight)
    np.testing.assert_array_equal(sums[0].totals(), sums[1].totals())
    for loops, image, own in zip(FAMILIES, images, sums, strict=True):
        loops.resolve(own, image, opacity_of_lines(0.2, loops.coverage(own), 0.5))
        assert not own.totals().any() and not own.near.any()
    np.testing.assert_array_equal(*images)


@pytest.mark.parametrize("size", [1.0, 2.0])
def test_twenty_million_points_in_one_pixel(size):
    n = 20_000_000
    x = np.full(1 << 16, 0.5)
    labels = np.zeros(len(x), np.int16)
    spans = np.array([[0, len(x)]])
    sums = Sums.zeros(1, 1)
    for _ in range(n // len(x)):
        COMPILED.density(sums, x, x, labels, spans, Placement(1, 0, 1, 0), size, np.array([0xFFFFFF01], np.uint32), 1)
    weight, red, green, blue = sums.totals()[0].tolist()
    assert weight == n // len(x) * len(x) * grains(size)
    assert (red, green, blue) == (255 * weight, 255 * weight, weight)
