"""Restarts: many runs from other starts, the minima they end in, and how often each is found."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering.atlas import Atlas, chart_minima
from kmeans_gui.clustering.notes import Note, number
from kmeans_gui.clustering.parameters import Int
from kmeans_gui.data.cells import planar
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish
from kmeans_gui.errors import CancelQuestion, user_text
from kmeans_gui.session.identity import match_colors
from kmeans_gui.session.state import State
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.atlas_chart import AtlasChart
from kmeans_gui.ui.panels.controls import IntBox, push_button, sentence
from kmeans_gui.ui.panels.form import NUMBER_WIDTH, field_label
from kmeans_gui.ui.panels.minimum_row import MinimumRow, Thumbnail, percent
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.status import Progress
from kmeans_gui.ui.shown import Shown

RUNS = Int(
    name="runs",
    label="Runs",
    default=200,
    minimum=2,
    maximum=100_000,
    help="How many runs are made, each from a start of its own.",
)
ROWS = 8
"""How many minima are shown, the best ones."""

THUMBNAIL_POINTS = 400


@dataclass(frozen=True, eq=False)
class Findings:
    """What the work in the background brings: the atlas, its first minima as pictures, and what the objective is called."""

    atlas: Atlas
    thumbnails: tuple[Thumbnail, ...]
    objective_name: str


class AtlasPanel(Panel):
    """A field and a button, then a histogram and the minima; there while the algorithm starts from centroids.

    Signals
    -------
    replay_requested : int
        The seed of the run that the user wants to watch: one run, whose start is drawn.
    """

    replay_requested = Signal(object)

    def __init__(self, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Shown()
        self._findings: Findings | None = None
        self.work = Background(self)
        self.runs = IntBox(RUNS)
        self.start = push_button("", "Run the algorithm from many starts and compare how the runs end")
        self.progress = Progress(clock)
        self.note, self.summary, self.more = sentence(), sentence(role=""), sentence()
        self.chart = AtlasChart()
        self.rows = [MinimumRow() for _ in range(ROWS)]
        self._result = QWidget()
        self._lay_out()
        self._connect_signals()
        self._set_runs(RUNS.default)
        self._result.hide()

    def _lay_out(self) -> None:
        self.runs.setFixedWidth(NUMBER_WIDTH)
        head = QHBoxLayout()
        head.addWidget(field_label(RUNS.label, self.runs), 1)
        head.addWidget(self.runs)
        result = QVBoxLayout(self._result)
        result.setContentsMargins(0, 0, 0, 0)
        result.setSpacing(appearance.GRID // 2)
        for part in (self.summary, self.chart, *self.rows, self.more):
            result.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID)
        layout.addLayout(head)
        for part in (self.start, self.note, self.progress, self._result):
            layout.addWidget(part)

    def _connect_signals(self) -> None:
        self.runs.value_requested.connect(self._set_runs)
        self.start.clicked.connect(self._begin)
        self.progress.cancel_requested.connect(self._stop)
        self.work.published.connect(lambda _, made: self.progress.show_work("Running", *made))
        self.work.finished.connect(self._on_finished)
        self.work.failed.connect(lambda _, error: self._say(user_text(error)))
        for place, row in enumerate(self.rows):
            row.clicked.connect(lambda _=False, place=place: self._replay(place))
            row.pointed_out.connect(lambda on, place=place: self.chart.point_out(place if on else None))

    def _set_runs(self, runs: int) -> None:
        self.runs.set_value(runs)
        self.start.setText(f"Run {runs:,} starts")
        self.start.setAccessibleName(self.start.text())

    # The work ----------------------------------------------------------------------------------------------------------

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Drop what was found of other points or by other parameters."""
        self._shown = new
        if old is None or not _asks_the_same(old.state, new.state):
            self._stop()
            self._findings = None
            self._result.hide()
            self._say(_refusal(new.state))
            self.start.setEnabled(new.state.dataset.n > 0 and not self.note.text())
        if old is None or old.state is not new.state:
            self._show_run()

    def _begin(self) -> None:
        state, runs = self._shown.state, self.runs.value()
        self._say("")
        self.progress.show_work("Running", 0, runs)
        self.start.setEnabled(False)
        self.work.begin(lambda publish, cancelled: explore(state, runs, publish, cancelled))

    def _stop(self) -> None:
        self.work.stop()
        self.progress.hide()
        self.start.setEnabled(self._shown.state.dataset.n > 0)

    def _say(self, text: str) -> None:
        self.progress.hide()
        self.start.setEnabled(True)
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def close_work(self) -> None:
        """End the work in the background."""
        self.work.close()

    # What it found -----------------------------------------------------------------------------------------------------

    def _on_finished(self, number: int, findings: Findings) -> None:
        self._say("")
        self._findings = findings
        atlas = findings.atlas
        self.summary.setText(summary(findings))
        self.chart.show_atlas(atlas)
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(atlas.minima))
            if place < len(atlas.minima):
                minimum = atlas.minima[place]
                row.show_minimum(findings.thumbnails[place], minimum.objective, minimum.share, len(atlas.restarts))
        beyond = len(atlas.minima) - ROWS
        self.more.setVisible(beyond > 0)
        self.more.setText(str(Note("{n:# more minimum is|more minima are} not better than these.", {"n": beyond})))
        self._show_run()
        self._result.show()

    def _show_run(self) -> None:
        """Mark the minimum that the run on show ends in, and give the clusters the colors that they have on the canvas."""
        findings, shown = self._findings, self._shown
        if findings is None:
            return
        on_show = None if shown.step is None else shown.step.centroids
        alone = shown.state.start is None and shown.state.parameters.get("n_init", 1) == 1
        for row, minimum in zip(self.rows, findings.atlas.minima, strict=False):
            starts = findings.atlas.restarts.starts[minimum.representative]
            row.set_colors(match_colors(on_show, shown.state.colors, starts))
            row.setChecked(alone and shown.trace is not None and shown.state.seed == minimum.seed)

    def _replay(self, place: int) -> None:
        if self._findings is not None:
            self.replay_requested.emit(self._findings.atlas.minima[place].seed)

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.chart.update()


def _parameters(state: State) -> dict[str, Any]:
    """Return the parameters of one run from a start of its own, whatever centroids were placed by hand."""
    return {**state.parameters, **({"n_init": 1} if "n_init" in state.parameters else {})}


def _asks_the_same(a: State, b: State) -> bool:
    if a.dataset is not b.dataset or a.algorithm != b.algorithm:
        return False
    return a.parameters is b.parameters or _same(_parameters(a), _parameters(b))


def _same(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return a.keys() == b.keys() and all(
        a[name] is b[name] or (not isinstance(a[name], np.ndarray) and type(a[name]) is type(b[name]) and a[name] == b[name])
        for name in a
    )


def _refusal(state: State) -> str:
    """Return why other starts make no difference, empty if they do."""
    algorithm = clustering.algorithm(state.algorithm)
    if not state.takes_start:
        return f"{algorithm.title} starts from no centroids, so there are no other starts to compare."
    if not algorithm.random or isinstance(state.parameters["init"], np.ndarray):
        return "The run always starts from the same centroids. Choose another way to start to compare starts."
    return ""


def explore(state: State, runs: int, publish: Publish, cancelled: CancelQuestion) -> Findings:
    """Make the runs and chart where they end."""
    X = state.dataset.points
    restarts = clustering.run_many(
        state.algorithm,
        X,
        restarts=runs,
        cancelled=cancelled,
        progress=lambda made, total: publish((made, total)),
        **_parameters(state),
    )
    name = restarts.fit(seed=int(restarts.seeds[0]), cancelled=cancelled).objective_name
    atlas = chart_minima(restarts, rises="likelihood" in name, cancelled=cancelled)
    return Findings(atlas, _thumbnails(state.dataset, atlas, cancelled), name)


def _thumbnails(dataset: Dataset, atlas: Atlas, cancelled: CancelQuestion) -> tuple[Thumbnail, ...]:
    """Return small pictures of the best minima, of some of the points."""
    # At random: where clusters take turns in the table, every so manieth row would leave one of them out.
    rows = np.random.default_rng(0).choice(dataset.n, min(dataset.n, THUMBNAIL_POINTS), replace=False)
    points = planar(dataset.points[rows])
    ends = (atlas.restarts.fit(seed=minimum.seed, cancelled=cancelled) for minimum in atlas.minima[:ROWS])
    return tuple(
        Thumbnail(points, end.labels[rows], planar(minimum.centroids))
        for end, minimum in zip(ends, atlas.minima[:ROWS], strict=True)
    )


def summary(findings: Findings) -> str:
    """Return what was found in a sentence: "4 minima; the worst is 2.3 times the best; 12 % found the best"."""
    atlas = findings.atlas
    if len(atlas.minima) == 1:
        return f"All {len(atlas.restarts):,} runs end in the same minimum."
    found, count = percent(atlas.found_best), len(atlas.minima)
    best, worst = atlas.minima[0].objective, atlas.minima[-1].objective
    if atlas.ratio is None:
        spread = f"{findings.objective_name} from {number(best)} to {number(worst)}"
        return f"{count:,} optima; {spread}; {found} found the best."
    times = f"the worst is {number(atlas.ratio, 3)} times the best" if atlas.ratio >= 1.0005 else "all about equally good"
    return f"{count:,} minima; {times}; {found} found the best."
