"""The tools in the window: real mouse events, from a click to a drag."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hands import LEFT, NONE, SHIFT, begin_drag, click, drag, key, pixel, release, show_layer, state
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kmeans_gui.data.dataset import Dataset


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


@pytest.fixture
def run(window, board, qtbot):
    """A run from three centroids placed by hand, its points assigned and linked, and the centroids tool on."""
    show_layer(window, "links")
    key(window, "C")
    for place in ((-0.5, 0.0), (0.5, 0.0), (0.0, 0.4)):
        click(window, pixel(window, place))
    qtbot.waitUntil(lambda: window.controller.shown.complete)
    window.controller.seek(1)
    return window


def test_a_centroid_goes_and_the_others_keep_their_points_and_colors(run, qtbot):
    shown, gone = run.canvas.frame, pixel(run, run.canvas.frame.centroids[0])
    begin_drag(run, gone, modifier=SHIFT)
    run.canvas.viewport().repaint()
    preview = run.canvas._moment()
    assert np.isnan(preview.centroids[0]).all()
    np.testing.assert_array_equal(preview.centroids[1:], shown.centroids[1:])
    assert preview.colors[:3] == shown.colors[:3]
    release(run, gone)
    np.testing.assert_array_equal(state(run).start, shown.centroids[1:])


def test_a_dropped_centroid_does_not_disturb_a_press(run, qtbot):
    shown = run.canvas.frame
    dropped = shown.centroids.copy()
    dropped[0] = np.nan
    run.canvas.set_frame(replace(shown, centroids=dropped))
    place = pixel(run, (0.0, -0.5))
    begin_drag(run, place)
    run.canvas.viewport().repaint()
    assert np.isnan(run.canvas._moment().centroids[0]).all()
    release(run, place)
    np.testing.assert_array_equal(state(run).start[:2], shown.centroids[1:])
    assert len(state(run).start) == 3


def test_centroids_that_stay_where_they_are_start_nothing(run):
    requests = []
    run.canvas.start_requested.connect(requests.append)
    click(run, pixel(run, run.canvas.frame.centroids[0]) + QPoint(3, 0))
    drag(run, *[pixel(run, run.canvas.frame.centroids[1])] * 3)
    click(run, QPoint(5, 5), SHIFT)
    assert requests == []
    assert run.canvas._moment() is run.canvas.frame


def test_another_number_of_centroids_in_the_middle_of_a_drag_of_one(run, qtbot):
    at = pixel(run, run.canvas.frame.centroids[0])
    begin_drag(run, at, at + QPoint(20, 0))
    key(run, "8")
    qtbot.waitUntil(lambda: run.controller.shown.step is not None and run.controller.shown.step.k == 8)
    run.controller.step()
    qtbot.waitUntil(lambda: run.canvas.frame.labels is not None and run.canvas.frame.labels.max() == 7)
    QTest.mouseMove(run.canvas.viewport(), at + QPoint(40, 0))
    run.canvas.viewport().repaint()
    preview = run.canvas._moment()
    assert preview.labels.max() < len(preview.centroids) == 3
    release(run, at + QPoint(40, 0))


@pytest.mark.parametrize("tool", ["Q", "W"])
def test_an_outline_is_dropped_with_its_tool(window, board, tool):
    key(window, tool)
    before = window.canvas.viewport().grab().toImage()
    begin_drag(window, QPoint(10, 10), QPoint(300, 20), QPoint(300, 300))
    assert window.canvas.viewport().grab().toImage() != before
    key(window, "A", tool)
    release(window, QPoint(300, 300))
    QTest.mouseMove(window.canvas.viewport(), QPoint(310, 310))
    assert window.canvas.viewport().grab().toImage() == before
    assert len(window.controller.shown.selected) == 0
    assert state(window).dataset.n == len(board)


@pytest.mark.parametrize("tool", ["M", "Q"])
def test_undoing_in_the_middle_of_a_move_gives_it_up(window, board, tool):
    key(window, "A")
    click(window, pixel(window, (-0.1, 0.0)))
    added = state(window).dataset.points[-1]
    window.controller.select(np.array([len(board)]))
    key(window, tool)
    begin_drag(window, pixel(window, added), pixel(window, (0.1, 0.0)))
    key(window, "Ctrl+Z")
    QTest.mouseMove(window.canvas.viewport(), pixel(window, (0.2, 0.0)))
    assert window.canvas._moment() is window.canvas.frame
    release(window, pixel(window, (0.2, 0.1)))
    assert np.array_equal(state(window).dataset.points, board)


def test_undoing_in_the_middle_of_a_centroids_drag_gives_it_up(window, board):
    click(window, pixel(window, (-0.1, 0.0)))
    key(window, "C")
    begin_drag(window, QPoint(200, 200), QPoint(220, 200))
    key(window, "Ctrl+Z")
    release(window, QPoint(240, 200))
    assert state(window).start is None
    assert np.array_equal(state(window).dataset.points, board)


def test_an_outline_goes_on_while_points_come(window, board):
    key(window, "Q")
    begin_drag(window, QPoint(2, 2), QPoint(100, 100))
    window.controller.add_points(np.array([[0.0, 0.0]]))
    corner = QPoint(window.canvas.viewport().width() - 3, window.canvas.viewport().height() - 3)
    QTest.mouseMove(window.canvas.viewport(), corner)
    release(window, corner)
    assert len(window.controller.shown.selected) == len(board) + 1


def test_the_first_centroid_placed_by_hand_begins_a_start_of_its_own(window, board, qtbot):
    key(window, "R")
    qtbot.waitUntil(lambda: window.controller.shown.step is not None)
    key(window, "C")
    click(window, pixel(window, (-0.5, 0.0)))
    assert len(state(window).start) == 1
    click(window, pixel(window, (0.5, 0.0)))
    assert len(state(window).start) == 2


def test_the_mouse_over_a_point_reads_it_out(run):
    canvas, said = run.canvas, []
    canvas.hovered.connect(said.append)
    for row in (0, 5):
        x, y = canvas.view.to_pixels(canvas.frame.points[row : row + 1])[0]
        QTest.mouseMove(canvas.viewport(), QPoint(round(x), round(y)))
    QTest.mouseMove(canvas.viewport(), QPoint(2, 2))
    near = [row for row in said if row >= 0]
    assert said[-1] == -1
    assert len(near) == 2


def test_a_press_without_a_release_before_holds_nothing(window):
    window.controller.set_tool("centroids")
    first, second = QPoint(300, 300), QPoint(500, 300)
    begin_drag(window, first)
    begin_drag(window, second, QPoint(520, 320), modifier=SHIFT)
    release(window, QPoint(520, 320))
    QApplication.processEvents()
    assert state(window).start is None or len(state(window).start) <= 1
