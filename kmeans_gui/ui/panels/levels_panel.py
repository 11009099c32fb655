"""Levels: a curve of the run, and a level across it that sets one of the algorithm's parameters."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering.overlays import Levels
from kmeans_gui.clustering.parameters import Float
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ElidedLabel
from kmeans_gui.ui.panels.level_chart import LevelChart
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.shown import Shown


class LevelsPanel(Panel):
    """What the curve shows, and the curve with its level; there while the run on show has one.

    Signals
    -------
    parameter_requested : str, float
        The name of the parameter that the level is, and the value that the user wants.
    """

    parameter_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._levels: Levels | None = None
        self.name = appearance.dress(ElidedLabel(), "quiet")
        self.chart = LevelChart()
        self.chart.level_requested.connect(self._on_level)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID // 2)
        layout.addWidget(self.name)
        layout.addWidget(self.chart)
        self.set_content(False)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the curve of the run of ``new``, and the parameter's value."""
        levels = self._levels_of(old, new)
        if levels is not self._levels:
            self._levels = levels
            self._declare(new)
        if levels is not None:
            # Until the next run has begun, the level is what was asked for; 0 may leave the choice to the method.
            asked_for = None if new.trace is not None else new.state.parameters.get(levels.parameter)
            self.chart.show_levels(levels, float(asked_for or levels.level))
        self.set_content(levels is not None)

    def _levels_of(self, old: Shown | None, new: Shown) -> Levels | None:
        """Return the curve of the run on show; while another run on the same points is being begun, that of the last one."""
        if new.trace is not None and new.length:
            return next((overlay for overlay in new.trace.light(0).overlays if isinstance(overlay, Levels)), None)
        follows = old is not None and old.state.dataset is new.state.dataset and old.state.algorithm == new.state.algorithm
        return self._levels if follows and new.step is not None else None

    def _declare(self, new: Shown) -> None:
        """Find what the parameter is called and which values it takes."""
        if self._levels is None:
            return
        self.name.show_text(f"{self._levels.name[:1].upper()}{self._levels.name[1:]}")
        self.chart.name_level()
        for parameter in clustering.algorithm(new.state.algorithm).parameters:
            if parameter.name == self._levels.parameter and isinstance(parameter, Float):
                self.chart.name_level(parameter.label, (parameter.minimum, parameter.maximum))

    def _on_level(self, level: float) -> None:
        if self._levels is not None:
            self.parameter_requested.emit(self._levels.parameter, level)

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.chart.update()
