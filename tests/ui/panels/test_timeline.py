"""The timeline: places to half-steps and back, scrubbing, and marks that never crowd."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kmeans_gui.clustering import Phase
from kmeans_gui.ui.panels.marks import Marks, stride
from kmeans_gui.ui.panels.timeline import Scale, Timeline
from kmeans_gui.ui.shown import Shown

LONG = 10_000


@pytest.fixture
def timeline(show):
    return show(Timeline(), 500, 40)


def press(timeline, x):
    QTest.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(x), 16))


def release(timeline, x):
    QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(x), 16))


def wheel(widget, x=0, y=0):
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(x, y),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@given(length=st.integers(1, LONG), width=st.floats(50, 4000), share=st.floats(0, 1))
def test_a_half_step_is_found_where_it_stands(length, width, share):
    scale = Scale(length, 10.0, width)
    index = round(share * (length - 1))
    assert scale.index(scale.x(index)) == index
    assert 10.0 <= scale.x(index) <= 10.0 + width + 1e-6


@given(length=st.integers(1, LONG), width=st.floats(50, 4000), x=st.floats(-1e4, 1e4))
def test_every_place_leads_to_the_nearest_half_step(length, width, x):
    scale = Scale(length, 10.0, width)
    index = scale.index(x)
    assert 0 <= index < length
    inside = min(max(x, 10.0), 10.0 + width)
    assert abs(scale.x(index) - inside) <= scale.spacing / 2 + 1e-6


def test_the_ends_of_a_long_run_stand_at_the_ends(timeline, long_moment):
    timeline.refresh(None, long_moment(LONG))
    scale = timeline.scale()
    assert (scale.index(0), scale.index(500)) == (0, LONG - 1)
    assert scale.index(250) == pytest.approx(LONG / 2, abs=1)


def test_a_click_asks_for_the_half_step_there(timeline, long_moment, said):
    timeline.refresh(None, long_moment(15))
    asked = said(timeline.seek_requested)
    press(timeline, timeline.scale().x(7))
    release(timeline, timeline.scale().x(7))
    assert asked == [(7,)]


def test_dragging_scrubs_and_asks_once_for_each_half_step(timeline, long_moment, said):
    timeline.refresh(None, long_moment(15))
    asked = said(timeline.seek_requested)
    at = timeline.scale().x
    press(timeline, at(3))
    for x in (at(3) + 2, at(4), at(4) + 3, at(14) + 200):
        QTest.mouseMove(timeline, QPoint(round(x), 16))
    release(timeline, at(14))
    QTest.mouseMove(timeline, QPoint(round(at(2)), 16))
    assert asked == [(3,), (4,), (14,)]


def test_the_wheel_steps_and_small_turns_add_up(timeline, long_moment, said):
    timeline.refresh(None, long_moment(15, position=5))
    asked = said(timeline.seek_requested)
    wheel(timeline, y=-120)
    wheel(timeline, y=-60)
    wheel(timeline, y=-60)
    wheel(timeline, y=240)
    assert asked == [(6,), (7,), (5,)]


def test_rendering_asks_for_nothing(timeline, long_moment, said):
    asked = said(timeline.seek_requested)
    first = long_moment(15, position=5)
    timeline.refresh(None, first)
    second = long_moment(9, position=8)
    timeline.refresh(first, second)
    timeline.refresh(second, Shown())
    assert asked == []
    assert timeline.value() == 0


def test_without_a_run_a_click_asks_for_nothing(timeline, said):
    timeline.refresh(None, Shown())
    asked = said(timeline.seek_requested)
    press(timeline, 300)
    release(timeline, 300)
    assert asked == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_PageDown])
def test_keys_are_left_to_the_window(timeline, long_moment, said, key):
    timeline.refresh(None, long_moment(15, position=5))
    asked = said(timeline.seek_requested)
    timeline.setFocus()
    event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    timeline.keyPressEvent(event)
    assert not event.isAccepted()
    assert asked == []


def test_assistive_technology_meets_a_slider_with_a_value_in_words(timeline, long_moment):
    timeline.refresh(None, long_moment(15, position=5))
    interface = QAccessible.queryAccessibleInterface(timeline)
    assert interface.role() is QAccessible.Role.Slider
    assert timeline.accessibleName() == "Timeline"
    assert timeline.accessibleDescription() == "Half-step 5 of 14, iteration 3: Act 5"
    assert (timeline.minimum(), timeline.value(), timeline.maximum()) == (0, 5, 14)


def test_the_line_grows_with_the_run(timeline, long_moment):
    first = long_moment(LONG)
    part = Shown(state=first.state, trace=first.trace, step=first.step, length=100)
    timeline.refresh(None, part)
    assert timeline.maximum() == 99
    timeline.refresh(part, first)
    assert timeline.maximum() == LONG - 1


@pytest.mark.parametrize("length", [1, 2, 15, 600, LONG])
def test_it_paints_at_any_length(timeline, long_moment, length):
    timeline.refresh(None, long_moment(length))
    empty = Timeline()
    empty.resize(timeline.size())
    assert timeline.grab().toImage() != empty.grab().toImage()
    empty.deleteLater()


def test_marks_are_read_once_and_sorted_by_kind(long_moment):
    trace = long_moment(6).trace
    marks = Marks()
    assert list(marks.read(trace, 4)) == [0, 1, 2, 3]
    assert list(marks.read(trace, 6)) == [4, 5]
    assert (marks.assigns, marks.others, marks.done) == ([1, 3], [2, 4], True)
    assert trace.light(5).phase is Phase.DONE


def test_marks_of_another_run_replace_the_first(long_moment):
    marks = Marks()
    marks.read(long_moment(6).trace, 6)
    other = long_moment(4).trace
    assert list(marks.read(other, 2)) == [0, 1]
    assert (marks.assigns, marks.others, marks.done) == ([1], [], False)
    assert list(marks.read(None, 0)) == []
    assert marks.length == 0


@pytest.mark.parametrize(
    ("spacing", "least", "multiple_of", "steps"),
    [(12, 10, 1, 1), (6, 10, 1, 2), (1, 10, 1, 10), (0.1, 10, 1, 100), (0.3, 10, 1, 50), (4, 18, 2, 10), (0, 10, 1, 1)],
)
def test_marks_are_thinned_to_round_numbers(spacing, least, multiple_of, steps):
    assert stride(spacing, least, multiple_of) == steps


@given(spacing=st.floats(0.001, 100), room=st.floats(1, 200))
def test_thinned_marks_have_room_and_numbers_stand_on_ticks(spacing, room):
    ticks = stride(spacing, 10)
    numbers = stride(spacing, room, multiple_of=ticks)
    assert ticks * spacing >= 10
    assert numbers * spacing >= room
    assert numbers % ticks == 0
