"""Status: the numbers of the half-step on show, what is being worked on, and the last message."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from kmeans_gui.clustering import Note
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import icon_button
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.reading import objective_in, point_in, shift_in, switched_in
from kmeans_gui.ui.shown import Shown

_SEPARATOR = "·"
_BAR_WIDTH, _LEAST_BAR = 120, 24
_PATIENCE_MS = 300
"""How long work may take before it is shown."""
_ESTIMATE_AFTER = 1.0
"""Seconds of work before the time left is told: before that it is a guess."""


class Readings(QWidget):
    """Short texts side by side. A place grows with its widest text and never shrinks back, so that nothing jitters."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: list[str] = []
        self._widths: list[int] = []
        self.setFont(appearance.tabular(appearance.font()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Status")
        self.setToolTip("The half-step on show in numbers")

    def text(self) -> str:
        """Return all that is shown, as one line."""
        return f" {_SEPARATOR} ".join(text for text in self._texts if text)

    def show_texts(self, texts: list[str]) -> None:
        """Show ``texts``, an empty one for a place that has nothing to tell now."""
        if texts == self._texts:
            return
        metrics = QFontMetrics(self.font())
        widths = self._widths if len(self._widths) == len(texts) else [0] * len(texts)
        self._widths = [max(w, metrics.horizontalAdvance(text)) for w, text in zip(widths, texts, strict=True)]
        self._texts = texts
        self.setAccessibleDescription(self.text())
        self.update()

    def settle(self) -> None:
        """Let the places shrink back to their texts, as when another run begins."""
        self._texts, self._widths = [], []

    def sizeHint(self) -> QSize:
        """Return the width of all places."""
        return QSize(sum(self._widths), QFontMetrics(self.font()).height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the texts with dots between them, and "…" where there is no more room."""
        painter = QPainter(self)
        metrics = QFontMetrics(self.font())
        gap = metrics.horizontalAdvance(f"  {_SEPARATOR}  ")
        theme, x = appearance.current(), 0
        for text, width in zip(self._texts, self._widths, strict=True):
            if not text:
                continue
            if x:
                painter.setPen(appearance.color(theme.quiet))
                painter.drawText(QRectF(x - gap, 0, gap, self.height()), Qt.AlignmentFlag.AlignCenter, _SEPARATOR)
            painter.setPen(appearance.color(theme.text))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width() - x)
            painter.drawText(QRectF(x, 0, self.width() - x, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            x += width + gap
        painter.end()


class Progress(QWidget):
    """What is being worked on, how far it is, the time left, and a cross.

    Signals
    -------
    cancel_requested
        The user wants it to stop.
    """

    cancel_requested = Signal()

    def __init__(self, clock: Callable[[], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._began = 0.0
        self._text = ""
        self.label = QLabel()
        self.bar = QProgressBar()
        self.cancel = icon_button("close", "Stop this work", "Stop this work")
        self.label.setFont(appearance.tabular(appearance.font()))
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(_LEAST_BAR)
        self.bar.setMaximumWidth(_BAR_WIDTH)
        appearance.dress(self.cancel, "bare")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID)
        for part in (self.label, self.bar, self.cancel):
            layout.addWidget(part)
        layout.setStretch(1, 1)
        self.cancel.clicked.connect(self.cancel_requested)
        self.hide()

    def show_work(self, text: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done; a ``total`` of 0 is not known."""
        if self.isHidden() or text != self._text:
            self._text, self._began = text, self._clock()
        self.label.setText(f"{text}{self._time_left(done, total)}")
        self.bar.setAccessibleName(text)
        # Qt counts in 32 bits, and a bar 120 pixels wide needs no more than thousandths.
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(round(1000 * done / total) if total else 0)
        self.show()

    def _time_left(self, done: int, total: int) -> str:
        elapsed = self._clock() - self._began
        if not done or not total or elapsed < _ESTIMATE_AFTER:
            return "…"
        return f": {duration(elapsed * (total - done) / done)} left"


class StatusBar(Panel):
    """The line at the foot of the window.

    Signals
    -------
    cancel_requested
        The user gives up what is being opened, saved or exported.
    stop_requested
        The user wants the run or the board in the making to stop.

    Parameters
    ----------
    clock : callable
        Seconds, from which the time left is estimated.
    """

    cancel_requested = Signal()
    stop_requested = Signal()

    def __init__(self, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.readings = Readings()
        self.progress = Progress(clock)
        self.busy = Progress(clock)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self.left_out = appearance.dress(QLabel(), "warning")
        self.tool = appearance.dress(QLabel(), "quiet")
        self._busy = ""
        self._drawn: int | None = None
        self._row = -1
        self._shown: Shown | None = None
        self._style()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(appearance.GRID * 3 // 2, 0, appearance.GRID * 3 // 2, 0)
        layout.setSpacing(appearance.GRID * 2)
        layout.addWidget(self.readings, 1)
        for part in (self.busy, self.progress, self.left_out, self.tool):
            layout.addWidget(part)
        self.progress.cancel_requested.connect(self.cancel_requested)
        self.busy.cancel_requested.connect(self.stop_requested)
        self._patience.timeout.connect(self._show_busy)

    def _style(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        appearance.dress(self, "strip")
        self.setFixedHeight(appearance.GRID * 4)
        self.left_out.setToolTip("A value in them is missing or not finite")
        self.left_out.hide()
        self.tool.setToolTip("The tool that is on, or the point under the mouse")
        self.tool.setAccessibleName("Tool")

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the numbers of ``new``, and what is being worked on once it takes long."""
        self._busy = new.busy
        if not new.busy:
            self._patience.stop()
            self.busy.hide()
        elif not self.busy.isHidden():
            self._show_busy()
        elif not self._patience.isActive():
            self._patience.start()
        if old is None or new.trace is not old.trace or new.state.dataset is not old.state.dataset:
            self.readings.settle()
        self._shown = new
        self._show_readings()
        if old is None or new.tool != old.tool or new.selected is not old.selected or new.step is not old.step:
            self._show_aside()
        if old is None or new.state.dataset is not old.state.dataset:
            left_out = new.state.dataset.left_out
            self.left_out.setText(str(Note("{n:# row|rows} left out", {"n": left_out})))
            self.left_out.setVisible(left_out > 0)

    def show_point(self, row: int) -> None:
        """Read out the point of a row; −1 for none."""
        self._row = row
        self._show_aside()

    def _show_aside(self) -> None:
        """Show the point under the mouse, or else the tool that is on."""
        shown = self._shown
        if shown is None:
            return
        selected = len(shown.selected)
        tool = f"{selected:,} selected · Tool: {shown.tool}" if selected else f"Tool: {shown.tool}"
        self.tool.setText(point_in(shown, self._row) if 0 <= self._row < shown.state.dataset.n else tool)

    def show_drawn(self, drawn: int) -> None:
        """Show how many points are on the canvas."""
        self._drawn = drawn
        self._show_readings()

    def _show_readings(self) -> None:
        if self._shown is not None:
            self.readings.show_texts(readings(self._shown, self._drawn))

    def _show_busy(self) -> None:
        self.busy.show_work(self._busy, 0, 0)

    def show_progress(self, text: str, done: int, total: int) -> None:
        """Show work under way: "Writing frames", 3 of 14; a ``total`` of 0 is not known."""
        self.progress.show_work(text, done, total)

    def hide_progress(self) -> None:
        """Show no work."""
        self.progress.hide()


def readings(shown: Shown, drawn: int | None) -> list[str]:
    """Return the numbers of what is shown, a text for each place; ``drawn`` points are on the canvas, None for all."""
    state, step, previous = shown.state, shown.step, shown.previous
    n = state.dataset.n
    k = len(state.start) if state.start is not None else state.k
    if step is not None and step.centroids is None:
        k = step.k
    points = f"{n if drawn is None else min(drawn, n):,} of {Note('{n:# point|points}', {'n': n})}" if n else "No points"
    fixed = [points, f"K {k:,}" if k else ""]
    if step is None:
        return [*fixed, "", "", "", ""]
    if shown.trace is None and not shown.computing:
        return [*fixed, f"edited after iteration {step.iteration:,}", "", "", ""]
    return [
        *fixed,
        f"iteration {step.iteration:,}",
        objective_in(step, previous),
        switched_in(step, previous),
        shift_in(step, previous),
    ]


def duration(seconds: float) -> str:
    """Return a length of time in round words: "12 s", "3 min", "2 h"."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 90 * 60 else f"{round(seconds / 3600)} h"
