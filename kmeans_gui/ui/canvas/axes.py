"""Axes of an exported picture: ticks, numbers and the columns' names, in margins of their own.

On the screen the axes are the plot's; a picture has none, so that it draws its own from here.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.frame import Style
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.ticks import ticks

TYPE = 12.0
"""Height of the type in pixels."""
TICK = 4.0
SPACING = 90.0
"""About how many pixels lie between two ticks."""


def margins(style: Style) -> tuple[int, int]:
    """Return how wide the margin at the left is and how high that at the foot, in pixels."""
    line = QFontMetricsF(_font(style)).height()
    return round(2 * line + 3.5 * TYPE * style.scale), round(2 * line + 2 * TICK * style.scale)


def paint_axes(painter: QPainter, view: View, columns: tuple[str, ...], style: Style) -> None:
    """Draw the axes left of and below ``view``, with the names of the first two columns."""
    metrics, pad = QFontMetricsF(_font(style)), TICK * style.scale
    painter.setFont(_font(style))
    painter.setPen(QPen(QColor(*style.theme.quiet), max(1.0, style.scale)))
    right, foot, line = view.left + view.width, view.top + view.height, metrics.height()
    painter.drawLine(QPointF(view.left, foot), QPointF(right, foot))
    painter.drawLine(QPointF(view.left, view.top), QPointF(view.left, foot))
    spacing = SPACING * style.scale
    across, up = ticks(view.x0, view.x1, int(view.width / spacing)), ticks(view.y0, view.y1, int(view.height / spacing))
    for x, word in zip(view.to_pixels(np.column_stack([across, across]))[:, 0], _words(across), strict=True):
        painter.drawLine(QPointF(x, foot), QPointF(x, foot + pad))
        painter.drawText(QRectF(x - 60, foot + pad, 120, line), Qt.AlignmentFlag.AlignCenter, word)
    for y, word in zip(view.to_pixels(np.column_stack([up, up]))[:, 1], _words(up), strict=True):
        painter.drawLine(QPointF(view.left - pad, y), QPointF(view.left, y))
        box = QRectF(0, y - line / 2, view.left - 2 * pad, line)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, word)
    painter.drawText(QRectF(view.left, foot + pad + line, view.width, line), Qt.AlignmentFlag.AlignCenter, columns[0])
    if len(columns) > 1:
        painter.save()
        painter.translate(0, foot)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, view.height, line * 1.2), Qt.AlignmentFlag.AlignCenter, columns[1])
        painter.restore()


def _font(style: Style) -> QFont:
    font = QFont()
    font.setPixelSize(max(8, round(TYPE * style.scale)))
    return font


def _words(places: Floats) -> list[str]:
    """Return the ticks' numbers, all with the digits that tell them apart."""
    if len(places) < 2:
        return [f"{place:.4g}" for place in places]
    decimals = max(0, -int(np.floor(np.log10(places[1] - places[0]) + 1e-9)))
    if decimals > 6 or np.abs(places).max() >= 1e7:
        return [f"{place:.4g}" for place in places]
    return [f"{place + 0.0:,.{decimals}f}".replace("-", "−") for place in places]
