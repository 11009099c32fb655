"""What a method shows besides points and centroids stands where it should, in its colors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kmeans_gui.clustering.overlays import Ball, Ellipses, Mixture, Outlined, Overlay, Places, Roles, Segments, Shades, Tags
from kmeans_gui.data.layout import Layout
from kmeans_gui.errors import Cancelled
from kmeans_gui.ui.canvas import layers
from kmeans_gui.ui.canvas.frame import Effort, Frame, Style
from kmeans_gui.ui.canvas.inks import BORDER, inked
from kmeans_gui.ui.canvas.render import Request, render
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import DARK, LIGHT, Rgb, mix

pytestmark = pytest.mark.usefixtures("qapp")

Pixels = NDArray[Any]

WIDTH, HEIGHT = 160, 120
VIEW = View(0, WIDTH, 0, HEIGHT, 0, 0, WIDTH, HEIGHT)
"""A data unit is a pixel."""

PLACES = np.array([[20.5, 100.5], [60.5, 40.5], [130.5, 90.5], [90.5, 15.5]])
FRAME = Frame(layout=Layout.of(PLACES), assignment=np.array([0, 1, 1, 0], np.int8), metric=None)


def painted(
    *overlays: Overlay, names: tuple[str, ...] = ("overlays",), theme: Any = LIGHT, frame: Frame = FRAME
) -> NDArray[Any]:
    request = Request(replace(frame, overlays=overlays), VIEW, Style(theme, 1.0, frozenset(names)), 1.0)
    picture = render(request, np.empty(request.shape, np.uint32), painters=layers.LAYERS)
    if picture.defect is not None:
        raise picture.defect
    return picture.sheet.pixels.view(np.uint8).reshape(*request.shape, 4)[:, :, 2::-1].astype(int)


def color_at(pixels: Pixels, x: float, y: float) -> tuple[int, ...]:
    return tuple(pixels[int(HEIGHT - y), int(x)].tolist())


def is_drawn(pixels: Pixels, x: float, y: float, theme: Any = LIGHT) -> bool:
    """Whether something other than the ground is within a pixel of a place."""
    row, column = int(HEIGHT - y), int(x)
    around = pixels[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
    return bool((np.abs(around - theme.ground).max(axis=2) > 40).any())


def points_in(overlay: Overlay, theme: Any = LIGHT, frame: Frame = FRAME) -> list[tuple[int, ...]]:
    pixels = painted(overlay, names=("points", "overlays"), theme=theme, frame=frame)
    return [color_at(pixels, x, y) for x, y in PLACES]


def near(a: tuple[int, ...], b: Rgb, by: int = 12) -> bool:
    return all(abs(p - q) <= by for p, q in zip(a, b, strict=True))


def test_ellipses_lie_at_their_standard_deviations() -> None:
    covariance = np.array([[400.0, 0.0], [0.0, 100.0]])
    pixels = painted(
        Ellipses(np.array([[80.0, 60.0]]), covariance[None]), frame=replace(FRAME, assignment=np.zeros(4, np.int8))
    )
    for x, y in ((100, 60), (60, 60), (80, 70), (80, 50), (120, 60), (40, 60), (80, 80), (80, 40)):
        assert is_drawn(pixels, x, y), (x, y)
    for x, y in ((80, 60), (110, 60), (80, 75), (100, 70)):
        assert not is_drawn(pixels, x, y), (x, y)


def test_ellipses_are_slanted_as_their_covariance_and_those_of_dropped_clusters_left_out() -> None:
    covariances = np.array([[[200.0, 180.0], [180.0, 200.0]], np.full((2, 2), np.nan)])
    means = np.array([[80.0, 60.0], [np.nan, np.nan]])
    pixels = painted(Ellipses(means, covariances, radii=(1.0,)))
    far, close = np.sqrt(380 / 2), np.sqrt(20 / 2)
    assert is_drawn(pixels, 80 + far, 60 + far)
    assert is_drawn(pixels, 80 + close, 60 - close)
    assert not is_drawn(pixels, 80 + far, 60 - far)


@pytest.mark.parametrize(
    ("metric", "inside", "outside"),
    [
        ("euclidean", (13, 13), (16, 16)),
        ("manhattan", (9, 9), (12, 12)),
        ("chebyshev", (18, 18), (22, 22)),
    ],
)
def test_a_ball_has_the_shape_of_its_metric(metric: str, inside: tuple[int, int], outside: tuple[int, int]) -> None:
    pixels = painted(Ball(np.array([80.0, 60.0]), 20.0, metric))
    assert is_drawn(pixels, 100, 60)
    assert is_drawn(pixels, 80, 40)
    assert color_at(pixels, 80 + inside[0], 60 + inside[1]) != LIGHT.ground
    assert color_at(pixels, 80 + outside[0] + 2, 60 + outside[1] + 2) == LIGHT.ground


def test_rings_surround_the_outlined_points_alone() -> None:
    pixels = painted(Outlined(np.array([1])))
    assert is_drawn(pixels, 60.5 + 5, 40.5)
    assert not is_drawn(pixels, 130.5 + 5, 90.5)


def test_segments_lead_from_end_to_end_and_those_to_come_are_not_shown() -> None:
    ends = np.array([[[20.0, 20.0], [60.0, 20.0]], [[20.0, 60.0], [60.0, 60.0]], [[20.0, 100.0], [60.0, 100.0]]])
    pixels = painted(Segments(ends, count=2, newest=1))
    assert is_drawn(pixels, 40, 20)
    assert is_drawn(pixels, 40, 60)
    assert not is_drawn(pixels, 40, 100)
    assert color_at(pixels, 40, 60) == LIGHT.outline


def test_places_are_marked() -> None:
    assert is_drawn(painted(Places(np.array([[80.0, 60.0]]))), 83, 60)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_shades_go_from_pale_to_strong(theme: Any) -> None:
    found = points_in(Shades(lambda: np.array([0.0, 0.4, 0.8, 1.0]), "weight"), theme)
    contrast = [sum(abs(a - b) for a, b in zip(color, theme.ground, strict=True)) for color in found]
    assert contrast == sorted(contrast)
    assert contrast[0] > 20
    assert near(found[-1], theme.text)


def test_a_mixture_mixes_the_clusters_colors() -> None:
    shares = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.25, 0.75]])
    found = points_in(Mixture(lambda rows: shares[rows]))
    first, second = (LIGHT.cluster(j) for j in range(2))
    expected = [first, second, mix(first, second, 0.5), mix(first, second, 0.75)]
    assert all(near(a, b) for a, b in zip(found, expected, strict=True))


def test_the_colors_of_a_mixture_follow_the_clusters_identity() -> None:
    frame = replace(FRAME, colors=(4, 6))
    assert near(points_in(Mixture(lambda rows: np.eye(2)[[0, 1, 1, 0]][rows]), frame=frame)[0], LIGHT.cluster(4))


def test_core_border_noise_and_what_is_not_known_yet_look_different() -> None:
    frame = replace(FRAME, assignment=np.array([0, 0, -1, -1], np.int8))
    core, border, noise, unknown = points_in(Roles(np.array([Roles.CORE, Roles.BORDER, Roles.NOISE, -1], np.int8)), frame=frame)
    assert near(core, LIGHT.cluster(0))
    assert near(border, mix(LIGHT.ground, LIGHT.cluster(0), BORDER))
    assert near(noise, LIGHT.ground)  # hollow
    assert near(unknown, LIGHT.unassigned)


def test_points_have_the_color_of_their_cluster_where_overlays_are_switched_off() -> None:
    pixels = painted(Shades(lambda: np.ones(4), "weight"), names=("points",))
    assert near(color_at(pixels, *PLACES[0]), LIGHT.cluster(0))


def test_inks_are_worked_out_once_for_many_pictures() -> None:
    asked = []

    def of() -> NDArray[np.float64]:
        asked.append(1)
        return np.ones(4)

    overlay = Shades(of, "weight")
    for _ in range(3):
        points_in(overlay)
    assert len(asked) == 1


def test_inks_that_are_not_wanted_any_more_are_given_up() -> None:
    overlay = Mixture(lambda rows: np.eye(2)[[0, 1, 1, 0]][rows])
    style = Style(LIGHT, layers=frozenset({"overlays"}), effort=Effort(unwanted=lambda: True))
    with pytest.raises(Cancelled):
        inked(replace(FRAME, overlays=(overlay,)), style)


def test_overlays_of_more_and_of_fewer_coordinates_are_shown_in_the_plane() -> None:
    pixels = painted(Ellipses(np.array([[80.0]]), np.array([[[400.0]]])))
    assert is_drawn(pixels, 95, 0)
    covariance = np.diag([400.0, 100.0, 9.0])
    assert is_drawn(painted(Ellipses(np.array([[80.0, 60.0, 5.0]]), covariance[None])), 100, 60)


def test_tags_stand_beside_the_numbers_of_centroids() -> None:
    frame = replace(FRAME, centroids=np.array([[40.0, 60.0], [110.0, 60.0]]))
    plain = painted(names=("centroids", "overlays"), frame=frame)
    tagged = painted(Tags(("0.25", "")), names=("centroids", "overlays"), frame=frame)
    assert (plain != tagged)[:, :75].any()
    assert (plain == tagged)[:, 95:].all()
    hidden = painted(Tags(("0.25", "")), names=("centroids",), frame=frame)
    assert (plain == hidden).all()


@pytest.mark.parametrize("k", [40_000, 70_000])
def test_more_clusters_than_can_be_told_apart_keep_their_colors(k: int) -> None:
    """As many as there are points, where each stands alone."""
    rng = np.random.default_rng(0)
    labels = np.array([0, 300, k - 1, k - 2])
    frame = replace(
        FRAME, assignment=np.append(labels, np.arange(k - 4)), layout=Layout.of(np.vstack([PLACES, rng.random((k - 4, 2))]))
    )
    pixels = painted(names=("points",), frame=frame)
    roles = Roles(np.full(k, Roles.CORE, np.int8))
    for picture in (pixels, painted(roles, names=("points", "overlays"), frame=frame)):
        for label, (x, y) in zip(labels.tolist(), PLACES, strict=True):
            assert near(color_at(picture, x, y), LIGHT.cluster(label)), label


def test_mixtures_of_many_clusters_are_worked_out_a_few_rows_at_a_time() -> None:
    asked = []

    def of(rows: slice) -> NDArray[np.float64]:
        asked.append(rows.stop - rows.start)
        return np.full((rows.stop - rows.start, 4096), 1 / 4096)

    frame = replace(
        FRAME, layout=Layout.of(np.zeros((1000, 2))), centroids=np.zeros((4096, 2)), assignment=np.zeros(1000, np.int16)
    )
    inked(replace(frame, overlays=(Mixture(of),)), Style(LIGHT, layers=frozenset({"overlays"})))
    assert sum(asked) == 1000
    assert max(asked) <= 128
