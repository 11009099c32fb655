"""Criterion chart: what a criterion gives for each number of clusters, and the number that it suggests."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.criteria import Criterion
from kmeans_gui.clustering.notes import number
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.keyed_chart import ACROSS, KeyedChart
from kmeans_gui.ui.panels.marks import stride
from kmeans_gui.ui.ticks import tick_words, ticks

HEIGHT = 88
_LEFT, _RIGHT, _TOP, _FOOT = 44, 8, 8, 18
_MOST_TICKS = 3
_SPACING_ALONG = 22.0
"""About how many pixels lie between two ticks."""
_SLACK = 0.08
"""Share of the range of values that is left free above and below."""
_TICK, _CAP = 4, 1.5
_DOT, _RING = 1.75, 5.0
_LEAST_DOT_SPACING = 5.0


class CriterionChart(KeyedChart):
    """The curve of one :class:`~kmeans_gui.clustering.criteria.Criterion`: a ring is what it suggests, a line is K.

    It is clicked on, or gone through with the arrow keys, and Return sets K.

    Signals
    -------
    k_requested : int
        The number of clusters that the user clicked on, or pressed Return at.
    hovered : int
        The number of clusters at the pointer, or where the keys are; 0 when they have left.
    """

    k_requested = Signal(int)
    hovered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ACROSS, parent)
        self._criterion: Criterion | None = None
        self._unit = 1.0
        self._range = 0.0, 1.0
        self._k = self._pointer = 0
        self._settable = range(0)
        self.setFont(appearance.tabular(appearance.font(appearance.Type.CAPTION)))
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def show_criterion(self, criterion: Criterion) -> None:
        """Show what is known of a criterion."""
        self._criterion = criterion
        self._measure(criterion)
        self.setAccessibleName(f"{criterion.title} by the number of clusters")
        self._describe()
        self.update()

    def _describe(self) -> None:
        """Say to who cannot see it what is read, and what the criterion suggests."""
        read = f"K = {self._pointer:,}: {self.words(self._pointer)}. " if self._pointer else ""
        self.setAccessibleDescription(f"{read}{'' if self._criterion is None else self._criterion.why}".strip())

    def show_k(self, k: int, settable: range) -> None:
        """Mark the number of clusters that is set, 0 for none; those in ``settable`` can be clicked on."""
        if (k, settable) != (self._k, self._settable):
            self._k, self._settable = k, settable
            self.setToolTip("Click to set K" if settable else "This algorithm does not ask for a number of clusters")
            self.update()

    def point_out(self, k: int) -> None:
        """Draw a line at a number of clusters, 0 for none."""
        if k != self._pointer:
            self._pointer = k
            self._describe()
            self.update()

    def words(self, k: int) -> str:
        """Return the value for ``k`` clusters: "0.5530 ± 0.012"."""
        criterion = self._criterion
        if criterion is None or k not in criterion.ks:
            return ""
        at = int(np.flatnonzero(criterion.ks == k)[0])
        value, error = float(criterion.values[at]), 0.0 if criterion.errors is None else float(criterion.errors[at])
        if not np.isfinite(value):
            return "has no value"
        spread = f" ± {number(error, 2)}" if np.isfinite(error) and error > 0 else ""
        return f"{number(value)}{spread}"

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(240, HEIGHT)

    # Places ------------------------------------------------------------------------------------------------------------

    def _measure(self, criterion: Criterion) -> None:
        """Find the range that all values fit into with their errors, in a unit that keeps pixels from overflowing."""
        values, errors = criterion.values, np.zeros(1) if criterion.errors is None else np.nan_to_num(criterion.errors)
        known = np.isfinite(values)
        self._unit = float(np.abs(values[known]).max(initial=0.0)) or 1.0
        ends = np.concatenate([(values - errors)[known], (values + errors)[known]]) / self._unit
        low, high = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
        slack = (high - low) * _SLACK or 0.1
        self._range = low - slack, high + slack

    def _area(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(self.width() - _LEFT - _RIGHT, 1), HEIGHT - _TOP - _FOOT)

    def _spacing(self) -> float:
        """Return how many pixels lie between two numbers of clusters."""
        count = 1 if self._criterion is None else len(self._criterion.ks)
        return self._area().width() / max(count, 1)

    def x_of(self, k: int) -> float:
        """Return where a number of clusters stands, in pixels."""
        first = 1 if self._criterion is None else int(self._criterion.ks[0])
        return self._area().left() + (k - first + 0.5) * self._spacing()

    def y_of(self, values: Floats) -> Floats:
        """Return where values stand, in pixels."""
        area, (low, high) = self._area(), self._range
        return area.bottom() - (values / self._unit - low) * (area.height() / (high - low))

    def k_at(self, x: float) -> int:
        """Return the number of clusters nearest to a pixel; 0 if there is no curve."""
        if self._criterion is None or not len(self._criterion.ks):
            return 0
        ks = self._criterion.ks
        place = int((x - self._area().left()) // self._spacing())
        return int(ks[min(max(place, 0), len(ks) - 1)])

    # What the user does ------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set the number of clusters at the pointer."""
        k = self.k_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and k in self._settable:
            self.k_requested.emit(k)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the curve at the pointer."""
        k = self.k_at(event.position().x())
        self.setCursor(Qt.CursorShape.PointingHandCursor if k in self._settable else Qt.CursorShape.ArrowCursor)
        self.hovered.emit(k)

    def leaveEvent(self, event: QEvent) -> None:
        """Stop reading."""
        self.hovered.emit(0)

    def go(self, way: int, *, extend: bool) -> None:
        """Read the curve at the next number of clusters; at first at the one that is set, or suggested."""
        criterion = self._criterion
        if criterion is None or not len(criterion.ks):
            return
        first, last = int(criterion.ks[0]), int(criterion.ks[-1])
        k = self._pointer + way if self._pointer else self._k or criterion.suggested or first
        self.hovered.emit(min(max(k, first), last))

    def act(self) -> None:
        """Set the number of clusters that is read."""
        if self._pointer in self._settable:
            self.k_requested.emit(self._pointer)

    def leave_place(self) -> None:
        """Stop reading."""
        self.hovered.emit(0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, which scrolls."""
        event.ignore()

    # What it looks like ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the axes, the numbers of clusters that are pointed at and set, the curve, and what it suggests."""
        criterion = self._criterion
        painter = QPainter(self)
        if criterion is not None and len(criterion.ks):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_axes(painter, criterion)
            self._paint_line(painter, criterion, self._k, QPen(appearance.color(appearance.current().accent), 1.5))
            self._paint_pointer(painter, criterion)
            self._paint_curve(painter, criterion)
        self.paint_focus(painter)
        painter.end()

    def _paint_axes(self, painter: QPainter, criterion: Criterion) -> None:
        area, theme = self._area(), appearance.current()
        height, foot = QFontMetricsF(self.font()).height(), round(area.bottom()) + 0.5
        line, ink = QPen(appearance.color(theme.line), 1), appearance.color(theme.quiet)
        painter.setPen(line)
        painter.drawLine(QPointF(area.left(), foot), QPointF(area.right(), foot))
        low, high = self._range
        up = ticks(low * self._unit, high * self._unit, _MOST_TICKS) if np.isfinite(criterion.values).any() else np.empty(0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, y in zip(up.tolist(), (self.y_of(up).round() - 0.5).tolist(), strict=True):
            painter.setPen(line)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(ink)
            painter.drawText(QRectF(0, y - height / 2, area.left() - 6, height), right, tick_words(value))
        painter.setPen(ink)
        every = stride(self._spacing(), _SPACING_ALONG)
        for k in criterion.ks[(criterion.ks % every == 0) | (criterion.ks == criterion.ks[0])].tolist():
            box = QRectF(self.x_of(k) - _LEFT / 2, foot + 2, _LEFT, _FOOT - 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, f"{k:,}")

    def _paint_line(self, painter: QPainter, criterion: Criterion, k: int, pen: QPen) -> None:
        if criterion.ks[0] <= k <= criterion.ks[-1]:
            x, area = round(self.x_of(k)) + 0.5, self._area()
            painter.setPen(pen)
            painter.drawLine(QPointF(x, area.top() - _TICK), QPointF(x, area.bottom()))

    def _paint_pointer(self, painter: QPainter, criterion: Criterion) -> None:
        """Paint a line where the pointer is, and its number of clusters in place of those of the axis nearby."""
        theme, k = appearance.current(), self._pointer
        self._paint_line(painter, criterion, k, QPen(appearance.color(theme.quiet), 1))
        if k in criterion.ks:
            width = QFontMetricsF(self.font()).horizontalAdvance(f"  {k:,}  ")
            box = QRectF(self.x_of(k) - width / 2, self._area().bottom() + 2, width, _FOOT - 2)
            painter.fillRect(box, self.palette().window())
            painter.setPen(appearance.color(theme.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, f"{k:,}")

    def _paint_curve(self, painter: QPainter, criterion: Criterion) -> None:
        theme = appearance.current()
        xs, ys = np.array([self.x_of(k) for k in criterion.ks.tolist()]), self.y_of(criterion.values)
        painter.setPen(QPen(appearance.color(theme.quiet), 1))
        if criterion.errors is not None:
            painter.drawLines(self._error_bars(xs, criterion.values, criterion.errors))
        painter.setPen(QPen(appearance.color(theme.quiet), 1.5, j=Qt.PenJoinStyle.RoundJoin))
        for before, after in pairwise([-1, *np.flatnonzero(~np.isfinite(ys)).tolist(), len(ys)]):
            if after - before > 2:
                painter.drawPolyline(
                    QPolygonF([QPointF(*c) for c in zip(xs[before + 1 : after], ys[before + 1 : after], strict=True)])
                )
        known = np.flatnonzero(np.isfinite(ys)).tolist()
        painter.setBrush(appearance.color(theme.quiet))
        if self._spacing() >= _LEAST_DOT_SPACING:
            for i in known:
                painter.drawEllipse(QPointF(xs[i], ys[i]), _DOT, _DOT)
        ink = appearance.color(theme.text)
        for i in known:
            if criterion.ks[i] == criterion.suggested:
                painter.setPen(QPen(ink, 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QPointF(xs[i], ys[i]), _RING, _RING)

    def _error_bars(self, xs: Floats, values: Floats, errors: Floats) -> list[QLineF]:
        """Return an upright line for each error, with a short one across at both ends."""
        shown = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
        lows, highs = self.y_of((values - errors)[shown]).tolist(), self.y_of((values + errors)[shown]).tolist()
        lines = []
        for x, low, high in zip(xs[shown].tolist(), lows, highs, strict=True):
            ends = [QLineF(x - _CAP, y, x + _CAP, y) for y in (low, high)]
            lines += [QLineF(x, low, x, high), *ends]
        return lines
