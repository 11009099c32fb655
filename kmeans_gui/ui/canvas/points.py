"""The points, in the color of their cluster: discs as long as they can be told apart, their density beyond."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter

from kmeans_gui.data.cells import THIN
from kmeans_gui.data.layout import Layout
from kmeans_gui.ui.canvas import marks, raster
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.inks import inked
from kmeans_gui.ui.canvas.sheet import sheet_of
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import packed

CROWD = 100_000
"""Points in view from which on their density is drawn."""

FINE = 400_000
"""Points in view from which on each is a single pixel; from ``CROWD`` on they shrink to it."""


class PointsLayer:
    """Draws the points."""

    name = "points"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw the points of ``frame``, mid-gray where they have no cluster."""
        frame = inked(frame, style)
        count = marks.on_show(frame.layout, view)
        size = marks.diameter(count, view, style)
        if style.vector:
            _paint_paths(painter, frame, view, size, style)
        elif count <= CROWD:
            _paint_discs(painter, frame, view, size, style)
        else:
            _paint_density(painter, frame, view, size, count, style)


def paint_new(painter: QPainter, drawn: Layout, layout: Layout, view: View, style: Style) -> None:
    """Draw the points that have come since the picture of ``drawn`` was made: somebody has just clicked there."""
    if drawn is not layout and len(layout.recent):
        pixels = view.to_pixels(layout.at(layout.recent))
        size = _new_diameter(marks.on_show(layout, view), view, style)
        marks.draw_disc_paths(painter, pixels, np.zeros(len(pixels), np.intp), (style.theme.unassigned,), size, style)


def _new_diameter(count: int, view: View, style: Style) -> float:
    """Return how large a point is drawn that has just come: among very many it would not be seen otherwise."""
    return marks.diameter(count, view, style) if count <= CROWD else marks.LARGEST * style.scale


def _paint_paths(painter: QPainter, frame: Frame, view: View, size: float, style: Style) -> None:
    rows, labels = marks.visible(frame.points, view, size), frame.labels
    which = np.full(len(rows), -1) if labels is None else labels[rows]
    marks.draw_disc_paths(painter, view.to_pixels(frame.points[rows]), which, frame.palette(style.theme), size, style)


def _paint_discs(painter: QPainter, frame: Frame, view: View, size: float, style: Style) -> None:
    sheet, discs = sheet_of(painter), raster.loops().discs
    ratio = sheet.devicePixelRatio()
    stamps, colors = marks.disc_stamps(size, ratio, style), marks.colors_of(frame.palette(style.theme))
    groups = (*marks.cells_of(frame, view, ratio, size), *marks.fresh_of(frame, view, ratio))
    for piece in marks.pieces(groups, style.effort):
        style.effort.tell(discs(sheet.pixels, *piece, stamps, colors, packed(style.theme.ground)))


def _paint_density(painter: QPainter, frame: Frame, view: View, size: float, count: int, style: Style) -> None:
    sheet, loops, effort = sheet_of(painter), raster.loops(), style.effort
    ratio, colors = sheet.devicePixelRatio(), marks.colors_of(frame.palette(style.theme))
    fineness = np.clip(np.log(count / CROWD) / np.log(FINE / CROWD), 0.0, 1.0)
    edge = float((1 - fineness) * size * ratio + fineness)
    most = marks.some_of(frame, view, ratio) if effort.coarse else marks.cells_of(frame, view, ratio, size)
    with raster.lent(*sheet.pixels.shape) as sums:
        for groups, weight in ((most, THIN if effort.coarse else 1), (marks.fresh_of(frame, view, ratio), 1)):
            for piece in marks.pieces(groups, effort):
                effort.tell(loops.density(sums, *piece, edge, colors, weight))
        loops.resolve(sums, sheet.pixels, raster.opacity_of_marks(edge, loops.coverage(sums)))
    stamps = marks.disc_stamps(_new_diameter(count, view, style), ratio, style)
    for piece in marks.pieces(marks.new_of(frame, view, ratio), effort):
        loops.discs(sheet.pixels, *piece, stamps, colors, packed(style.theme.ground))
