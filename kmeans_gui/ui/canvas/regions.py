"""The Voronoi regions: where a new point would go to which centroid, in a tint of the cluster's color."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas import raster
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.marks import colors_of
from kmeans_gui.ui.canvas.raster.metrics import regions_by
from kmeans_gui.ui.canvas.sheet import Sheet, sheet_of
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.canvas.voronoi import cells
from kmeans_gui.ui.theme import Rgb, mix, packed

SHARE = 0.12
"""Share of the cluster's color in its region."""

BORDER = 0.14
"""Share of the text's color in the lines between regions."""

VECTOR_RATIO = 2.0
"""Pixels for each unit of a vector file where regions are an image in it."""

EDGE = 4.0
"""In pixels."""

AWAY = 1e140
"""Pixels: centroids farther off may be too far for a region."""


@cache
def tint(ground: Rgb, color: Rgb) -> Rgb:
    """Return the color of a region. Opaque, so that neighbors that overlap by a hair leave no seam."""
    return mix(ground, color, SHARE)


class RegionsLayer:
    """Draws the regions of the centroids: pixel by pixel on a sheet, as polygons into a vector file."""

    name = "regions"

    def covers(self, frame: Frame, view: View) -> bool:
        """Whether it paints each pixel of a sheet, so that what was there before is of no account."""
        if frame.centroids is None or frame.metric != "euclidean":
            return False
        return any(abs(x) < AWAY and abs(y) < AWAY for x, y in view.to_pixels(frame.centroids).tolist())

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Fill each region, with lines between them."""
        if frame.centroids is None or frame.metric is None:
            return
        if frame.metric != "euclidean":
            _paint_by(frame.metric, painter, frame.centroids, _colors(frame, style), view, style)
            return
        (_paint_polygons if style.vector else _paint_pixels)(painter, frame.centroids, _colors(frame, style), view, style)


def _colors(frame: Frame, style: Style) -> tuple[Rgb, ...]:
    return _tints(frame.palette(style.theme)[: frame.k], style.theme.ground, style.theme.text)


@lru_cache(maxsize=8)
def _tints(colors: tuple[Rgb, ...], ground: Rgb, text: Rgb) -> tuple[Rgb, ...]:
    """Return the color of each region and, last, that of the lines between them."""
    return (*(tint(ground, color) for color in colors), mix(ground, text, BORDER))


def _paint_pixels(painter: QPainter, centroids: Floats, colors: tuple[Rgb, ...], view: View, style: Style) -> None:
    sheet = sheet_of(painter)
    ratio, inks = sheet.devicePixelRatio(), colors_of(colors)
    try:
        raster.loops().regions(sheet.pixels, view.to_pixels(centroids) * ratio, inks[:-1], int(inks[-1]), style.scale * ratio)
    except Exception:
        sheet.pixels[:] = packed(style.theme.ground)  # nobody else has: see ``covers``
        raise


def _paint_by(metric: str, painter: QPainter, centroids: Floats, colors: tuple[Rgb, ...], view: View, style: Style) -> None:
    """Paint regions by another distance: into a vector file as an image, since their borders are no polygons in general."""
    *tints, border = colors_of(colors)
    if style.vector:
        shape = round(view.height * VECTOR_RATIO), round(view.width * VECTOR_RATIO)
        sheet = Sheet(np.full(shape, packed(style.theme.ground), np.uint32), VECTOR_RATIO)
        offset = np.array([view.left, view.top])
    else:
        sheet, offset = sheet_of(painter), np.zeros(2)
    ratio = sheet.devicePixelRatio()
    places = (view.to_pixels(np.vstack([centroids, np.zeros(2)])) - offset) * ratio
    origin = (float(places[-1, 0]), float(places[-1, 1]))
    regions_by(metric, sheet.pixels, places[:-1], np.array(tints), int(border), style.scale * ratio, origin)
    if style.vector:
        painter.drawImage(QPointF(view.left, view.top), sheet)


def _paint_polygons(painter: QPainter, centroids: Floats, colors: tuple[Rgb, ...], view: View, style: Style) -> None:
    *tints, border = colors
    painter.setClipRect(QRectF(view.left, view.top, view.width, view.height))
    # A little larger than the view, so that no line is drawn along its edges.
    rect = (view.left - EDGE, view.top - EDGE, view.width + 2 * EDGE, view.height + 2 * EDGE)
    shapes = [QPolygonF([QPointF(x, y) for x, y in cell.tolist()]) for cell in cells(view.to_pixels(centroids), rect)]
    # Soft edges of two neighbors would let the ground shine through between them.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    for shape, color in zip(shapes, tints, strict=True):
        painter.setBrush(QColor(*color))
        painter.drawPolygon(shape)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(*border), style.scale))
    for shape in shapes:
        painter.drawPolygon(shape)
