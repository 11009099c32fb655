"""The data panel: where the points came from, and asking for others."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from kmeans_gui.clustering.parameters import resolve
from kmeans_gui.data.boards import REGISTRY, board
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.state import State
from kmeans_gui.ui.panels.data_panel import DataPanel
from kmeans_gui.ui.shown import Shown


@pytest.fixture
def panel(show):
    return show(DataPanel(), height=600)


def on_board(dataset):
    return Shown(state=State(dataset=dataset))


def click(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def enter(control, text):
    field = control.findChild(QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_says_where_the_points_came_from_and_how_many_there_are(panel):
    panel.refresh(None, on_board(board("gaussians", seed=1, n=2000)))
    assert panel.source.text() == "Gaussians, seed 1 · 2,000 points"
    assert not panel.left_out.isVisible()


@pytest.mark.parametrize(("rows", "words"), [(1, "1 row left out"), (3000, "3,000 rows left out")])
def test_says_how_many_rows_were_left_out_and_why(panel, rows, words):
    panel.refresh(None, on_board(Dataset.of(np.zeros((1, 2)), source="iris.csv", left_out=rows)))
    assert panel.source.text() == "iris.csv · 1 point"
    assert panel.left_out.isVisible()
    assert panel.left_out.text() == f"{words}: a value is missing or not finite"


def test_an_empty_board_says_so_and_cannot_be_cleared(panel):
    full = on_board(board("gaussians"))
    panel.refresh(None, full)
    assert panel.clear.isEnabled()
    panel.refresh(full, Shown())
    assert panel.source.text() == "No points yet"
    assert not panel.clear.isEnabled()


@pytest.mark.parametrize("name", REGISTRY)
def test_generating_asks_for_the_chosen_board_with_a_complete_form(panel, said, pick, name):
    asked = said(panel.board_requested)
    pick(panel.board, REGISTRY[name].title)
    assert asked == []
    assert panel.summary.text() == REGISTRY[name].summary
    click(panel.generate)
    assert asked == [(name, panel.seed.value(), resolve(REGISTRY[name].parameters, {}))]


def test_the_draft_keeps_what_was_entered(panel, said):
    asked = said(panel.board_requested)
    click(panel.settings)
    enter(panel.form.controls["n"], "1,234")
    enter(panel.seed, "77")
    click(panel.generate)
    assert [(seed, values["n"]) for _, seed, values in asked] == [(77, 1234)]


def test_a_seed_beyond_32_bits_is_passed_on_whole(panel, said):
    asked = said(panel.board_requested)
    click(panel.settings)
    enter(panel.seed, str(2**40))
    click(panel.generate)
    assert asked[0][1] == 2**40


def test_the_dice_asks_for_the_board_from_another_seed(panel, said):
    asked = said(panel.board_requested)
    click(panel.settings)
    for _ in range(8):
        click(panel.dice)
    seeds = [seed for _, seed, _ in asked]
    assert len(seeds) == 8
    assert len(set(seeds)) > 1
    assert panel.seed.value() == seeds[-1]


def test_the_form_starts_from_the_board_on_show(panel, said):
    asked = said(panel.board_requested)
    panel.refresh(None, on_board(board("moons", seed=9)))
    click(panel.generate)
    assert asked == [("moons", 10, resolve(REGISTRY["moons"].parameters, {}))]


def test_an_edit_of_the_points_leaves_the_draft_alone(panel, pick):
    first = on_board(board("moons", seed=9))
    panel.refresh(None, first)
    pick(panel.board, REGISTRY["uniform"].title)
    edited = first.state.dataset.taken(np.arange(5))
    panel.refresh(first, on_board(edited))
    assert panel.board.value() == "uniform"
    assert panel.source.text() == "Moons, seed 9 · 5 points"


def test_no_board_is_named_beside_points_from_a_file(panel, pick):
    panel.refresh(None, on_board(Dataset.of(np.zeros((4, 2)), source="iris.csv")))
    assert panel.board.value() is None
    assert panel.board.currentText() == ""
    assert panel.board.placeholderText() == "iris.csv"
    assert not panel.generate.isEnabled()
    pick(panel.board, REGISTRY["uniform"].title)
    assert panel.board.value() == "uniform"
    assert panel.generate.isEnabled()


def test_no_board_is_named_beside_points_drawn_by_hand(panel):
    empty, drawn = on_board(Dataset.empty()), on_board(Dataset.of(np.zeros((4, 2))))
    panel.refresh(None, empty)
    assert panel.generate.isEnabled()
    panel.refresh(empty, drawn)
    assert panel.board.value() is None
    assert panel.board.placeholderText() == "Drawn by hand"


@pytest.mark.parametrize("name", ["open", "clear", "columns"])
def test_the_buttons_ask(panel, said, name):
    panel.refresh(None, on_board(Dataset.of(np.zeros((4, 2)), columns=("width", "length"), source="iris.csv")))
    asked = said(getattr(panel, f"{name}_requested"))
    click(getattr(panel, name))
    assert len(asked) == 1


def test_columns_are_named_for_points_from_a_file_alone(panel):
    table = Dataset.of(np.zeros((4, 2)), columns=("width", "length"), source="iris.csv")
    panel.refresh(None, on_board(table))
    assert panel.columns.isVisible()
    assert panel.columns.text() == "width, length"
    for other in (board("gaussians"), Dataset.of(np.zeros((4, 2)))):
        panel.refresh(on_board(table), on_board(other))
        assert not panel.columns.isVisible()


def test_long_names_of_columns_do_not_widen_the_panel(panel):
    names = ("a" * 200, "profit & loss")
    panel.refresh(None, on_board(Dataset.of(np.zeros((4, 2)), columns=names, source="b" * 200)))
    assert panel.minimumSizeHint().width() <= 220
    assert names[0] in panel.columns.toolTip()


def test_rendering_asks_for_nothing(panel, said):
    signals = (panel.board_requested, panel.open_requested, panel.clear_requested, panel.columns_requested)
    heard = [said(signal) for signal in signals]
    first = on_board(board("gaussians"))
    panel.refresh(None, first)
    panel.refresh(first, replace(first, state=replace(first.state, dataset=board("moons"))))
    assert heard == [[], [], [], []]
