"""Canvas: the widget in the middle of the window. A pyqtgraph plot that shows one frame and hands the mouse to a tool.

The left button belongs to the tool that is on; the middle and the right button pan, the wheel zooms about the mouse.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QRectF, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from kmeans_gui.clustering import Floats
from kmeans_gui.data.dataset import Rows
from kmeans_gui.data.layout import Layout
from kmeans_gui.session.state import Viewport
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.frame_item import FrameItem, fill_around
from kmeans_gui.ui.canvas.hover import Hover
from kmeans_gui.ui.canvas.points import paint_new
from kmeans_gui.ui.canvas.render import Picture, Request
from kmeans_gui.ui.canvas.renderer import Renderer
from kmeans_gui.ui.canvas.tools import TOOLS, Pointer, Tool
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.plot import Plot
from kmeans_gui.ui.theme import LIGHT

MOTION_MS = 250
_REPEAT_MS = 40
_ZOOM_STEP = 1.25

_log = logging.getLogger(__name__)


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
    hovered : int
        The mouse is over the point of this row; −1 for none.
    drawn_changed : int
        The picture on show has another number of points on it.
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
    hovered = Signal(int)
    drawn_changed = Signal(int)
    _broke = Signal()
    _counted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.brush = 40.0
        self.density = 4
        self._frame = Frame(layout=Layout.of(np.empty((0, 2))))
        self._preview: Frame | None = None
        self.refine: Callable[[Frame | None], Frame | None] = lambda frame: frame
        self._style = Style(LIGHT)
        self._tools: dict[str, Tool] = {tool.name: tool(self) for tool in TOOLS}
        self._tool: Tool = self._tools["add"]
        self._hover = Hover()
        self._pointer: Pointer | None = None
        self._held = False
        self._panning: QPointF | None = None
        self._motion = QVariantAnimation(self)
        self._repeat = QTimer(self)
        self._repeat.setInterval(_REPEAT_MS)
        self._renderer = Renderer(self)
        self._drawn = 0
        self._broken = False
        self._item = FrameItem(self.paint_frame)
        self._with_axes = False
        self._set_up()
        self._connect_signals()

    def _set_up(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Canvas")
        self.setFrameShape(self.Shape.NoFrame)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        box = self.plotItem.getViewBox()
        box.setAspectLocked(True)
        box.setDefaultPadding(0.0)
        box.disableAutoRange()
        box.addItem(self._item, ignoreBounds=True)
        for name in ("left", "bottom"):
            # Each move of the view would set the axis' label anew, shown or not.
            self.plotItem.getAxis(name).enableAutoSIPrefix(False)
        self._motion.setDuration(MOTION_MS)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._show_axes(False)

    def _connect_signals(self) -> None:
        self._motion.valueChanged.connect(self._show_anew)
        self._repeat.timeout.connect(self._act_again)
        self._renderer.rendered.connect(self._show_anew)
        self._renderer.failed.connect(self._on_failed)
        # Queued: whoever hears of it shows something, for which the middle of painting is no time.
        self._broke.connect(self.paint_failed, Qt.ConnectionType.QueuedConnection)
        self._counted.connect(self.drawn_changed, Qt.ConnectionType.QueuedConnection)
        self.plotItem.getViewBox().sigRangeChanged.connect(self._on_range)

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

    @property
    def nimble(self) -> bool:
        """Whether a picture is drawn so fast that moves can be shown on their way."""
        return self._renderer.nimble

    def set_frame(self, frame: Frame, glide: bool = False) -> None:
        """Show ``frame``; with ``glide`` the centroids glide from where the trail ends to where they are."""
        if self._held and self._tool.holds_rows and frame.layout.source is not self._frame.layout.source:
            self._give_up()
        edited = frame.layout.source is not self._frame.layout.source
        self._frame = frame
        if edited:  # the row under the mouse is another point's now
            self._look(None if self._held else self._pointer)
        self._motion.stop()
        if glide and frame.trail and frame.centroids is not None and frame.trail[-1].shape == frame.centroids.shape:
            self._motion.start()
        self._show_anew()

    def set_style(self, style: Style) -> None:
        """Draw in another style."""
        self._style = style
        self.setBackground(QColor(*style.theme.ground))
        self._show_axes("axes" in style.layers)
        self._show_anew()

    def name_axes(self, columns: tuple[str, ...]) -> None:
        """Name the axes by the columns that are drawn."""
        # Of the axes themselves: the plot's own setLabel would show hidden ones.
        self.plotItem.getAxis("bottom").setLabel(columns[0])
        self.plotItem.getAxis("left").setLabel(columns[1] if len(columns) > 1 else "")

    def _show_axes(self, on: bool) -> None:
        self._with_axes = on
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

    def _show_anew(self, *_: object) -> None:
        (self._item if self._with_axes else self.viewport()).update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the plot; without axes it is the frame and nothing else, which the scene would take its time for."""
        if self._with_axes:
            super().paintEvent(event)
            return
        self.scene().prepareForPaint()
        painter = QPainter(self.viewport())
        try:
            self.paint_frame(painter)
        finally:
            painter.end()

    def paint_frame(self, painter: QPainter) -> None:
        """Paint what is shown, in logical pixels; where that fails, leave the rest of it out and say so."""
        try:
            self._report(self._paint(painter))
        except Exception as defect:  # noqa: BLE001  an exception that reaches Qt in the middle of painting ends the program
            self._report(defect)

    def _on_failed(self, defect: Exception) -> None:
        self._report(defect)
        self.painted.emit()  # whoever waits for the frame waits no longer

    def _report(self, defect: Exception | None) -> None:
        if defect is not None and not self._broken:
            _log.error("painting failed", exc_info=defect)
            self._broke.emit()
        self._broken = defect is not None

    def _paint(self, painter: QPainter) -> Exception | None:
        """Paint the newest picture, and on it what is not drawn yet; return what went wrong with it."""
        view = self.view
        request = Request(self._moment(), replace(view, left=0.0, top=0.0), self._style, self.devicePixelRatioF())
        self._renderer.draw(request)
        picture = self._renderer.picture
        place = QRectF() if picture is None else picture.place(view)
        covered = place.toRect().adjusted(1, 1, -1, -1)
        fill_around(painter, self.viewport().rect(), covered, QColor(*self._style.theme.ground))
        if picture is not None:
            painter.drawImage(place, picture.sheet)
            paint_new(painter, picture.request.frame.layout, request.frame.layout, view, self._style)
            self._tell(picture, request)
        self._hover.paint(painter, request.frame, view, self._style)
        self._tool.paint(painter, self._pointer, self._style)
        return None if picture is None else picture.defect

    def _tell(self, picture: Picture, request: Request) -> None:
        if picture.request.frame is request.frame:
            self.painted.emit()
        if not picture.coarse and picture.drawn != self._drawn:
            self._drawn = picture.drawn
            self._counted.emit(picture.drawn)

    def close_work(self) -> None:
        """End the work in the background."""
        self._motion.stop()
        self._repeat.stop()
        self._renderer.close()

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
        self._show_anew()

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
            self._pointer, self._held = self._at(event), True
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
        self._look(None if self._held or self._panning is not None else self._pointer)
        self._show_anew()
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
        self._show_anew()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the brush, and read no point out any more."""
        self._pointer = None
        self._look(None)
        self._show_anew()
        super().leaveEvent(event)

    def _on_range(self, *_: object) -> None:
        self._look(None)  # what was under the mouse has moved on
        self._show_anew()
        self.viewport_changed.emit()

    def _look(self, at: Pointer | None) -> None:
        """Find the point under the mouse."""
        if self._hover.follow(at, self._frame, self.view):
            self.hovered.emit(-1 if self._hover.row is None else self._hover.row)

    def _pan(self, to: QPointF) -> None:
        assert self._panning is not None
        sx, sy = self.view.pixels_per_unit
        offset, self._panning = to - self._panning, to
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
        """Draw ``frame``, or what ``refine`` makes of it, instead of what is shown; None ends that."""
        self._preview = self.refine(frame)
        self._show_anew()
