"""Atlas chart: in which objectives many runs ended, a bar for each range, made of a piece for each minimum."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.atlas import Atlas
from kmeans_gui.clustering.notes import Note, number
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.keyed_chart import ACROSS, KeyedChart
from kmeans_gui.ui.theme import Rgb, mix
from kmeans_gui.ui.ticks import tick_words, ticks

HEIGHT = 112
BARS = 24

_LEFT, _RIGHT, _TOP, _FOOT = 30, 8, 8, 20
_GAP = 2.0
_BAND = 0.16
_OVER = 4.0
"""Pixels that the line of the run on show is higher than the bars."""
_LEAST_SEAM = 4.0
"""Pieces lower than this run together: of a hundred minima the seams would be all that is seen."""


class AtlasChart(KeyedChart):
    """A histogram of the final objective. The best minima are dark, the others lighter; the one pointed out has the accent.

    Each bar is told in words at the pointer, or where the arrow keys are. A line stands where the run on show ended.

    Signals
    -------
    minimum_requested : int
        The minimum that the user wants to watch: of those in a bar, the one found most often.
    """

    minimum_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ACROSS, parent)
        self.edges: Floats = np.empty(0)
        self.counts: NDArray[np.intp] = np.empty((0, 0), np.intp)
        self._is_best: NDArray[np.bool] = np.empty(0, bool)
        self._pointed_out: int | None = None
        self._read: int | None = None  # the bar where the keys are
        self._reached: float | None = None
        self.setFont(appearance.tabular(appearance.font(appearance.Type.CAPTION)))
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("How many runs ended in which objective")
        self.setMouseTracking(True)

    def show_atlas(self, atlas: Atlas, is_best: NDArray[np.bool]) -> None:
        """Show how the runs of ``atlas`` ended; ``is_best`` tells of each of its minima whether it is dark."""
        self.edges, self.counts = bars_of(atlas, span_of([atlas]))
        self._is_best = is_best
        self._pointed_out = self._read = None
        self._describe()
        self.update()

    def _describe(self) -> None:
        """Say to who cannot see it what the bar is where the keys are, or what all are."""
        bars = range(len(self.counts)) if self._read is None else [self._read]
        self.setAccessibleDescription("; ".join(filter(None, map(self.words, bars))))

    def point_out(self, minimum: int | None) -> None:
        """Show where one of the minima stands; None for none."""
        if minimum != self._pointed_out:
            self._pointed_out = minimum
            self.update()

    def mark(self, objective: float | None) -> None:
        """Draw a line at an objective, where the run on show ended; None for none."""
        if objective != self._reached:
            self._reached = objective
            self.update()

    def words(self, bar: int) -> str:
        """Return a bar in words, empty if it has no runs: "17 runs in 2 minima from 3.100 to 3.900"."""
        counts = self.counts[bar]
        if not counts.any():
            return ""
        values = {"runs": int(counts.sum()), "minima": int(np.count_nonzero(counts))}
        low, high = map(number, self.edges[bar : bar + 2].tolist())
        return f"{Note('{runs:# run|runs} in {minima:# minimum|minima}', values)} from {low} to {high}"

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(240, HEIGHT)

    def _area(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(self.width() - _LEFT - _RIGHT, 1), HEIGHT - _TOP - _FOOT)

    def bar_at(self, x: float) -> int | None:
        """Return the bar at a place, in pixels of the widget; None outside."""
        area, bars = self._area(), len(self.counts)
        if not bars or not area.left() <= x < area.right():
            return None
        return int((x - area.left()) / area.width() * bars)

    def act(self) -> None:
        """Ask for the run where the keys are."""
        self._request(self._read)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for a run that ended in the bar at the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._request(self.bar_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where a press does something."""
        bar = self.bar_at(event.position().x())
        if bar is not None and self.counts[bar].any():
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def _request(self, bar: int | None) -> None:
        if bar is not None and self.counts[bar].any():
            self.minimum_requested.emit(int(np.argmax(self.counts[bar])))

    def event(self, event: QEvent) -> bool:
        """Say in words what the bar under the pointer is."""
        if isinstance(event, QHelpEvent):
            bar = self.bar_at(event.pos().x())
            QToolTip.showText(event.globalPos(), "" if bar is None else self.words(bar), self)
            return True
        return super().event(event)

    def go(self, way: int, *, extend: bool) -> None:
        """Tell of the next bar that has runs."""
        bars = np.flatnonzero(self.counts.any(axis=1)).tolist()
        if not bars:
            return
        beyond = [bar for bar in bars if self._read is None or (bar - self._read) * way > 0]
        if beyond:
            self._read = beyond[0 if way > 0 else -1]
        self._describe()
        self.update()
        assert self._read is not None
        QToolTip.showText(self.mapToGlobal(QPoint(round(self._left_of(self._read)), HEIGHT)), self.words(self._read), self)

    def leave_place(self) -> None:
        """Tell of no bar any more."""
        if self._read is not None:
            self._read = None
            self._describe()
            QToolTip.hideText()

    def _left_of(self, bar: int) -> float:
        area = self._area()
        return area.left() + bar * area.width() / len(self.counts)

    # What it looks like ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the axes and the bars."""
        painter = QPainter(self)
        if len(self.counts):
            paint_bars(painter, self._area(), self.counts, _GAP, self._ink)
            self._paint_axes(painter)
            self._paint_place(painter)
            self._paint_reached(painter)
        self.paint_focus(painter)
        painter.end()

    def _paint_place(self, painter: QPainter) -> None:
        """Paint a band behind which the bar stands that is told of."""
        if self._read is not None:
            area = self._area()
            band = QRectF(self._left_of(self._read), area.top(), area.width() / len(self.counts), area.height())
            painter.fillRect(band, appearance.color(appearance.current().text, _BAND))

    def _paint_reached(self, painter: QPainter) -> None:
        """Paint a line where the run on show ended; at the edge if that is beyond all runs."""
        if self._reached is None:
            return
        area, low, high = self._area(), float(self.edges[0]), float(self.edges[-1])
        share = min(max((self._reached - low) / (high - low), 0.0), 1.0)
        x = area.left() + share * area.width()
        painter.setPen(QPen(appearance.color(appearance.current().accent), 1.5))
        painter.drawLine(QPointF(x, area.top() - _OVER), QPointF(x, area.bottom()))

    def _ink(self, minimum: int) -> Rgb:
        return appearance.current().accent if minimum == self._pointed_out else ink_of(bool(self._is_best[minimum]))

    def _paint_axes(self, painter: QPainter) -> None:
        area, theme = self._area(), appearance.current()
        most = int(self.counts.sum(axis=1).max())
        height = QFontMetricsF(self.font()).height()
        painter.setPen(QPen(appearance.color(theme.line), 1))
        painter.drawLine(QPointF(area.left(), area.bottom() + 0.5), QPointF(area.right(), area.bottom() + 0.5))
        painter.setPen(appearance.color(theme.quiet))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for count in (0, most):
            y = area.bottom() - count / most * area.height()
            painter.drawText(QRectF(0, y - height / 2, area.left() - 6, height), right, f"{count:,}")
        low, high = float(self.edges[0]), float(self.edges[-1])
        for value in ticks(low, high, 5).tolist():
            x = area.left() + (value - low) / (high - low) * area.width()
            x = min(max(x, area.left() + 16), area.right() - 16)
            painter.drawText(QRectF(x - 30, area.bottom() + 3, 60, height), Qt.AlignmentFlag.AlignCenter, tick_words(value))


def ink_of(is_best: bool) -> Rgb:
    """Return the color of a minimum's piece of a bar."""
    theme = appearance.current()
    return theme.text if is_best else mix(theme.surface, theme.quiet, 0.65)


def paint_bars(painter: QPainter, area: QRectF, counts: NDArray[np.intp], gap: float, ink: Callable[[int], Rgb]) -> None:
    """Paint ``counts``, shape (bars, m), into ``area``, a bar for each row, made of a piece for each minimum."""
    width, scale = area.width() / len(counts), area.height() / counts.sum(axis=1).max()
    for bar, pieces in enumerate(counts):
        left, bottom = area.left() + bar * width + gap / 2, area.bottom()
        for minimum in np.flatnonzero(pieces).tolist():
            height = pieces[minimum] * scale
            seam = 1.0 if height >= _LEAST_SEAM else 0.0
            piece = QRectF(left, bottom - height, max(width - gap, 1.0), height - seam)
            painter.fillRect(piece, appearance.color(ink(minimum)))
            bottom -= height


def span_of(atlases: Iterable[Atlas]) -> tuple[float, float]:
    """Return from where to where the objectives of all runs go; a little of both sides of one that all have."""
    ends = [atlas.restarts.objectives for atlas in atlases]
    low, high = float(min(map(np.min, ends))), float(max(map(np.max, ends)))
    # numpy widens a range of no width, but not by as much as it takes at large numbers.
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    return low, high


def bars_of(atlas: Atlas, span: tuple[float, float]) -> tuple[Floats, NDArray[np.intp]]:
    """Return ``span`` in ranges of the objective, shape (``BARS`` + 1,), and how many runs of each minimum ended in each.

    The counts have the shape (``BARS``, m), the best minimum first.
    """
    low, high = span
    bars = np.clip(((atlas.restarts.objectives - low) / (high - low) * BARS).astype(np.intp), 0, BARS - 1)
    counts = np.zeros((BARS, len(atlas.minima)), np.intp)
    np.add.at(counts, (bars, atlas.minimum_of_runs()), 1)
    return np.linspace(low, high, BARS + 1), counts
