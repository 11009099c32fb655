"""Hover: the point under the mouse, with a ring around it while it is read out elsewhere."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from kmeans_gui.ui.canvas import marks
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.tools import Pointer
from kmeans_gui.ui.canvas.view import View

REACH = 8.0
"""How near, in pixels, the mouse must be."""

UNSORTED = 100_000
"""More points than this are not searched until they are sorted: it would take longer than a frame."""

GAP, WIDTH = 3.0, 1.5
"""Between point and ring, and of the ring, in pixels."""


class Hover:
    """Follows the mouse.

    Attributes
    ----------
    row : int or None
        Of the point that is nearest to the mouse, None if none is near.
    """

    def __init__(self) -> None:
        self.row: int | None = None

    def follow(self, at: Pointer | None, frame: Frame, view: View) -> bool:
        """Find the point at ``at``, None for nowhere; return whether it is another one than before."""
        before, layout = self.row, frame.layout
        self.row = None
        if at is not None and (layout.is_sorted or layout.n <= UNSORTED):
            sx, sy = view.pixels_per_unit
            self.row = layout.nearest(at.data[0], at.data[1], REACH / sx, REACH / sy)
        return self.row != before

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw the ring in logical pixels."""
        if self.row is None or self.row >= frame.layout.n:
            return
        (x, y) = view.to_pixels(frame.layout.at(np.array([self.row])))[0].tolist()
        size = marks.diameter(marks.on_show(frame.layout, view), view, style)
        radius = size / 2 + GAP * style.scale
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(*style.theme.text), WIDTH * style.scale))
        painter.drawEllipse(QPointF(x, y), radius, radius)
