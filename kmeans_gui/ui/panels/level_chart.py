"""Level chart: a falling curve, and a line across it that sets a parameter."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.notes import number
from kmeans_gui.clustering.overlays import Levels
from kmeans_gui.ui import appearance
from kmeans_gui.ui.ticks import tick_words, ticks

HEIGHT = 152
NOTCHES = 1000
"""Into how many steps assistive technology divides the axis."""

LEAST_BEND = 0.1
"""A curve that comes less near to the corner than this, as a share of both axes, has no knee."""

_LEFT, _RIGHT, _TOP, _FOOT = 44, 12, 8, 20
_HEADROOM = 1.06
_MOST_TICKS = 4
_NEAR = 8.0
_HANDLE = 4.0
_KNEE = 5.0
_KEY_PIXELS = 2
"""How far Up and Down move the level."""


class LevelChart(QSlider):
    """The curve of some :class:`Levels` over the ranks of the points; its level is dragged, or moved with Up and Down.

    Signals
    -------
    level_requested : float
        The value at which it was let go.
    """

    level_requested = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._levels: Levels | None = None
        self._values: Floats = np.empty(0)
        self._level = 0.0
        self._label = ""
        self._bounds = (0.0, math.inf)
        self._dragged: float | None = None
        self.knee: tuple[float, float] | None = None
        self.setRange(0, NOTCHES)
        self.setFont(appearance.tabular(appearance.font(appearance.Type.CAPTION)))
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.valueChanged.connect(self._on_value)

    def name_level(self, label: str = "", bounds: tuple[float, float] = (0.0, math.inf)) -> None:
        """Take over what the level is called, and its least and its greatest value."""
        self._label, self._bounds = label, bounds

    def show_levels(self, levels: Levels | None, level: float = 0.0) -> None:
        """Show a curve, None for none, and a level across it."""
        if levels is not self._levels:
            self._levels, self._dragged = levels, None
            self._values = np.empty(0) if levels is None else levels.values[np.isfinite(levels.values)]
            self.knee = knee_of(self._values)
            self._describe()
        self._level = level
        self._write()
        self.update()

    def _describe(self) -> None:
        words = "Drag the line to set the level"
        if self.knee is not None:
            value = number(self.knee[1], 3)
            words += f". The ring is the knee, at {value}: where the curve is farthest below the line between its ends"
        self.setToolTip(words)
        if self._levels is not None:
            self.setAccessibleName(f"{self._levels.name[:1].upper()}{self._levels.name[1:]}, level")

    def _write(self) -> None:
        """Set the slider to the level, without a signal."""
        blocked = self.blockSignals(True)
        self.setValue(round(self._level / self.top * NOTCHES))
        self.blockSignals(blocked)
        self.setAccessibleDescription(self.words())

    def words(self) -> str:
        """Return the level, as it is dragged, in words: "Reach 0.350"."""
        return f"{self._label} {number(self._level if self._dragged is None else self._dragged, 3)}".strip()

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(240, HEIGHT)

    # Places ------------------------------------------------------------------------------------------------------------

    @property
    def top(self) -> float:
        """The value at the upper edge."""
        largest = float(self._values[0]) if len(self._values) else 0.0
        return _HEADROOM * max(largest, self._level) or 1.0

    def _area(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(self.width() - _LEFT - _RIGHT, 1), HEIGHT - _TOP - _FOOT)

    def y_of(self, value: float) -> float:
        """Return where a value stands, in pixels."""
        area = self._area()
        return area.bottom() - value / self.top * area.height()

    def value_at(self, y: float) -> float:
        """Return the value that stands at a pixel, to as many digits as pixels tell apart."""
        area = self._area()
        share = min(max((area.bottom() - y) / area.height(), 0.0), 1.0)
        return self._within(rounded(share * self.top, self.top / area.height()))

    def _within(self, level: float) -> float:
        least, greatest = self._bounds
        return min(max(level, least), greatest)

    # What the user does ------------------------------------------------------------------------------------------------

    def _on_line(self, event: QMouseEvent) -> bool:
        return self._levels is not None and abs(event.position().y() - self.y_of(self._level)) <= _NEAR

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the line."""
        if event.button() is Qt.MouseButton.LeftButton and self._on_line(event):
            self._dragged = self._level
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the line."""
        if self._dragged is None:
            self.setCursor(Qt.CursorShape.SizeVerCursor if self._on_line(event) else Qt.CursorShape.ArrowCursor)
            return
        self._dragged = self.value_at(event.position().y())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Set the parameter to where the line was let go."""
        dragged, self._dragged = self._dragged, None
        if dragged is not None and dragged != self._level:
            self.level_requested.emit(dragged)
        self.update()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, which scrolls."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the level up or down; leave other keys to the window."""
        way = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if way is None or self._levels is None:
            event.ignore()
            return
        step = self.top / self._area().height() * _KEY_PIXELS
        self._request(rounded(self._level + way * step, step))

    def _on_value(self, notch: int) -> None:
        """Follow assistive technology."""
        self._request(rounded(notch / NOTCHES * self.top, self.top / NOTCHES))
        self._write()

    def _request(self, level: float) -> None:
        if self._levels is not None and self._within(level) != self._level:
            self.level_requested.emit(self._within(level))

    # What it looks like ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the axes, the curve, its knee and the level."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._levels is not None and len(self._values):
            self._paint_axes(painter, self._levels.n)
            self._paint_curve(painter)
            self._paint_level(painter)
        painter.end()

    def _paint_axes(self, painter: QPainter, n: int) -> None:
        area, theme = self._area(), appearance.current()
        height = QFontMetricsF(self.font()).height()
        painter.setPen(QPen(appearance.color(theme.line), 1))
        for value in (marks := ticks(0.0, self.top, _MOST_TICKS).tolist()):
            y = round(self.y_of(value)) - 0.5
            painter.drawLine(QPointF(area.left() - 4, y), QPointF(area.left() if value else area.right(), y))
        painter.setPen(appearance.color(theme.quiet))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in marks:
            box = QRectF(0, self.y_of(value) - height / 2, area.left() - 8, height)
            painter.drawText(box, right, tick_words(value))
        foot = QRectF(area.left(), area.bottom() + 2, area.width(), _FOOT - 2)
        painter.drawText(foot, right, f"{n:,} points")

    def _paint_curve(self, painter: QPainter) -> None:
        area, theme, values = self._area(), appearance.current(), self._values
        columns = np.linspace(0, 1, round(area.width()) * 2)
        shown = np.interp(columns * (len(values) - 1), np.arange(len(values)), values)
        painter.setPen(QPen(appearance.color(theme.quiet), 1.5, j=Qt.PenJoinStyle.RoundJoin))
        corners = zip((area.left() + columns * area.width()).tolist(), shown.tolist(), strict=True)
        painter.drawPolyline(QPolygonF([QPointF(x, self.y_of(value)) for x, value in corners]))
        if self.knee is not None:
            place, value = self.knee
            painter.drawEllipse(QPointF(area.left() + place * area.width(), self.y_of(value)), _KNEE, _KNEE)

    def _paint_level(self, painter: QPainter) -> None:
        area, accent = self._area(), appearance.color(appearance.current().accent)
        y = round(self.y_of(self._level if self._dragged is None else self._dragged)) + 0.5
        painter.setPen(QPen(accent, 1.5))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if self.hasFocus():
            painter.drawEllipse(QPointF(area.right() + _HANDLE, y), _HANDLE + 2.5, _HANDLE + 2.5)
        painter.setBrush(accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(area.right() + _HANDLE, y), _HANDLE, _HANDLE)
        height = QFontMetricsF(self.font()).height()
        top = y - height - 1 if y - height > 0 else y + 1
        painter.setPen(appearance.color(appearance.current().text))
        painter.drawText(QRectF(area.left(), top, area.width() - _HANDLE, height), Qt.AlignmentFlag.AlignRight, self.words())


def rounded(value: float, step: float) -> float:
    """Return ``value`` to the decimal digit that is the first of ``step``: no finer one can be meant. It is never 0.

    >>> rounded(0.123456, 0.004), rounded(8214.7, 30.0)
    (0.123, 8210.0)
    """
    quantum = 10.0 ** math.floor(math.log10(step))
    return float(f"{max(round(value / quantum), 1) * quantum:.12g}")


def knee_of(values: Floats) -> tuple[float, float] | None:
    """Return where a falling curve bends most: its place from 0 to 1 and its value there.

    That is the point farthest below the line between the curve's ends, both axes taken from 0 to 1 (Satopää, Albrecht, Irwin
    and Raghavan, "Finding a 'kneedle' in a haystack", 2011). None if the curve keeps close to that line.
    """
    if len(values) < 3 or values[0] == values[-1]:
        return None
    places = np.linspace(0, 1, len(values))
    below = 1 - places - (values - values[-1]) / (values[0] - values[-1])
    bend = int(below.argmax())
    return (float(places[bend]), float(values[bend])) if below[bend] >= LEAST_BEND else None
