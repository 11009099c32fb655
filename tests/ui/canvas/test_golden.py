"""Pictures as they were when somebody last looked at them and found them good.

There is no text on them, since fonts differ from machine to machine. ``KMEANS_GUI_TEST_GOLDEN=new pytest
tests/ui/canvas/test_golden.py`` makes those anew that no longer hold; look at them before they are committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kmeans_gui import clustering
from kmeans_gui.data.boards import board
from kmeans_gui.data.layout import Layout
from kmeans_gui.ui.canvas import centroids
from kmeans_gui.ui.canvas.frame import Style, extent, frame_of
from kmeans_gui.ui.canvas.render import Request, render
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.usefixtures("qapp")

FOLDER = Path(__file__).parent / "golden"
WIDTH, HEIGHT = 160, 120
PICTURES = {
    "few": (60, 3, {"regions", "points", "centroids"}, LIGHT),
    "few_dark": (60, 3, {"regions", "points", "centroids"}, DARK),
    "links": (60, 3, {"links", "points", "switched"}, LIGHT),
    "trails_dark": (500, 12, {"points", "trails", "centroids"}, DARK),
    "many": (5_000, 3, {"regions", "points", "switched"}, LIGHT),
    "density": (120_000, 2, {"regions", "points", "centroids"}, LIGHT),
    "density_dark": (120_000, 2, {"points"}, DARK),
}
"""How many points, which half-step, which layers, in which theme."""

NEAR, APART = 8, 0.01
"""How far a color may be off, and which share of the pixels farther: edges are softened differently by different versions."""


@pytest.fixture(autouse=True)
def _without_numbers(monkeypatch):
    monkeypatch.setattr(centroids, "_draw_texts", lambda *_: None)


def drawn(n, index, names, theme):
    dataset = board("gaussians", seed=5, n=n, k=4)
    trace = clustering.run("lloyd", dataset.points, k=4, seed=3, init="random")
    low, high = extent(dataset, [trace[0]])
    frame = frame_of(Layout.of(dataset.points), trace, index, caption=False)
    request = Request(frame, View.fitting(low, high, WIDTH, HEIGHT), Style(theme, 1.0, frozenset(names)), 1.0)
    picture = render(request, np.empty(request.shape, np.uint32))
    assert picture.defect is None
    return picture.sheet.pixels.view(np.uint8).reshape(HEIGHT, WIDTH, 4)[:, :, 2::-1]


def alike(pixels, others):
    apart = np.abs(pixels.astype(int) - others.astype(int)).max(axis=2) > NEAR
    return apart.mean() <= APART


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_as_they_were(name):
    pixels, path = drawn(*PICTURES[name]), FOLDER / f"{name}.png"
    anew = os.environ.get("KMEANS_GUI_TEST_GOLDEN") == "new"
    if anew and not (path.exists() and alike(pixels, np.asarray(Image.open(path)))):
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path, optimize=True)
    assert alike(pixels, np.asarray(Image.open(path)))
