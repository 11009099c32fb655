"""Trails: where each centroid has been, fading with age, and the last move as an arrow.

They lie over the points, on a hair of the ground's color, since on a crowded board nothing of them would be seen below.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.centroids import star_reach
from kmeans_gui.ui.canvas.frame import MOVES, Frame, Style
from kmeans_gui.ui.canvas.regions import tint
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import Rgb, legible

FADING, FAINTEST = 0.85, 0.2
WIDTH, ARROW, STOP, HEAD = 1.5, 2.0, 4.0, 12.0
"""Width of a line and of an arrow's shaft, diameter of a stop, length of an arrow's head, in pixels."""

HALO = 1.0
CONTRAST = 4.5


@cache
def ink(color: Rgb, ground: Rgb) -> Rgb:
    """Return the cluster's color, strong enough to be seen on its own region."""
    return legible(color, tint(ground, color), CONTRAST)


class TrailsLayer:
    """Draws the trails from the oldest move to the last."""

    name = "trails"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw the moves between the stops of ``frame.trail`` and from there to where the centroids are."""
        if frame.centroids is None or not frame.trail:
            return
        stops = [view.to_pixels(stop) for stop in (*frame.trail, frame.centroids)[-MOVES - 1 :]]
        inks = [ink(color, style.theme.ground) for color in frame.palette(style.theme)]
        last = len(stops) - 2
        for i in range(last + 1):
            moves = _moves(stops[i], stops[i + 1])
            if frame.moved and i == last:
                _draw_arrows(painter, moves, inks, style, star_reach(frame.k, style))
            else:
                _draw_lines(painter, moves, inks, style, max(FADING ** (last - i), FAINTEST))


def _moves(before: Floats, after: Floats) -> list[tuple[int, QLineF]]:
    """Return the move of each centroid that moved."""
    moved = np.flatnonzero((before != after).any(axis=1) & np.isfinite(before + after).all(axis=1))
    ends = np.hstack([before, after])[moved]
    return [(j, QLineF(*line)) for j, line in zip(moved.tolist(), ends.tolist(), strict=True)]


def _draw_lines(painter: QPainter, moves: list[tuple[int, QLineF]], inks: list[Rgb], style: Style, alpha: float) -> None:
    painter.setOpacity(alpha)
    for j, line in moves:
        _draw_line(painter, line, inks[j], WIDTH, style)


def _draw_arrows(painter: QPainter, moves: list[tuple[int, QLineF]], inks: list[Rgb], style: Style, gap: float) -> None:
    painter.setOpacity(1.0)
    for j, line in moves:
        head = _head(line, gap, HEAD * style.scale)
        shaft = QLineF(line.p1(), line.p2() if head is None else (head[0] + head[1] + head[2]) / 3)
        _draw_line(painter, shaft, inks[j], ARROW, style)
        if head is not None:
            _draw_head(painter, QPolygonF(head), inks[j], style)


def _draw_head(painter: QPainter, head: QPolygonF, color: Rgb, style: Style) -> None:
    painter.setPen(QPen(QColor(*style.theme.ground), 2 * HALO * style.scale))
    painter.drawPolygon(head)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*color))
    painter.drawPolygon(head)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _draw_line(painter: QPainter, line: QLineF, color: Rgb, width: float, style: Style) -> None:
    """Draw a line with a dot at its start, first broader in the ground's color."""
    for extra, shade in ((2 * HALO, style.theme.ground), (0.0, color)):
        for size, shape in ((width, painter.drawLine), (STOP, lambda line: painter.drawPoint(line.p1()))):
            thick = (size + extra) * style.scale
            painter.setPen(QPen(QColor(*shade), thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            shape(line)


def _head(line: QLineF, gap: float, size: float) -> list[QPointF] | None:
    """Return an arrow's head, tip first, that ends ``gap`` before the line does; None if the move is too short for one."""
    length = line.length()
    if length < gap + size / 2:
        return None
    along = QPointF(line.dx(), line.dy()) / length
    across = QPointF(-along.y(), along.x()) * (size * 0.45)
    tip = line.p2() - along * gap
    back = tip - along * size
    return [tip, back + across, back - across]
