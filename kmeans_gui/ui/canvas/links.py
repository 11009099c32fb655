"""Links: a faint line from each point to its centroid."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from shiboken6 import Shiboken

from kmeans_gui.clustering import Floats, Labels
from kmeans_gui.data.cells import THIN
from kmeans_gui.ui.canvas import marks, raster
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.regions import tint
from kmeans_gui.ui.canvas.sheet import sheet_of
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import mix

SINGLE = 5_000
"""Up to this many lines are drawn one by one; beyond, all of them are added up for each pixel."""

MOST_IN_FILE = 20_000
"""Beyond this, an even sample goes into a vector file: it is an even wash either way, and one that other programs can open."""

AT_ONCE = 250
"""Lines drawn by one call, which no other thread can interrupt: painted in the background, more would hold up the window."""

STRONGEST, FAINTEST = 0.5, 0.1
"""Share of the cluster's color in a line: of up to ``UNCROWDED`` lines, and the least."""
UNCROWDED = 300

DENSEST = 0.5
"""Share of the cluster's color where very many lines meet."""

SQUARES = (150_000, 3_000_000)
"""Points from which on squares of two and of three pixels share lines."""

COARSEST = 4
"""Edge of the squares in a first picture."""

PIECE = 1 << 17
"""Lines drawn before somebody may find the picture unwanted: some ten milliseconds."""


class LinksLayer:
    """Draws the links."""

    name = "links"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw a line for each point that has a centroid, the fainter the more there are."""
        if frame.centroids is None or frame.assignment is None:
            return
        if style.vector or frame.layout.n <= SINGLE:
            _paint_lines(painter, frame, view, style)
        else:
            _paint_sums(painter, frame, view, style)


def _paint_lines(painter: QPainter, frame: Frame, view: View, style: Style) -> None:
    labels, ends = linked(frame, view)
    color_of = frame.palette(style.theme)
    share = strength(len(labels))
    for j in np.unique(labels).tolist():
        # Mixed with the region below, not translucent: opaque lines are drawn some fifteen times as fast.
        color = mix(tint(style.theme.ground, color_of[j]), color_of[j], share)
        painter.setPen(QPen(QColor(*color), style.scale))
        (_draw_paths if style.vector else _draw_lines)(painter, ends[labels == j])


def _paint_sums(painter: QPainter, frame: Frame, view: View, style: Style) -> None:
    sheet, loops, effort = sheet_of(painter), raster.loops(), style.effort
    ratio, colors = sheet.devicePixelRatio(), marks.colors_of(frame.palette(style.theme))
    assert frame.centroids is not None
    ends = view.to_pixels(frame.centroids) * ratio
    most = marks.some_of(frame, view, ratio) if effort.coarse else marks.all_of(frame, view, ratio)
    square = COARSEST if effort.coarse else 1 + int(np.searchsorted(SQUARES, frame.layout.n, side="right"))
    with raster.lent(*sheet.pixels.shape) as sums:
        for groups, weight in ((most, THIN if effort.coarse else 1), (marks.fresh_of(frame, view, ratio), 1)):
            for piece in marks.pieces(groups, effort, PIECE):
                loops.links(sums, *piece, ends, square, colors, weight)
        loops.resolve(sums, sheet.pixels, raster.opacity_of_lines(strength(frame.layout.n), loops.coverage(sums), DENSEST))


def linked(frame: Frame, view: View) -> tuple[Labels, Floats]:
    """Return the labels (m,) of the points to link and the lines' ends (m, 4): x, y of the point, x, y of the centroid."""
    all_labels = frame.labels
    assert all_labels is not None
    assert frame.centroids is not None
    stride = -(-len(all_labels) // MOST_IN_FILE) or 1
    labels, points = all_labels[::stride], frame.points[::stride]
    # No centroid comes last, so that the label −1 finds it.
    places = np.vstack([view.to_pixels(frame.centroids), np.full(2, np.nan)])[labels]
    having = np.isfinite(places).all(axis=1)
    return labels[having], np.hstack([view.to_pixels(points[having]), places[having]])


def strength(count: int) -> float:
    """Return the share of the cluster's color in a line among ``count``."""
    return float(np.clip(STRONGEST * (UNCROWDED / max(count, 1)) ** 0.35, FAINTEST, STRONGEST))


def _draw_lines(painter: QPainter, ends: Floats) -> None:
    ends = np.ascontiguousarray(ends)
    for start in range(0, len(ends), AT_ONCE):
        some = ends[start : start + AT_ONCE]
        first: QLineF = Shiboken.wrapInstance(some.ctypes.data, QLineF)  # type: ignore[assignment]
        painter.drawLines(first, len(some))


def _draw_paths(painter: QPainter, ends: Floats) -> None:
    for start in range(0, len(ends), marks.IN_PATH):
        path = QPainterPath()
        for x, y, to_x, to_y in ends[start : start + marks.IN_PATH].tolist():
            path.moveTo(x, y)
            path.lineTo(to_x, to_y)
        painter.drawPath(path)
