"""Objective chart: a curve, two shapes of marks, and the place in the run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kmeans_gui.clustering import Trace
from kmeans_gui.clustering.notes import number
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.marks import Marks, stride
from kmeans_gui.ui.plot import Plot
from kmeans_gui.ui.shown import Shown

HEIGHT = 152
_AXIS_WIDTH = 58
_LEAST_MARK_SPACING = 7.0
_MOST_CORNERS = 400
_TICK_DIGITS = 3
_LONGEST_TICK = 7


class ObjectiveChart(Plot):
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
        self._vertical = _ValueAxis("left")
        super().__init__(parent, left=self._vertical, bottom=_StepAxis("bottom"))
        self._marks = Marks()
        self._trace: Trace | None = None
        self._values: list[float] = []
        self._position: int | None = None
        self._curve = pg.PlotCurveItem(connect="finite", antialias=True)
        self._round = pg.ScatterPlotItem(symbol="o", size=5, antialias=True)
        self._square = pg.ScatterPlotItem(symbol="s", size=5, antialias=True)
        self._pointer = pg.InfiniteLine(angle=90)
        self._playhead = pg.InfiniteLine(angle=90)
        self._here = pg.ScatterPlotItem(symbol="o", size=10, antialias=True)
        self._style()
        self.recolor()

    def _style(self) -> None:
        for item in (self._curve, self._round, self._square, self._pointer, self._playhead, self._here):
            self.addItem(item, ignoreBounds=True)
        plot = self.getPlotItem()
        plot.setMouseEnabled(x=False, y=False)
        plot.setContentsMargins(0, appearance.GRID // 2, appearance.GRID // 2, 0)
        self._pointer.hide()
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip("Click or drag to go to a half-step")
        self._fit()

    def recolor(self) -> None:
        """Take on the theme of the moment."""
        theme = appearance.current()
        quiet, accent = appearance.color(theme.quiet), appearance.color(theme.accent)
        self.setBackground(appearance.color(theme.surface))
        self._curve.setPen(pg.mkPen(quiet, width=1.5))
        for marks in (self._round, self._square):
            marks.setPen(pg.mkPen(quiet, width=1))
        self._round.setBrush(pg.mkBrush(quiet))
        self._square.setBrush(pg.mkBrush(appearance.color(theme.surface)))
        self._pointer.setPen(pg.mkPen(appearance.color(theme.line), width=1))
        self._playhead.setPen(pg.mkPen(accent, width=1.5))
        self._here.setPen(pg.mkPen(appearance.color(theme.surface), width=1.5))
        self._here.setBrush(pg.mkBrush(accent))
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(pg.mkPen(appearance.color(theme.line)))
            axis.setTextPen(pg.mkPen(quiet))

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the run of ``new`` and its place in it."""
        grown = self._read(new)
        if grown:
            self._draw()
        if grown or new.position != self._position:
            self._position = new.position
            self._place()

    def value_at(self, index: int) -> float | None:
        """Return the objective at a half-step, None if it is not measured there."""
        if not 0 <= index < len(self._values) or math.isnan(self._values[index]):
            return None
        return self._values[index]

    def index_at(self, x: float) -> int:
        """Return the half-step nearest to a place, in pixels of the widget."""
        at = float(self.getPlotItem().vb.mapSceneToView(self.mapToScene(round(x), 0)).x())
        return min(max(round(at), 0), max(len(self._values) - 1, 0))

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
            self._pointer.setValue(index)
            self._pointer.show()
            self.hovered.emit(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stay there."""
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Stop reading the curve at the pointer."""
        self._pointer.hide()
        self.hovered.emit(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, which scrolls."""
        event.ignore()

    def _seek(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().x())
        if self._values and index != self._position:
            self.seek_requested.emit(index)

    # What it looks like ------------------------------------------------------------------------------------------------

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

    def _draw(self) -> None:
        """Draw curve and marks, and make them fit."""
        values = np.array(self._values)
        self._vertical.unit = _unit(values)
        values /= self._vertical.unit
        # More corners than pixels are slow to paint and cannot be seen.
        corners = np.append(np.arange(0, len(values) - 1, len(values) // _MOST_CORNERS + 1), len(values) - 1)[: len(values)]
        self._curve.setData(corners, values[corners])
        spacing = max(self.width() - _AXIS_WIDTH, 100) / max(len(values), 1)
        every = stride(spacing, _LEAST_MARK_SPACING)
        # Where marks are thinned, those of one shape fall in the middle between those of the other.
        for item, first, places in ((self._round, 0, self._marks.assigns), (self._square, every // 2, self._marks.others)):
            chosen = np.array(places[first::every], np.intp)
            item.setData(chosen, values[chosen] if len(values) else [])
        self._fit()

    def _fit(self) -> None:
        values = np.array(self._values) / self._vertical.unit
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        slack = (high - low) * 0.08 or max(abs(high), 1.0) * 0.1
        self.setXRange(0, max(len(values) - 1, 1), padding=0.04)
        self.setYRange(low - slack, high + slack, padding=0)
        self._vertical.setStyle(showValues=known.size > 0)

    def _place(self) -> None:
        """Mark the place in the run."""
        self._playhead.setVisible(self._position is not None)
        value = None if self._position is None else self.value_at(self._position)
        self._here.setData([] if value is None else [self._position], [] if value is None else [value / self._vertical.unit])
        if self._position is not None:
            self._playhead.setValue(self._position)


class _ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """Writes objectives in few figures. Values are plotted in ``unit``, a power of ten, lest pixels overflow."""

    unit = 1.0

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.setWidth(_AXIS_WIDTH)
        _calm(self)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [_short(value * self.unit) for value in values]


class _StepAxis(pg.AxisItem):  # type: ignore[misc]
    """Numbers the half-steps."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.setHeight(20)
        _calm(self)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{value:,.0f}" if float(value).is_integer() else "" for value in values]


def _calm(axis: Any) -> None:
    axis.setStyle(maxTickLevel=0, tickLength=-4, autoExpandTextSpace=False, tickFont=_tick_font())
    axis.setTickDensity(0.7)


def _tick_font() -> Any:
    return appearance.tabular(appearance.font(appearance.Type.CAPTION))


def _unit(values: Any) -> float:
    """Return the power of ten at or below the largest value."""
    known = np.abs(values[np.isfinite(values)])
    largest = float(known.max()) if known.size else 0.0
    return 10.0 ** math.floor(math.log10(largest)) if largest > 0 else 1.0


def _short(value: float) -> str:
    """Write a tick in a few figures: "31.4", "1.20e6"."""
    text = number(value, _TICK_DIGITS)
    return text if len(text) <= _LONGEST_TICK else f"{value:.2e}".replace("e+", "e").replace("e0", "e")
