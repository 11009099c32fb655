"""Restarts: many runs from other starts, the minima they end in, how often each is found, and which way to start does best."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering.atlas import Atlas
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.parameters import Bool, Int
from kmeans_gui.engine.background import Background
from kmeans_gui.errors import user_text
from kmeans_gui.session.identity import match_colors
from kmeans_gui.session.state import State
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.atlas_chart import AtlasChart, bars_of, span_of
from kmeans_gui.ui.panels.atlas_findings import (
    PICTURED,
    Findings,
    explore,
    of_one_run,
    remark,
    share_words,
    summary,
    verdict,
    ways_to_start,
)
from kmeans_gui.ui.panels.controls import CheckBox, IntBox, push_button, sentence
from kmeans_gui.ui.panels.form import NUMBER_WIDTH, field_label
from kmeans_gui.ui.panels.minimum_row import MinimumRow, Thumbnail
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.status import Progress
from kmeans_gui.ui.panels.way_row import WayRow
from kmeans_gui.ui.shown import Shown

RUNS = Int(
    name="runs",
    label="Runs",
    default=200,
    minimum=2,
    maximum=100_000,
    help="How many runs are made, each from a start of its own.",
)
COMPARE = Bool(
    name="compare",
    label="Compare ways to start",
    default=True,
    help="Make the runs from each way to start, not only from the one that is set.",
)


class AtlasPanel(Panel):
    """Fields and a button; then a row for each way to start, and of the one that is chosen a histogram and the minima.

    Signals
    -------
    replay_requested : int, str
        The seed and the way to start of the run that the user wants to watch: one run, whose start is drawn.
    """

    replay_requested = Signal(object, str)

    def __init__(self, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Shown()
        self._findings: Findings | None = None
        self._way = ""  # whose minima are on show
        self._places: list[int] = []  # and which of them the rows are about
        self._comparing = False  # whether the work that was begun last hangs on no way to start
        self.work = Background(self)
        self.runs = IntBox(RUNS)
        self.compare = CheckBox(COMPARE)
        self.start = push_button("", "Run the algorithm from many starts and compare how the runs end")
        self.progress = Progress(clock)
        self.note, self.summary, self.more = sentence(), sentence(role=""), sentence()
        self.verdict = sentence(role="")
        self.ways: list[WayRow] = []
        self.chart = AtlasChart()
        self.rows = [MinimumRow() for _ in range(PICTURED)]
        self._result = QWidget()
        self._group = QButtonGroup(self)
        self._lay_out()
        self._connect_signals()
        self._offer()
        self._result.hide()

    def _lay_out(self) -> None:
        self.runs.setFixedWidth(NUMBER_WIDTH)
        head = QHBoxLayout()
        head.addWidget(field_label(RUNS.label, self.runs), 1)
        head.addWidget(self.runs)
        result = QVBoxLayout(self._result)
        result.setContentsMargins(0, 0, 0, 0)
        result.setSpacing(appearance.GRID // 2)
        self._rows_of_ways = QVBoxLayout()
        self._rows_of_ways.setSpacing(0)
        result.addWidget(self.verdict)
        result.addLayout(self._rows_of_ways)
        for part in (self.summary, self.chart, *self.rows, self.more):
            result.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID)
        layout.addLayout(head)
        for part in (self.compare, self.start, self.note, self.progress, self._result):
            layout.addWidget(part)

    def _connect_signals(self) -> None:
        self.runs.value_requested.connect(self._set_runs)
        self.compare.value_requested.connect(self._set_compare)
        self.start.clicked.connect(self._begin)
        self._group.idClicked.connect(self._choose)
        self.progress.cancel_requested.connect(self._stop)
        self.work.published.connect(lambda _, made: self.progress.show_work("Running", *made))
        self.work.finished.connect(self._on_finished)
        self.work.failed.connect(lambda _, error: self._say(user_text(error)))
        for place, row in enumerate(self.rows):
            row.clicked.connect(lambda _=False, place=place: self._replay(self._places[place]))
            row.pointed_out.connect(lambda on, place=place: self.chart.point_out(self._places[place] if on else None))
        self.chart.minimum_requested.connect(self._replay)

    def _set_runs(self, runs: int) -> None:
        self.runs.set_value(runs)
        self._offer()

    def _set_compare(self, compare: bool) -> None:
        self.compare.set_value(compare)
        self._offer()

    def _offer(self) -> None:
        """Say on the button what it does, if there is anything to do."""
        ways, runs = self._wanted(), self.runs.value()
        self.compare.setVisible(len(ways_to_start(self._shown.state)) > 1)
        self.start.setText(f"Run {len(ways)} × {runs:,} starts" if len(ways) > 1 else f"Run {runs:,} starts")
        self.start.setAccessibleName(self.start.text())
        if not self.work.active:
            self._say(_refusal(self._shown.state, ways))
            self.start.setEnabled(self._shown.state.dataset.n > 0 and not self.note.text())

    def _wanted(self) -> dict[str, str]:
        """Return the ways to start that runs are to be made of, and what each is called."""
        ways, state = ways_to_start(self._shown.state), self._shown.state
        if len(ways) > 1 and self.compare.value():
            return ways
        init = state.parameters.get("init")
        return {init: ways.get(init, init)} if isinstance(init, str) else {}

    # The work ----------------------------------------------------------------------------------------------------------

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Drop what was found, and stop what is under way, of other points or by other parameters."""
        self._shown = new
        if old is None or not _asks_the_same(old.state, new.state, any_way=self._comparing):
            self._stop()
        if old is None or not _asks_the_same(old.state, new.state, any_way=_are_several(self._findings)):
            self._findings = None
            self._result.hide()
            self._offer()
        elif old.state.parameters is not new.state.parameters:
            self._offer()
        if old is None or old.state is not new.state or old.complete != new.complete or old.trace is not new.trace:
            self._show_run()

    def _begin(self) -> None:
        state, ways, runs = self._shown.state, self._wanted(), self.runs.value()
        self._say("")
        self._comparing = len(ways) > 1
        self.progress.show_work("Running", 0, len(ways) * runs)
        self.start.setEnabled(False)
        self.work.begin(lambda publish, cancelled: explore(state, ways, runs, publish, cancelled))

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
        self.verdict.setVisible(_are_several(findings))
        self._show_ways(findings)
        init = self._shown.state.parameters.get("init")
        self._choose(findings.ways.index(init) if isinstance(init, str) and init in findings.ways else 0)
        self._result.show()

    def _show_ways(self, findings: Findings) -> None:
        """Show a row for each way to start, if there are several."""
        comparison, ways = findings.comparison, findings.ways if _are_several(findings) else ()
        span = span_of(comparison.atlases.values())
        while len(self.ways) < len(ways):
            self._add_way_row()
        for place, row in enumerate(self.ways):
            row.setVisible(place < len(ways))
        for row, way in zip(self.ways, ways, strict=False):
            counts = bars_of(comparison.atlases[way], span)[1]
            row.show_way(findings.words[way], share_words(comparison.share(way)), counts, comparison.is_best[way])
        self.verdict.setText(verdict(findings))

    def _add_way_row(self) -> None:
        row = WayRow()
        self._group.addButton(row, len(self.ways))
        self._rows_of_ways.addWidget(row)
        self.setTabOrder(self.progress.cancel, row)
        self.ways.append(row)

    def _choose(self, place: int) -> None:
        """Show the minima that one of the ways to start led to."""
        findings = self._findings
        if findings is None:
            return
        self._way = findings.ways[place]
        if _are_several(findings):
            self.ways[place].setChecked(True)
            for row in self.ways:  # Tab goes to the one that is chosen, the arrow keys from there to the others
                row.setFocusPolicy(Qt.FocusPolicy.TabFocus if row.isChecked() else Qt.FocusPolicy.NoFocus)
        self.summary.setText(summary(findings, self._way))
        self.chart.show_atlas(findings.comparison.atlases[self._way], findings.comparison.is_best[self._way])
        self._show_minima(findings.comparison.atlases[self._way], findings.thumbnails[self._way])
        self._show_run()

    def _show_minima(self, atlas: Atlas, thumbnails: Mapping[int, Thumbnail]) -> None:
        """Show a row for each minimum that has a picture, and how many more there are."""
        self._places = list(thumbnails)
        for unused in self.rows[len(thumbnails) :]:
            unused.hide()
        for row, (place, thumbnail) in zip(self.rows, thumbnails.items(), strict=False):
            minimum = atlas.minima[place]
            row.show_minimum(thumbnail, minimum.objective, minimum.share, len(atlas.restarts), remark(atlas, place))
            row.show()
        beyond = len(atlas.minima) - len(thumbnails)
        self.more.setVisible(beyond > 0)
        self.more.setText(str(Note("{n:# more minimum lies|more minima lie} between: click a bar for one.", {"n": beyond})))

    def _show_run(self) -> None:
        """Mark the minimum that the run on show ends in, and give the clusters the colors that they have on the canvas."""
        findings, shown = self._findings, self._shown
        if findings is None:
            return
        on_show = None if shown.step is None else shown.step.centroids
        parameters, atlas = shown.state.parameters, findings.comparison.atlases[self._way]
        alone = shown.trace is not None and shown.state.start is None and parameters.get("n_init", 1) == 1
        is_way = isinstance(parameters["init"], str) and parameters["init"] == self._way
        self.chart.mark(_reached(shown))
        for row, minimum in zip(self.rows, (atlas.minima[place] for place in self._places), strict=False):
            starts = atlas.restarts.starts[minimum.representative]
            row.set_colors(match_colors(on_show, shown.state.colors, starts))
            row.setChecked(alone and is_way and shown.state.seed == minimum.seed)

    def _replay(self, place: int) -> None:
        if self._findings is not None:
            atlas = self._findings.comparison.atlases[self._way]
            self.replay_requested.emit(atlas.minima[place].seed, self._way)

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.chart.update()


def _reached(shown: Shown) -> float | None:
    """Return the objective that the run on show ends with; None if it has not come to its end."""
    return shown.trace.light(shown.length - 1).objective if shown.trace is not None and shown.complete else None


def _are_several(findings: Findings | None) -> bool:
    return findings is not None and len(findings.ways) > 1


def _asks_the_same(a: State, b: State, *, any_way: bool) -> bool:
    """Whether the runs would be the same; with ``any_way`` those from all ways to start, whichever is set."""
    if a.dataset is not b.dataset or a.algorithm != b.algorithm:
        return False
    if a.parameters is b.parameters:
        return True
    left, right = of_one_run(a), of_one_run(b)
    if any_way:
        left["init"] = right["init"] = None
    return _same(left, right)


def _same(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return a.keys() == b.keys() and all(
        a[name] is b[name] or (not isinstance(a[name], np.ndarray) and type(a[name]) is type(b[name]) and a[name] == b[name])
        for name in a
    )


def _refusal(state: State, ways: Mapping[str, str]) -> str:
    """Return why other starts make no difference, empty if they do; ``ways`` are those that runs would be made of."""
    algorithm = clustering.algorithm(state.algorithm)
    if not state.takes_start:
        return f"{algorithm.title} starts from no centroids, so there are no other starts to compare."
    if not algorithm.random or not ways:
        return "The run always starts from the same centroids. Choose another way to start to compare starts."
    return ""
