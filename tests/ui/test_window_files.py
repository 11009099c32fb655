"""Files in the window: opened, dropped, saved, exported, refused, offered again."""

from __future__ import annotations

import numpy as np
import pytest
from hands import LEFT, NONE, click, key, state
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from kmeans_gui.data.dataset import Dataset
from kmeans_gui.export.choice import ExportChoice
from kmeans_gui.export.formats import formats
from kmeans_gui.session import storage
from kmeans_gui.ui.main_window import make_window


def test_a_new_board_is_not_saved_over_the_last_session(window, board, tmp_path, qtbot):
    path = tmp_path / "mine.kmeans"
    with qtbot.waitSignal(window.documents.rested):
        window.documents.save(path)
    key(window, "Ctrl+N")
    assert window.documents.session_path is None
    assert window.windowTitle() == "kmeans-gui[*]"


def test_the_title_names_the_file_and_tells_of_changes(window, tmp_path, qtbot):
    table = tmp_path / "iris.csv"
    table.write_text("x,y\n1,2\n3,4\n")
    with qtbot.waitSignal(window.documents.rested):
        window.commands.open(table)
    assert (window.windowTitle(), window.isWindowModified()) == ("iris.csv[*] – kmeans-gui", False)
    window.controller.remove_rows(np.array([0]))
    assert (window.windowTitle(), window.isWindowModified()) == ("iris.csv[*] – kmeans-gui", True)


def test_an_empty_board_tells_what_is_being_opened(window):
    words = window._welcome.words
    window.documents.progressed.emit("Opening iris.csv", 0, 0)
    assert words.text() == "Opening iris.csv …"
    window.documents.progressed.emit("Opening iris.csv", 43, 100)
    assert words.text() == "Opening iris.csv: 43 %"
    assert not window._welcome.button.isVisible()
    window.documents.rested.emit()
    assert words.text().startswith("The board is empty")
    assert window._welcome.button.isVisible()


def test_a_message_goes_with_the_points_it_was_about(window, board, tmp_path, qtbot):
    (tmp_path / "empty.csv").write_bytes(b"")
    with qtbot.waitSignal(window.documents.rested):
        window.commands.open(tmp_path / "empty.csv")
    qtbot.waitUntil(lambda: bool(window.messages.text))
    window.controller.use_dataset(Dataset.of([[0.0, 0.0]]), "open a point")
    assert window.messages.text == ""


def test_a_dropped_table_is_opened(window, tmp_path, qtbot):
    table = tmp_path / "points.csv"
    table.write_text("x,y\n1,2\n3,4\n5,\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(table))])
    with qtbot.waitSignal(window.documents.rested):
        window.dropEvent(QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, data, LEFT, NONE))
    assert state(window).dataset.points.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert "1 row was left out" in window.messages.text


@pytest.mark.parametrize("content", [b"", b"name,city\nann,rome\n", b"\x00\xff\x00junk", b"x,y\n1e300,1\n2,2\n"])
def test_a_file_that_cannot_be_used_leaves_the_board_as_it_was(window, board, tmp_path, qtbot, content):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    with qtbot.waitSignal(window.documents.rested):
        window.commands.open(bad)
    qtbot.waitUntil(lambda: bool(window.messages.text))
    assert np.array_equal(state(window).dataset.points, board)
    assert len(window.messages.text.splitlines()) == 1


def test_a_session_is_saved_and_opened_at_the_same_frame(window, board, tmp_path, qtbot):
    path = tmp_path / "mine.kmeans"
    key(window, "Right")
    qtbot.waitUntil(lambda: window.controller.shown.complete)
    window.controller.seek(3)
    shown = window.controller.shown
    with qtbot.waitSignal(window.documents.rested):
        window.documents.save(path)
    window.controller.clear()
    with qtbot.waitSignal(window.documents.rested):
        window.commands.open(path)
    qtbot.waitUntil(lambda: window.controller.shown.position == 3)
    assert np.array_equal(window.controller.shown.step.labels, shown.step.labels)
    assert state(window).viewport == shown.state.viewport
    assert window.windowTitle().startswith("mine.kmeans")
    assert storage.load(path).position == 3


@pytest.mark.parametrize("name", list(formats()))
def test_what_is_on_show_is_exported(window, board, tmp_path, qtbot, name):
    form = formats()[name]
    key(window, "Right")
    qtbot.waitUntil(lambda: window.controller.shown.complete)
    target = tmp_path / f"out{form.suffix}"
    choice = ExportChoice(format=form, frames="iterations", width=320, height=240)
    with qtbot.waitSignal(window.documents.rested):
        window.documents.export(choice, target, window.stage.style)
    assert target.exists() and window.messages.text.startswith("out")


def test_an_unwritable_folder_is_told_in_a_sentence(window, board, tmp_path, qtbot):
    form = formats()["png"]
    with qtbot.waitSignal(window.documents.rested):
        window.documents.export(ExportChoice(format=form), tmp_path / "nowhere" / "a.png", window.stage.style)
    qtbot.waitUntil(lambda: bool(window.messages.text))
    assert "nowhere" in window.messages.text


def test_a_file_that_was_opened_is_offered_again(window, tmp_path, qtbot):
    table = tmp_path / "mine.csv"
    table.write_text("x,y\n1,2\n3,4\n")
    with qtbot.waitSignal(window.documents.rested):
        window.commands.open(table)
    window.controller.clear()
    entries = window.actions_table._recent.actions()
    assert [entry.text() for entry in entries] == ["mine.csv"]
    with qtbot.waitSignal(window.documents.rested):
        entries[0].trigger()
    assert state(window).dataset.n == 2


def test_points_that_no_file_has_are_offered_at_the_next_start(window, qapp, qtbot):
    click(window, QPoint(300, 200))
    points = state(window).dataset.points
    window.close()
    other = make_window(qapp)
    other.show()
    other.begin()
    assert "left without saving" in other.messages.text
    with qtbot.waitSignal(other.documents.rested):
        other.messages._buttons[0].click()
    qtbot.waitUntil(lambda: other.controller.state.dataset.n == 1)
    assert np.array_equal(other.controller.state.dataset.points, points)
    other.close()
    other.deleteLater()


def test_what_a_file_has_is_not_offered(window, qapp, tmp_path, qtbot):
    click(window, QPoint(300, 200))
    with qtbot.waitSignal(window.documents.rested):
        window.documents.save(tmp_path / "mine.kmeans")
    window.close()
    other = make_window(qapp)
    other.show()
    other.begin()
    assert other.messages.text == ""
    other.close()
    other.deleteLater()
