"""Restarts, live mode and scores in the window: keys, a click on a minimum, and what folded sections do."""

from __future__ import annotations

import pytest
from hands import begin_drag, key, pixel, release, state
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kmeans_gui.data.boards import board as made_board
from kmeans_gui.ui import settings
from kmeans_gui.ui.main_window import make_window


@pytest.fixture
def nine(window):
    """Nine tight clusters, K at 9, random starts, and the section of restarts open."""
    window.controller.use_dataset(made_board("peaked", seed=0), "open points")
    window.controller.set_parameter("k", 9)
    window.controller.set_parameter("init", "random")
    return window


def panel_of(window, title):
    return window._side.sections[title].panel


def open_section(window, title):
    section = window._side.sections[title]
    if not section.is_open():
        section.header.click()
    return section.panel


def test_a_click_on_a_minimum_plays_a_run_that_ends_there(nine, qtbot):
    nine.controller.set_parameter("n_init", 3)
    panel = open_section(nine, "Restarts")
    with qtbot.waitSignal(panel.work.finished):
        panel.start.click()
    row = panel.rows[3]
    nine._side.ensureWidgetVisible(row)
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: nine.controller.shown.playing and nine.controller.shown.trace is not None)
    qtbot.waitUntil(lambda: row.isChecked())
    nine.controller.to_end()
    qtbot.waitUntil(lambda: nine.controller.shown.complete and not nine.controller.shown.next_title)
    minimum = panel._findings.comparison.atlases["random"].minima[3]
    assert nine.controller.shown.step.objective == minimum.objective
    assert state(nine).parameters["n_init"] == 1
    assert panel.summary.isVisible()
    assert row._colors == state(nine).colors
    key(nine, "Ctrl+Z")
    assert state(nine).parameters["n_init"] == 3


def test_one_undo_takes_back_the_seed_and_the_way_to_start(nine, qtbot):
    panel = open_section(nine, "Restarts")
    panel.runs.value_requested.emit(20)
    with qtbot.waitSignal(panel.work.finished):
        panel.start.click()
    before = state(nine)
    panel.ways[3].click()
    panel.rows[1].click()
    minimum = panel._findings.comparison.atlases["box"].minima[1]
    assert (state(nine).parameters["init"], state(nine).seed) == ("box", minimum.seed)
    nine.controller.to_end()
    qtbot.waitUntil(lambda: nine.controller.shown.complete and not nine.controller.shown.next_title)
    assert nine.controller.shown.step.objective == minimum.objective
    assert panel.ways[3].isChecked() and panel.rows[1].isChecked()
    key(nine, "Ctrl+Z")
    assert (state(nine).parameters, state(nine).seed) == (before.parameters, before.seed)
    assert panel.verdict.isVisible()


def test_folded_sections_do_no_work(nine, qtbot):
    nine.controller.to_end()
    qtbot.waitUntil(lambda: nine.controller.shown.complete)
    scores = panel_of(nine, "Scores")
    assert not nine._side.sections["Scores"].is_open()
    assert not nine._side.sections["Restarts"].is_open()
    assert not scores.work.active and not scores._rest.isActive()
    with qtbot.waitSignal(scores.measured, timeout=20_000):  # scikit-learn is loaded for it
        open_section(nine, "Scores")
    assert scores.internal.isVisible()


def test_a_window_that_closes_ends_the_work(nine):
    panel = open_section(nine, "Restarts")
    panel.start.click()
    nine.close()
    assert not panel.work.active


def test_live_mode_is_switched_by_its_key_and_remembered(window, board, qapp, qtbot):
    assert not window.stage.live.on
    key(window, "J")
    assert window.stage.live.on and window.actions_table["live"].isChecked()
    assert settings.LIVE.get()
    window.controller.to_end()
    qtbot.waitUntil(lambda: window.controller.shown.complete)
    key(window, "M")
    before = window.canvas._moment()
    begin_drag(window, pixel(window, board[5]), pixel(window, (0.0, 0.6)))
    assert window.canvas._moment().assignment is not before.assignment
    release(window, pixel(window, (0.0, 0.6)))
    other = make_window(qapp)
    assert other.stage.live.on
    other.close()
    other.deleteLater()
    key(window, "J")
    assert not window.stage.live.on
