"""Regions are painted onto whatever the memory of a sheet happens to hold: none of that is seen, also where they fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kmeans_gui.data.layout import Layout
from kmeans_gui.session.state import LAYERS
from kmeans_gui.ui.canvas import raster
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.raster.plain import PLAIN
from kmeans_gui.ui.canvas.render import Picture, Request, render
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import LIGHT, packed

pytestmark = pytest.mark.usefixtures("qapp")

POISON = 0xDEADBEEF
GROUND = packed(LIGHT.ground)
WIDTH, HEIGHT = 70.5, 50.25
"""No whole number of pixels: only a part of the last row and column is in view."""

CENTROIDS = np.array([[10.0, 10.0], [60.0, 15.0], [np.nan, np.nan], [35.0, 45.0]])
BOARD = Frame(layout=Layout.of(np.empty((0, 2))), centroids=CENTROIDS)


@pytest.fixture(params=["compiled", "plain"], autouse=True)
def loops(request, monkeypatch):
    """Paint by either kind of loops."""
    if request.param == "plain":
        monkeypatch.setattr(raster, "loops", lambda: PLAIN)
    return raster.loops()


def on_poison(frame: Frame, *layers: str, ratio: float = 1.0) -> Picture:
    request = Request(frame, View(0, WIDTH, 0, HEIGHT, 0, 0, WIDTH, HEIGHT), Style(LIGHT, 1.0, frozenset(layers)), ratio)
    return render(request, np.full(request.shape, POISON, np.uint32))


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_regions_fill_the_sheet_up_to_its_edges(metric, ratio):
    picture = on_poison(replace(BOARD, metric=metric), "regions", ratio=ratio)
    assert picture.defect is None
    assert not np.isin(picture.sheet.pixels, (POISON, GROUND)).any()


@pytest.mark.parametrize(
    ("frame", "layers"),
    [
        (replace(BOARD, centroids=None), LAYERS),
        (replace(BOARD, centroids=np.empty((0, 2))), LAYERS),
        (replace(BOARD, centroids=np.full((3, 2), np.nan)), LAYERS),
        (replace(BOARD, centroids=np.full((3, 2), np.nan), metric="manhattan"), LAYERS),
        (replace(BOARD, metric=None), ("regions",)),
        (BOARD, ()),
    ],
    ids=["no run", "no centroids", "dropped", "dropped by another distance", "no distance", "switched off"],
)
def test_where_there_are_no_regions_there_is_the_ground(frame, layers):
    picture = on_poison(frame, *layers)
    assert picture.defect is None
    assert (picture.sheet.pixels == GROUND).all()


@pytest.mark.parametrize("away", [1e139, 1e141, 1e150, 1e155, 1e200, 1e300, np.inf])
def test_regions_of_centroids_that_are_too_far_away_leave_nothing_unpainted(away):
    picture = on_poison(replace(BOARD, centroids=np.array([[away, 0.0], [0.0, -away]])), "regions")
    assert not (picture.sheet.pixels == POISON).any()


def test_where_regions_fail_there_is_the_ground_and_it_is_told(loops, monkeypatch):
    defect = RuntimeError("half way")

    def fail(pixels, *_):
        pixels[: len(pixels) // 2] = 0
        raise defect

    monkeypatch.setattr(raster, "loops", lambda: replace(loops, regions=fail))
    picture = on_poison(BOARD, "regions")
    assert picture.defect is defect
    assert (picture.sheet.pixels == GROUND).all()
