"""Scores: how good the clustering on show is, by itself and against the true classes, and what scikit-learn makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering import Step
from kmeans_gui.clustering.metrics import Score, confusion, external_scores, internal_scores
from kmeans_gui.clustering.notes import Note, number
from kmeans_gui.clustering.peer import Comparison, compare
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish
from kmeans_gui.errors import Cancelled, CancelQuestion, user_text
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.confusion_table import MOST, ConfusionTable
from kmeans_gui.ui.panels.controls import push_button, sentence
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.shown import Shown

REST_MS = 120
"""How long a half-step must have been on show before it is measured."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of a half-step; ``external`` and ``table`` are empty where no classes are known."""

    internal: tuple[Score, ...]
    external: tuple[Score, ...]
    table: tuple[Any, ...]


class ScoreTable(QWidget):
    """Scores under a heading: title and value, and below them in small what range they have, or why there is none."""

    def __init__(self, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values: dict[str, QLabel] = {}
        self.ranges: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(appearance.GRID)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(sentence(heading), 0, 0, 1, 2)

    def show_scores(self, scores: tuple[Score, ...]) -> None:
        """Show the values; the rows are made when a score is shown for the first time."""
        self.setVisible(bool(scores))
        for score in scores:
            if score.name not in self.values:
                self._add(score)
            self.values[score.name].setText(_words(score))
            self.ranges[score.name].setText(score.range if score.value is not None else score.missing or "not defined")

    def _add(self, score: Score) -> None:
        row = self._grid.rowCount()
        title, value, bounds = QLabel(score.title), QLabel(), sentence()
        title.setWordWrap(True)
        bounds.setFont(appearance.font(appearance.Type.CAPTION))
        bounds.setContentsMargins(0, 0, 0, appearance.GRID // 2)
        value.setFont(appearance.tabular(appearance.font()))
        value.setAccessibleName(score.title)
        for label in (title, value, bounds):
            label.setToolTip(f"{score.help}\n{score.range[:1].upper()}{score.range[1:]}.")
        self._grid.addWidget(title, row, 0)
        self._grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(bounds, row + 1, 0, 1, 2)
        self.values[score.name], self.ranges[score.name] = value, bounds


def _words(score: Score) -> str:
    if score.value is None:
        return "–"
    return f"{number(score.value)} ± {number(score.error, 1)}" if score.error else number(score.value)


class MetricsPanel(Panel):
    """The scores of the half-step on show, measured in the background once a run rests; while it is folded, nothing is.

    Signals
    -------
    measured
        The scores on show are those of the half-step on show.
    rows_requested : ndarray of int
        The rows of the points that the user wants to be selected.
    """

    measured = Signal()
    rows_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Shown()
        self._of: tuple[Dataset, Step] | None = None
        self.work, self.peer = Background(self), Background(self)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self.note = sentence()
        self.internal, self.external = ScoreTable("By itself"), ScoreTable("Against the true classes")
        self.table, self.cut = ConfusionTable(), sentence()
        self.reading = sentence("Clusters down, classes across. Click a number to select its points.")
        self.compare = push_button("Compare with scikit-learn", "Make the same run there, from the same start")
        self.comparison = sentence(role="")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID)
        self._parts = (self.internal, self.external, self.reading, self.table, self.cut)
        for part in (self.note, *self._parts, self.compare, self.comparison):
            layout.addWidget(part)
        self._connect_signals()
        self._clear()

    def _connect_signals(self) -> None:
        self._rest.timeout.connect(self._measure)
        self.work.published.connect(lambda _, internal: self._show_internal(internal))
        self.work.finished.connect(self._on_measured)
        self.work.failed.connect(lambda _, error: self._say(user_text(error)))
        self.peer.finished.connect(lambda _, found: self._tell(comparison_words(found)))
        self.peer.failed.connect(lambda _, error: self._tell(user_text(error)))
        self.compare.clicked.connect(self._compare)
        self.table.cell_requested.connect(self._select)

    # The half-step on show ---------------------------------------------------------------------------------------------

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Measure the half-step of ``new`` as soon as it rests."""
        self._shown = new
        if old is None or not _same_run(old, new):
            self.peer.stop()
            self.comparison.hide()
            self.compare.setEnabled(new.state.dataset.n > 0)
        # What is compared is the method that the program starts with: scikit-learn's KMeans is the same.
        self.compare.setVisible(new.state.algorithm == clustering.DEFAULT)
        self.table.set_colors(new.state.colors)
        if self.isVisible():
            self._look()

    def showEvent(self, event: QShowEvent) -> None:
        """Measure what was not measured while the section was folded."""
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks."""
        super().hideEvent(event)
        self._stop()

    def _look(self) -> None:
        """See to it that what is on show will be measured."""
        shown, step = self._shown, self._shown.step
        if step is None or shown.trace is None:
            self._stop()
            self._of = None
            self._clear()
        elif self._of is None or self._of[0] is not shown.state.dataset or self._of[1] is not step:
            for part in self._parts:
                part.setEnabled(False)
            self._stop()
            if not shown.playing:
                self._of = shown.state.dataset, step
                self._rest.start()

    def _stop(self) -> None:
        """Give up what is being measured."""
        if self._rest.isActive() or self.work.active:
            self._of = None
        self._rest.stop()
        self.work.stop()

    def _clear(self) -> None:
        for part in self._parts:
            part.hide()
        self._say("There are scores once the points have clusters.")

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _measure(self) -> None:
        if self._of is not None:
            dataset, step = self._of
            if self.note.isVisible():
                self._say("Measuring…")
            self.work.begin(lambda publish, cancelled: measure(dataset, step, publish, cancelled))

    def _on_measured(self, number: int, found: Measured | None) -> None:
        if found is None:
            self._clear()
        else:
            self._show(found)
        self.measured.emit()

    def _show_internal(self, scores: tuple[Score, ...]) -> None:
        self._say("")
        self.internal.show_scores(scores)
        self.internal.setEnabled(True)

    def _show(self, found: Measured) -> None:
        self._show_internal(found.internal)
        self.external.show_scores(found.external)
        self.table.setVisible(bool(found.table))
        self.reading.setVisible(bool(found.table))
        self.cut.hide()
        if found.table:
            self.table.show_table(*found.table)
            rows, columns = found.table[0].shape
            if max(rows, columns) > MOST:
                self.cut.setText(f"The first {MOST} of {rows:,} clusters and {columns:,} classes.")
                self.cut.show()
        for part in self._parts:
            part.setEnabled(True)

    def _select(self, label: int, truth: int) -> None:
        """Ask for the points of one cluster and one class."""
        if self._of is not None:
            dataset, step = self._of
            assert dataset.truth is not None
            self.rows_requested.emit(np.flatnonzero((np.asarray(step.labels) == label) & (dataset.truth == truth)))

    # scikit-learn ------------------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        state = self._shown.state
        self.compare.setEnabled(False)
        self.comparison.setText("Running…")
        self.comparison.show()

        def work(publish: Publish, cancelled: CancelQuestion) -> Comparison:
            return compare(state.dataset.points, seed=state.seed, cancelled=cancelled, **state.run_parameters())

        self.peer.begin(work)

    def _tell(self, text: str) -> None:
        self.comparison.setText(text)
        self.compare.setEnabled(True)

    def close_work(self) -> None:
        """End the work in the background."""
        self._rest.stop()
        self.work.close()
        self.peer.close()

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.table.update()


def _same_run(a: Shown, b: Shown) -> bool:
    now, then = b.state, a.state
    alike = all(getattr(now, name) is getattr(then, name) for name in ("dataset", "parameters", "start"))
    return alike and now.seed == then.seed and now.algorithm == then.algorithm


def measure(dataset: Dataset, step: Step, publish: Publish, cancelled: CancelQuestion) -> Measured | None:
    """Measure the labels of a half-step, also against the classes where they are known; None while no point has a label.

    What needs no classes is published before: others need scikit-learn, which takes its time to be loaded.
    """
    if not step.counts().any():
        return None
    internal = internal_scores(dataset.points, step, cancelled=cancelled)
    truth = dataset.truth
    if truth is None or not (truth >= 0).any():
        return Measured(internal, (), ())
    publish(internal)
    if cancelled():
        raise Cancelled
    labels = np.asarray(step.labels)
    return Measured(internal, external_scores(labels, truth), confusion(labels, truth))


def comparison_words(found: Comparison) -> str:
    """Return a comparison as lines of text."""
    same = (
        "All labels are the same" if not found.labels else str(Note("{n:# label differs|labels differ}", {"n": found.labels}))
    )
    (ours, theirs), (made, their_made), (took, their_time) = found.inertia, found.iterations, found.seconds
    share = abs(ours - theirs) / max(abs(theirs), np.finfo(float).tiny)
    inertia = "the same" if ours == theirs else f"{number(ours)} here, {number(theirs)} there ({number(share, 2)} of it apart)"
    lines = (
        f"{same}; centroids are at most {number(found.centroids, 2)} apart.",
        f"Inertia: {inertia}.",
        f"Iterations: {made:,} here, {their_made:,} there.",
        f"Time: {_milliseconds(took)} here, {_milliseconds(their_time)} there.",
    )
    return "\n".join(lines)


def _milliseconds(seconds: float) -> str:
    return f"{number(1e3 * seconds, 2)} ms"
