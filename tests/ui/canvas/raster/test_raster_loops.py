"""What the loops paint, against references of another kind; :mod:`test_raster_agreement` compares the two families."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from kmeans_gui.clustering.kernels import warming
from kmeans_gui.ui.canvas import raster
from kmeans_gui.ui.canvas.raster import GONE, Placement, Sums, disc_stamps, family, opacity_of_marks, ring_stamps
from kmeans_gui.ui.canvas.raster.plain import PLAIN
from kmeans_gui.ui.canvas.raster.sums import FAINTEST, grains

HEIGHT, WIDTH = 60, 90
AS_THEY_ARE = Placement(1.0, 0.0, 1.0, 0.0)
COLORS = np.array([0xFF0072B2, 0xFFE69F00, 0xFF009E73], np.uint32)
LIGHT = 0xFFFAFAF8


@pytest.fixture(params=[PLAIN, family.COMPILED], ids=["plain", "compiled"])
def loops(request):
    return request.param


@pytest.fixture
def pixels():
    return np.full((HEIGHT, WIDTH), LIGHT, np.uint32)


@pytest.fixture
def sums():
    return Sums.zeros(HEIGHT, WIDTH)


def board(n=2000, seed=0):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-5, WIDTH + 5, n), rng.uniform(-5, HEIGHT + 5, n)
    return x, y, rng.integers(-2, 3, n).astype(np.int16), np.array([[0, n]])


def channels(pixels):
    return np.stack([pixels >> 16 & 255, pixels >> 8 & 255, pixels & 255], axis=-1).astype(np.int64)


# --- Regions -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 2, 40, 700])
def test_each_pixel_belongs_to_its_nearest_center(loops, k):
    pixels = np.zeros((60, 80), np.uint32)
    centers = np.random.default_rng(k).integers(-10, 90, (k, 2)).astype(float)  # some equally near, some at one place
    centers[: k // 10] = np.nan
    loops.regions(pixels, centers, np.arange(k, dtype=np.uint32) | np.uint32(0xFF000000), 0, 0.0)
    y, x = np.mgrid[:60, :80] + 0.5
    squares = (x[..., None] - centers[:, 0]) ** 2 + (y[..., None] - centers[:, 1]) ** 2
    np.testing.assert_array_equal(pixels & np.uint32(0xFFFFFF), np.where(np.isnan(squares), np.inf, squares).argmin(axis=-1))


def test_lines_are_as_wide_as_they_should_be_and_soft(loops, pixels):
    centers = np.array([[20.25, 30.0], [60.25, 30.0]])
    loops.regions(pixels, centers, np.array([0xFF000000] * 2, np.uint32), 0xFFFFFFFF, 2.0)
    profile = channels(pixels)[30, :, 0] / 255
    np.testing.assert_allclose(profile[38:43], [0, 0.75, 1, 0.25, 0], atol=0.01)
    assert profile.sum() == pytest.approx(2, abs=0.01)


def test_lines_end_where_regions_do(loops, pixels):
    """Only the border of the own region counts, not the bisectors of others beyond it."""
    centers = np.array([[10.0, 10.0], [80.0, 10.0], [45.0, 55.0]])
    loops.regions(pixels, centers, np.array([0xFF000000] * 3, np.uint32), 0xFFFFFFFF, 1.0)
    assert not (channels(pixels)[50:, 44:47]).any()
    assert channels(pixels)[:5, 44:46].all()


@pytest.mark.parametrize("centers", [[], [[np.nan, 0.0]], [[0.0, np.inf], [1e200, 0.0]]])
def test_without_a_center_nothing_is_painted(loops, pixels, centers):
    loops.regions(pixels, np.array(centers).reshape(-1, 2), np.zeros(len(centers), np.uint32), 0, 1.0)
    assert (pixels == LIGHT).all()


def test_a_single_region_has_no_line(loops, pixels):
    loops.regions(pixels, np.array([[5.0, 5.0], [5.0, 5.0]]), np.array([0xFF010203, 0xFF000000], np.uint32), 0, 3.0)
    assert (pixels == 0xFF010203).all()


# --- Stamps --------------------------------------------------------------------------------------------------------------


def supersampled(size, radius, row, column):
    """What a disc covers of each pixel, told from many places in each; the center's offset in eighths of a pixel."""
    places = (np.arange(size * 64) + 0.5) / 64 - (size - 1) / 2
    inside = (places - column / 8) ** 2 + (places[:, None] - row / 8) ** 2 <= radius**2
    return 256 * inside.reshape(size, 64, size, 64).mean(axis=(1, 3))


@pytest.mark.parametrize(("radius", "hair"), [(0.5, 0), (0.75, 0), (1.5, 0.5), (3.0, 0.75)])
@pytest.mark.parametrize("offset", [(0, 0), (4, 4), (3, 7)])
def test_discs_cover_what_they_cover(radius, hair, offset):
    stamps = disc_stamps(radius, hair)
    table = offset[0] * 8 + offset[1]
    np.testing.assert_allclose(stamps.inner[table], supersampled(stamps.size, radius, *offset), atol=2)
    whole = stamps.inner[table] + stamps.rim[table]
    np.testing.assert_allclose(whole, supersampled(stamps.size, radius + hair, *offset), atol=2)


def test_rings_are_clear_inside():
    stamps = ring_stamps(6.0, 2.0, 1.0)
    middle = stamps.size // 2
    assert not (stamps.inner + stamps.rim)[:, middle - 1 : middle + 2, middle - 1 : middle + 2].any()
    np.testing.assert_allclose(stamps.inner.sum(axis=(1, 2)) / 256, np.pi * (7**2 - 5**2), rtol=0.01)
    assert (stamps.inner + stamps.rim).max() == 256


@pytest.mark.parametrize("stamps", [disc_stamps(0.75, 0.0), disc_stamps(1.0, 0.25), disc_stamps(4.0, 0.75)])
def test_cells_hold_all_of_a_stamp(stamps):
    for inner, rim, rows, columns, cells, rims in zip(
        stamps.inner, stamps.rim, stamps.cells.rows, stamps.cells.columns, stamps.cells.inner, stamps.cells.rim, strict=True
    ):
        again = np.zeros((2, *inner.shape), np.uint64)
        np.add.at(again, (slice(None), rows, columns), [cells, rims])
        np.testing.assert_array_equal(again, [inner, rim])
    assert stamps.cells.inner.shape[1] % 4 == 0


# --- Discs ---------------------------------------------------------------------------------------------------------------


def test_discs_lie_where_their_points_are_one_over_the_other(loops, pixels):
    x, y, labels, spans = board(150)
    inside = loops.discs(pixels, x, y, labels, spans, AS_THEY_ARE, disc_stamps(3.0, 0.75), COLORS, LIGHT)
    drawn = labels != GONE
    assert inside == np.count_nonzero(drawn & (x >= 0) & (x < WIDTH) & (y >= 0) & (y < HEIGHT))
    places_y, places_x = np.mgrid[: HEIGHT * 8, : WIDTH * 8] / 8 + 1 / 16
    fine = np.full((HEIGHT * 8, WIDTH * 8), LIGHT, np.uint32)
    for i in np.flatnonzero(drawn):
        square = (places_x - x[i]) ** 2 + (places_y - y[i]) ** 2
        fine[square <= 3.75**2] = LIGHT
        fine[square <= 3.0**2] = COLORS[labels[i]]
    expected = channels(fine).reshape(HEIGHT, 8, WIDTH, 8, 3).mean(axis=(1, 3))
    difference = np.abs(channels(pixels) - expected)
    assert difference.mean() < 2
    assert np.quantile(difference, 0.99) < 32  # where edges of several meet, mixing is not what areas say


def test_places_outside_the_spans_and_gone_ones_are_not_drawn(loops, pixels):
    x = np.array([10.0, 30.0, 50.0, 70.0])
    labels = np.array([0, 0, GONE, 0], np.int16)
    spans = np.array([[1, 1], [1, 3]])
    assert loops.discs(pixels, x, x / 2, labels, spans, AS_THEY_ARE, disc_stamps(2.0, 0.0), COLORS, 0) == 1
    assert np.flatnonzero((pixels != LIGHT).any(axis=0)).tolist() == [28, 29, 30, 31]


def test_the_last_color_is_that_of_unassigned_points(loops, pixels):
    loops.discs(
        pixels, np.array([5.5]), np.array([5.5]), np.array([-1], np.int16), np.array([[0, 1]]), AS_THEY_ARE,
        disc_stamps(2.0, 0.0), COLORS, 0,
    )  # fmt: skip
    assert pixels[5, 5] == COLORS[2]


# --- Density -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", [1, 3])
def test_sums_of_dots(loops, sums, weight):
    x, y, labels, spans = board(20_000)
    shown = (labels != GONE) & (x >= 0) & (x < WIDTH) & (y >= 0) & (y < HEIGHT)
    assert loops.density(sums, x, y, labels, spans, AS_THEY_ARE, 1.0, COLORS, weight) == weight * shown.sum()
    expected = np.zeros((HEIGHT * WIDTH, 4), np.int64)
    colors = np.column_stack([np.ones(3, np.int64), channels(COLORS)])
    np.add.at(expected, y[shown].astype(int) * WIDTH + x[shown].astype(int), weight * colors[labels[shown]])
    np.testing.assert_array_equal(sums.totals(), expected)


def test_spans_add_up(loops, sums):
    x, y, labels, _ = board(3000)
    whole = Sums.zeros(HEIGHT, WIDTH)
    for spans, own in (([[0, 3000]], whole), ([[0, 7], [7, 7], [7, 1000]], sums), ([[1000, 3000]], sums)):
        loops.density(own, x, y, labels, np.array(spans), AS_THEY_ARE, 2.0, COLORS, 3)
    np.testing.assert_array_equal(whole.totals(), sums.totals())


def test_a_mark_adds_its_area(loops, sums):
    loops.density(
        sums, np.array([30.3]), np.array([20.8]), np.zeros(1, np.int16), np.array([[0, 1]]), AS_THEY_ARE, 6.0, COLORS, 1
    )
    weights = sums.totals()[:, 0].reshape(HEIGHT, WIDTH)
    assert weights.sum() / weights.max() == pytest.approx(np.pi * 9, rel=0.03)
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    assert [(weights * axis).sum() / weights.sum() for axis in (x, y)] == pytest.approx([30.3, 20.8], abs=0.1)


def test_resolving_shows_the_mean_color_and_clears(loops, pixels, sums):
    x = np.full(400, 10.5)
    labels = np.repeat(np.array([0, 1], np.int16), [300, 100])
    loops.density(sums, x, x, labels, np.array([[0, 400]]), AS_THEY_ARE, 1.0, COLORS, 1)
    assert loops.coverage(sums) == 400
    loops.resolve(sums, pixels, opacity_of_marks(1.0, 1.0))
    mean = np.average(channels(COLORS)[:2], axis=0, weights=[3, 1])
    np.testing.assert_allclose(channels(pixels)[10, 10], mean, atol=1)
    assert np.count_nonzero(pixels != LIGHT) == 1
    assert loops.coverage(sums) == 0
    before = pixels.copy()
    loops.resolve(sums, pixels, opacity_of_marks(1.0, 1.0))
    np.testing.assert_array_equal(pixels, before)


def opacity(loops, marks, size, typical):
    """Return how opaque a pixel is that lies wholly under so many black marks."""
    sums, pixels = Sums.zeros(9, 9), np.full((9, 9), 0xFFFFFFFF, np.uint32)
    places, black = np.full(marks, 4.5), np.array([0xFF000000], np.uint32)
    loops.density(sums, places, places, np.zeros(marks, np.int16), np.array([[0, marks]]), AS_THEY_ARE, size, black, 1)
    loops.resolve(sums, pixels, opacity_of_marks(size, typical * grains(size)))
    return 1 - int(channels(pixels)[4, 4, 0]) / 255


@pytest.mark.parametrize("size", [1.0, 3.0])
@pytest.mark.parametrize("typical", [1.0, 2.0, 3.0, 30.0, 3e3, 2e7])
def test_more_marks_are_more_opaque_and_a_single_one_is_never_hidden(loops, size, typical):
    shades = [opacity(loops, marks, size, typical) for marks in (1, 2, 4, 20, 200, 10_000)]
    assert shades[0] >= FAINTEST - 0.01
    assert shades == sorted(shades)
    if 3 <= typical <= 30:  # neither all opaque nor all faint
        assert len(set(shades)) >= 4
        assert shades[-1] == 1


@pytest.mark.parametrize("size", [1.5, 3.0])
def test_density_looks_like_discs_while_few_points_share_a_pixel(loops, size):
    rng = np.random.default_rng(0)
    n, shape = int(4500 / size**2), (200, 200)
    x, y, labels, spans = *rng.normal(100, 40, (2, n)), rng.integers(0, 3, n).astype(np.int16), np.array([[0, n]])
    discs, density = np.full((2, *shape), LIGHT, np.uint32)
    loops.discs(discs, x, y, labels, spans, AS_THEY_ARE, disc_stamps(size / 2, 0.0), COLORS, LIGHT)
    sums = Sums.zeros(*shape)
    loops.density(sums, x, y, labels, spans, AS_THEY_ARE, size, COLORS, 1)
    loops.resolve(sums, density, opacity_of_marks(size, loops.coverage(sums)))
    assert np.abs(channels(discs) - channels(density)).mean() < 3


# --- Lines ---------------------------------------------------------------------------------------------------------------


def weights_of_lines(loops, starts, ends, square=1):
    """Return the weights of the lines from ``starts`` (n, 2) to the one end that is given."""
    sums = Sums.zeros(HEIGHT, WIDTH)
    x, y = np.ascontiguousarray(np.asarray(starts, float).T)
    labels, spans = np.zeros(len(x), np.int16), np.array([[0, len(x)]])
    loops.links(sums, x, y, labels, spans, AS_THEY_ARE, np.array([ends], float), square, COLORS, 1)
    return sums.totals()[:, 0].reshape(HEIGHT, WIDTH)


@pytest.mark.parametrize("start", [(10.5, 20.5), (80.2, 50.9), (40.0, 5.0), (3.0, 58.0)])
def test_a_line_lies_between_its_ends_and_weighs_what_it_is_long(loops, start):
    end = np.array([44.3, 31.8])
    weights = weights_of_lines(loops, [start], end)
    far = end - start
    length = np.hypot(*far)
    y, x = np.nonzero(weights)
    across = np.abs((x + 0.5 - start[0]) * far[1] - (y + 0.5 - start[1]) * far[0]) / length
    along = ((x + 0.5 - start[0]) * far[0] + (y + 0.5 - start[1]) * far[1]) / length
    assert across.max() < 2
    assert along.min() > -1.5
    assert along.max() < length + 1.5
    assert weights.sum() / grains(2) == pytest.approx(length, rel=0.1)


@pytest.mark.parametrize("square", [1, 2, 3])
def test_all_lines_are_drawn_as_dense_in_all_directions(loops, square):
    angles = np.random.default_rng(0).uniform(0, 2 * np.pi, 3000)
    weights = weights_of_lines(loops, np.column_stack([45 + 25 * np.cos(angles), 30 + 25 * np.sin(angles)]), (45, 30), square)
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    distance, sector = np.hypot(x - 45, y - 30), ((np.arctan2(y - 30, x - 45) / np.pi * 8) % 16).astype(int)
    ring = (distance > 8) & (distance < 20)
    shares = np.bincount(sector[ring], weights[ring], 16) / weights[ring].sum()
    np.testing.assert_allclose(shares, 1 / 16, rtol=0.2 * square)
    assert weights[ring].sum() / grains(2) == pytest.approx(3000 * 12, rel=0.05)


def test_lines_come_into_view_from_far_off_and_leave_it(loops):
    weights = weights_of_lines(loops, [(-1e6, 30.5)], (1e6, 30.5))
    assert (weights[29:32].sum(axis=0) == grains(2)).all()
    assert weights.sum() == grains(2) * WIDTH
    assert not weights_of_lines(loops, [(-1e6, -5.0), (1e9, 70.0)], (30.0, -8.0)).any()


def test_points_without_an_end_have_no_line(loops, sums):
    x, labels = np.array([5.0, 9.0, 20.0, 30.0, 40.0]), np.array([-1, GONE, 1, 2, 3], np.int16)
    ends = np.array([[1.0, 1.0], [np.nan, 1.0], [np.inf, 0.0]])
    loops.links(sums, x, x, labels, np.array([[0, 5]]), AS_THEY_ARE, ends, 1, COLORS, 1)
    assert not sums.totals().any()


# --- The door ------------------------------------------------------------------------------------------------------------


def test_compiled_loops_are_used_as_soon_as_they_are_loaded(monkeypatch):
    monkeypatch.setattr(warming, "at_hand", lambda name: None)
    assert raster.loops() is PLAIN
    monkeypatch.setattr(warming, "at_hand", sys.modules.get)
    assert raster.loops() is family.COMPILED


def test_all_of_the_loops_can_be_loaded():
    assert warming.warm(raster.FAMILY)
    assert raster.loops() is family.COMPILED
