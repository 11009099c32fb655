"""The window as a whole: keys, layers, projection, hints, what it remembers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hands import LEFT, NONE, click, key, state
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.ui import settings
from kmeans_gui.ui.actions import ACTIONS
from kmeans_gui.ui.main_window import make_window
from kmeans_gui.ui.panels.caption_bar import HINTS


def test_keys_drive_the_run_after_a_click_on_a_fields_arrows(window, board, qtbot):
    box = window._transport.k
    option = QPoint(box.width() - 8, box.height() // 4)
    QTest.mouseClick(box, LEFT, NONE, option)
    assert state(window).k == 4
    assert not box.hasFocus()
    box.lineEdit().setFocus()
    key(window, "V")
    assert "regions" not in state(window).layers
    assert box.lineEdit().text() == "4"


def test_space_plays_to_the_end_and_arrows_step(window, board, qtbot):
    window.controller.player.set_speed(60)
    key(window, "Space")
    qtbot.waitUntil(lambda: window.controller.shown.complete and not window.controller.shown.playing)
    shown = window.controller.shown
    assert shown.position == shown.length - 1 and shown.step.phase is Phase.DONE
    key(window, "Left", "Left")
    assert window.controller.shown.position == shown.length - 3
    key(window, "Right", "Home")
    assert window.controller.shown.position == 0
    key(window, "End")
    assert window.controller.shown.position == shown.length - 1


def test_number_keys_set_k_and_r_starts_anew(window, board, qtbot):
    key(window, "5", "R")
    qtbot.waitUntil(lambda: window.controller.shown.step is not None and window.controller.shown.step.k == 5)
    assert state(window).seed == 1


@pytest.mark.parametrize("enter", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_return_folds_and_unfolds_the_section_whose_header_has_the_focus(window, enter):
    section = window._side.sections["Data"]
    section.header.setFocus()
    for is_open in (False, True):
        QTest.keyClick(section.header, enter)
        assert (section.is_open(), section.panel.isVisible()) == (is_open, is_open)


@pytest.mark.parametrize("enter", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_return_presses_the_button_that_has_the_focus_once(window, board, enter):
    button = window._side.sections["Algorithm"].panel.new_start
    button.setFocus()
    QTest.keyClick(button, enter)
    assert state(window).seed == 1


def test_space_plays_and_presses_nothing_whatever_has_the_focus(window, board, qtbot):
    section, button = window._side.sections["Data"], window._side.sections["Algorithm"].panel.new_start
    for widget, playing in ((section.header, True), (button, False)):
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Space)
        assert window.controller.shown.playing is playing
    assert section.is_open()
    assert state(window).seed == 0


def test_algorithms_of_other_packages_are_offered_and_broken_ones_told_of(qapp, qtbot, monkeypatch):
    def load():
        monkeypatch.setitem(
            clustering.REGISTRY, "theirs", replace(clustering.algorithm("lloyd"), name="theirs", title="Their method")
        )
        return ["The algorithm 'other' cannot be used."]

    monkeypatch.setattr(clustering, "load_plugins", load)
    window = make_window(qapp)
    qtbot.addWidget(window)
    window.show()
    window.complete()
    choice = window._side.sections["Algorithm"].panel.algorithm
    assert choice.findText("Their method") >= 0
    assert window.messages.text == "The algorithm 'other' cannot be used."


def test_live_mode_says_what_it_does_and_is_remembered(window, qapp, qtbot):
    key(window, "J")
    assert window.stage.live.on
    assert window.messages.text.startswith("Live mode is on")
    again = make_window(qapp)
    qtbot.addWidget(again)
    assert again.stage.live.on and again.actions_table["live"].isChecked()
    key(window, "J")
    assert not window.stage.live.on


@pytest.mark.parametrize(("letter", "layer"), [("V", "regions"), ("L", "links"), ("T", "trails"), ("X", "axes")])
def test_layers_are_switched_by_their_keys(window, letter, layer):
    before = layer in state(window).layers
    key(window, letter)
    assert (layer in state(window).layers) is not before
    assert window.actions_table[f"layer_{layer}"].isChecked() is not before


def test_every_action_answers(window):
    """An entry of the table that nobody bound would be dead in the menu."""
    unbound = [e.name for e in ACTIONS if window.actions_table[e.name].receivers("2triggered(bool)") == 0]
    assert not unbound


def test_no_key_means_two_things():
    keys = [QKeySequence(key).toString() for entry in ACTIONS for key in entry.keys]
    assert len(keys) == len(set(keys))


def test_every_tool_has_a_hint(window):
    tools = {e.name.removeprefix("tool_") for e in ACTIONS if e.name.startswith("tool_")}
    assert tools == set(HINTS)


def test_projection_takes_the_chrome_away_and_escape_brings_it_back(window, board, qtbot):
    key(window, "F11")
    assert not window.menuBar().isVisible() and not window._transport.isVisible()
    key(window, "PgDown")
    qtbot.waitUntil(lambda: window.controller.shown.step is not None)
    height = window.screen().size().height()
    caption = window._caption
    assert caption.fontMetrics().capHeight() >= height / 40 - 1
    key(window, "B")
    assert not window.centralWidget().isVisible()
    key(window, "B")
    assert window.centralWidget().isVisible()
    key(window, "Esc")
    assert window.menuBar().isVisible() and window._transport.isVisible()


def test_a_hint_is_gone_after_its_first_use_and_stays_gone(window, qapp, qtbot):
    window.controller.use_dataset(Dataset.of([[0.0, 0.0]]), "open a point")
    assert window._caption.text() == HINTS["add"]
    click(window, QPoint(300, 200))
    assert window._caption.text() == ""
    key(window, "S")
    assert window._caption.text() == HINTS["spray"]
    assert "add" in settings.lines(settings.HINTS_SEEN)


def test_what_was_folded_stays_folded(window, qapp):
    window._side.sections["Data"].set_open(False)
    other = make_window(qapp)
    assert not other._side.sections["Data"].is_open()
    assert other._side.sections["Objective"].is_open()
    other.close()
    other.deleteLater()


def test_an_empty_board_offers_a_board(window, qtbot):
    assert window._welcome.isVisible()
    window._welcome.board_requested.emit()
    qtbot.waitUntil(lambda: state(window).dataset.n == 200)
    assert not window._welcome.isVisible()


def test_closing_during_a_run_ends_cleanly(window, qtbot):
    window.controller.use_dataset(Dataset.of(np.random.default_rng(0).random((50_000, 2))), "open many")
    key(window, "Space")
    qtbot.waitUntil(lambda: window.controller.shown.computing)
    window.close()
    assert not window.controller._run._computing._alive


def test_a_narrow_window_folds_the_panel(window):
    window.resize(1024, 768)
    QApplication.processEvents()
    assert not window._side.isVisible()
    key(window, "F9")
    assert window._side.isVisible()
    window.resize(1280, 800)
    QApplication.processEvents()
    assert window._side.isVisible()
