"""Trails of many moves: what is drawn together looks as if each move had been drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from kmeans_gui.data.layout import Layout
from kmeans_gui.ui.canvas import layers
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.sheet import Sheet
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import LIGHT

pytestmark = pytest.mark.usefixtures("qapp")

WIDTH, HEIGHT = 160, 120
VIEW = View(0, WIDTH, 0, HEIGHT, 0, 0, WIDTH, HEIGHT)


def painted(frame, *names, view=VIEW):
    sheet = Sheet(np.full((HEIGHT, WIDTH), 0xFFFFFFFF, np.uint32))
    painter = QPainter(sheet)
    layers.paint(painter, frame, view, Style(LIGHT, layers=frozenset(names)))
    painter.end()
    return sheet.pixels.view(np.uint8).reshape(HEIGHT, WIDTH, 4)[..., :3].astype(int)


def walk(moves, k=2):
    """Return a frame whose centroids went the same way to the right in so many moves."""
    stops = [np.column_stack([np.full(k, x), np.linspace(30, 90, k)]) for x in np.linspace(20, 140, moves + 1)]
    return Frame(layout=Layout.of(np.empty((0, 2))), centroids=stops[-1], trail=tuple(stops[:-1]))


def test_the_way_has_no_gaps_however_short_the_moves():
    for moves in (1, 7, 60):
        drawn = (painted(walk(moves), "trails") != 255).any(axis=2)
        assert drawn[90, 20:140].all() and drawn[30, 20:140].all()


def test_the_newer_the_move_the_stronger():
    darkness = 255 - painted(walk(8), "trails")[90].min(axis=1)
    middles = darkness[np.linspace(27.5, 132.5, 8).astype(int)]
    assert (np.diff(middles) > 0).all()


def test_what_a_star_hides_is_not_missed():
    rng = np.random.default_rng(0)
    stops = [np.array([[80.0, 60.0]]) + 30 * 0.8**i * rng.normal(size=(1, 2)) for i in range(50)]
    frame = Frame(layout=Layout.of(np.empty((0, 2))), centroids=stops[-1], trail=tuple(stops[:-1]), moved=True)
    together = painted(frame, "trails", "centroids")
    star = painted(frame, "centroids")
    alone = painted(frame, "trails")
    covered = (star != 255).any(axis=2)
    np.testing.assert_allclose(together[~covered], alone[~covered], atol=4)


def test_only_what_is_in_view_is_drawn():
    far = View(1e6, 1e6 + WIDTH, 0, HEIGHT, 0, 0, WIDTH, HEIGHT)
    assert (painted(walk(9), "trails", view=far) == 255).all()
    near = View(79.9999, 80.0001, 89.9999, 90.0001, 0, 0, WIDTH, HEIGHT)
    assert (painted(walk(1), "trails", view=near) != 255).any()


def test_a_vector_file_has_few_paths_for_many_moves():
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(WIDTH, HEIGHT))
    painter = QPainter(generator)
    layers.paint(painter, walk(60), VIEW, Style(LIGHT, layers=frozenset({"trails"}), vector=True))
    painter.end()
    text = bytes(buffer.data().data()).decode()
    assert 0 < text.count("<path") + text.count("<polyline") < 100
    assert "<image" not in text
