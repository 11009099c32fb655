"""Dendrogram: the tree that a method builds, cut where the run stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kmeans_gui.clustering import Step
from kmeans_gui.clustering.overlays import Tree
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ElidedLabel
from kmeans_gui.ui.panels.dendrogram import Dendrogram
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.shown import Shown


class DendrogramPanel(Panel):
    """What the heights are, where the tree is cut, and the tree; there while the step on show has one.

    Signals
    -------
    seek_requested : int
        The half-step that the user wants to see.
    rows_hovered : ndarray of int
        The points under the branch at the pointer, to be pointed out on the canvas; none when it has left.
    rows_requested : ndarray of int
        The points that the user wants to select.
    """

    seek_requested = Signal(int)
    rows_hovered = Signal(object)
    rows_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = appearance.dress(QLabel(), "quiet")
        self.value = ElidedLabel()
        self.value.setFont(appearance.tabular(appearance.font()))
        self.tree = Dendrogram()
        self._lay_out()
        self.tree.seek_requested.connect(self.seek_requested)
        self.tree.rows_hovered.connect(self.rows_hovered)
        self.tree.rows_requested.connect(self.rows_requested)
        self.tree.read.connect(self._on_read)
        self.set_content(False)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.name)
        head.addWidget(self.value, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID // 2)
        layout.addLayout(head)
        layout.addWidget(self.tree)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the tree of the step on show."""
        if old is not None and new.step is old.step and new.state.colors == old.state.colors:
            return
        tree = _tree_of(new.step)
        self.tree.show_tree(tree, new.state.colors)
        if tree is not None:
            self.name.setText(tree.name.capitalize())
            self._on_read("")
        self.set_content(tree is not None)

    def _on_read(self, words: str) -> None:
        """Tell of the branch at the pointer, or of the cut if there is none."""
        self.value.show_text(words or self.tree.words())

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.tree.update()

    def close_work(self) -> None:
        """End the work in the background."""
        self.tree.close_work()


def _tree_of(step: Step | None) -> Tree | None:
    return None if step is None else next((overlay for overlay in step.overlays if isinstance(overlay, Tree)), None)
