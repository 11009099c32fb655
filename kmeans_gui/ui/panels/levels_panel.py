"""Levels: a curve of the run, and a level across it that sets one of the algorithm's parameters."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering.notes import number
from kmeans_gui.clustering.overlays import Levels
from kmeans_gui.clustering.parameters import Float
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ElidedLabel
from kmeans_gui.ui.panels.level_chart import LevelChart
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.shown import Shown


class LevelsPanel(Panel):
    """What the curve shows, the level, and the curve; there while the run on show has one.

    Signals
    -------
    parameter_requested : str, float
        The name of the parameter that the level is, and the value that the user wants.
    """

    parameter_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._levels: Levels | None = None
        self._level = 0.0
        self._parameter: Float | None = None
        self.name = appearance.dress(ElidedLabel(), "quiet")
        self.value = QLabel()
        self.value.setFont(appearance.tabular(appearance.font()))
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.chart = LevelChart()
        self._lay_out()
        self.chart.read.connect(self._read)
        self.chart.level_requested.connect(self._on_level)
        self.set_content(False)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID // 2)
        layout.addLayout(head)
        layout.addWidget(self.chart)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the curve of the run of ``new``, and the parameter's value."""
        levels = self._levels_of(old, new)
        if levels is not self._levels:
            self._levels = levels
            self._declare(new)
        if levels is not None:
            # Until the next run has begun, the level is what was asked for; 0 may leave the choice to the method.
            asked_for = None if new.trace is not None else new.state.parameters.get(levels.parameter)
            self._level = float(asked_for or levels.level)
            self.chart.show_levels(levels, self._level)
            self._read(self._level)
        self.set_content(levels is not None)

    def _levels_of(self, old: Shown | None, new: Shown) -> Levels | None:
        """Return the curve of the run on show; while another run on the same points is being begun, that of the last one."""
        if new.trace is not None and new.length:
            return next((overlay for overlay in new.trace.light(0).overlays if isinstance(overlay, Levels)), None)
        follows = old is not None and old.state.dataset is new.state.dataset and old.state.algorithm == new.state.algorithm
        return self._levels if follows and new.step is not None else None

    def _declare(self, new: Shown) -> None:
        """Find what the parameter is called and which values it takes."""
        declared = clustering.algorithm(new.state.algorithm).parameters
        found = (p for p in declared if self._levels is not None and p.name == self._levels.parameter)
        self._parameter = next((p for p in found if isinstance(p, Float)), None)
        name = "" if self._levels is None else self._levels.name
        self.name.show_text(f"{name[:1].upper()}{name[1:]}")

    def _within(self, level: float) -> float:
        bounds = self._parameter
        return level if bounds is None else min(max(level, bounds.minimum), bounds.maximum)

    def _read(self, level: float) -> None:
        label = "Level" if self._parameter is None else self._parameter.label
        self.value.setText(f"{label} {number(self._within(level))}")

    def _on_level(self, level: float) -> None:
        if self._levels is not None and self._within(level) != self._level:
            self.parameter_requested.emit(self._levels.parameter, self._within(level))

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.chart.update()
