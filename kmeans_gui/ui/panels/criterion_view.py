"""Criterion view: a criterion's name, its curve, the number of clusters that it suggests, and why."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kmeans_gui.clustering.criteria import ABOUT, Criterion
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ElidedLabel, push_button, sentence
from kmeans_gui.ui.panels.criterion_chart import CriterionChart

_BETTER = {"higher": "Higher is better.", "lower": "Lower is better.", "knee": "Look for the bend."}


class CriterionView(QWidget):
    """One of the small charts with its words.

    Signals
    -------
    k_requested : int
        The number of clusters that the user wants: one of the chart's, or the one that is suggested.
    hovered : int
        The number of clusters at the pointer, or where the keys are; 0 when they have left.
    """

    k_requested = Signal(int)
    hovered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = self._about = ""
        self._suggested: int | None = None
        self._settable = range(0)
        self.name = ElidedLabel()
        self.name.setFont(appearance.tabular(appearance.font()))
        self.suggestion = appearance.dress(push_button("", "Set K to what this suggests"), "link")
        self.chart = CriterionChart()
        self.why = sentence(role="caption")
        self.why.setFont(appearance.font(appearance.Type.CAPTION))
        self._lay_out()
        self.chart.k_requested.connect(self.k_requested)
        self.chart.hovered.connect(self.hovered)
        self.suggestion.clicked.connect(self._on_suggestion)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.suggestion)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.chart)
        layout.addWidget(self.why)

    def show_criterion(self, criterion: Criterion) -> None:
        """Show what is known of a criterion."""
        self._title, self._suggested = criterion.title, criterion.suggested
        self._about = f"{ABOUT[criterion.name]} {_BETTER[criterion.better]}"
        self.chart.show_criterion(criterion)
        self._show_name("")
        self.why.setText(criterion.why or _BETTER[criterion.better])
        suggested = "" if criterion.suggested is None else f"K = {criterion.suggested:,}"
        self.suggestion.setText(suggested)
        self.suggestion.setAccessibleName(f"Set {suggested}, which {criterion.title} suggests")
        self._offer()

    def show_k(self, k: int, settable: range) -> None:
        """Mark the number of clusters that is set; those in ``settable`` can be set."""
        self._settable = settable
        self.chart.show_k(k, settable)
        self._offer()

    def _offer(self) -> None:
        self.suggestion.setVisible(self._suggested is not None)
        self.suggestion.setEnabled(self._suggested in self._settable)

    def point_out(self, k: int) -> None:
        """Read the chart at a number of clusters, 0 for none."""
        self.chart.point_out(k)
        self._show_name(self.chart.words(k) if k else "")

    def _show_name(self, words: str) -> None:
        self.name.show_text(f"{self._title} {words}".strip())
        self.name.setToolTip(self._about)

    def _on_suggestion(self) -> None:
        if self._suggested is not None:
            self.k_requested.emit(self._suggested)
