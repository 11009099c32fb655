"""Objective chart: a curve, two shapes of marks, and the place in the run.

Painted by hand: a run that plays as fast as it draws has it painted several times a second, which takes a plot of pyqtgraph's
four times as long, most of it in Python, while the canvas waits.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kmeans_gui.clustering import Floats, Trace
from kmeans_gui.clustering.notes import number
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.marks import Marks, stride
from kmeans_gui.ui.shown import Shown
from kmeans_gui.ui.ticks import ticks

HEIGHT = 152
_AXIS_WIDTH, _AXIS_HEIGHT = 58, 20
_TICK = 4
_SPACING_UP, _SPACING_ALONG = 24.0, 36.0
"""About how many pixels lie between two ticks."""
_LEAST_MARK_SPACING = 7.0
_MARK, _HERE = 2.5, 5.0
"""Half the size of a mark, and of the one where the run is."""
_MOST_CORNERS = 400
_TICK_DIGITS = 3
_LONGEST_TICK = 7
_SLACK_ACROSS, _SLACK_UP = 0.04, 0.08
"""Shares of the ranges that are left free at each side."""


class ObjectiveChart(QWidget):
    """The objective over the half-steps. Assignments are round marks, the half-steps between them square ones.

    Signals
    -------
    seek_requested : int
        The half-step that the user clicked on or dragged to.
    hovered : int
        The half-step under the pointer, −1 when the pointer has left.
    """

    seek_requested = Signal(int)
    hovered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marks = Marks()
        self._trace: Trace | None = None
        self._values: list[float] = []
        self._scaled: Floats = np.empty(0)
        self._unit = 1.0
        self._ranges = (0.0, 1.0, 0.0, 1.0)
        self._position: int | None = None
        self._pointer: int | None = None
        self._style()
        self._measure()

    def _style(self) -> None:
        self.setFont(appearance.tabular(appearance.font(appearance.Type.CAPTION)))
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip("Click or drag to go to a half-step")

    @property
    def position(self) -> int | None:
        """The half-step that is marked as the place in the run."""
        return self._position

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the run of ``new`` and its place in it."""
        grown = self._read(new)
        if grown:
            self._measure()
        if grown or new.position != self._position:
            self._position = new.position
            self.update()

    def value_at(self, index: int) -> float | None:
        """Return the objective at a half-step, None if it is not measured there."""
        if not 0 <= index < len(self._values) or math.isnan(self._values[index]):
            return None
        return self._values[index]

    def index_at(self, x: float) -> int:
        """Return the half-step nearest to a place, in pixels of the widget."""
        first, last, *_ = self._ranges
        area = self._area()
        at = first + (x - area.left()) / area.width() * (last - first)
        return min(max(round(at), 0), max(len(self._values) - 1, 0))

    def places(self, indices: Floats | NDArray[np.intp], values: Floats) -> Floats:
        """Return where half-steps with ``values``, in :attr:`unit`, stand: pixels of the widget, shape (m, 2)."""
        (first, last, low, high), area = self._ranges, self._area()
        across = area.left() + (indices - first) * (area.width() / (last - first))
        return np.column_stack([across, area.bottom() - (values - low) * (area.height() / (high - low))])

    @property
    def ranges(self) -> tuple[float, float, float, float]:
        """What is on show: half-steps from and to, values from and to in :attr:`unit`."""
        return self._ranges

    @property
    def unit(self) -> float:
        """The power of ten in which values are drawn, lest pixels overflow."""
        return self._unit

    def corners(self) -> NDArray[np.intp]:
        """Return the half-steps that the curve is drawn through: more than there are pixels would be slow and not be seen."""
        n = len(self._values)
        return np.append(np.arange(0, n - 1, n // _MOST_CORNERS + 1), n - 1)[:n]

    def marked(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the assignments that have a mark, and the half-steps between them that have one."""
        spacing = max(self.width() - _AXIS_WIDTH, 100) / max(len(self._values), 1)
        every = stride(spacing, _LEAST_MARK_SPACING)
        # Where marks are thinned, those of one shape fall in the middle between those of the other.
        assigns, others = self._marks.assigns[::every], self._marks.others[every // 2 :: every]
        return np.array(assigns, np.intp), np.array(others, np.intp)

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(240, HEIGHT)

    # What the user does ------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where it was pressed."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._seek(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub, or read the curve at the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event)
        elif self._values:
            index = self.index_at(event.position().x())
            self._pointer = index
            self.update()
            self.hovered.emit(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stay there."""
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Stop reading the curve at the pointer."""
        self._pointer = None
        self.update()
        self.hovered.emit(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, which scrolls."""
        event.ignore()

    def _seek(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().x())
        if self._values and index != self._position:
            self.seek_requested.emit(index)

    # What is on it -----------------------------------------------------------------------------------------------------

    def _read(self, shown: Shown) -> bool:
        """Read the half-steps that are new and return whether anything has changed."""
        new = self._marks.read(shown.trace, shown.length)
        restarted = shown.trace is not self._trace
        if restarted or new.start == 0:
            self._trace, self._values = shown.trace, []
        if shown.trace is not None:
            found = (shown.trace.light(index).objective for index in new)
            self._values.extend(math.nan if value is None else value for value in found)
        return restarted or len(new) > 0

    def _measure(self) -> None:
        """Find the ranges that all of the curve fits into."""
        values = np.array(self._values)
        known = values[np.isfinite(values)]
        self._unit = _unit(known)
        self._scaled, known = values / self._unit, known / self._unit
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        slack = (high - low) * _SLACK_UP or max(abs(high), 1.0) * 0.1
        last = max(len(values) - 1, 1)
        self._ranges = -_SLACK_ACROSS * last, (1 + _SLACK_ACROSS) * last, low - slack, high + slack

    # What it looks like ------------------------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        """Return where the curve is drawn: all but the axes."""
        pad = appearance.GRID // 2
        return QRectF(_AXIS_WIDTH, pad, max(self.width() - _AXIS_WIDTH - pad, 1), max(self.height() - _AXIS_HEIGHT - pad, 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, curve, marks, and the places of the pointer and of the run."""
        theme = appearance.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), appearance.color(theme.surface))
        self._paint_axes(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_curve(painter)
        self._paint_marks(painter)
        if self._pointer is not None:
            self._paint_line(painter, self._pointer, QPen(appearance.color(theme.line), 1))
        if self._position is not None:
            self._paint_line(painter, self._position, QPen(appearance.color(theme.accent), 1.5))
            self._paint_here(painter, self._position)
        painter.end()

    def _paint_axes(self, painter: QPainter) -> None:
        theme, area, metrics = appearance.current(), self._area(), self.fontMetrics()
        first, last, low, high = self._ranges
        foot, height = round(area.bottom()), metrics.height()
        line, ink = appearance.color(theme.line), appearance.color(theme.quiet)
        painter.setPen(line)
        painter.drawLine(_AXIS_WIDTH, round(area.top()), _AXIS_WIDTH, foot)
        painter.drawLine(_AXIS_WIDTH, foot, round(area.right()), foot)
        up = ticks(low, high, int(area.height() / _SPACING_UP)) if np.isfinite(self._scaled).any() else np.empty(0)
        for value, y in zip(up.tolist(), self.places(np.zeros(len(up)), up)[:, 1].round().astype(int).tolist(), strict=True):
            painter.setPen(line)
            painter.drawLine(_AXIS_WIDTH - _TICK, y, _AXIS_WIDTH, y)
            painter.setPen(ink)
            box = QRectF(0, y - height / 2, _AXIS_WIDTH - _TICK - 2, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _short(value * self._unit))
        along = ticks(max(first, 0.0), last, int(area.width() / _SPACING_ALONG))
        along = along[along == np.floor(along)]
        for index, x in zip(along.tolist(), self.places(along, along)[:, 0].round().astype(int).tolist(), strict=True):
            painter.setPen(line)
            painter.drawLine(x, foot, x, foot + _TICK)
            painter.setPen(ink)
            box = QRectF(x - _AXIS_WIDTH / 2, foot + _TICK, _AXIS_WIDTH, _AXIS_HEIGHT - _TICK)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, f"{index:,.0f}")

    def _paint_curve(self, painter: QPainter) -> None:
        corners = self.corners()
        places = self.places(corners, self._scaled[corners])
        gaps = np.flatnonzero(~np.isfinite(places[:, 1])).tolist()
        painter.setPen(QPen(appearance.color(appearance.current().quiet), 1.5))
        for before, after in pairwise([-1, *gaps, len(places)]):
            if after - before > 2:
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in places[before + 1 : after].tolist()]))

    def _paint_marks(self, painter: QPainter) -> None:
        theme = appearance.current()
        painter.setPen(appearance.color(theme.quiet))
        assigns, others = self.marked()
        for indices, fill, draw in ((assigns, theme.quiet, painter.drawEllipse), (others, theme.surface, painter.drawRect)):
            painter.setBrush(appearance.color(fill))
            indices = indices[np.isfinite(self._scaled[indices])]
            for x, y in self.places(indices, self._scaled[indices]).round().tolist():  # so that the squares are sharp
                draw(QRectF(x - _MARK, y - _MARK, 2 * _MARK, 2 * _MARK))

    def _paint_line(self, painter: QPainter, index: int, pen: QPen) -> None:
        area, x = self._area(), float(self.places(np.array([index]), np.zeros(1))[0, 0])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_here(self, painter: QPainter, index: int) -> None:
        if self.value_at(index) is not None:
            theme = appearance.current()
            x, y = self.places(np.array([index]), self._scaled[index : index + 1])[0].tolist()
            painter.setPen(QPen(appearance.color(theme.surface), 1.5))
            painter.setBrush(appearance.color(theme.accent))
            painter.drawEllipse(QPointF(x, y), _HERE, _HERE)


def _unit(known: Floats) -> float:
    """Return the power of ten at or below the largest value."""
    largest = float(np.abs(known).max(initial=0.0))
    return 10.0 ** math.floor(math.log10(largest)) if largest > 0 else 1.0


def _short(value: float) -> str:
    """Write a tick in a few figures: "31.4", "1.20e6"."""
    text = number(value, _TICK_DIGITS)
    return text if len(text) <= _LONGEST_TICK else f"{value:.2e}".replace("e+", "e").replace("e0", "e")
