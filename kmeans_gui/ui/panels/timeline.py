"""Timeline: the whole run as a line to scrub on.

The start is a bar, each assignment a tall tick, each half-step between two of them a dot, the end a block; iterations are
numbered where there is room. Where marks would crowd, only every second, fifth, tenth … iteration keeps its tick.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip, QWidget

from kmeans_gui.clustering import Trace
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.marks import Marks, stride
from kmeans_gui.ui.shown import Shown

_MARGIN = 10.0
_LINE_Y = 16.0
_TICK = 6.0
_DOT = 2.0
_HANDLE = 5.0
_LEAST_MARK_SPACING = 5.0
_NUMBER_GAP = 16.0
_NOTCH = 120
"""Qt's wheel delta of one notch."""


@dataclass(frozen=True)
class Scale:
    """From half-steps to pixels across and back: ``length`` half-steps on ``width`` pixels from ``left``."""

    length: int
    left: float
    width: float

    @property
    def spacing(self) -> float:
        """Pixels from one half-step to the next."""
        return self.width / max(self.length - 1, 1)

    def x(self, index: float) -> float:
        """Return where a half-step stands."""
        return self.left + index * self.spacing

    def index(self, x: float) -> int:
        """Return the half-step nearest to a place."""
        return min(max(round((x - self.left) / self.spacing), 0), max(self.length - 1, 0))


class Timeline(QSlider):
    """The run's half-steps with a playhead; a slider to assistive technology.

    Arrow keys are left to the window, whose shortcuts they are.

    Signals
    -------
    seek_requested : int
        The half-step that the user wants to see.
    """

    seek_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._marks = Marks()
        self._trace: Trace | None = None
        self._wheel = 0
        self.setRange(0, 0)
        self.setFont(appearance.tabular(appearance.font(appearance.Type.CAPTION)))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Timeline")
        self.setToolTip("Click or drag to go to a half-step")
        self.valueChanged.connect(self.seek_requested)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the run of ``new`` and its place in it."""
        if old is not None and (new.trace, new.length, new.position) == (old.trace, old.length, old.position):
            return
        self._trace = new.trace
        self._marks.read(new.trace, new.length)
        blocked = self.blockSignals(True)
        self.setRange(0, max(new.length - 1, 0))
        self.setValue(new.position or 0)
        self.blockSignals(blocked)
        self.setAccessibleDescription(self.words(new.position))
        self.update()

    def words(self, index: int | None) -> str:
        """Return what stands at a half-step."""
        if self._trace is None or index is None or index >= self._marks.length:
            return "There is no run yet"
        step = self._trace.light(index)
        return f"Half-step {index:,} of {self._marks.length - 1:,}, iteration {step.iteration:,}: {step.title}"

    def scale(self) -> Scale:
        """Return the map from half-steps to pixels."""
        return Scale(self._marks.length, _MARGIN, self.width() - 2 * _MARGIN)

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(400, 40)

    def minimumSizeHint(self) -> QSize:
        """Stay usable in a narrow window."""
        return QSize(96, 40)

    # What the user does ------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where it was pressed."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setValue(self.scale().index(event.position().x()))
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.setValue(self.scale().index(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stay there."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go a half-step a notch: down or right is on, up or left is back."""
        delta = event.angleDelta()
        self._wheel -= delta.y() or delta.x()
        notches = int(self._wheel / _NOTCH)
        self._wheel -= notches * _NOTCH
        self.setValue(self.value() + notches)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave all keys to the window."""
        event.ignore()

    def event(self, event: QEvent) -> bool:
        """Tell what stands under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip and self._trace is not None:
            QToolTip.showText(event.globalPos(), self.words(self.scale().index(event.pos().x())), self)
            return True
        return super().event(event)

    # What it looks like ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint line, marks, numbers and playhead."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_line(painter)
        if self._marks.length:
            self._paint_marks(painter)
            self._paint_numbers(painter)
            self._paint_playhead(painter)
        painter.end()

    def _paint_line(self, painter: QPainter) -> None:
        theme = appearance.current()
        painter.setPen(QPen(appearance.color(theme.line), 2, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(_MARGIN, _LINE_Y), QPointF(self.width() - _MARGIN, _LINE_Y))
        if self._marks.length > 1:
            painter.setPen(QPen(appearance.color(theme.quiet), 2, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(_MARGIN, _LINE_Y), QPointF(self.scale().x(self.value()), _LINE_Y))

    def _paint_marks(self, painter: QPainter) -> None:
        marks, scale = self._marks, self.scale()
        ink = appearance.color(appearance.current().quiet)
        painter.setPen(QPen(ink, 1))
        every = self._ticks_every()
        for index in marks.assigns[every - 1 :: every]:
            self._paint_tick(painter, scale.x(index), _TICK)
        self._paint_tick(painter, scale.x(0), _TICK + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        if scale.spacing >= _LEAST_MARK_SPACING:
            for index in marks.others:
                painter.drawEllipse(QPointF(scale.x(index), _LINE_Y), _DOT, _DOT)
        if marks.done:
            painter.drawRoundedRect(QRectF(scale.x(marks.length - 1) - 3, _LINE_Y - _TICK, 6, 2 * _TICK), 1, 1)

    def _paint_tick(self, painter: QPainter, x: float, half: float) -> None:
        # In the middle of a device pixel a line one pixel wide is sharp.
        ratio = self.devicePixelRatioF()
        sharp = (int(x * ratio) + 0.5) / ratio
        painter.drawLine(QPointF(sharp, _LINE_Y - half), QPointF(sharp, _LINE_Y + half))

    def _paint_numbers(self, painter: QPainter) -> None:
        scale, metrics = self.scale(), QFontMetricsF(self.font())
        painter.setPen(appearance.color(appearance.current().quiet))
        room = metrics.horizontalAdvance(f"{len(self._marks.assigns):,}") + _NUMBER_GAP
        every = stride(self._assign_spacing(), room, multiple_of=self._ticks_every())
        free = -room  # from where on there is room for the next
        for place in range(every - 1, len(self._marks.assigns), every):
            x = scale.x(self._marks.assigns[place])
            if x - room / 2 < free:
                continue
            free = x + room / 2
            box = QRectF(x - room / 2, _LINE_Y + _TICK + 1, room, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{place + 1:,}")

    def _ticks_every(self) -> int:
        """Return how many iterations there are from one tick to the next."""
        return stride(self._assign_spacing(), 2 * _LEAST_MARK_SPACING)

    def _assign_spacing(self) -> float:
        """Return how many pixels there are from one assignment to the next, on average."""
        assigns = self._marks.assigns
        return self.scale().spacing * (assigns[-1] - assigns[0]) / (len(assigns) - 1) if len(assigns) > 1 else 0.0

    def _paint_playhead(self, painter: QPainter) -> None:
        accent = appearance.color(appearance.current().accent)
        x = self.scale().x(self.value())
        painter.setPen(QPen(accent, 2))
        painter.drawLine(QPointF(x, 2), QPointF(x, _LINE_Y + _TICK + 1))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawEllipse(QPointF(x, _LINE_Y), _HANDLE, _HANDLE)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 1.5))
            painter.drawEllipse(QPointF(x, _LINE_Y), _HANDLE + 3, _HANDLE + 3)
