"""Rings around some of the points, for the layers that point some out."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from kmeans_gui.clustering import Floats
from kmeans_gui.data.dataset import Rows
from kmeans_gui.ui.canvas import marks
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.points import heavy
from kmeans_gui.ui.canvas.raster.squares import raster
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import Rgb

GAP, WIDTH = 1.5, 2.0
"""Between point and ring, and of the ring, in pixels."""

SMALL = 3.0
"""Points of a smaller diameter get a dot: rings around them would run into each other and hide everything else."""

VEIL = 0.65
"""Opacity of such a dot, so that the point's color is seen through it."""


def draw_rings_around(painter: QPainter, frame: Frame, rows: Rows, view: View, style: Style, color: Rgb) -> None:
    """Draw a ring around each of the points ``rows`` that is in view, or a dot on it where points crowd."""
    points = frame.points[rows]
    size = marks.diameter(frame.points, view, style)
    if size < SMALL * style.scale and heavy(frame):
        painter.setOpacity(VEIL)
        _draw_many(painter, points, view, color, size)
        return
    pixels = view.to_pixels(points)
    pixels = pixels[marks.within(pixels, view, 2 * size)]
    if size < SMALL * style.scale:
        painter.setOpacity(VEIL)
        marks.draw_discs(painter, pixels, np.zeros(len(pixels), np.intp), (color,), size, style)
    else:
        marks.draw_rings(painter, pixels, color, size + (2 * GAP + WIDTH) * style.scale, WIDTH * style.scale, style)


def _draw_many(painter: QPainter, points: Floats, view: View, color: Rgb, size: float) -> None:
    ratio = painter.device().devicePixelRatio()
    dots = raster(points, None, (color,), view, ratio, max(int(size * ratio), 1))
    painter.drawImage(QRectF(view.left, view.top, view.width, view.height), marks.image_of(dots))
