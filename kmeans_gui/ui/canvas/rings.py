"""Rings around some of the points, for the layers that point some out."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas import marks
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import Rgb

GAP, WIDTH = 1.5, 2.0
"""Between point and ring, and of the ring, in pixels."""

SMALL = 3.0
"""Points of a smaller diameter get a dot: rings around them would run into each other and hide everything else."""


def draw_rings_around(painter: QPainter, frame: Frame, positions: Floats, view: View, style: Style, color: Rgb) -> None:
    """Draw a ring around each of ``positions`` (m, 2), in data units, that is in view, or a dot on it where points crowd."""
    size = marks.diameter(marks.on_show(frame.layout, view), view, style)
    shown = positions[marks.visible(positions, view, 2 * size)]
    if size < SMALL * style.scale:
        marks.draw_dots(painter, shown, view, color, size, style)
    else:
        marks.draw_rings(painter, shown, view, color, size + (2 * GAP + WIDTH) * style.scale, WIDTH * style.scale, style)
