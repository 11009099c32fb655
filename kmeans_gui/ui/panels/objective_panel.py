"""Objective: how it falls from half-step to half-step, on a chart that can be clicked."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kmeans_gui.clustering.notes import number
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ElidedLabel
from kmeans_gui.ui.panels.objective_chart import HEIGHT, ObjectiveChart
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.reading import change_of, has_objective
from kmeans_gui.ui.shown import Shown

NOT_YET = "not yet"


class ObjectivePanel(Panel):
    """The objective's name, its value, and its curve over the run.

    The chart is made when the rest has been painted: nothing is on it yet, and the window is there sooner.

    Signals
    -------
    seek_requested : int
        The half-step that the user wants to see.
    """

    seek_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = appearance.dress(QLabel(), "quiet")
        self.value = ElidedLabel()
        self._reading = ""
        self._shown: Shown | None = None
        self._room = QWidget()
        self._room.setFixedHeight(HEIGHT)
        self.value.setFont(appearance.tabular(appearance.font()))
        head = QHBoxLayout()
        head.addWidget(self.name)
        head.addWidget(self.value, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID // 2)
        layout.addLayout(head)
        layout.addWidget(self._room)

    @cached_property
    def chart(self) -> ObjectiveChart:
        """The curve."""
        chart = ObjectiveChart(self._room)
        self._connect_signals(chart)
        room = QVBoxLayout(self._room)
        room.setContentsMargins(0, 0, 0, 0)
        room.addWidget(chart)
        if self._shown is not None:
            chart.refresh(None, self._shown)
            _describe(chart, self.name.text(), self._reading)
        return chart

    def _connect_signals(self, chart: ObjectiveChart) -> None:
        chart.seek_requested.connect(self.seek_requested)
        chart.hovered.connect(self._on_hovered)

    def _has_chart(self) -> bool:
        return "chart" in vars(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See to it that the chart is made after the first painting."""
        super().paintEvent(event)
        if not self._has_chart():
            QTimer.singleShot(0, self, lambda: self.chart)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the run of ``new`` and its place in it."""
        self._shown = new
        self.set_content(new.step is None or has_objective(new.step))
        if self._has_chart():
            self.chart.refresh(old, new)
        if old is not None and new.step is old.step and new.previous is old.previous:
            return
        name = "objective" if new.step is None else new.step.objective_name
        self.name.setText(name.capitalize())
        if new.step is None or new.step.objective is None:
            self._reading = NOT_YET
        else:
            self._reading = f"{number(new.step.objective)} {change_of(new.step, new.previous)}".strip()
        self.value.show_text(self._reading)
        if self._has_chart():
            _describe(self.chart, self.name.text(), self._reading)

    def _on_hovered(self, index: int) -> None:
        """Read the curve at the pointer; −1 when it has left."""
        value = self.chart.value_at(index)
        at = NOT_YET if value is None else number(value)
        self.value.show_text(self._reading if index < 0 else f"{at} at half-step {index:,}")


def _describe(chart: ObjectiveChart, name: str, reading: str) -> None:
    """Tell what the chart shows to who cannot see it."""
    chart.setAccessibleName(f"{name} over the half-steps")
    chart.setAccessibleDescription(reading)
