"""The centroids: stars in the color of their cluster, with their number."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.view import View

RADIUS, SMALLEST = 9.0, 6.0
"""A star's, in pixels; the smallest is still well above a point's."""

FEW = 64
"""Up to this many centroids are drawn at full size and numbered."""

OUTLINE, HALO = 2.0, 1.0
NUMBER, LEGIBLE = 12.0, 9.0
"""Height of a number's type, in pixels, and the least in a small picture."""

_INNER = 0.48
_ANGLES = np.pi / 5 * np.arange(10)
_STAR = np.column_stack([np.sin(_ANGLES), -np.cos(_ANGLES)]) * np.where(np.arange(10) % 2, _INNER, 1.0)[:, None]


def star_radius(k: int, style: Style) -> float:
    """Return the radius of a star among ``k``, in logical pixels."""
    return style.scale * max(SMALLEST, RADIUS * min(1.0, math.sqrt(FEW / max(k, 1))))


def star_reach(k: int, style: Style) -> float:
    """Return how far a star among ``k`` reaches with its outline, in logical pixels."""
    radius = star_radius(k, style)
    return radius * (1 + (OUTLINE + HALO) / RADIUS)


class CentroidsLayer:
    """Draws the stars, then the numbers, which may not be covered by a star."""

    name = "centroids"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw the centroids that are in view."""
        if frame.centroids is None:
            return
        radius = star_radius(frame.k, style)
        pixels = view.to_pixels(frame.centroids)
        area = QRectF(view.left, view.top, view.width, view.height)
        near = area.adjusted(-2 * radius, -2 * radius, 2 * radius, 2 * radius)
        shown = [j for j, (x, y) in enumerate(pixels.tolist()) if np.isfinite(x + y) and near.contains(x, y)]
        palette = frame.palette(style.theme)
        for j in shown:
            _draw_star(painter, pixels[j], radius, QColor(*palette[j]), style)
        if len(pixels) <= FEW:
            _draw_numbers(painter, pixels, shown, radius, area, style)


def _draw_star(painter: QPainter, at: Floats, radius: float, color: QColor, style: Style) -> None:
    star = QPolygonF([QPointF(x, y) for x, y in (_STAR * radius + at).tolist()])
    # Lines lie half inside the shape; filling it last leaves their full width outside and the star its size.
    for width, line in ((OUTLINE + HALO, style.theme.ground), (OUTLINE, style.theme.outline)):
        pen = QPen(QColor(*line), 2 * width * radius / RADIUS, j=Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolygon(star)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(star)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def number_font(size: float) -> QFont:
    """Return the font of numbers: bold, all digits of one width."""
    font = QFont()
    font.setPixelSize(max(round(size), 1))
    font.setBold(True)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _draw_numbers(painter: QPainter, pixels: Floats, shown: Iterable[int], radius: float, area: QRectF, style: Style) -> None:
    """Draw each number in a tag beside its star, and none where every place is taken."""
    font = number_font(max(NUMBER * style.scale, LEGIBLE))
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    taken = {j: _around(pixels[j], 0.8 * radius) for j in shown}
    for j in shown:
        text = str(j + 1)
        size = (metrics.horizontalAdvance(text) + 6 * style.scale, metrics.capHeight() + 6 * style.scale)
        others = [rect for key, rect in taken.items() if key != j]
        place = _free_place(pixels[j], radius, size, area, others)
        if place is not None:
            taken[-1 - j] = place
            _draw_tag(painter, place, text, metrics, style)


def _around(at: Floats, radius: float) -> QRectF:
    return QRectF(at[0] - radius, at[1] - radius, 2 * radius, 2 * radius)


def _free_place(at: Floats, radius: float, size: tuple[float, float], area: QRectF, others: list[QRectF]) -> QRectF | None:
    """Return the first of four places around a star that is in the picture and touches nothing else."""
    x, y = at.tolist()
    (width, height), gap = size, 0.72 * radius
    right, left, below, above = x + gap, x - gap - width, y + gap, y - gap - height
    for corner in ((right, below), (left, below), (right, above), (left, above)):
        place = QRectF(*corner, width, height)
        if area.contains(place) and not any(place.intersects(other) for other in others):
            return place
    return None


def _draw_tag(painter: QPainter, place: QRectF, text: str, metrics: QFontMetricsF, style: Style) -> None:
    ground = QColor(*style.theme.ground)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(place, 3 * style.scale, 3 * style.scale)
    painter.setPen(QColor(*style.theme.text))
    x = place.center().x() - metrics.horizontalAdvance(text) / 2
    painter.drawText(QPointF(x, place.center().y() + metrics.capHeight() / 2), text)
