"""The Voronoi regions: where a new point would go to which centroid, in a tint of the cluster's color."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.canvas.voronoi import cells
from kmeans_gui.ui.theme import Rgb, mix

SHARE = 0.12
"""Share of the cluster's color in its region."""

BORDER = 0.14
"""Share of the text's color in the lines between regions."""

EDGE = 4.0
"""In pixels."""


@cache
def tint(ground: Rgb, color: Rgb) -> Rgb:
    """Return the color of a region. Opaque, so that neighbors that overlap by a hair leave no seam."""
    return mix(ground, color, SHARE)


class RegionsLayer:
    """Draws the regions of the centroids, clipped to the view."""

    name = "regions"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Fill each cell, then draw the lines between them."""
        if frame.centroids is None:
            return
        ground = style.theme.ground
        painter.setClipRect(QRectF(view.left, view.top, view.width, view.height))
        # A little larger than the view, so that no line is drawn along its edges.
        rect = (view.left - EDGE, view.top - EDGE, view.width + 2 * EDGE, view.height + 2 * EDGE)
        polygons = cells(view.to_pixels(frame.centroids), rect)
        shapes = [QPolygonF([QPointF(x, y) for x, y in polygon.tolist()]) for polygon in polygons]
        # Soft edges of two neighbors would let the ground shine through between them.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for shape, color in zip(shapes, frame.palette(style.theme), strict=False):
            painter.setBrush(QColor(*tint(ground, color)))
            painter.drawPolygon(shape)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(*mix(ground, style.theme.text, BORDER)), style.scale))
        for shape in shapes:
            painter.drawPolygon(shape)
