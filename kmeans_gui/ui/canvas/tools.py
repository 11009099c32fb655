"""Tools: what the left mouse button does on the canvas.

A tool turns presses, drags and releases into requests; it changes nothing itself. While a drag is under way it may show a
preview. To add a tool, write its class, add it to ``TOOLS``, and give it a line in the action table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from kmeans_gui.clustering import Floats
from kmeans_gui.data.dataset import Rows
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.view import View

PICK_RADIUS = 12.0
"""How near, in logical pixels, a press must be to take hold of a mark."""


@dataclass(frozen=True, eq=False)
class Pointer:
    """Where the mouse is: in logical pixels and in data units, both of shape (2,), and whether Shift is held."""

    pixel: Floats
    data: Floats
    shift: bool = False


class Surface(Protocol):
    """What a tool sees of the canvas: what is shown, and where its requests go. ``merge`` joins edits into one undo."""

    @property
    def frame(self) -> Frame:
        """What is drawn, without any preview."""

    @property
    def view(self) -> View:
        """Where it is drawn."""

    brush: float
    density: int

    def request_add(self, points: Floats, merge: str | None = None) -> None:
        """Ask for points, shape (m, 2), to be added."""

    def request_remove(self, rows: Rows, merge: str | None = None) -> None:
        """Ask for points to be removed."""

    def request_place(self, rows: Rows, positions: Floats) -> None:
        """Ask for points to be moved."""

    def request_select(self, rows: Rows) -> None:
        """Ask for points to be the selection."""

    def request_start(self, centroids: Floats) -> None:
        """Ask for centroids to be the start."""

    def preview(self, frame: Frame | None) -> None:
        """Draw ``frame`` instead of what is shown; None ends that."""


class Tool:
    """A tool that does nothing yet: the base of the others."""

    name = ""
    cursor = Qt.CursorShape.ArrowCursor
    repeats = False
    """Whether a held button goes on acting where the mouse rests."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self._gesture = 0

    def press(self, at: Pointer) -> None:
        """The left button goes down."""

    def drag(self, at: Pointer) -> None:
        """The mouse moves, or rests if the tool repeats, with the button down."""

    def release(self, at: Pointer) -> None:
        """The button comes up."""

    def cancel(self) -> None:
        """Drop what the press began, and its preview; neither a drag nor a release follows."""
        self.surface.preview(None)

    @property
    def holds_rows(self) -> bool:
        """Whether what the press began has lost its sense once the points are others."""
        return False

    def paint(self, painter: QPainter, at: Pointer | None, style: Style) -> None:
        """Draw what the tool shows of itself, in logical pixels; ``at`` is None while the mouse is elsewhere."""

    def _next_gesture(self) -> None:
        self._gesture += 1

    @property
    def _merge(self) -> str:
        return f"{self.name} {self._gesture}"

    def _rows_near(self, at: Pointer, radius: float) -> Rows:
        """Return the rows of the points within ``radius`` pixels, the nearest first."""
        sx, sy = self.surface.view.pixels_per_unit
        return self.surface.frame.layout.near(at.data[0], at.data[1], radius / sx, radius / sy)

    def _scatter(self, at: Pointer, count: int, radius: float) -> Floats:
        """Return ``count`` points normally distributed about the mouse, nearly all within ``radius`` pixels."""
        sx, sy = self.surface.view.pixels_per_unit
        return at.data + np.random.default_rng().normal(size=(count, 2)) * (radius / 2 / sx, radius / 2 / sy)


class Add(Tool):
    """A click adds a point; Shift-click adds a cluster of them."""

    name = "add"
    cursor = Qt.CursorShape.CrossCursor

    def press(self, at: Pointer) -> None:
        """Add at once: the point is there while the button is still down."""
        self.surface.request_add(self._scatter(at, 30, 60.0) if at.shift else at.data[None, :])


class _Brush(Tool):
    cursor = Qt.CursorShape.BlankCursor
    repeats = True

    def press(self, at: Pointer) -> None:
        self._next_gesture()
        self.drag(at)

    def paint(self, painter: QPainter, at: Pointer | None, style: Style) -> None:
        if at is not None:
            painter.setPen(QPen(QColor(*style.theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(*at.pixel), self.surface.brush, self.surface.brush)
            painter.drawPoint(QPointF(*at.pixel))


class Spray(_Brush):
    """A drag sprays points, as many a moment as the density says."""

    name = "spray"

    def drag(self, at: Pointer) -> None:
        """Spray where the mouse is."""
        self.surface.request_add(self._scatter(at, self.surface.density, self.surface.brush), self._merge)


class Erase(_Brush):
    """A drag erases the points under the brush."""

    name = "erase"
    repeats = False

    def drag(self, at: Pointer) -> None:
        """Erase what is under the brush."""
        rows = self._rows_near(at, self.surface.brush)
        if len(rows):
            self.surface.request_remove(rows, self._merge)


class Move(Tool):
    """A drag moves the point under the mouse, or the whole selection if it belongs to that."""

    name = "move"
    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._rows: Rows = np.empty(0, np.intp)
        self._origin = np.zeros(2)

    def press(self, at: Pointer) -> None:
        """Take hold."""
        near, selected = self._rows_near(at, PICK_RADIUS)[:1], self.surface.frame.selected
        self._rows = selected if len(near) and near[0] in selected else near
        self._origin = at.data

    def drag(self, at: Pointer) -> None:
        """Show where the points would go."""
        if len(self._rows):
            frame = self.surface.frame
            layout = frame.layout.moved(np.sort(self._rows), at.data - self._origin)
            self.surface.preview(replace(frame, layout=layout))

    def release(self, at: Pointer) -> None:
        """Let go."""
        rows, offset = self._rows, at.data - self._origin
        self.cancel()
        if len(rows) and offset.any():
            self.surface.request_place(rows, self.surface.frame.layout.at(rows) + offset)

    def cancel(self) -> None:
        """Leave the points where they are."""
        super().cancel()
        self._rows = np.empty(0, np.intp)

    @property
    def holds_rows(self) -> bool:
        """Whether there are points in hand."""
        return len(self._rows) > 0


class _Selection(Tool):
    """A drag encloses points; it starts with a move where it begins on what is selected already."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._path: list[Floats] = []
        self._mover = Move(surface)
        self._moving = False

    def press(self, at: Pointer) -> None:
        near = self._rows_near(at, PICK_RADIUS)[:1]
        self._moving = bool(len(near)) and near[0] in self.surface.frame.selected and not at.shift
        if self._moving:
            self._mover.press(at)
        else:
            self._path = [at.pixel]

    def drag(self, at: Pointer) -> None:
        if self._moving:
            self._mover.drag(at)
        else:
            self._path.append(at.pixel)

    def release(self, at: Pointer) -> None:
        if self._moving:
            self._mover.release(at)
            return
        outline = self._outline()
        inside = self.surface.frame.layout.enclosed(self.surface.view.to_data(outline))
        if len(self._path) < 3 and np.ptp(outline, axis=0).max() < 3:
            inside = self._rows_near(at, PICK_RADIUS)[:1]
        self._path = []
        self.surface.request_select(np.union1d(self.surface.frame.selected, inside) if at.shift else inside)

    def cancel(self) -> None:
        self._path = []
        self._mover.cancel()

    @property
    def holds_rows(self) -> bool:
        return self._mover.holds_rows

    def _outline(self) -> Floats:
        raise NotImplementedError

    def paint(self, painter: QPainter, at: Pointer | None, style: Style) -> None:
        if len(self._path) > 1:
            color = QColor(*style.theme.accent)
            painter.setPen(QPen(color, 1.5, Qt.PenStyle.DashLine))
            color.setAlphaF(0.08)
            painter.setBrush(color)
            painter.drawPolygon(QPolygonF([QPointF(*p) for p in self._outline()]))


class SelectRectangle(_Selection):
    """A drag selects the points in a rectangle."""

    name = "select"

    def _outline(self) -> Floats:
        (x0, y0), (x1, y1) = self._path[0], self._path[-1]
        return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


class SelectLasso(_Selection):
    """A drag selects the points that it goes around."""

    name = "lasso"

    def _outline(self) -> Floats:
        return np.array(self._path)


class Centroids(Tool):
    """A click places a centroid, a drag moves one, Shift-click removes one."""

    name = "centroids"
    cursor = Qt.CursorShape.PointingHandCursor

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._frame: Frame | None = None
        self._centroids = np.empty((0, 2))
        self._held: int | None = None
        self._origin, self._from = np.zeros(2), np.zeros(2)

    def press(self, at: Pointer) -> None:
        """Take hold of the centroid under the mouse, or place one."""
        # Kept, since a run that plays on brings labels that need not fit the centroids in hand.
        self._frame = self.surface.frame
        self._centroids = _centroids_of(self._frame)
        self._held = None  # whatever a press before held, if nobody has let go
        hit = self._hit(at)
        if not at.shift:
            self._hold(hit, at)
        elif hit is not None:
            # Its row stays: labels and colors go by row.
            self._centroids[hit] = np.nan
        self._show()

    def _hit(self, at: Pointer) -> int | None:
        """Return the row of the nearest centroid within reach."""
        squared = ((self.surface.view.to_pixels(self._centroids) - at.pixel) ** 2).sum(axis=1)
        near = np.flatnonzero(squared <= PICK_RADIUS**2)
        return int(near[np.argmin(squared[near])]) if len(near) else None

    def _hold(self, hit: int | None, at: Pointer) -> None:
        if hit is None:
            if self._frame is not None and not self._frame.given:
                self._centroids[:] = np.nan  # the first one that is placed by hand begins a start of its own
            hit = len(self._centroids)
            self._centroids = np.vstack([self._centroids, at.data])
        self._held, self._origin, self._from = hit, at.data, self._centroids[hit].copy()

    def drag(self, at: Pointer) -> None:
        """Show where the centroid would go, and its region with it."""
        if self._held is not None:
            self._centroids[self._held] = self._from + (at.data - self._origin)
            self._show()

    def release(self, at: Pointer) -> None:
        """Let go: if a centroid has come, gone or moved, the run starts from here."""
        frame, centroids = self._frame, self._centroids
        self.cancel()
        if frame is not None and not np.array_equal(centroids, _centroids_of(frame), equal_nan=True):
            self.surface.request_start(centroids[np.isfinite(centroids).all(axis=1)])

    def cancel(self) -> None:
        """Leave the centroids as they were."""
        super().cancel()
        self._frame, self._held = None, None

    @property
    def holds_rows(self) -> bool:
        """Whether a press has begun: its preview shows the points of that time."""
        return self._frame is not None

    def _show(self) -> None:
        assert self._frame is not None
        frame = self._frame
        free = (slot for slot in range(len(self._centroids) + len(frame.colors)) if slot not in frame.colors)
        colors = (*frame.colors, *(next(free) for _ in range(len(self._centroids) - len(frame.colors))))
        self.surface.preview(replace(frame, centroids=self._centroids.copy(), colors=colors, trail=(), moved=False))


def _centroids_of(frame: Frame) -> Floats:
    """Return a copy of a frame's centroids, shape (k, 2), NaN where one was dropped."""
    return np.empty((0, 2)) if frame.centroids is None else frame.centroids.copy()


TOOLS: tuple[type[Tool], ...] = (Add, Spray, Move, Erase, SelectRectangle, SelectLasso, Centroids)
