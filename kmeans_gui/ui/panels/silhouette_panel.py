"""Silhouette: how well each point lies in its cluster, for the half-step on show while the run rests."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kmeans_gui.clustering import Step, metrics
from kmeans_gui.clustering.metrics import Silhouettes
from kmeans_gui.clustering.notes import number
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish, Work
from kmeans_gui.errors import CancelQuestion, user_text
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ElidedLabel, sentence
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.silhouette_plot import SilhouettePlot
from kmeans_gui.ui.shown import Shown

ABOUT = "1 is deep in its own cluster, 0 between two, below 0 nearer to another."
_EMPTY = "Press play, or go a step: there are no clusters yet."
_UNDER_WAY = "Measuring how well each point lies in its cluster …"
_PLAYING = "Pause the run to see how well each point lies in its cluster."
_ALONE = "There is nothing to compare with but one cluster."


class SilhouettePanel(Panel):
    """The mean, and a bar for each point.

    Signals
    -------
    rows_hovered : ndarray of int
        The points of the bar at the pointer, to be pointed out on the canvas; none when it has left.
    rows_requested : ndarray of int
        The points that the user wants to select.
    """

    rows_hovered = Signal(object)
    rows_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = appearance.dress(QLabel("Mean"), "quiet")
        self.value = ElidedLabel()
        self.value.setFont(appearance.tabular(appearance.font()))
        self.plot = SilhouettePlot()
        self.note = sentence(role="caption")
        self.note.setFont(appearance.font(appearance.Type.CAPTION))
        self.empty = sentence(_EMPTY)
        self.silhouettes: Silhouettes | None = None
        self._shown: Shown | None = None
        self._of: Step | None = None  # whose silhouettes they are
        self._asked_for: Step | None = None
        self._lay_out()
        self.plot.rows_hovered.connect(self.rows_hovered)
        self.plot.rows_requested.connect(self.rows_requested)
        self.plot.read.connect(self._on_read)
        self._show_silhouettes(None, None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.name)
        head.addWidget(self.value, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID // 2)
        layout.addLayout(head)
        for part in (self.plot, self.note, self.empty):
            layout.addWidget(part)

    @cached_property
    def _background(self) -> Background:
        background = Background(self, urgent=True)
        background.finished.connect(lambda _, silhouettes: self._on_finished(silhouettes))
        background.failed.connect(lambda _, error: self._on_failed(error))
        return background

    def close_work(self) -> None:
        """End the work in the background."""
        if "_background" in vars(self):
            self._background.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Work out what there is to see."""
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Work out nothing while nobody sees it."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._stop()

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the bars of the half-step on show once the run rests."""
        self._shown = new
        if old is not None and new.state.dataset is not old.state.dataset:
            self._stop()
            self._show_silhouettes(None, None)  # the rows are other points' now
        if old is None or new.step is not old.step or new.playing != old.playing or new.state.colors != old.state.colors:
            self._follow()

    def _follow(self) -> None:
        """Ask for the silhouettes of the half-step on show, unless they are there or on their way."""
        shown = self._shown
        if shown is None or not self.isVisible():
            return
        step = shown.step if shown.trace is not None else None
        if step is not None and self._of is not None and step.assignment is self._of.assignment:
            self._of = step  # between the two no point changed its cluster
        if step is None:
            self._stop()
            self._show_silhouettes(None, None)
        elif step is self._of or shown.playing:
            self._stop()
            if shown.playing and self.silhouettes is None:
                self.empty.setText(_PLAYING)
        elif step is not self._asked_for:
            self._asked_for = step
            self.empty.setText(_UNDER_WAY)
            self._background.begin(_measuring(shown.state.dataset, step))
        self._show()

    def _stop(self) -> None:
        self._asked_for = None
        if "_background" in vars(self):
            self._background.stop()

    def _on_finished(self, silhouettes: Silhouettes) -> None:
        step, self._asked_for = self._asked_for, None
        if np.isfinite(silhouettes.mean):
            self._show_silhouettes(silhouettes, step)
        else:
            self._show_silhouettes(None, step)
            self.empty.setText(_ALONE if len(silhouettes.rows) else _EMPTY)
        self._show()

    def _on_failed(self, error: Exception) -> None:
        self._asked_for = None
        self._show_silhouettes(None, None)
        self.empty.setText(user_text(error))

    # What is shown -----------------------------------------------------------------------------------------------------

    def _show_silhouettes(self, silhouettes: Silhouettes | None, step: Step | None) -> None:
        """Take over what has been measured, of which half-step; None for nothing."""
        self.silhouettes, self._of = silhouettes, step
        there = silhouettes is not None
        self.plot.show_silhouettes(silhouettes, self._shown.state.colors if self._shown is not None else ())
        for part in (self.name, self.value, self.plot, self.note):
            part.setVisible(there)
        self.empty.setVisible(not there)
        self.empty.setText(_EMPTY)
        self._on_read("")

    def _show(self) -> None:
        """Show of which half-step the bars are, and in which colors."""
        if self._shown is None or self.silhouettes is None or self._of is None:
            return
        self.plot.show_silhouettes(self.silhouettes, self._shown.state.colors)
        is_past = self._of is not self._shown.step
        self.plot.show_past(is_past)
        self.note.setText(f"As of half-step {self._of.index:,}." if is_past else self._words(self.silhouettes))

    def _words(self, silhouettes: Silhouettes) -> str:
        n, m = 0 if self._shown is None else self._shown.state.dataset.n, len(silhouettes.rows)
        sampled = f"{m:,} of {n:,} points, drawn at random. " if silhouettes.error > 0 else ""
        return f"{sampled}{ABOUT}"

    def _on_read(self, words: str) -> None:
        """Tell of the bar at the pointer, or of the mean if there is none."""
        silhouettes = self.silhouettes
        self.name.setText("" if words else "Mean")
        if silhouettes is not None and not words:
            spread = f" ± {number(silhouettes.error, 2)}" if silhouettes.error > 0 else ""
            words = f"{number(silhouettes.mean, 3)}{spread}"
        self.value.show_text(words)

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.plot.update()


def _measuring(dataset: Dataset, step: Step) -> Work:
    """Return the work of measuring."""

    def work(publish: Publish, cancelled: CancelQuestion) -> Silhouettes:
        return metrics.silhouettes(dataset.points, step.labels, cancelled=cancelled)

    return work
