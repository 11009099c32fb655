"""Objective: how it falls from half-step to half-step, on a chart that can be clicked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kmeans_gui.clustering.notes import number
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ElidedLabel
from kmeans_gui.ui.panels.objective_chart import ObjectiveChart
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.reading import change_of
from kmeans_gui.ui.shown import Shown

NOT_YET = "not yet"


class ObjectivePanel(Panel):
    """The objective's name, its value, and its curve over the run.

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
        self.chart = ObjectiveChart()
        self._reading = ""
        self.value.setFont(appearance.tabular(appearance.font()))
        head = QHBoxLayout()
        head.addWidget(self.name)
        head.addWidget(self.value, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID // 2)
        layout.addLayout(head)
        layout.addWidget(self.chart)
        self.chart.seek_requested.connect(self.seek_requested)
        self.chart.hovered.connect(self._on_hovered)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the run of ``new`` and its place in it."""
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
        self.chart.setAccessibleName(f"{name.capitalize()} over the half-steps")
        self.chart.setAccessibleDescription(self._reading)

    def _on_hovered(self, index: int) -> None:
        """Read the curve at the pointer; −1 when it has left."""
        value = self.chart.value_at(index)
        at = NOT_YET if value is None else number(value)
        self.value.show_text(self._reading if index < 0 else f"{at} at half-step {index:,}")

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.chart.recolor()
