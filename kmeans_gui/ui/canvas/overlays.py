"""The overlays: what a method shows besides points and centroids, each kind by a painter of its own.

To add a kind, write its class in :mod:`kmeans_gui.clustering.overlays`, a function here that paints it, and its line in
``PAINTERS``. Kinds that color points are inks (:mod:`kmeans_gui.ui.canvas.inks`), and some are for panels alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.assignment import labels_of
from kmeans_gui.clustering.overlays import Ball, Ellipses, Outlined, Places, Roles, Segments
from kmeans_gui.data.cells import planar
from kmeans_gui.ui.canvas import marks, strokes
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.points import CROWD
from kmeans_gui.ui.canvas.rings import draw_rings_around
from kmeans_gui.ui.canvas.sheet import sheet_of
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import Rgb, mix

STRONG, FINE, HALO = 2.0, 1.0, 1.0
"""Widths of lines, in pixels: of what the step is about, of what was there before, and of the ground's color around it."""

FAINT = 0.45
"""Share of the text's color in a line of an earlier step."""

FILL = 26
"""Opacity of a ball's area, of 255."""

PLACE = 3.5
"""Radius of the mark of a place, in pixels."""

HOLLOW = 0.55
"""Diameter of the hole in a mark of noise, as a share of the mark."""

CORNERS = 96
"""Of a circle or an ellipse, drawn as a polygon."""

_TURN = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
_CIRCLE = np.column_stack([np.cos(_TURN), np.sin(_TURN)])
_SHAPES = {
    "manhattan": np.array([(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]),
    "chebyshev": np.array([(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)]),
}
"""Unit balls other than the disc."""


class OverlaysLayer:
    """Draws them all, in the order in which a step carries them."""

    name = "overlays"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw each overlay that has a painter."""
        for overlay in frame.overlays:
            if (draw := PAINTERS.get(type(overlay))) is not None:
                painter.save()
                draw(painter, overlay, frame, view, style)
                painter.restore()


def _draw_ellipses(painter: QPainter, overlay: Ellipses, frame: Frame, view: View, style: Style) -> None:
    palette = frame.palette(style.theme)
    for j, (mean, covariance) in enumerate(zip(planar(overlay.means), _planar_covariances(overlay.covariances), strict=True)):
        if not np.isfinite(mean).all():
            continue
        values, axes = np.linalg.eigh(covariance)
        shape = _CIRCLE * np.sqrt(np.maximum(values, 0)) @ axes.T
        for radius in overlay.radii:
            width = STRONG if radius == overlay.radii[0] else FINE
            _outline(painter, _polygon(view.to_pixels(mean + radius * shape)), palette[j], width, style)


def _planar_covariances(covariances: Floats) -> Floats:
    """Return them in the plane on show: of the first two coordinates; a single one varies along x alone."""
    if covariances.shape[1] >= 2:
        return covariances[:, :2, :2]
    flat = np.zeros((len(covariances), 2, 2))
    flat[:, :1, :1] = covariances
    return flat


def _draw_ball(painter: QPainter, overlay: Ball, frame: Frame, view: View, style: Style) -> None:
    # Of cosine distance a ball is a cone around a direction, which reaches beyond every picture.
    if overlay.metric == "cosine":
        return
    center = planar(overlay.center[None])
    shape = _polygon(view.to_pixels(center + overlay.radius * _SHAPES.get(overlay.metric, _CIRCLE)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*style.theme.outline, FILL))
    painter.drawPolygon(shape)
    _outline(painter, shape, style.theme.outline, 1.5 * FINE, style)


def _draw_outlined(painter: QPainter, overlay: Outlined, frame: Frame, view: View, style: Style) -> None:
    if not style.effort.coarse:
        draw_rings_around(painter, frame, frame.points[overlay.rows], view, style, style.theme.outline)


def _draw_segments(painter: QPainter, overlay: Segments, frame: Frame, view: View, style: Style) -> None:
    shown = overlay.shown
    ends = view.to_pixels(planar(shown.reshape(-1, shown.shape[-1]))).reshape(-1, 4)
    border = len(ends) - overlay.newest
    faint = mix(style.theme.ground, style.theme.text, FAINT)
    strong = ((style.theme.ground, STRONG + 2 * HALO), (style.theme.outline, STRONG))
    lines = [(ends[:border], faint, FINE), *((ends[border:], color, width) for color, width in strong)]
    if style.vector:
        for some, color, width in lines:
            painter.setPen(QPen(QColor(*color), width * style.scale, c=Qt.PenCapStyle.RoundCap))
            painter.drawLines([QLineF(*end) for end in some.tolist()])
        return
    sheet = sheet_of(painter)
    ratio, counts = sheet.devicePixelRatio(), [len(some) for some, _, _ in lines]
    widths = np.repeat([width * style.scale * ratio for _, _, width in lines], counts)
    inks = np.repeat([strokes.shades((color,), 1.0)[0] for _, color, _ in lines], counts)
    strokes.drawer()(sheet.pixels, np.concatenate([some for some, _, _ in lines]) * ratio, widths, inks)


def _draw_places(painter: QPainter, overlay: Places, frame: Frame, view: View, style: Style) -> None:
    pixels = view.to_pixels(planar(overlay.positions))
    radius = PLACE * style.scale
    painter.setBrush(QColor(*style.theme.ground))
    painter.setPen(QPen(QColor(*style.theme.outline), 1.5 * style.scale))
    for x, y in pixels[marks.within(pixels, view, radius)].tolist():
        painter.drawEllipse(QPointF(x, y), radius, radius)


def _draw_roles(painter: QPainter, overlay: Roles, frame: Frame, view: View, style: Style) -> None:
    """Make the marks of noise hollow, as long as points can be told apart."""
    count = marks.on_show(frame.layout, view)
    if count <= CROWD:
        noise = frame.points[labels_of(overlay.assignment) == Roles.NOISE]
        size = marks.diameter(count, view, style)
        shown = noise[marks.visible(noise, view, size)]
        marks.draw_dots(painter, shown, view, style.theme.ground, HOLLOW * size, style)


def _polygon(pixels: Floats) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in pixels.tolist()])


def _outline(painter: QPainter, shape: QPolygonF, color: Rgb, width: float, style: Style) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line, breadth in ((style.theme.ground, width + 2 * HALO), (color, width)):
        painter.setPen(QPen(QColor(*line), breadth * style.scale, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolygon(shape)


PAINTERS: dict[type, Callable[[QPainter, Any, Frame, View, Style], None]] = {
    Ball: _draw_ball,
    Segments: _draw_segments,
    Ellipses: _draw_ellipses,
    Outlined: _draw_outlined,
    Roles: _draw_roles,
    Places: _draw_places,
}
"""How each kind is painted."""
