"""The status line: numbers, work under way, messages."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kmeans_gui.clustering.notes import number
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.state import State
from kmeans_gui.ui.panels.status import StatusBar, duration
from kmeans_gui.ui.shown import Shown


class Clock:
    """A clock that stands until it is set."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def status(show, clock):
    return show(StatusBar(clock), 1280, 32)


def test_an_assignment_in_numbers(status, moment):
    shown = moment(3)
    step, previous = shown.step, shown.previous
    status.refresh(None, shown)
    change = number(step.objective - previous.objective, 3)
    assert status.readings.text() == (
        f"200 of 200 points · K 3 · iteration 2 · inertia {number(step.objective)} ({change}) · "
        f"{step.changed} switched · shift {number(previous.shift)}"
    )


def test_an_update_repeats_how_many_the_assignment_before_it_switched(status, moment):
    shown = moment(4)
    status.refresh(None, shown)
    assert f"{shown.previous.changed} switched · shift {number(shown.step.shift)}" in status.readings.text()
    assert shown.previous.changed > 0


def test_the_start_and_the_first_assignment(status, moment):
    status.refresh(None, moment(0))
    assert status.readings.text() == "200 of 200 points · K 3 · iteration 0 · inertia not yet"
    status.refresh(None, moment(1))
    assert status.readings.text().endswith("200 assigned")


def test_of_a_run_that_an_edit_has_ended_only_where_it_was_is_told(status, moment):
    status.refresh(None, replace(moment(4), trace=None))
    assert status.readings.text() == "200 of 200 points · K 3 · edited after iteration 2"


def test_without_a_run_or_points(status):
    status.refresh(None, Shown())
    assert status.readings.text() == "No points · K 3"


def test_k_is_the_number_of_centroids_placed_by_hand(status, moment):
    shown = moment(0)
    status.refresh(None, replace(shown, state=replace(shown.state, start=np.zeros((5, 2)))))
    assert "K 5" in status.readings.text()


def test_rows_left_out_are_counted_on_screen(status):
    table = Shown(state=State(dataset=Dataset.of(np.zeros((1997, 2)), left_out=3)))
    status.refresh(None, table)
    assert status.readings.text().startswith("1,997 of 1,997 points")
    assert status.left_out.isVisible()
    assert status.left_out.text() == "3 rows left out"
    status.refresh(table, Shown())
    assert not status.left_out.isVisible()


def test_the_tool_that_is_on_is_named(status):
    status.refresh(None, Shown(tool="erase"))
    assert status.tool.text() == "Tool: erase"


def test_places_do_not_shrink_during_a_run(status, long_moment):
    wide, narrow = long_moment(2000, position=1999), long_moment(2000, position=3)
    narrow = replace(narrow, trace=wide.trace, state=replace(narrow.state, dataset=wide.state.dataset))
    status.refresh(None, wide)
    width = status.readings.sizeHint().width()
    status.refresh(wide, narrow)
    assert status.readings.sizeHint().width() >= width
    status.refresh(narrow, Shown())
    assert status.readings.sizeHint().width() < width


def test_progress_shows_work_and_can_be_cancelled(status, said):
    asked = said(status.cancel_requested)
    assert not status.progress.isVisible()
    status.show_progress("Writing frames", 3, 12)
    assert status.progress.isVisible()
    assert status.progress.label.text() == "Writing frames…"
    assert status.progress.bar.value() == status.progress.bar.maximum() / 4
    QTest.mouseClick(status.progress.cancel, Qt.MouseButton.LeftButton)
    assert len(asked) == 1
    status.hide_progress()
    assert not status.progress.isVisible()


def test_the_time_left_is_told_after_a_second(status, clock):
    status.show_progress("Writing frames", 0, 12)
    clock.now += 0.9
    status.show_progress("Writing frames", 1, 12)
    assert status.progress.label.text() == "Writing frames…"
    clock.now += 5.1
    status.show_progress("Writing frames", 4, 12)
    assert status.progress.label.text() == "Writing frames: 12 s left"


@pytest.mark.parametrize("again", [("Opening", False), ("Writing frames", True)])
def test_the_time_of_other_work_is_not_counted(status, clock, again):
    text, hidden = again
    status.show_progress("Writing frames", 1, 12)
    clock.now += 60
    if hidden:
        status.hide_progress()
    status.show_progress(text, 1, 12)
    assert status.progress.label.text() == f"{text}…"


def test_work_of_unknown_or_enormous_length(status):
    status.show_progress("Opening", 0, 0)
    assert status.progress.bar.maximum() == 0
    status.show_progress("Opening", 2**40, 2**41)
    assert status.progress.bar.value() == status.progress.bar.maximum() / 2


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (12.4, "12 s"), (89, "89 s"), (180, "3 min"), (3600, "60 min"), (7200, "2 h")]
)
def test_durations_are_round(seconds, words):
    assert duration(seconds) == words


def test_work_that_takes_long_is_shown_and_can_be_stopped(status, qtbot):
    idle, busy = Shown(), Shown(busy="Computing iteration 7")
    status.refresh(None, idle)
    status.refresh(idle, busy)
    assert status.busy.isHidden()
    qtbot.waitUntil(lambda: not status.busy.isHidden())
    assert status.busy.label.text().startswith("Computing iteration 7")
    with qtbot.waitSignal(status.stop_requested):
        status.busy.cancel.click()
    status.refresh(busy, idle)
    assert status.busy.isHidden()


def test_short_work_is_not_shown(status):
    status.refresh(None, Shown(busy="Computing iteration 7"))
    status.refresh(None, Shown())
    assert not status._patience.isActive()


def test_the_point_under_the_mouse_is_read_out_in_place_of_the_tool(status, moment):
    run = moment(3)
    status.refresh(None, run)
    status.show_point(3)
    x, y = run.state.dataset.points[3]
    assert status.tool.text() == f"point 3 · x {number(x)}, y {number(y)} · cluster {run.step.labels[3] + 1}"
    status.show_point(-1)
    assert status.tool.text() == "Tool: add"
