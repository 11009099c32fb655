"""Live mode: while something is dragged the end of the run follows, and what is let go of is what was on show."""

from __future__ import annotations

import numpy as np
import pytest
from hands import SHIFT, begin_drag, click, drag, key, pixel, release, state
from PySide6.QtTest import QTest

from kmeans_gui import clustering
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.ui import live as live_module
from kmeans_gui.ui.live import MOST


@pytest.fixture
def live(window, board, qtbot):
    """A finished run from random points, and live mode on."""
    window.stage.live.on = True
    window.controller.set_parameter("init", "random")
    window.controller.to_end()
    qtbot.waitUntil(lambda: window.controller.shown.complete)
    return window


@pytest.fixture(params=["at once", "in the background"])
def pace(request, monkeypatch):
    if request.param == "in the background":
        monkeypatch.setattr(live_module, "LIGHT", -1)
        monkeypatch.setattr(live_module, "PATIENCE_MS", -1.0)


def ends(window, points=None, **parameters):
    """Return how the run of the present state ends, on other points or from other centroids."""
    now = state(window)
    given = {**now.run_parameters(), **parameters}
    return clustering.fit(now.algorithm, now.dataset.points if points is None else points, seed=now.seed, **given)


def drawn(window):
    return window.canvas._moment()


def at_end(window):
    shown = window.controller.shown
    return shown.complete and shown.position == shown.length - 1


def rests(window):
    return at_end(window) and drawn(window) is window.canvas.frame


def has_settled(window):
    """Whether what is drawn is how the run ends from where things are now."""
    frame = drawn(window)
    last = ends(window, frame.layout.source.array)
    return np.array_equal(frame.labels, last.labels) and np.array_equal(frame.centroids, last.centroids)


def test_the_end_of_the_run_follows_a_dragged_point(live, board, pace, qtbot):
    key(live, "M")
    before = drawn(live)
    begin_drag(live, pixel(live, board[5]), pixel(live, (0.1, 0.0)))
    for place in ((0.2, 0.1), (0.5, 0.4), (0.0, 0.6)):
        QTest.mouseMove(live.canvas.viewport(), pixel(live, place))
        assert drawn(live).points[5] == pytest.approx(place, abs=0.02)
        qtbot.waitUntil(lambda: has_settled(live))
    assert drawn(live).assignment is not before.assignment
    release(live, pixel(live, (0.0, 0.6)))


def test_what_was_drawn_is_what_is_let_go_of_and_one_undo_takes_it_back(live, board, pace, qtbot):
    old = live.controller.shown.step
    key(live, "M")
    places = [pixel(live, board[5]), pixel(live, (0.1, 0.0)), pixel(live, (0.0, 0.6))]
    begin_drag(live, *places)
    qtbot.waitUntil(lambda: has_settled(live))
    preview = drawn(live)
    release(live, places[-1])
    seen = []
    live.canvas.painted.connect(lambda: seen.append(drawn(live)))
    qtbot.waitUntil(lambda: rests(live))
    frame = drawn(live)
    for each in (*seen, frame):
        np.testing.assert_array_equal(each.labels, preview.labels)
        np.testing.assert_array_equal(each.centroids, preview.centroids)
        assert each.colors == preview.colors
    assert state(live).start is None
    key(live, "Ctrl+Z")
    assert np.array_equal(state(live).dataset.points, board)
    qtbot.waitUntil(lambda: at_end(live))
    np.testing.assert_array_equal(live.controller.shown.step.centroids, old.centroids)


def test_the_caption_and_the_status_tell_of_the_run_that_is_drawn(live, board, pace, qtbot):
    def told():
        return live._caption.accessibleName(), live._status.readings.text()

    before = told()
    key(live, "M")
    begin_drag(live, pixel(live, board[5]), pixel(live, (0.0, 0.6)))

    def tell_of_what_is_drawn():
        last = ends(live, drawn(live).layout.source.array)
        caption, readings = told()
        numbers = f"iteration {last.iteration} ", f"{last.objective:.4g}"
        return has_settled(live) and caption == last.note.text() and all(number in readings for number in numbers)

    qtbot.waitUntil(tell_of_what_is_drawn)
    assert told() != before
    key(live, "C")  # which gives the drag up
    assert told() == before


def test_a_selection_is_followed_and_stays_selected(live, board, qtbot):
    live.controller.select(np.arange(30))
    key(live, "M")
    places = [pixel(live, board[5]), pixel(live, (0.0, 0.0))]
    begin_drag(live, *places)
    assert has_settled(live)
    release(live, places[-1])
    qtbot.waitUntil(lambda: rests(live))
    assert live.controller.shown.selected.tolist() == list(range(30))


def test_the_run_from_a_dragged_centroid_is_shown_with_a_trail_from_where_it_is_held(live, pace, qtbot):
    key(live, "C")
    first = live.controller.shown.step.centroids
    places = [pixel(live, first[0]), pixel(live, (0.0, 0.0)), pixel(live, (0.4, 0.4))]
    begin_drag(live, *places)

    def settles():
        frame = drawn(live)
        if len(frame.trail) != 1 or not np.allclose(frame.trail[0][0], (0.4, 0.4), atol=0.02):
            return False
        return np.array_equal(frame.centroids, ends(live, init=frame.trail[0]).centroids)

    qtbot.waitUntil(settles)
    preview = drawn(live)
    np.testing.assert_array_equal(preview.trail[0][1:], first[1:])
    release(live, places[-1])
    qtbot.waitUntil(lambda: rests(live))
    np.testing.assert_array_equal(state(live).start, preview.trail[0])
    np.testing.assert_array_equal(drawn(live).centroids, preview.centroids)
    np.testing.assert_array_equal(drawn(live).labels, preview.labels)
    assert drawn(live).colors == preview.colors


def test_a_centroid_that_goes_is_followed(live, qtbot):
    key(live, "C")
    click(live, pixel(live, live.controller.shown.step.centroids[0]), SHIFT)
    qtbot.waitUntil(lambda: rests(live))
    assert state(live).k == 2


def test_a_press_that_moves_nothing_changes_nothing(live):
    key(live, "C")
    place = pixel(live, live.controller.shown.step.centroids[0])
    frame = drawn(live)
    begin_drag(live, place)
    np.testing.assert_array_equal(drawn(live).centroids, frame.centroids)
    assert drawn(live).trail == ()
    release(live, place)
    assert drawn(live) is frame


def test_giving_up_brings_the_picture_back(live, board, pace, qtbot):
    frame = drawn(live)
    key(live, "M")
    begin_drag(live, pixel(live, board[5]), pixel(live, (0.1, 0.0)))
    qtbot.waitUntil(lambda: has_settled(live))
    key(live, "C")
    assert drawn(live) is frame
    release(live, pixel(live, (0.2, 0.0)))
    assert np.array_equal(state(live).dataset.points, board)


def test_off_a_drag_shows_the_point_alone_and_the_run_goes_on_from_the_centroids(live, board):
    live.stage.live.on = False
    frame, step = drawn(live), live.controller.shown.step
    key(live, "M")
    begin_drag(live, pixel(live, board[5]), pixel(live, (0.0, 0.6)))
    assert drawn(live).assignment is frame.assignment
    release(live, pixel(live, (0.0, 0.6)))
    assert live.controller.shown.trace is None
    np.testing.assert_array_equal(state(live).start, step.centroids)


def test_centroids_placed_before_there_are_points_are_placed(window):
    window.stage.live.on = True
    key(window, "C")
    drag(window, pixel(window, (0.0, 0.0)), pixel(window, (0.2, 0.0)))
    assert len(state(window).start) == 1
    assert window.controller.shown.trace is None
    assert window.messages.text == ""


def test_a_large_board_says_so_and_stays_with_the_preview(window, qtbot):
    points = np.random.default_rng(0).normal(size=(MOST + 1, 2))
    window.controller.use_dataset(Dataset.of(points), "open points")
    live, said = window.stage.live, []
    live.on = True
    live.declined.connect(said.append)
    key(window, "M")
    places = [pixel(window, points[7]), pixel(window, (0.1, 0.0)), pixel(window, (0.2, 0.0))]
    begin_drag(window, *places)
    assert drawn(window).assignment is None
    release(window, places[-1])
    assert said == ["Live mode follows boards of up to 20,000 points; this one has 20,001."]
    assert not np.array_equal(state(window).dataset.points, points)


def test_a_method_without_centroids_is_followed(live, board, pace, qtbot):
    live.controller.set_algorithm("dbscan")
    live.controller.to_end()
    qtbot.waitUntil(lambda: at_end(live))
    key(live, "M")
    places = [pixel(live, board[5]), pixel(live, (0.0, 0.0))]
    begin_drag(live, *places)
    qtbot.waitUntil(lambda: np.array_equal(drawn(live).labels, ends(live, drawn(live).layout.source.array).labels))
    preview = drawn(live)
    release(live, places[-1])
    qtbot.waitUntil(lambda: rests(live))
    np.testing.assert_array_equal(drawn(live).labels, preview.labels)
