"""The window as its user sees it: real mouse and key events, from a click to a file."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kmeans_gui.clustering import Phase
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.export.choice import ExportChoice
from kmeans_gui.export.formats import formats
from kmeans_gui.session import storage
from kmeans_gui.ui import settings
from kmeans_gui.ui.actions import ACTIONS
from kmeans_gui.ui.main_window import make_window
from kmeans_gui.ui.panels.caption_bar import HINTS

LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qapp, qtbot):
    made = make_window(qapp)
    made.resize(1280, 800)
    with qtbot.waitExposed(made):
        made.show()
    made.controller.use_dataset(Dataset.empty(), "begin")
    made.canvas.setFocus()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def board(window):
    """Three groups of points in the middle of the canvas."""
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.normal(center, 0.08, (30, 2)) for center in ((-0.6, -0.5), (0.6, -0.5), (0, 0.6))])
    window.controller.use_dataset(Dataset.of(points), "open points")
    QApplication.processEvents()
    return points


def state(window):
    return window.controller.state


def click(window, at, modifier=NONE):
    QTest.mouseClick(window.canvas.viewport(), LEFT, modifier, at)


def drag(window, *places, modifier=NONE):
    viewport = window.canvas.viewport()
    QTest.mousePress(viewport, LEFT, modifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(viewport, place)
        # QTest's move carries no button, which is all that the canvas does not need: it knows what is held.
    QTest.mouseRelease(viewport, LEFT, modifier, places[-1])


def key(window, *keys):
    for one in keys:
        QTest.keySequence(window, QKeySequence(one))


def pixel(window, point):
    x, y = window.canvas.view.to_pixels(np.array([point], float))[0]
    return QPoint(round(x), round(y))


def whole(bounds=(-10.0, 10.0)):
    low, high = bounds
    return np.array([[low, low], [high, high]])


def test_a_click_adds_a_point_where_it_was_made(window):
    at = QPoint(300, 200)
    click(window, at)
    assert state(window).dataset.n == 1
    assert (pixel(window, state(window).dataset.points[0]) - at).manhattanLength() <= 1


def test_two_quick_clicks_add_two_points(window):
    viewport, at = window.canvas.viewport(), QPoint(300, 200)
    QTest.mouseClick(viewport, LEFT, NONE, at)
    QTest.mouseDClick(viewport, LEFT, NONE, at)
    QTest.mouseRelease(viewport, LEFT, NONE, at)
    assert state(window).dataset.n == 2


def test_a_shift_click_adds_a_cluster_and_one_undo_takes_it_back(window):
    click(window, QPoint(400, 300), SHIFT)
    assert state(window).dataset.n == 30
    key(window, "Ctrl+Z")
    assert state(window).dataset.n == 0
    key(window, "Ctrl+Y")
    assert state(window).dataset.n == 30


def test_adding_points_does_not_move_the_view(window):
    before = window.canvas.viewport_range()
    click(window, QPoint(100, 100))
    click(window, QPoint(500, 400))
    QApplication.processEvents()
    assert window.canvas.viewport_range() == pytest.approx(before)


@pytest.mark.parametrize("offset", [0.0, 50.0, -3.0])
def test_new_points_are_all_in_view_each_time(window, offset):
    for spread in (1.0, 20.0, 1.0):
        points = np.array([[0.0, 0.0], [spread, 1.0], [1.0, spread]]) + offset
        window.controller.use_dataset(Dataset.of(points), "open points")
        QApplication.processEvents()
        x0, x1, y0, y1 = window.canvas.viewport_range()
        assert x0 < points[:, 0].min() and points[:, 0].max() < x1
        assert y0 < points[:, 1].min() and points[:, 1].max() < y1
        assert state(window).viewport == (x0, x1, y0, y1)


def test_the_whole_canvas_is_painted_wherever_one_looks(window, board):
    for _ in range(2):
        window.canvas.plotItem.getViewBox().translateBy(x=5.0)
        QApplication.processEvents()
        assert window.canvas._item.boundingRect() == window.canvas.plotItem.getViewBox().viewRect()
        window.resize(window.width() + 100, window.height())
        QApplication.processEvents()


def test_a_new_board_is_not_saved_over_the_last_session(window, board, tmp_path, qtbot):
    path = tmp_path / "mine.kmeans"
    with qtbot.waitSignal(window.documents.rested):
        window.documents.save(path)
    key(window, "Ctrl+N")
    assert window.documents.session_path is None
    assert window.windowTitle() == "kmeans-gui"


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


def test_a_message_goes_with_the_points_it_was_about(window, board, tmp_path, qtbot):
    (tmp_path / "empty.csv").write_bytes(b"")
    with qtbot.waitSignal(window.documents.rested):
        window.commands.open(tmp_path / "empty.csv")
    qtbot.waitUntil(lambda: bool(window.messages.text))
    window.controller.use_dataset(Dataset.of([[0.0, 0.0]]), "open a point")
    assert window.messages.text == ""


def test_the_spray_is_one_undo(window):
    key(window, "S")
    drag(window, QPoint(300, 300), QPoint(350, 320), QPoint(400, 330))
    assert state(window).dataset.n >= 12
    key(window, "Ctrl+Z")
    assert state(window).dataset.n == 0


def test_the_eraser_removes_what_is_under_it_and_nothing_else(window, board):
    key(window, "E")
    drag(window, pixel(window, (0.0, 0.6)), pixel(window, (0.02, 0.6)))
    left = state(window).dataset.points
    assert len(left) < len(board)
    assert np.array_equal(left[:60], board[:60])


def test_a_point_is_dragged(window, board):
    key(window, "M")
    drag(window, pixel(window, board[5]), pixel(window, (0.1, 0.0)), pixel(window, (0.2, 0.1)))
    moved = np.flatnonzero((state(window).dataset.points != board).any(axis=1))
    assert len(moved) == 1
    assert state(window).dataset.points[moved[0]] == pytest.approx([0.2, 0.1], abs=0.02)


@pytest.mark.parametrize("tool", ["Q", "W"])
def test_points_are_selected_deleted_and_brought_back(window, board, tool):
    key(window, tool)
    corners = [(-1.0, -0.9), (-0.2, -0.9), (-0.2, -0.1), (-1.0, -0.1)]
    path = [corners[0], corners[2]] if tool == "Q" else corners
    drag(window, *(pixel(window, corner) for corner in path))
    assert window.controller.shown.selected.tolist() == list(range(30))
    key(window, "Del")
    assert state(window).dataset.n == 60
    key(window, "Ctrl+Z")
    assert np.array_equal(state(window).dataset.points, board)


def test_a_selection_is_duplicated_and_given_up(window, board):
    key(window, "Ctrl+A", "Ctrl+D")
    assert state(window).dataset.n == 180
    assert len(window.controller.shown.selected) == 90
    key(window, "Esc")
    assert len(window.controller.shown.selected) == 0


def test_centroids_are_placed_dragged_and_removed(window, board, qtbot):
    key(window, "C")
    click(window, pixel(window, (-0.5, 0.0)))
    click(window, pixel(window, (0.5, 0.0)))
    qtbot.waitUntil(lambda: window.controller.shown.step is not None and window.controller.shown.step.k == 2)
    drag(window, pixel(window, (0.5, 0.0)), pixel(window, (0.5, 0.3)), pixel(window, (0.5, 0.5)))
    qtbot.waitUntil(lambda: window.controller.shown.step is not None)
    assert state(window).start[1] == pytest.approx([0.5, 0.5], abs=0.02)
    click(window, pixel(window, state(window).start[0]), SHIFT)
    assert len(state(window).start) == 1 and state(window).k == 1


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
    assert not window.controller.shown.trace or not window.controller._run.computing


def test_a_narrow_window_folds_the_panel(window):
    window.resize(1024, 768)
    QApplication.processEvents()
    assert not window._side.isVisible()
    key(window, "F9")
    assert window._side.isVisible()
    window.resize(1280, 800)
    QApplication.processEvents()
    assert window._side.isVisible()
