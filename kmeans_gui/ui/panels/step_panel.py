"""This step: the half-step on show, its line in the method, and its clusters in numbers. The caption says what it does."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering import Step
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.centroid_table import CentroidTable
from kmeans_gui.ui.panels.controls import sentence
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.pseudocode import Pseudocode
from kmeans_gui.ui.shown import Shown


class StepPanel(Panel):
    """Explains the half-step on show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = sentence("Press play, or go a step, to see what happens.")
        self.title = sentence(role="")
        self.code = Pseudocode()
        self.table = CentroidTable()
        self._parts = (self.title, self.code, self.table)
        self._style()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID)
        for part in (self.empty, *self._parts):
            layout.addWidget(part)

    def _style(self) -> None:
        self.title.setFont(appearance.font(appearance.Type.TITLE))
        for part in self._parts:
            part.hide()

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the half-step of ``new``."""
        if old is None or new.state.algorithm != old.state.algorithm:
            self.code.set_lines(clustering.algorithm(new.state.algorithm).pseudocode)
        if old is None or (new.step is None) != (old.step is None):
            self.empty.setVisible(new.step is None)
            for part in self._parts:
                part.setVisible(new.step is not None)
        if new.step is not None and (old is None or new.step is not old.step or new.state.colors != old.state.colors):
            self._show(new.step, new.state.colors)

    def _show(self, step: Step, colors: tuple[int, ...]) -> None:
        self.title.setText(str(step.title))
        self.code.light(step.phase)
        self.table.show_step(step, colors)
