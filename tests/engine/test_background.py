"""Background work: one thread class, numbered, of which only the newest is heard."""

from __future__ import annotations

import os
import sys
import threading

import pytest
from PySide6.QtCore import QThread

from kmeans_gui.engine.background import Background
from kmeans_gui.errors import Cancelled, UserError


@pytest.fixture
def slot(qapp):
    made = Background()
    made.heard = []
    made.published.connect(lambda number, item: made.heard.append((number, item)))
    yield made
    made.close()


def endless(publish, cancelled):
    """Publish numbers until somebody stops it."""
    i = 0
    while True:
        publish(i)
        i += 1


def test_publishes_in_order_and_ends_with_the_result(slot, qtbot):
    def work(publish, cancelled):
        for i in range(3):
            publish(i)
        return "result"

    with qtbot.waitSignal(slot.finished) as ended:
        number = slot.begin(work)
    assert slot.heard == [(number, 0), (number, 1), (number, 2)]
    assert ended.args == [number, "result"]
    assert not slot.active


def test_work_runs_in_another_thread(slot, qtbot):
    with qtbot.waitSignal(slot.finished) as ended:
        slot.begin(lambda publish, cancelled: QThread.currentThread())
    assert ended.args[1] is not QThread.currentThread()


def test_new_work_silences_the_old(slot, qtbot):
    release = threading.Event()

    def old(publish, cancelled):
        publish("early")
        release.wait()
        publish("late")

    slot.begin(old)
    qtbot.waitUntil(lambda: len(slot.heard) == 1)
    with qtbot.waitSignal(slot.finished):
        number = slot.begin(lambda publish, cancelled: publish("new"))
        release.set()
    slot.close()
    assert slot.heard == [(1, "early"), (number, "new")]


def test_stop_then_restart_hears_each_step_once(slot, qtbot):
    slot.begin(endless)
    qtbot.waitUntil(lambda: len(slot.heard) > 3)
    slot.stop()
    slot.heard.clear()
    with qtbot.waitSignal(slot.finished):
        number = slot.begin(lambda publish, cancelled: [publish(i) for i in range(3)])
    assert slot.heard == [(number, 0), (number, 1), (number, 2)]


def test_stopped_work_is_told_and_neither_fails_nor_finishes(slot, qtbot):
    told, begun = threading.Event(), threading.Event()

    def work(publish, cancelled):
        begun.set()
        while not cancelled():
            pass
        told.set()
        raise Cancelled

    slot.begin(work)
    begun.wait(5)
    with qtbot.assertNotEmitted(slot.failed), qtbot.assertNotEmitted(slot.finished):
        slot.stop()
        assert told.wait(5)


def test_paused_work_rests_and_goes_on(slot, qtbot):
    slot.begin(endless)
    slot.pause()
    assert not slot.active
    slot.resume()
    count = len(slot.heard)
    qtbot.waitUntil(lambda: len(slot.heard) > count + 3)


def test_paused_work_can_be_stopped(slot):
    slot.begin(endless)
    slot.pause()
    slot.close()
    assert not slot.active


def test_a_refusal_reaches_the_listener_with_its_words(slot, qtbot):
    def work(publish, cancelled):
        raise UserError("Choose another file.")

    with qtbot.waitSignal(slot.failed) as failed:
        slot.begin(work)
    assert str(failed.args[1]) == "Choose another file."


def test_a_defect_reaches_the_listener_and_the_log(slot, qtbot, logged_errors):
    def work(publish, cancelled):
        raise ZeroDivisionError

    with qtbot.waitSignal(slot.failed) as failed:
        slot.begin(work)
    assert isinstance(failed.args[1], ZeroDivisionError)
    assert logged_errors


def test_close_leaves_no_thread_behind(slot):
    ended = []

    def work(publish, cancelled):
        try:
            endless(publish, cancelled)
        finally:
            ended.append(True)

    for _ in range(5):
        slot.begin(work)
    slot.close()
    assert len(ended) == 5


def test_everything_published_at_once_is_heard_before_the_end(slot, qtbot):
    with qtbot.waitSignal(slot.finished):
        number = slot.begin(lambda publish, cancelled: [publish(i) for i in range(20_000)] and None)
    assert slot.heard == [(number, i) for i in range(20_000)]


def test_nothing_more_is_heard_when_a_listener_stops_the_work(slot, qtbot):
    written = threading.Event()

    def work(publish, cancelled):
        for i in range(100):
            publish(i)
        written.set()

    slot.published.connect(lambda number, item: slot.stop())
    slot.begin(work)
    assert written.wait(5)
    qtbot.waitUntil(lambda: bool(slot.heard))
    slot.close()
    qtbot.waitUntil(lambda: not slot._more.isActive())
    assert slot.heard == [(1, 0)]


@pytest.mark.skipif(sys.platform != "linux", reason="niceness of threads is Linux's")
@pytest.mark.parametrize("urgent", [False, True])
def test_the_window_goes_first_unless_it_waits_for_the_work(urgent, qtbot):
    slot = Background(urgent=urgent)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with qtbot.waitSignal(slot.finished) as ended:
        slot.begin(lambda publish, cancelled: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    slot.close()
    assert ended.args[1] == own if urgent else ended.args[1] > own
