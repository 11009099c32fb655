"""The panel of restarts: runs in the background, the minima they end in, and a click that asks for one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from kmeans_gui import clustering
from kmeans_gui.clustering.atlas import chart_minima
from kmeans_gui.data.boards import board
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.state import defaults
from kmeans_gui.ui.panels.atlas_chart import BARS, bars_of
from kmeans_gui.ui.panels.atlas_panel import AtlasPanel
from kmeans_gui.ui.panels.minimum_row import percent
from kmeans_gui.ui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(show):
    made = show(AtlasPanel(), height=900)
    yield made
    made.close_work()


@pytest.fixture
def nine(moment):
    """Nine tight clusters, and a run from random points."""
    shown = moment(0, k=9, dataset=board("peaked", seed=0))
    return replace(shown, state=replace(shown.state, parameters={**defaults("lloyd"), "k": 9, "init": "random"}))


def run(panel, qtbot):
    with qtbot.waitSignal(panel.work.finished):
        QTest.mouseClick(panel.start, LEFT)


def test_it_finds_the_minima_and_says_so(panel, nine, qtbot):
    panel.refresh(None, nine)
    run(panel, qtbot)
    atlas = chart_minima(clustering.run_many("lloyd", nine.state.dataset.points, restarts=200, k=9, init="random"))
    words = panel.summary.text()
    assert words.startswith(f"{len(atlas.minima)} minima; the worst is ")
    assert words.endswith(f"{percent(atlas.found_best)} found the best.")
    assert all(row.isVisible() for row in panel.rows)
    assert panel.rows[0].accessibleName().endswith(f"{percent(atlas.found_best)} of 200 runs")
    assert panel.more.isVisible()


def test_spread_starts_end_in_one_minimum(panel, nine, qtbot):
    state = replace(nine.state, parameters={**nine.state.parameters, "init": "k-means++"})
    panel.refresh(None, replace(nine, state=state))
    run(panel, qtbot)
    assert panel.summary.text() == "All 200 runs end in the same minimum."
    assert [row.isVisible() for row in panel.rows] == [True] + [False] * 7
    assert not panel.more.isVisible()


def test_the_number_of_runs_is_typed(panel, nine, qtbot):
    panel.refresh(None, nine)
    panel.runs.setFocus()
    panel.runs.selectAll()
    QTest.keyClicks(panel.runs, "25")
    QTest.keyClick(panel.runs, Qt.Key.Key_Return)
    assert panel.start.text() == "Run 25 starts"
    run(panel, qtbot)
    assert panel.rows[0].accessibleName().endswith("of 25 runs")


@pytest.mark.parametrize("way", ["mouse", "key"])
def test_a_minimum_is_asked_for_by_the_seed_of_a_run_that_ends_there(panel, nine, qtbot, said, way):
    asked = said(panel.replay_requested)
    panel.refresh(None, nine)
    run(panel, qtbot)
    row = panel.rows[2]
    if way == "mouse":
        QTest.mouseClick(row, LEFT)
    else:
        row.setFocus()
        QTest.keyClick(row, Qt.Key.Key_Space)
    ((seed,),) = asked
    last = clustering.fit("lloyd", nine.state.dataset.points, seed=seed, k=9, init="random", n_init=1)
    assert row.accessibleName().startswith(f"{last.objective:.3f}")
    assert not row.isChecked()
    shown = replace(nine, state=replace(nine.state, seed=seed))
    panel.refresh(nine, shown)
    assert [row.isChecked() for row in panel.rows] == [place == 2 for place in range(8)]
    assert panel.summary.isVisible()


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": Dataset.of(np.eye(2))},
        {"parameters": {**defaults("lloyd"), "k": 4}},
        {"algorithm": "kmedians", "parameters": defaults("kmedians")},
    ],
    ids=["points", "parameters", "algorithm"],
)
def test_other_points_or_parameters_drop_what_was_found_and_what_is_under_way(panel, nine, qtbot, said, changes):
    panel.refresh(None, nine)
    run(panel, qtbot)
    heard = said(panel.work.finished)
    QTest.mouseClick(panel.start, LEFT)
    assert panel.progress.isVisible()
    panel.refresh(nine, replace(nine, state=replace(nine.state, **changes)))
    assert not panel.work.active
    assert not panel.progress.isVisible()
    assert not panel.summary.isVisible()
    assert heard == []


def test_another_seed_or_one_run_instead_of_several_keeps_it(panel, nine, qtbot):
    several = replace(nine, state=replace(nine.state, parameters={**nine.state.parameters, "n_init": 5}))
    panel.refresh(None, several)
    run(panel, qtbot)
    panel.refresh(several, replace(nine, state=replace(nine.state, seed=3)))
    assert panel.summary.isVisible()


def test_the_cross_stops_it(panel, nine):
    panel.refresh(None, nine)
    QTest.mouseClick(panel.start, LEFT)
    assert not panel.start.isEnabled()
    QTest.mouseClick(panel.progress.cancel, LEFT)
    assert not panel.work.active
    assert panel.start.isEnabled()


def test_a_method_without_starts_says_so(panel, nine):
    panel.refresh(None, replace(nine, state=replace(nine.state, algorithm="dbscan", parameters=defaults("dbscan"))))
    assert "no centroids" in panel.note.text()
    assert panel.note.isVisible()
    assert not panel.start.isEnabled()


def test_what_cannot_be_run_is_said(panel, moment, qtbot):
    shown = moment(0, dataset=Dataset.of(np.eye(2) * 1.0), k=2)
    shown = replace(shown, state=replace(shown.state, parameters={**defaults("lloyd"), "k": 5}))
    panel.refresh(None, shown)
    with qtbot.waitSignal(panel.work.failed):
        QTest.mouseClick(panel.start, LEFT)
    assert panel.note.text().startswith("K is 5")


def test_the_bars_hold_each_run_once(nine):
    atlas = chart_minima(clustering.run_many("lloyd", nine.state.dataset.points, restarts=50, k=9, init="random"))
    edges, counts = bars_of(atlas)
    assert counts.shape == (BARS, len(atlas.minima))
    assert counts.sum(axis=0).tolist() == [len(m.runs) for m in atlas.minima]
    for minimum, m in enumerate(atlas.minima):
        (bar,) = np.flatnonzero(counts[:, minimum])
        assert edges[bar] <= m.objective <= edges[bar + 1]


def test_keys_tell_of_the_bars_that_have_runs(panel, nine, qtbot):
    panel.refresh(None, nine)
    run(panel, qtbot)
    chart = panel.chart
    bars = [words for words in map(chart.words, range(BARS)) if words]
    everything, plain = chart.accessibleDescription(), chart.grab().toImage()
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    focused = chart.grab().toImage()
    told = []
    for key in (Qt.Key.Key_Right,) * (len(bars) + 1) + (Qt.Key.Key_Left,):
        QTest.keyClick(chart, key)
        told.append(chart.accessibleDescription())
    assert told == [*bars, bars[-1], bars[-2]]
    assert QToolTip.text() == bars[-2]
    assert len({plain.bits().tobytes(), focused.bits().tobytes(), chart.grab().toImage().bits().tobytes()}) == 3
    chart.clearFocus()
    assert chart.accessibleDescription() == everything
    assert chart.grab().toImage() == plain
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_a_minimum_at_the_pointer_is_pointed_out_in_the_chart(panel, nine, qtbot):
    panel.refresh(None, nine)
    run(panel, qtbot)
    panel.chart.point_out(None)  # whatever row the pointer happens to be on
    before = panel.chart.grab().toImage()
    panel.rows[3].pointed_out.emit(True)
    assert panel.chart.grab().toImage() != before
    panel.rows[3].pointed_out.emit(False)
    assert panel.chart.grab().toImage() == before
    bar = panel.chart.bar_at(panel.chart.width() / 2)
    assert "run" in panel.chart.words(int(np.argmax(panel.chart.counts.sum(axis=1)))) and bar is not None


def test_pictures_have_the_colors_of_the_clusters(panel, nine, qtbot, dressed):
    panel.refresh(None, nine)
    run(panel, qtbot)
    for theme in (LIGHT, DARK):
        dressed(theme)
        image = panel.rows[0].grab().toImage()
        pixels = np.array([image.pixelColor(x, y).getRgb()[:3] for x in range(4, 80) for y in range(4, 60)])
        near = [np.abs(pixels - theme.cluster(slot)).max(axis=1).min() for slot in range(9)]
        assert max(near) < 80  # the dots have soft edges, and centroids lie on them
