"""Trails: where each centroid has been, fading with age, and the last move as an arrow.

They lie over the points, on a hair of the ground's color, since on a crowded board nothing of them would be seen below.

There may be thousands of moves, so those that look alike are drawn together: into a vector file as one path, and on a sheet,
where a new move is drawn in the place of older ones and not over them, all at once (:mod:`kmeans_gui.ui.canvas.strokes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas import strokes
from kmeans_gui.ui.canvas.centroids import star_core, star_reach
from kmeans_gui.ui.canvas.frame import MOVES, Frame, Style
from kmeans_gui.ui.canvas.regions import tint
from kmeans_gui.ui.canvas.sheet import Sheet, sheet_of
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import Rgb, legible

FADING, FAINTEST = 0.85, 0.2
WIDTH, ARROW, STOP, HEAD = 1.5, 2.0, 4.0, 12.0
"""Width of a line and of an arrow's shaft, diameter of a stop, length of an arrow's head, in pixels."""

HALO = 1.0
CONTRAST = 4.5

SHORTEST = 0.5
"""Of a way of so many pixels, the moves are drawn as one: nobody could tell their stops apart."""


@cache
def ink(color: Rgb, ground: Rgb) -> Rgb:
    """Return the cluster's color, strong enough to be seen on its own region."""
    return legible(color, tint(ground, color), CONTRAST)


@lru_cache(maxsize=8)
def _inks(palette: tuple[Rgb, ...], ground: Rgb) -> tuple[tuple[Rgb, ...], NDArray[np.intp]]:
    """Return the distinct colors of trails, and which of them each cluster has."""
    inks = [ink(color, ground) for color in palette]
    colors = tuple(dict.fromkeys(inks))
    index = {color: i for i, color in enumerate(colors)}
    which = np.array([index[color] for color in inks])
    which.flags.writeable = False
    return colors, which


@dataclass(frozen=True)
class Moves:
    """Moves in the order in which they are drawn: the faintest first, those alike color by color.

    Parameters
    ----------
    ends : ndarray of shape (m, 4)
        x, y of where each began, x, y of where it ended, in logical pixels.
    inks : ndarray of int, shape (m,)
        Index of each one's color.
    opacities : ndarray of shape (m,)
        From 0 to 1.
    """

    ends: Floats
    inks: NDArray[np.intp]
    opacities: Floats

    @classmethod
    def ordered(cls, ends: Floats, inks: NDArray[np.intp], opacities: Floats) -> Moves:
        """Return moves in drawing order."""
        order = np.lexsort((inks, opacities))
        return cls(ends[order], inks[order], opacities[order])


class Pen(Protocol):
    """Draws moves."""

    def draw(self, moves: Moves, width: float, colors: tuple[Rgb, ...], style: Style) -> None:
        """Draw lines with a dot at their start, first broader in the ground's color, unless they are too faint for that.

        Those of one opacity are drawn together: all that is broader first, and all lines before their dots.
        """


class TrailsLayer:
    """Draws the trails from the oldest move to the last."""

    name = "trails"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw the moves between the stops of ``frame.trail`` and from there to where the centroids are."""
        if frame.centroids is None or not frame.trail:
            return
        places = np.array((*frame.trail, frame.centroids)[-MOVES - 1 :])
        stops = view.to_pixels(places.reshape(-1, 2)).reshape(places.shape)
        area = _area(stops, view, style)
        if area.isEmpty():
            return
        colors, which = _inks(frame.palette(style.theme)[:-1], style.theme.ground)
        core = star_core(frame.k, style) - (STOP / 2 + HALO) * style.scale if "centroids" in style.layers else 0.0
        sight = _Sight(area, stops[-1], core)
        fading = _fading(stops[:-1] if frame.moved else stops, int(frame.moved), which, sight, SHORTEST * style.scale)
        arrows = _last(stops[-2:], which, sight) if frame.moved else None

        pen = _Paths(painter) if style.vector else _Strokes()
        pen.draw(fading, WIDTH, colors, style)
        heads = None if arrows is None else _draw_shafts(pen, arrows, colors, star_reach(frame.k, style), style)
        if isinstance(pen, _Strokes):
            pen.lay(sheet_of(painter))
        if heads is not None:
            _draw_heads(painter, *heads, colors, style)


def _area(stops: Floats, view: View, style: Style) -> QRectF:
    """Return the part of the view that the trails may lie in."""
    places = stops[np.isfinite(stops[..., 0]) & np.isfinite(stops[..., 1])]
    if not len(places):
        return QRectF()
    (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
    margin = HEAD * style.scale
    around = QRectF(left, top, right - left, bottom - top).adjusted(-margin, -margin, margin, margin)
    return around & QRectF(view.left, view.top, view.width, view.height)


@dataclass(frozen=True)
class _Sight:
    """What can be seen of moves.

    Parameters
    ----------
    area : QRectF
        What is painted.
    stars : ndarray of shape (k, 2)
        The centers of the stars, which are drawn over the trails.
    core : float
        Within this distance of its center, a star hides a stop. 0 if none are drawn.
    """

    area: QRectF
    stars: Floats
    core: float

    def of(self, ends: Floats, clusters: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return which of the moves (m, 4) of ``clusters`` (m,) may be seen: those hidden by their own star are not."""
        (x, y, to_x, to_y), (star_x, star_y), area = ends.T, self.stars[clusters].T, self.area
        across = (np.maximum(x, to_x) >= area.left()) & (np.minimum(x, to_x) <= area.right())
        seen = across & (np.maximum(y, to_y) >= area.top()) & (np.minimum(y, to_y) <= area.bottom())
        away = np.maximum(np.hypot(x - star_x, y - star_y), np.hypot(to_x - star_x, to_y - star_y))
        mask: NDArray[np.bool_] = seen & (away > self.core)
        return mask


def _fading(stops: Floats, youngest: int, inks: NDArray[np.intp], sight: _Sight, shortest: float) -> Moves:
    """Return the moves between stops of shape (m, k, 2); ``youngest`` is the age of the last of them."""
    ends, clusters, last = _joined(stops, shortest)
    seen = sight.of(ends, clusters)
    opacities = np.maximum(FADING ** (len(stops) - 1 - last[seen] + youngest), FAINTEST)
    return Moves.ordered(ends[seen], inks[clusters[seen]], opacities)


def _last(stops: Floats, inks: NDArray[np.intp], sight: _Sight) -> Moves:
    """Return the moves between two stops, shape (2, k, 2)."""
    moved = np.flatnonzero(np.isfinite(stops).all(axis=(0, 2)) & (stops[0] != stops[1]).any(axis=1))
    ends = np.hstack([stops[0], stops[1]])[moved]
    seen = sight.of(ends, moved)
    return Moves.ordered(ends[seen], inks[moved[seen]], np.ones(np.count_nonzero(seen)))


def _joined(stops: Floats, shortest: float) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
    """Return the moves between stops of shape (m, k, 2); on each piece of the way as long as ``shortest``, they are one.

    Returns
    -------
    ends : ndarray of shape (moves, 4)
    clusters, last : ndarray of shape (moves,)
        Whose move it is, and the index of the stop where it ends.
    """
    x, y = stops[..., 0], stops[..., 1]
    lengths = np.hypot(x[1:] - x[:-1], y[1:] - y[:-1])
    lengths[~np.isfinite(lengths)] = 0
    pieces = np.cumsum(lengths, axis=0) // shortest
    kept = np.isfinite(x) & np.isfinite(y)
    kept[1:2] &= pieces[:1] > 0
    kept[2:] &= pieces[1:] > pieces[:-1]
    clusters, at = np.nonzero(kept.T)
    places = stops[at, clusters]
    same = np.flatnonzero(clusters[1:] == clusters[:-1])
    later = same + 1
    return np.concatenate([places[same], places[later]], axis=1), clusters[later], at[later]


def _draw_shafts(pen: Pen, moves: Moves, colors: tuple[Rgb, ...], gap: float, style: Style) -> tuple[Floats, NDArray[np.intp]]:
    """Draw arrows without their heads; return these, shape (h, 3, 2), and their colors' indices."""
    heads, headed = _heads(moves.ends, gap, HEAD * style.scale)
    shafts = moves.ends.copy()
    shafts[headed, 2:] = heads.mean(axis=1)
    pen.draw(Moves(shafts, moves.inks, moves.opacities), ARROW, colors, style)
    return heads, moves.inks[headed]


def _draw_heads(painter: QPainter, heads: Floats, inks: NDArray[np.intp], colors: tuple[Rgb, ...], style: Style) -> None:
    shapes = [QPolygonF([QPointF(x, y) for x, y in head]) for head in heads.tolist()]
    around = QPainterPath()
    for shape in shapes:
        around.addPolygon(shape)
        around.closeSubpath()
    painter.setPen(QPen(QColor(*style.theme.ground), 2 * HALO * style.scale))
    painter.drawPath(around)
    painter.setPen(Qt.PenStyle.NoPen)
    for i, shape in zip(inks.tolist(), shapes, strict=True):
        painter.setBrush(QColor(*colors[i]))
        painter.drawPolygon(shape)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _heads(ends: Floats, gap: float, size: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return arrows' heads, tip first, that end ``gap`` before the lines do, and which of the lines are long enough for one.

    Returns
    -------
    heads : ndarray of shape (h, 3, 2)
    headed : ndarray of bool, shape (m,)
    """
    way = ends[:, 2:] - ends[:, :2]
    length = np.hypot(way[:, 0], way[:, 1])
    headed = length >= gap + size / 2
    along = way[headed] / length[headed, None]
    across = np.column_stack([-along[:, 1], along[:, 0]]) * (size * 0.45)
    tip = ends[headed, 2:] - along * gap
    back = tip - along * size
    return np.stack([tip, back + across, back - across], axis=1), headed


class _Paths:
    """Draws into a vector file: each set of lines or dots of one color is one path."""

    def __init__(self, painter: QPainter) -> None:
        self._painter = painter

    def draw(self, moves: Moves, width: float, colors: tuple[Rgb, ...], style: Style) -> None:
        ground, halo = (style.theme.ground,), 2 * HALO
        for opacity in np.unique(moves.opacities).tolist():
            alike = moves.opacities == opacity
            ends, inks = moves.ends[alike], moves.inks[alike]
            if opacity > FAINTEST:
                self._lines(ends, np.zeros_like(inks), ground, (width + halo) * style.scale, opacity)
                self._dots(ends, np.zeros_like(inks), ground, (STOP + halo) * style.scale, opacity)
            self._lines(ends, inks, colors, width * style.scale, opacity)
            self._dots(ends, inks, colors, STOP * style.scale, opacity)

    def _lines(self, ends: Floats, which: NDArray[np.intp], colors: tuple[Rgb, ...], width: float, opacity: float) -> None:
        for i in np.unique(which).tolist():
            path, at = QPainterPath(), None
            for x, y, to_x, to_y in ends[which == i].tolist():
                if at != (x, y):
                    path.moveTo(x, y)
                path.lineTo(to_x, to_y)
                at = to_x, to_y
            self._stroke(path, colors[i], width, opacity)

    def _dots(self, ends: Floats, which: NDArray[np.intp], colors: tuple[Rgb, ...], diameter: float, opacity: float) -> None:
        for i in np.unique(which).tolist():
            path = QPainterPath()
            for x, y, _, _ in ends[which == i].tolist():
                path.moveTo(x, y)
                path.lineTo(x + 0.01, y)  # with a round pen, the shortest way to write a disc
            self._stroke(path, colors[i], diameter, opacity)

    def _stroke(self, path: QPainterPath, color: Rgb, width: float, opacity: float) -> None:
        self._painter.setOpacity(opacity)
        self._painter.setPen(QPen(QColor(*color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        self._painter.drawPath(path)
        self._painter.setOpacity(1.0)


class _Strokes:
    """Gathers lines and dots, to draw all of them on a sheet at once."""

    def __init__(self) -> None:
        self._ends: list[Floats] = []
        self._inks: list[NDArray[np.uint32]] = []
        self._widths: list[Floats] = []

    def draw(self, moves: Moves, width: float, colors: tuple[Rgb, ...], style: Style) -> None:
        if not len(moves.ends):
            return
        first = np.ones(len(moves.ends), np.bool_)
        first[1:] = moves.opacities[1:] != moves.opacities[:-1]
        levels, level = moves.opacities[first].tolist(), np.cumsum(first) - 1
        inks = np.array([strokes.shades((*colors, style.theme.ground), opacity) for opacity in levels])
        line, halo = inks[level, moves.inks], inks[level, -1]
        dots = moves.ends[:, [0, 1, 0, 1]]
        widths = np.array([width + 2 * HALO, STOP + 2 * HALO, width, STOP]) * style.scale

        order = np.argsort(np.concatenate([level] * 4), kind="stable")
        if levels[0] <= FAINTEST:
            faintest = np.count_nonzero(level == 0)
            order = order[2 * faintest :]  # without what is broader
        self._ends.append(np.concatenate([moves.ends, dots, moves.ends, dots])[order])
        self._inks.append(np.concatenate([halo, halo, line, line])[order])
        self._widths.append(np.repeat(widths, len(level))[order])

    def lay(self, sheet: Sheet) -> None:
        """Draw them."""
        if self._ends:
            ratio = sheet.devicePixelRatio()
            ends, widths = np.concatenate(self._ends) * ratio, np.concatenate(self._widths) * ratio
            strokes.drawer()(sheet.pixels, ends, widths, np.concatenate(self._inks))
