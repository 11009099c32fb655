"""Links: a faint line from each point to its centroid."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from shiboken6 import Shiboken

from kmeans_gui.clustering import Floats, Labels
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.regions import tint
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import mix

MOST = 20_000
"""Beyond this, an even sample is drawn: so many lines are an even wash, whether all are drawn or some."""

SOFT = 5_000
"""Up to this many lines are drawn with soft edges, which takes more than twice as long."""

AT_ONCE = 250
"""Lines drawn by one call, which no other thread can interrupt: painted in the background, more would hold up the window."""

STRONGEST, FAINTEST = 0.5, 0.15
"""Share of the cluster's color in a line: of up to ``FEW`` lines, and the least."""
FEW = 300


class LinksLayer:
    """Draws the links, cluster by cluster."""

    name = "links"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw a line for each point that has a centroid, the fainter the more there are."""
        if frame.centroids is None or frame.assignment is None:
            return
        labels, ends = linked(frame, view)
        color_of = frame.palette(style.theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, style.vector or len(labels) <= SOFT)
        share = strength(len(labels))
        for j in np.unique(labels).tolist():
            # Mixed with the region below, not translucent: opaque lines are drawn some fifteen times as fast.
            color = mix(tint(style.theme.ground, color_of[j]), color_of[j], share)
            painter.setPen(QPen(QColor(*color), style.scale))
            (_draw_path if style.vector else _draw_lines)(painter, ends[labels == j])


def linked(frame: Frame, view: View) -> tuple[Labels, Floats]:
    """Return the labels (m,) of the points to link and the lines' ends (m, 4): x, y of the point, x, y of the centroid."""
    all_labels = frame.labels
    assert all_labels is not None
    assert frame.centroids is not None
    stride = -(-len(all_labels) // MOST) or 1
    labels, points = all_labels[::stride], frame.points[::stride]
    # No centroid comes last, so that the label −1 finds it.
    places = np.vstack([view.to_pixels(frame.centroids), np.full(2, np.nan)])[labels]
    having = np.isfinite(places).all(axis=1)
    return labels[having], np.hstack([view.to_pixels(points[having]), places[having]])


def strength(count: int) -> float:
    """Return the share of the cluster's color in a line among ``count``."""
    return float(np.clip(STRONGEST * (FEW / max(count, 1)) ** 0.35, FAINTEST, STRONGEST))


def _draw_lines(painter: QPainter, ends: Floats) -> None:
    ends = np.ascontiguousarray(ends)
    for start in range(0, len(ends), AT_ONCE):
        some = ends[start : start + AT_ONCE]
        first: QLineF = Shiboken.wrapInstance(some.ctypes.data, QLineF)  # type: ignore[assignment]
        painter.drawLines(first, len(some))


def _draw_path(painter: QPainter, ends: Floats) -> None:
    path = QPainterPath()
    for x, y, to_x, to_y in ends.tolist():
        path.moveTo(x, y)
        path.lineTo(to_x, to_y)
    painter.drawPath(path)
