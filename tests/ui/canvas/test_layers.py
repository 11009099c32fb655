"""What is drawn is looked up where it must be: the color at the pixel."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from kmeans_gui.clustering.overlays import Outlined
from kmeans_gui.data.change import Change
from kmeans_gui.data.layout import Layout
from kmeans_gui.errors import Cancelled
from kmeans_gui.session.state import LAYERS
from kmeans_gui.ui.canvas import layers, marks, points
from kmeans_gui.ui.canvas.caption import caption_font, wrapped
from kmeans_gui.ui.canvas.centroids import star_radius
from kmeans_gui.ui.canvas.frame import Effort, Frame, Style
from kmeans_gui.ui.canvas.links import linked
from kmeans_gui.ui.canvas.render import Request, render
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import DARK, LIGHT, contrast, mix

pytestmark = pytest.mark.usefixtures("qapp")

WIDTH, HEIGHT = 160, 120
VIEW = View(0, WIDTH, 0, HEIGHT, 0, 0, WIDTH, HEIGHT)
"""A data unit is a pixel."""


def painted(frame, *names, theme=LIGHT, ratio=1.0, scale=1.0, view=VIEW, painters=layers.LAYERS):
    """Paint layers on the ground and return the device pixels, shape (h, w, 3)."""
    request = Request(frame, view, Style(theme, scale, frozenset(names)), ratio)
    picture = render(request, np.empty(request.shape, np.uint32), painters=painters)
    if picture.defect is not None:
        raise picture.defect
    return picture.sheet.pixels.view(np.uint8).reshape(*request.shape, 4)[:, :, 2::-1].astype(int)


def color_at(pixels, x, y, ratio=1.0):
    """The color where data point (x, y) is."""
    return tuple(pixels[int((HEIGHT - y) * ratio), int(x * ratio)].tolist())


def close(a, b, by=12):
    return all(abs(p - q) <= by for p, q in zip(a, b, strict=True))


PLACES = np.array([[20.5, 100.5], [60.5, 40.5], [130.5, 90.5], [90.5, 15.5]])
LABELS = np.array([0, 1, 2, -1], np.int8)
CENTROIDS = np.array([[35.0, 80.0], [75.0, 40.0], [120.0, 60.0]])
FULL = Frame(
    layout=Layout.of(PLACES),
    assignment=LABELS,
    centroids=CENTROIDS,
    before=np.array([0, 0, 2, -1], np.int8),
    trail=(CENTROIDS - [10, 5],),
    moved=True,
    selected=np.array([2]),
    caption="N = 4",
    overlays=(Outlined(np.array([0])),),
)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_points_lie_at_their_pixel_in_their_color(theme, ratio):
    pixels = painted(
        Frame(layout=Layout.of(PLACES), assignment=LABELS, centroids=CENTROIDS), "points", theme=theme, ratio=ratio
    )
    for (x, y), label in zip(PLACES, LABELS, strict=True):
        color = theme.unassigned if label < 0 else theme.cluster(int(label))
        assert close(color_at(pixels, x, y, ratio), color)
    drawn = (pixels != theme.ground).any(axis=2)
    assert not drawn[: int(10 * ratio)].any()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_point_is_centered_to_a_quarter_of_a_pixel(ratio):
    for place in np.random.default_rng(0).uniform(20, 100, (20, 2)):
        pixels = painted(Frame(layout=Layout.of(place[None])), "points", ratio=ratio)
        darkness = (np.array(LIGHT.ground) - pixels).sum(axis=2).clip(0)
        rows, columns = np.indices(darkness.shape)
        center = np.array([(columns + 0.5) * darkness, (rows + 0.5) * darkness]).sum(axis=(1, 2)) / darkness.sum()
        np.testing.assert_allclose(center, np.array([place[0], HEIGHT - place[1]]) * ratio, atol=0.25)


def test_points_without_labels_are_gray():
    assert close(color_at(painted(Frame(layout=Layout.of(PLACES)), "points"), *PLACES[0]), LIGHT.unassigned)


def test_later_points_lie_over_earlier_ones_whatever_their_cluster():
    both = np.array([[50.5, 50.5], [50.5, 50.5]])
    for labels in ([0, 1], [1, 0]):
        pixels = painted(Frame(layout=Layout.of(both), assignment=np.array(labels), centroids=CENTROIDS), "points")
        assert close(color_at(pixels, 50.5, 50.5), LIGHT.cluster(labels[1]))


def test_points_without_a_centroid_have_no_link():
    gone = CENTROIDS.copy()
    gone[1] = np.nan
    labels, ends = linked(Frame(layout=Layout.of(PLACES), assignment=LABELS, centroids=gone), VIEW)
    assert labels.tolist() == [0, 2]
    np.testing.assert_allclose(ends[:, 2:], VIEW.to_pixels(CENTROIDS[[0, 2]]))
    none, _ = linked(Frame(layout=Layout.of(PLACES), assignment=np.full(4, -1), centroids=np.empty((0, 2))), VIEW)
    assert len(none) == 0


def test_a_layer_that_fails_leaves_the_painter_as_it_was():
    class Broken:
        name = "caption"

        def paint(self, painter, frame, view, style):
            painter.translate(50, 50)
            raise ValueError("broken")

    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    with pytest.raises(ValueError, match="broken"):
        layers.paint(painter, FULL, VIEW, Style(LIGHT), [Broken()])
    assert painter.transform().isIdentity()
    painter.end()


def test_points_shrink_as_they_crowd_in_view():
    crowd = np.random.default_rng(0).uniform(0, 100, (4000, 2))
    near = View(50, 54, 50, 53, 0, 0, WIDTH, HEIGHT)
    few, many, zoomed = (
        marks.diameter(marks.on_show(Layout.of(places), view), view, Style(LIGHT))
        for places, view in ((PLACES, VIEW), (crowd, VIEW), (crowd, near))
    )
    assert few == 6
    assert many == 1.5
    assert zoomed > 3


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_star_stands_where_its_centroid_is(theme):
    pixels = painted(Frame(layout=Layout.of(PLACES), centroids=CENTROIDS), "centroids", theme=theme)
    for j, (x, y) in enumerate(CENTROIDS):
        assert close(color_at(pixels, x, y), theme.cluster(j))
        above = [color_at(pixels, x, y + dy) for dy in range(8, 13)]
        assert any(close(color, theme.outline, 40) for color in above)


def test_a_star_is_larger_than_a_point_at_any_number():
    for k in (1, 8, 64, 65, 256, 4096):
        assert 2 * star_radius(k, Style(LIGHT)) >= 1.6 * marks.LARGEST


def test_numbers_are_left_out_where_stars_crowd():
    near = np.array([[80.0, 60.0], [82.0, 61.0]])
    alone = painted(Frame(layout=Layout.of(PLACES), centroids=near[:1]), "centroids")
    text = (np.abs(alone - LIGHT.text).sum(axis=2) < 30)[66:85, 84:110]
    assert text.any()
    packed = np.stack(np.meshgrid(np.arange(60, 104, 5.5), np.arange(40, 84, 5.5)), axis=-1).reshape(-1, 2)
    assert len(packed) == 64
    middle = painted(Frame(layout=Layout.of(PLACES), centroids=packed), "centroids")[50:70, 70:90]
    assert not (middle == LIGHT.text).all(axis=2).any()


def test_numbers_are_legible():
    assert min(contrast(theme.text, theme.ground) for theme in (LIGHT, DARK)) >= 7


def test_regions_carry_a_tint_of_their_cluster():
    pixels = painted(Frame(layout=Layout.of(PLACES), centroids=CENTROIDS), "regions")
    for j, (x, y) in enumerate(CENTROIDS):
        assert close(color_at(pixels, x, y), mix(LIGHT.ground, LIGHT.cluster(j), 0.12), 1)


def test_regions_leave_no_seams():
    centroids = np.random.default_rng(0).uniform(0, 100, (40, 2))
    pixels = painted(Frame(layout=Layout.of(PLACES), centroids=centroids), "regions")
    assert not (pixels == LIGHT.ground).all(axis=2).any()


@pytest.mark.parametrize("count", [2, 6000])
def test_links_lead_from_points_to_their_centroid(count):
    frame = Frame(
        layout=Layout.of(np.repeat([[20.5, 60.5]], count, axis=0)),
        assignment=np.zeros(count, np.int8),
        centroids=np.array([[120.5, 60.5], [80.0, 10.0]]),
    )
    drawn = (painted(frame, "links") != LIGHT.ground).any(axis=2)
    assert drawn[58:61, 22:119].any(axis=0).all()
    assert not drawn[:50].any()
    assert not drawn[70:].any()


def test_unassigned_points_have_no_links():
    frame = Frame(layout=Layout.of(PLACES), assignment=np.full(4, -1, np.int8), centroids=CENTROIDS)
    assert (painted(frame, "links") == LIGHT.ground).all()


def test_a_trail_runs_from_stop_to_stop_and_ends_in_an_arrow():
    trail = (np.array([[20.0, 20.0]]), np.array([[20.0, 80.0]]))
    frame = Frame(layout=Layout.of(PLACES), centroids=np.array([[130.0, 80.0]]), trail=trail, moved=True)
    drawn = (painted(frame, "trails") != LIGHT.ground).any(axis=2)
    assert drawn[42:98, 20].all()
    assert drawn[40, 24:100].all()
    heights = drawn[30:50].sum(axis=0)
    assert heights[24:100].max() < heights[100:125].max()
    still = (painted(Frame(layout=Layout.of(PLACES), centroids=frame.centroids, trail=trail), "trails") != LIGHT.ground).any(
        axis=2
    )
    assert still[30:50, 100:125].sum(axis=0).max() < heights[100:125].max()


def test_rings_surround_switched_and_selected_points_alone():
    pixels = painted(FULL, "switched")
    rings = {1: LIGHT.outline, 2: LIGHT.accent}
    for i, (x, y) in enumerate(PLACES):
        around = [color_at(pixels, x + dx, y) for dx in np.arange(4, 8)]
        assert color_at(pixels, x, y) == LIGHT.ground
        assert any(close(color, rings.get(i, LIGHT.ground), 30) for color in around)
        assert i in rings or set(around) == {LIGHT.ground}


def test_hidden_layers_are_not_drawn():
    bare = Frame(
        layout=Layout.of(PLACES),
        assignment=LABELS,
        centroids=CENTROIDS,
        before=FULL.before,
        trail=FULL.trail,
        moved=True,
        overlays=FULL.overlays,
    )
    assert (painted(bare) == LIGHT.ground).all()
    names = [layer.name for layer in layers.LAYERS if layer.name in LAYERS]
    assert len(names) == 7
    for name in names:
        assert (painted(bare, name) != LIGHT.ground).any(), name


def test_layers_lie_in_the_order_that_the_state_lists():
    order = [layer.name for layer in layers.LAYERS]
    assert [name for name in order if name in LAYERS] == [name for name in LAYERS if name in order]


def test_selection_and_caption_are_drawn_whatever_is_hidden():
    drawn = (painted(FULL) != LIGHT.ground).any(axis=2)
    assert drawn[20:40, 120:140].any()
    assert drawn[-30:].any()


@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_out_of_view_is_not_drawn(layer):
    away = View(1000, 1000 + WIDTH, 1000, 1000 + HEIGHT, 0, 0, WIDTH, HEIGHT)
    assert len(np.unique(painted(replace(FULL, caption=""), layer, view=away).reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("scale", [0.2, 1.0, 3.0])
def test_captions_of_any_length_fit(theme, scale):
    frame = Frame(layout=Layout.of(np.empty((0, 2))), caption="N = 200, K = 3, iteration 7 " * 9)
    drawn = (np.abs(painted(frame, theme=theme, scale=scale) - theme.ground) > 2).any(axis=2)
    assert drawn.any()
    assert not drawn[:, -2:].any()
    assert not drawn[:20].any() or scale > 1


def test_long_captions_wrap_and_are_elided():
    font = caption_font(Style(LIGHT))
    assert wrapped("short", font, 400) == ["short"]
    first, second = wrapped("one two three four five six seven eight nine ten " * 4, font, 200)
    assert first.startswith("one two")
    assert second.endswith("…")


def test_empty_boards_and_dropped_centroids():
    lost = np.array([[np.nan, np.nan], [80.0, 60.0]])
    frame = Frame(
        layout=Layout.of(np.empty((0, 2))), assignment=np.empty(0, np.int8), centroids=lost, trail=(lost - 9,), moved=True
    )
    pixels = painted(frame, *LAYERS)
    assert close(color_at(pixels, 80, 60), LIGHT.cluster(1))
    assert (painted(Frame(layout=Layout.of(np.empty((0, 2)))), *LAYERS) == LIGHT.ground).all()


# Many points -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(monkeypatch):
    monkeypatch.setattr(points, "CROWD", 500)
    places = np.random.default_rng(4).uniform(0, 100, (1500, 2))
    return Frame(layout=Layout.of(places), assignment=(places[:, 0] > 50).astype(np.int8), centroids=CENTROIDS[:2])


def test_a_crowd_is_drawn_as_its_density_in_the_same_place(crowd):
    drawn = (painted(crowd, "points") != LIGHT.ground).any(axis=2)
    x, y = crowd.points.T
    assert drawn[(HEIGHT - y).astype(int), x.astype(int)].all()
    assert not drawn[:, 102:].any()


def test_a_crowd_zoomed_in_is_drawn_point_by_point(crowd):
    near = View(40, 60, 40, 55, 0, 0, WIDTH, HEIGHT)
    pixels = painted(crowd, "points", view=near)
    inside = crowd.points[((crowd.points > [41, 41]) & (crowd.points < [59, 54])).all(axis=1)]
    for (x, y), (across, down) in zip(inside, near.to_pixels(inside).astype(int), strict=True):
        assert not close(tuple(pixels[down, across]), LIGHT.ground), (x, y)


def test_of_a_crowd_some_points_may_stand_for_all_at_first(crowd):
    request = Request(crowd, VIEW, Style(LIGHT, 1.0, frozenset({"points"})), 1.0)
    full, first = (render(request, np.empty(request.shape, np.uint32), Effort(coarse)).drawn for coarse in (False, True))
    assert full == 1500
    assert abs(first - full) <= 8


def test_a_picture_that_is_not_wanted_any_more_is_given_up(crowd):
    request = Request(crowd, VIEW, Style(LIGHT, 1.0, frozenset({"points"})), 1.0)
    with pytest.raises(Cancelled):
        render(request, np.empty(request.shape, np.uint32), Effort(False, lambda: True))


def test_points_that_came_since_the_points_were_sorted_are_drawn_and_removed_ones_are_not():
    places = np.random.default_rng(5).uniform(0, 50, (9000, 2))
    now = np.vstack([places[1:], [[130.5, 60.5]]])
    change = Change(9000, removed=np.array([0]), inserted=np.array([8999]))
    frame = Frame(layout=Layout.sorted(places).after(change, now), assignment=np.arange(9000) % 2, centroids=CENTROIDS[:2])
    anew = Frame(layout=Layout.of(now), assignment=frame.assignment, centroids=CENTROIDS[:2])
    assert close(color_at(painted(frame, "points"), 130.5, 60.5), LIGHT.cluster(1), 40)
    request = Request(frame, VIEW, Style(LIGHT, 1.0, frozenset({"points"})), 1.0)
    assert render(request, np.empty(request.shape, np.uint32)).drawn == 9000
    drawn, expected = ((painted(f, "points") != LIGHT.ground).any(axis=2) for f in (frame, anew))
    np.testing.assert_array_equal(drawn, expected)


def test_many_switched_points_get_dots(crowd):
    labels = crowd.assignment
    frame = Frame(layout=crowd.layout, assignment=labels, before=1 - labels, centroids=CENTROIDS[:2])
    drawn = (painted(frame, "switched") != LIGHT.ground).any(axis=2)
    x, y = frame.points.T
    assert drawn[(HEIGHT - y).astype(int), x.astype(int)].all()
    assert not drawn[:, 102:].any()
