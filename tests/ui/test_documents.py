"""Documents: work at the same time, where a session is kept, what is given up, and boards that no file has."""

from __future__ import annotations

import logging
import os
import shutil
import threading

import numpy as np
import pytest
from hands import key, state
from PySide6.QtGui import QDesktopServices

from kmeans_gui.data import tables
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import UserError
from kmeans_gui.export.choice import ExportChoice
from kmeans_gui.export.formats import formats
from kmeans_gui.session import storage
from kmeans_gui.session.state import State
from kmeans_gui.ui.dialogs.columns import ColumnChooser
from kmeans_gui.ui.documents import _kept_boards
from kmeans_gui.ui.main_window import make_window


class Held:
    """Work that does not end before it is told to."""

    def __init__(self, monkeypatch, module, name):
        self._go, self._original, self.ended = threading.Event(), getattr(module, name), threading.Event()
        monkeypatch.setattr(module, name, self._work)

    def _work(self, *arguments):
        assert self._go.wait(5)
        try:
            return self._original(*arguments)
        finally:
            self.ended.set()

    def release(self):
        self._go.set()


def rest(window, qtbot):
    qtbot.waitUntil(lambda: not (window.documents._opening.active or window.documents._writing.active))


def save(window, qtbot, path):
    window.documents.save(path)
    rest(window, qtbot)


def open_file(window, qtbot, path):
    window.commands.open(path)
    rest(window, qtbot)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("x,y,z\n1,2,3\n3,4,5\n")
    return path


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "mine.kmeans"
    storage.save(path, State(dataset=Dataset.of([[0.0, 0.0], [1.0, 1.0]])))
    return path


# --- At the same time ----------------------------------------------------------------------------------------------------


def test_a_session_that_is_opened_during_an_export_keeps_its_own_path(window, board, tmp_path, session, qtbot, monkeypatch):
    reading = Held(monkeypatch, storage, "load")
    window.documents.open(session)
    choice = ExportChoice(format=formats()["gif"], width=64, height=48)
    window.documents.export(choice, tmp_path / "run2.gif", window.stage.style)
    reading.release()
    rest(window, qtbot)
    assert window.documents.session_path == session
    assert (tmp_path / "run2.gif").read_bytes().startswith(b"GIF")


def test_a_save_that_was_refused_is_not_taken_for_done(window, board, tmp_path, qtbot, monkeypatch):
    writing = Held(monkeypatch, storage, "save")
    window.documents.save(tmp_path / "a.kmeans")
    window.controller.add_points(np.array([[0.0, 0.0]]))
    window.documents.save(tmp_path / "a.kmeans")
    assert "still under way" in window.messages.text
    writing.release()
    rest(window, qtbot)
    assert storage.load(tmp_path / "a.kmeans").dataset.n == len(board)
    assert window.controller.unsaved


def test_work_that_goes_on_stays_on_show_when_other_work_ends(window, board, table, tmp_path, qtbot, monkeypatch):
    writing = Held(monkeypatch, storage, "save")
    said, rested = [], []
    window.documents.progressed.connect(lambda text, *_: said.append(text))
    window.documents.rested.connect(lambda: rested.append(True))
    window.documents.save(tmp_path / "a.kmeans")
    window.documents.open(table)
    qtbot.waitUntil(lambda: state(window).dataset.n == 2)
    assert said[-1] == "Saving a.kmeans"
    assert not rested
    writing.release()
    rest(window, qtbot)
    assert rested


def test_a_file_is_not_put_over_the_board_that_was_asked_for_later(window, table, qtbot, monkeypatch):
    reading = Held(monkeypatch, tables, "read")
    window.documents.open(table)
    window.commands._answers()["board_requested"]("gaussians", 1, {"n": 50, "k": 2})
    reading.release()
    qtbot.waitUntil(lambda: state(window).dataset.n == 50)
    assert reading.ended.wait(5)
    window.documents.close()
    assert state(window).dataset.n == 50


def test_new_gives_up_the_file_that_is_being_opened(window, board, table, qtbot, monkeypatch):
    reading = Held(monkeypatch, tables, "read")
    window.documents.open(table)
    key(window, "Ctrl+N")
    assert not window.documents._opening.active
    reading.release()


def test_a_board_in_the_making_does_not_give_up_the_file_that_was_asked_for_later(window, table, qtbot):
    window.commands.show_first_board()
    open_file(window, qtbot, table)
    assert state(window).dataset.source == table.name


# --- Where a session is kept ---------------------------------------------------------------------------------------------


def by_board(window, table):
    window.commands.show_first_board()


def by_table(window, table):
    window.commands.open(table)


def by_clearing(window, table):
    window.commands._answers()["clear_requested"]()


@pytest.mark.parametrize("replace", [by_board, by_table, by_clearing])
def test_other_points_are_not_saved_over_the_session(window, session, table, qtbot, replace):
    open_file(window, qtbot, session)
    assert window.documents.session_path == session
    replace(window, table)
    qtbot.waitUntil(lambda: window.documents.session_path is None)
    assert window.windowTitle() == ("points.csv[*] – kmeans-gui" if replace is by_table else "kmeans-gui[*]")


def test_drawing_and_undoing_keep_the_session(window, session, qtbot):
    open_file(window, qtbot, session)
    window.controller.add_points(np.array([[0.5, 0.5]]))
    window.controller.undo()
    assert window.documents.session_path == session


def test_a_save_that_ends_after_the_board_was_replaced_does_not_name_the_new_one(window, board, tmp_path, qtbot, monkeypatch):
    writing = Held(monkeypatch, storage, "save")
    window.documents.save(tmp_path / "a.kmeans")
    window.controller.use_dataset(Dataset.of([[0.0, 0.0]]), "open a point")
    writing.release()
    rest(window, qtbot)
    assert window.documents.session_path is None
    assert not window.controller.unsaved


@pytest.mark.parametrize(("name", "whole"), [("lecture.v2", "lecture.v2.kmeans"), ("a", "a.kmeans"), ("B.KMEANS", "B.KMEANS")])
def test_a_session_is_saved_under_a_name_that_can_be_opened(window, board, tmp_path, qtbot, name, whole):
    save(window, qtbot, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [whole]
    open_file(window, qtbot, tmp_path / whole)
    assert window.documents.session_path == tmp_path / whole


@pytest.mark.parametrize(
    ("form", "name", "whole"),
    [("svg", "a.b", "a.b.svg"), ("svg", "A.SVG", "A.SVG"), ("frames", "a", "a"), ("png", "a.svg", "a.svg")],
)
def test_an_export_has_the_suffix_of_its_format(window, board, tmp_path, qtbot, form, name, whole):
    choice = ExportChoice(format=formats()[form], width=64, height=48)
    window.documents.export(choice, tmp_path / name, window.stage.style)
    rest(window, qtbot)
    assert [path.name for path in tmp_path.iterdir()] == [whole]


def test_a_file_of_the_completed_name_is_not_replaced_unasked(window, board, tmp_path, qtbot):
    other = tmp_path / "lecture.v2.kmeans"
    other.write_text("another's")
    save(window, qtbot, tmp_path / "lecture.v2")
    assert other.read_text() == "another's"
    assert "is there already" in window.messages.text


# --- Giving up -----------------------------------------------------------------------------------------------------------


def test_a_save_that_is_given_up_writes_nothing(window, board, tmp_path, qtbot, monkeypatch):
    writing = Held(monkeypatch, storage, "save")
    window.documents.save(tmp_path / "a.kmeans")
    window.commands._answers()["cancel_requested"]()
    writing.release()
    assert writing.ended.wait(5)
    assert list(tmp_path.iterdir()) == []
    assert window.documents.session_path is None


def test_the_end_of_the_program_waits_for_a_save(window, board, tmp_path, monkeypatch):
    writing = Held(monkeypatch, storage, "save")
    window.documents.save(tmp_path / "a.kmeans")
    threading.Timer(0, writing.release).start()
    window.documents.close()
    assert storage.load(tmp_path / "a.kmeans").dataset.n == len(board)


def test_each_cross_stops_its_own_work(window, board, tmp_path, qtbot, monkeypatch):
    answers = window.commands._answers()
    writing = Held(monkeypatch, storage, "save")
    window.documents.save(tmp_path / "a.kmeans")
    answers["stop_requested"]()
    writing.release()
    rest(window, qtbot)
    assert (tmp_path / "a.kmeans").exists()
    window.commands.show_first_board()
    answers["cancel_requested"]()
    qtbot.waitUntil(lambda: state(window).dataset.n == 200)


# --- Columns -------------------------------------------------------------------------------------------------------------


def chooser(window):
    return window.findChild(ColumnChooser)


def test_the_columns_are_those_of_the_table_on_the_board(window, table, tmp_path, qtbot):
    open_file(window, qtbot, table)
    (tmp_path / "bad.csv").write_bytes(b"")
    open_file(window, qtbot, tmp_path / "bad.csv")
    window.commands.choose_columns()
    chooser(window).columns_requested.emit(("y", "z"))
    chooser(window).reject()
    rest(window, qtbot)
    assert state(window).dataset.columns == ("y", "z")
    assert state(window).dataset.source == "points.csv"


def test_the_columns_of_a_session_cannot_be_chosen(window, table, tmp_path, qtbot):
    open_file(window, qtbot, table)
    save(window, qtbot, tmp_path / "a.kmeans")
    open_file(window, qtbot, tmp_path / "a.kmeans")
    window.commands.choose_columns()
    assert chooser(window) is None
    assert "only of a table that was opened" in window.messages.text


def test_the_columns_of_points_that_came_back_by_undoing_are_not_those_of_the_later_table(window, table, tmp_path, qtbot):
    open_file(window, qtbot, table)
    other = tmp_path / "other.csv"
    shutil.copy(table, other)
    open_file(window, qtbot, other)
    assert window.documents.table == other
    window.controller.undo()
    assert window.documents.table is None


# --- Unsaved boards ------------------------------------------------------------------------------------------------------


@pytest.fixture
def start(qapp):
    """Start the program with some points on the table, and end it again afterwards."""
    made = []

    def started(points=()):
        window = make_window(qapp)
        made.append(window)
        window.show()
        window.documents.offer_unsaved()
        for point in points:
            window.controller.add_points(np.array([point]))
        return window

    yield started
    for window in made:
        window.controller.use_dataset(Dataset.empty(), "leave nothing")
        window.close()
        window.deleteLater()


def test_an_offer_stays_when_points_are_drawn_and_comes_back_after_other_messages(start):
    start([[1.0, 2.0]]).close()
    window = start([[3.0, 4.0], [5.0, 6.0]])
    assert "left without saving" in window.messages.text
    window.messages.error("Something else.")
    assert window.messages.text == "Something else."
    window.messages._close.click()
    assert "left without saving" in window.messages.text
    window.controller.set_projection(True)
    assert window.messages.text == ""
    window.controller.set_projection(False)
    assert "left without saving" in window.messages.text


def keep_boards(window, count):
    """Leave boards of one point each, (0, 0), (1, 0), …, an hour after each other."""
    for x in range(count):
        window.controller.clear()
        window.controller.add_points(np.array([[float(x), 0.0]]))
        before = set(_kept_boards())
        window.documents.keep_unsaved()
        for path in set(_kept_boards()) - before:
            os.utime(path, (3600 * x, 3600 * x))


def test_each_unsaved_board_is_kept_until_its_offer_is_closed(window):
    keep_boards(window, 3)
    window.documents.offer_unsaved()
    offers = []
    while window.messages.text:
        offers.append(window.messages.text)
        window.messages._close.click()
    assert len(set(offers)) == 3
    window.documents.offer_unsaved()
    assert window.messages.text == ""


def test_a_sixth_unsaved_board_takes_the_place_of_the_oldest(window, qtbot):
    keep_boards(window, 6)
    found = []
    while _kept_boards():
        window.documents.offer_unsaved()
        window.messages._buttons[0].click()
        rest(window, qtbot)
        found.append(state(window).dataset.points[0, 0])
    assert found == [5.0, 4.0, 3.0, 2.0, 1.0]


def test_a_kept_board_that_was_opened_is_kept_again(start, qtbot):
    start([[1.0, 2.0]]).close()
    for _ in range(2):
        window = start()
        window.messages._buttons[0].click()
        rest(window, qtbot)
        assert state(window).dataset.points.tolist() == [[1.0, 2.0]]
        assert window.documents.session_path is None
        window.close()


def test_a_kept_board_that_could_not_be_opened_is_offered_again(start, qtbot, monkeypatch):
    start([[1.0, 2.0]]).close()
    window = start()
    with monkeypatch.context() as broken:
        broken.setattr(storage, "load", _refuse)
        window.messages._buttons[0].click()
        rest(window, qtbot)
    window.close()
    assert "left without saving" in start().messages.text


def _refuse(path):
    raise UserError("It cannot be read now. Try again.")


# --- The log -------------------------------------------------------------------------------------------------------------


def test_the_log_is_shown_once_there_is_one(window, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    path = tmp_path / "a.log"
    handler = logging.FileHandler(path, delay=True)
    logging.getLogger("kmeans_gui").addHandler(handler)
    try:
        window.commands._show_log()
        assert window.messages.text == "There is no log: nothing has been noted."
        assert shown == []
        path.write_text("a line")
        window.commands._show_log()
        assert shown == [str(path)]
    finally:
        logging.getLogger("kmeans_gui").removeHandler(handler)
        handler.close()
