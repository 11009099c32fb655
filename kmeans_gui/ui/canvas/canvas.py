"""Canvas: the widget in the middle of the window. A pyqtgraph plot that shows one frame and hands the mouse to a tool.

The left button belongs to the tool that is on; the middle and the right button pan, the wheel zooms about the mouse.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QRectF, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from kmeans_gui.clustering import Floats
from kmeans_gui.data.dataset import Rows
from kmeans_gui.engine.background import Background
from kmeans_gui.session.state import Viewport
from kmeans_gui.ui.canvas import layers
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.points import PointsLayer, Prepared, heavy, prepare
from kmeans_gui.ui.canvas.tools import TOOLS, Pointer, Tool
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.plot import Plot
from kmeans_gui.ui.theme import LIGHT

MOTION_MS = 250
_REPEAT_MS = 40
_ZOOM_STEP = 1.25

_log = logging.getLogger(__name__)


class _FrameItem(pg.GraphicsObject):  # type: ignore[misc]
    """The plot's one item: paints the canvas's frame."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas

    def boundingRect(self) -> QRectF:
        return QRectF(self.viewRect())

    def viewTransformChanged(self) -> None:
        super().viewTransformChanged()
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: object) -> None:
        painter.save()
        try:
            painter.resetTransform()
            self._canvas.paint_frame(painter)
        finally:
            painter.restore()


class Canvas(Plot):
    """Shows a frame; emits what the user asks for.

    Signals
    -------
    add_requested : ndarray (m, 2), str or None
        Points to be added, and the key that joins them with others into one undo.
    remove_requested : ndarray of int, str or None
        Rows to be removed, likewise.
    place_requested : ndarray of int, ndarray (m, 2)
        Rows to be moved, and where to.
    select_requested : ndarray of int
        Rows to be the selection.
    start_requested : ndarray (k, 2)
        Centroids to start from.
    viewport_changed
        Another part of the plane is on show.
    painted
        The frame has been painted, as far as it could be.
    paint_failed
        A defect kept a frame from being painted in full; the log tells which. It comes after the painting, and once, however
        often and whichever frames are painted, until one has been painted in full again.
    """

    add_requested = Signal(object, object)
    remove_requested = Signal(object, object)
    place_requested = Signal(object, object)
    select_requested = Signal(object)
    start_requested = Signal(object)
    viewport_changed = Signal()
    painted = Signal()
    paint_failed = Signal()
    _broke = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.brush = 40.0
        self.density = 4
        self._frame = Frame(points=np.empty((0, 2)))
        self._preview: Frame | None = None
        self._style = Style(LIGHT)
        self._tools: dict[str, Tool] = {tool.name: tool(self) for tool in TOOLS}
        self._tool: Tool = self._tools["add"]
        self._pointer: Pointer | None = None
        self._held = False
        self._panning: QPointF | None = None
        self._motion = QVariantAnimation(self)
        self._repeat = QTimer(self)
        self._repeat.setInterval(_REPEAT_MS)
        self._layers = layers.make_layers()
        self._points = next(layer for layer in self._layers if isinstance(layer, PointsLayer))
        self._preparing = Background(self)
        self._asked: Prepared | None = None
        self._broken = False
        self._item = _FrameItem(self)
        self._set_up()
        self._connect_signals()

    def _set_up(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Canvas")
        self.setFrameShape(self.Shape.NoFrame)
        box = self.plotItem.getViewBox()
        box.setAspectLocked(True)
        box.setDefaultPadding(0.0)
        box.disableAutoRange()
        box.addItem(self._item, ignoreBounds=True)
        self._motion.setDuration(MOTION_MS)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._show_axes(False)

    def _connect_signals(self) -> None:
        self._motion.valueChanged.connect(lambda _: self._item.update())
        self._repeat.timeout.connect(self._act_again)
        self._preparing.finished.connect(self._on_prepared)
        self._preparing.failed.connect(self._on_unprepared)
        # Queued: whoever hears of it shows something, for which the middle of painting is no time.
        self._broke.connect(self.paint_failed, Qt.ConnectionType.QueuedConnection)
        self.plotItem.getViewBox().sigRangeChanged.connect(lambda *_: self.viewport_changed.emit())

    # What is shown -----------------------------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        """What is drawn, without any preview."""
        return self._frame

    @property
    def view(self) -> View:
        """Where it is drawn."""
        box = self.plotItem.getViewBox()
        area = box.sceneBoundingRect()
        (x0, x1), (y0, y1) = box.viewRange()
        return View(x0, x1, y0, y1, area.left(), area.top(), max(area.width(), 1.0), max(area.height(), 1.0))

    def set_frame(self, frame: Frame, glide: bool = False) -> None:
        """Show ``frame``; with ``glide`` the centroids glide from where the trail ends to where they are."""
        if self._held and self._tool.holds_rows and not np.array_equal(frame.points, self._frame.points):
            self._give_up()
        self._frame = frame
        self._motion.stop()
        if glide and frame.trail and frame.centroids is not None and frame.trail[-1].shape == frame.centroids.shape:
            self._motion.start()
        self._item.update()

    def set_style(self, style: Style) -> None:
        """Draw in another style."""
        self._style = style
        self.setBackground(QColor(*style.theme.ground))
        self._show_axes("axes" in style.layers)
        self._item.update()

    def name_axes(self, columns: tuple[str, ...]) -> None:
        """Name the axes by the columns that are drawn."""
        # Of the axes themselves: the plot's own setLabel would show hidden ones.
        self.plotItem.getAxis("bottom").setLabel(columns[0])
        self.plotItem.getAxis("left").setLabel(columns[1] if len(columns) > 1 else "")

    def _show_axes(self, on: bool) -> None:
        for name in ("left", "bottom"):
            axis = self.plotItem.getAxis(name)
            axis.setVisible(on)
            axis.setPen(QColor(*self._style.theme.line))
            axis.setTextPen(QColor(*self._style.theme.quiet))
            font = QFont(self.font())
            font.setPixelSize(round(12 * self._style.scale))
            axis.setTickFont(font)

    def _moment(self) -> Frame:
        """Return what to draw right now: the preview, or the frame with its centroids on their way."""
        if self._preview is not None:
            return self._preview
        frame = self._frame
        if self._motion.state() is not QVariantAnimation.State.Running or frame.centroids is None:
            return frame
        share, old = float(self._motion.currentValue()), frame.trail[-1]
        return replace(frame, centroids=old + (frame.centroids - old) * share)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint what is shown, in logical pixels; where that fails, leave the rest of it out and say so."""
        try:
            self._paint(painter)
            self._broken = False
        except Exception:  # noqa: BLE001  an exception that reaches Qt in the middle of painting ends the program
            if not self._broken:
                _log.error("painting failed", exc_info=True)
                self._broken = True
                self._broke.emit()
        self.painted.emit()

    def _paint(self, painter: QPainter) -> None:
        frame, view = self._moment(), self.view
        if heavy(frame) and "points" in self._style.layers:
            self._prepare(frame, view)
        layers.paint(painter, frame, view, self._style, self._layers)
        self._tool.paint(painter, self._pointer, self._style)

    def _prepare(self, frame: Frame, view: View) -> None:
        """Have very many points worked out in the background; what was worked out before is on show meanwhile."""
        style, ratio = self._style, self.devicePixelRatioF()
        ready = self._points.prepared
        if ready is None:
            self._points.prepared = Prepared(frame=frame, view=view, style=style, ratio=0, size=0)
        if not self._preparing.active and (ready is None or not ready.fits(frame, view, style, ratio)):
            self._asked = Prepared(frame=frame, view=view, style=style, ratio=ratio, size=0)
            self._preparing.begin(lambda publish, cancelled: prepare(frame, view, style, ratio))

    def _on_prepared(self, number: int, prepared: Prepared) -> None:
        self._points.prepared = prepared
        self._item.update()

    def _on_unprepared(self, *_: object) -> None:
        # Taken for prepared, so that it is not tried anew at each painting.
        self._points.prepared = self._asked
        self.paint_failed.emit()

    def close_work(self) -> None:
        """End the work in the background."""
        self._motion.stop()
        self._repeat.stop()
        self._preparing.close()

    # The part of the plane on show -------------------------------------------------------------------------------------

    def viewport_range(self) -> Viewport:
        """Return x from, x to, y from, y to, in data units."""
        view = self.view
        return view.x0, view.x1, view.y0, view.y1

    def set_viewport(self, viewport: Viewport) -> None:
        """Show a part of the plane."""
        x0, x1, y0, y1 = viewport
        self.plotItem.getViewBox().setRange(xRange=(x0, x1), yRange=(y0, y1), padding=0)

    def fit(self, low: Floats, high: Floats) -> None:
        """Show all from ``low`` to ``high``, each of shape (2,), in data units."""
        view = View.fitting(low, high, self.view.width, self.view.height)
        self.set_viewport((view.x0, view.x1, view.y0, view.y1))

    def zoom(self, steps: int) -> None:
        """Zoom in by some steps about the middle; out if negative."""
        factor = _ZOOM_STEP**-steps
        self.plotItem.getViewBox().scaleBy((factor, factor))

    # The mouse ---------------------------------------------------------------------------------------------------------

    def set_tool(self, name: str, brush: float, density: int) -> None:
        """Take up a tool; a drag under way with another one is given up."""
        self.brush, self.density = brush, density
        if self._tool.name != name:
            self._give_up()
            self._tool = self._tools[name]
        self.viewport().setCursor(self._tool.cursor)
        self._item.update()

    def _give_up(self) -> None:
        """End what the press began, without a result."""
        self._held = False
        self._repeat.stop()
        self._tool.cancel()

    def _at(self, event: QMouseEvent) -> Pointer:
        pixel = np.array([event.position().x(), event.position().y()])
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return Pointer(pixel, self.view.to_data(pixel[None, :])[0], shift)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The left button acts, the others pan."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pointer = self._at(event)
            self._held = True
            self._tool.press(self._pointer)
            if self._tool.repeats:
                self._repeat.start()
        else:
            self._panning = event.position()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second press of a double click as a press like any other: two quick clicks add two points."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with what the press began."""
        self._pointer = self._at(event)
        if self._panning is not None:
            self._pan(event.position())
        elif self._held:
            self._tool.drag(self._pointer)
        self._item.update()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the press began."""
        if event.button() == Qt.MouseButton.LeftButton and self._held:
            self._held = False
            self._repeat.stop()
            self._pointer = self._at(event)
            self._tool.release(self._pointer)
        elif self._panning is not None:
            self._panning = None
            self.viewport().setCursor(self._tool.cursor)
        self._item.update()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the brush."""
        self._pointer = None
        self._item.update()
        super().leaveEvent(event)

    def _pan(self, to: QPointF) -> None:
        assert self._panning is not None
        sx, sy = self.view.pixels_per_unit
        offset = to - self._panning
        self._panning = to
        self.plotItem.getViewBox().translateBy(x=-offset.x() / sx, y=offset.y() / sy)

    def _act_again(self) -> None:
        if self._held and self._pointer is not None:
            self._tool.drag(self._pointer)

    # What tools ask for ------------------------------------------------------------------------------------------------

    def request_add(self, points: Floats, merge: str | None = None) -> None:
        """Ask for points to be added."""
        self.add_requested.emit(points, merge)

    def request_remove(self, rows: Rows, merge: str | None = None) -> None:
        """Ask for points to be removed."""
        self.remove_requested.emit(rows, merge)

    def request_place(self, rows: Rows, positions: Floats) -> None:
        """Ask for points to be moved."""
        self.place_requested.emit(rows, positions)

    def request_select(self, rows: Rows) -> None:
        """Ask for points to be the selection."""
        self.select_requested.emit(rows)

    def request_start(self, centroids: Floats) -> None:
        """Ask for centroids to be the start."""
        self.start_requested.emit(centroids)

    def preview(self, frame: Frame | None) -> None:
        """Draw ``frame`` instead of what is shown; None ends that."""
        self._preview = frame
        self._item.update()
