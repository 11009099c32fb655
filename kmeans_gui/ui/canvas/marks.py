"""Marks: how large points are drawn, and many discs or rings at once, as pixels or as paths."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.assignment import few_labels
from kmeans_gui.data.cells import THIN
from kmeans_gui.data.change import is_among
from kmeans_gui.data.dataset import Rows
from kmeans_gui.data.layout import Layout
from kmeans_gui.errors import Cancelled
from kmeans_gui.ui.canvas import raster
from kmeans_gui.ui.canvas.frame import Effort, Frame, Style
from kmeans_gui.ui.canvas.sheet import sheet_of
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import Rgb, packed

LARGEST, SMALLEST = 6.0, 1.5
CROWDED = 0.42
"""Diameter of a mark as a share of the room that a point has on each side."""

PIECE = 1 << 20
"""Points drawn before somebody may find the picture unwanted: a few milliseconds."""

IN_PATH = 2_000
"""Marks of one path in a vector file: of longer ones, some programs that read it leave out the rest."""

Spans = NDArray[np.int64]


class Group(NamedTuple):
    """Some points in drawing order, as the loops over pixels take them; see :class:`raster.Loops`."""

    x: Floats
    """(n,), as ``y``: in units of the placement."""
    y: Floats
    labels: NDArray[np.int16]
    """(n,)"""
    spans: Spans
    """(m, 2): which of them may be on the sheet."""
    placement: raster.Placement


class _InView:
    """What of a layout is in view, worked out once for all half-steps that are looked at from there."""

    def __init__(self, layout: Layout, view: View) -> None:
        self._layout = weakref.ref(layout)  # so that points that are on show no more do not stay in memory
        self._view = view
        self._spans: dict[float, Spans] = {}
        self.count = layout.count_in(*bounds(view))

    def is_of(self, layout: Layout, view: View) -> bool:
        """Whether it is about these."""
        return self._layout() is layout and self._view == view

    def spans(self, layout: Layout, margin: float) -> Spans:
        """Return which places of the layout's cells are in view, or at most ``margin`` pixels outside it."""
        if margin not in self._spans:
            self._spans[margin] = layout.cells.spans(*bounds(self._view, margin))
        return self._spans[margin]


_last_view: _InView | None = None
"""Of the last picture. Replaced as a whole, so any thread may look."""


def _in_view(layout: Layout, view: View) -> _InView:
    global _last_view
    known = _last_view
    if known is None or not known.is_of(layout, view):
        known = _last_view = _InView(layout, view)
    return known


def bounds(view: View, margin: float = 0.0) -> tuple[float, float, float, float]:
    """Return x from, x to, y from, y to of what is in view, or at most ``margin`` pixels outside it, in data units."""
    sx, sy = view.pixels_per_unit
    return view.x0 - margin / sx, view.x1 + margin / sx, view.y0 - margin / sy, view.y1 + margin / sy


def placement(view: View, ratio: float, scale: float = 1.0) -> raster.Placement:
    """Return how coordinates that are data units times ``scale`` become device pixels."""
    sx, sy = (ratio * per_unit for per_unit in view.pixels_per_unit)
    return raster.Placement(sx / scale, ratio * view.left - view.x0 * sx, -sy / scale, ratio * view.top + view.y1 * sy)


def group_of(positions: Floats, labels: NDArray[np.integer], view: View, ratio: float) -> Group:
    """Return the points at ``positions``, shape (m, 2), in data units, in this order."""
    x, y = np.ascontiguousarray(positions[:, 0]), np.ascontiguousarray(positions[:, 1])
    spans = np.array([[0, len(positions)]], np.int64)
    return Group(x, y, labels.astype(np.int16), spans, placement(view, ratio))


def labels_of(frame: Frame) -> NDArray[np.int16]:
    """Return the label at each place of a frame's cells.

    Raises
    ------
    ValueError
        If one is not that of a cluster: the compiled loops would look its color up outside of the colors' memory.
    """
    return _checked(frame, frame.layout.labels_at_places(frame.assignment))


def _checked(frame: Frame, labels: NDArray[np.int16]) -> NDArray[np.int16]:
    if labels.max(initial=-1) >= frame.k:
        raise ValueError(f"there are labels up to {labels.max()}, but {frame.k} clusters")
    return labels


def _own_labels(frame: Frame, rows: Rows) -> NDArray[np.int16]:
    """Return the labels of some rows, −1 for none."""
    labels = frame.labels
    return np.full(len(rows), -1, np.int16) if labels is None else _checked(frame, few_labels(labels[rows]))


def cells_of(frame: Frame, view: View, ratio: float, margin: float) -> Iterator[Group]:
    """Yield the points of a frame that have a place in its layout's cells and may be in view."""
    cells, labels = frame.layout.cells, labels_of(frame)
    spans = _in_view(frame.layout, view).spans(frame.layout, margin)
    yield Group(cells.x, cells.y, labels, spans, placement(view, ratio, cells.scale))


def all_of(frame: Frame, view: View, ratio: float) -> Iterator[Group]:
    """Yield all points that have a place in the cells, in view or not."""
    for group in cells_of(frame, view, ratio, 0.0):
        yield group._replace(spans=np.array([[0, frame.layout.cells.n]], np.int64))


def some_of(frame: Frame, view: View, ratio: float) -> Iterator[Group]:
    """Yield every ``THIN``-th of these points, in view or not."""
    cells = frame.layout.cells
    x, y = cells.thinned
    labels = np.ascontiguousarray(labels_of(frame)[::THIN])
    yield Group(x, y, labels, np.array([[0, len(x)]], np.int64), placement(view, ratio, cells.scale))


def fresh_of(frame: Frame, view: View, ratio: float) -> Iterator[Group]:
    """Yield the points that have come since the cells were made."""
    fresh = frame.layout.fresh
    if len(fresh):
        yield group_of(frame.layout.at(fresh), _own_labels(frame, fresh), view, ratio)


def new_of(frame: Frame, view: View, ratio: float) -> Iterator[Group]:
    """Yield the points of the last edits: those added until a run assigns them, those moved until they are in the cells."""
    layout = frame.layout
    if len(layout.recent):
        own = _own_labels(frame, layout.recent)
        new = (own < 0) | is_among(layout.recent, layout.fresh)
        yield group_of(layout.at(layout.recent[new]), own[new], view, ratio)


def pieces(groups: Iterable[Group], effort: Effort, most: int = PIECE) -> Iterator[Group]:
    """Yield groups piece by piece, up to ``most`` points each.

    Raises
    ------
    Cancelled
        Between two of them, if the effort has become unwanted.
    """
    for group in groups:
        for spans in _cut(group.spans, most):
            if effort.unwanted():
                raise Cancelled
            yield group._replace(spans=spans)


def _cut(spans: Spans, most: int) -> Iterator[Spans]:
    """Yield spans so cut that each piece has at most ``most`` places."""
    piece: list[tuple[int, int]] = []
    room = most
    for start, stop in spans.tolist():
        while start < stop:
            end = min(start + room, stop)
            piece.append((start, end))
            room, start = room - (end - start), end
            if not room:
                yield np.array(piece, np.int64)
                piece, room = [], most
    if piece:
        yield np.array(piece, np.int64)


def on_show(layout: Layout, view: View) -> int:
    """Return about how many points are in view."""
    return _in_view(layout, view).count


def diameter(count: int, view: View, style: Style) -> float:
    """Return how large a point is drawn if ``count`` are in view, in logical pixels: smaller as they crowd."""
    room = np.sqrt(view.width * view.height / max(count, 1))
    return float(max(SMALLEST, min(LARGEST * style.scale, CROWDED * room)))


def within(pixels: Floats, view: View, margin: float) -> NDArray[np.bool_]:
    """Return which of ``pixels``, shape (n, 2), are on the painted rectangle or at most ``margin`` off it."""
    x, y = pixels[:, 0] - view.left, pixels[:, 1] - view.top
    mask: NDArray[np.bool_] = (x >= -margin) & (x < view.width + margin) & (y >= -margin) & (y < view.height + margin)
    return mask


def visible(points: Floats, view: View, margin: float) -> Rows:
    """Return the rows of the points, shape (n, 2), that are in view or at most ``margin`` pixels outside it, ascending."""
    x0, x1, y0, y1 = bounds(view, margin)
    x, y = points[:, 0], points[:, 1]
    return np.flatnonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))


@lru_cache(maxsize=16)
def colors_of(palette: tuple[Rgb, ...]) -> NDArray[np.uint32]:
    """Return colors as the loops over pixels take them, shape (m,), read-only."""
    colors = np.array([packed(color) for color in palette], np.uint32)
    colors.flags.writeable = False
    return colors


def disc_stamps(size: float, ratio: float, style: Style) -> raster.Stamps:
    """Return discs of diameter ``size``, in logical pixels; while there are few, with a hair that sets them apart."""
    return raster.disc_stamps(_radius(size * ratio / 2), _quarter(hair(size, style) * ratio))


def draw_rings(painter: QPainter, positions: Floats, view: View, color: Rgb, size: float, width: float, style: Style) -> None:
    """Draw a ring of diameter ``size`` with a line of ``width`` around each of ``positions`` (n, 2), in data units."""
    if style.vector:
        _draw_ring_paths(painter, view.to_pixels(positions), color, size, width)
        return
    sheet = sheet_of(painter)
    ratio = sheet.devicePixelRatio()
    halo = 0.75 * style.scale * ratio
    stamps = raster.ring_stamps(_radius(size * ratio / 2), width * ratio, halo)
    _draw_stamps(painter, positions, view, color, stamps, style)


def draw_dots(painter: QPainter, positions: Floats, view: View, color: Rgb, size: float, style: Style) -> None:
    """Draw a plain disc of diameter ``size``, in pixels, at each of ``positions`` (n, 2), in data units."""
    if style.vector:
        draw_disc_paths(painter, view.to_pixels(positions), np.zeros(len(positions), np.intp), (color,), size, style)
        return
    stamps = raster.disc_stamps(_radius(size * sheet_of(painter).devicePixelRatio() / 2), 0.0)
    _draw_stamps(painter, positions, view, color, stamps, style)


def _draw_stamps(painter: QPainter, positions: Floats, view: View, color: Rgb, stamps: raster.Stamps, style: Style) -> None:
    sheet = sheet_of(painter)
    group = group_of(positions, np.zeros(len(positions), np.int16), view, sheet.devicePixelRatio())
    raster.loops().discs(sheet.pixels, *group, stamps, colors_of((color,)), packed(style.theme.ground))


def draw_disc_paths(
    painter: QPainter, pixels: Floats, which: NDArray[np.integer], palette: tuple[Rgb, ...], size: float, style: Style
) -> None:
    """Draw a disc of diameter ``size`` at each of ``pixels`` (n, 2) in the color ``palette[which]``, cluster by cluster."""
    outline = hair(size, style)
    for j in np.unique(which).tolist():
        paths = [_dots(some) for some in _for_paths(pixels[which == j])]
        for path in paths if outline else ():
            _stroke(painter, path, style.theme.ground, size + 2 * outline)
        for path in paths:
            _stroke(painter, path, palette[j], size)


def _draw_ring_paths(painter: QPainter, pixels: Floats, color: Rgb, size: float, width: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(*color), width))
    for some in _for_paths(pixels):
        path = QPainterPath()
        for x, y in some.tolist():
            path.addEllipse(x - size / 2, y - size / 2, size, size)
        painter.drawPath(path)


def _for_paths(pixels: Floats) -> Iterator[Floats]:
    """Yield the positions (n, 2) of one path after the other."""
    for start in range(0, len(pixels), IN_PATH):
        yield pixels[start : start + IN_PATH]


def hair(size: float, style: Style) -> float:
    """Return the width of the outline that sets marks apart while there are few, in logical pixels."""
    fullness = size / (LARGEST * style.scale)
    return float(np.clip((fullness - 0.5) * 2, 0, 1)) * 0.75 * style.scale


def _quarter(length: float) -> float:
    # Stamps are kept by size; finer steps would hardly be seen while zooming, but each would be worked out anew.
    return round(length * 4) / 4


def _radius(length: float) -> float:
    return max(_quarter(length), 0.5)


def _dots(pixels: Floats) -> QPainterPath:
    """Return a path of one short stroke at each position: with a round pen, the smallest way to write a disc."""
    path = QPainterPath()
    for x, y in pixels.tolist():
        path.moveTo(x, y)
        path.lineTo(x + 0.01, y)
    return path


def _stroke(painter: QPainter, path: QPainterPath, color: Rgb, width: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(*color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPath(path)
