"""Views follow a run that plays as fast as it draws only now and then."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from kmeans_gui.ui.shown import Shown
from kmeans_gui.ui.unhurried import Unhurried


class Listener:
    def __init__(self):
        self.passed = []

    def refresh(self, old, new):
        self.passed.append((old, new))


@pytest.fixture
def views(qapp):
    listener = Listener()
    return Unhurried([listener]), listener


def test_each_moment_is_passed_on_at_a_persons_pace(views):
    unhurried, listener = views
    moments = [Shown(), Shown(playing=True, speed=60.0), Shown(playing=True, speed=60.0)]
    for moment in moments:
        unhurried.refresh(None, moment)
    assert [new for _, new in listener.passed] == moments
    assert [old for old, _ in listener.passed] == [None, *moments[:-1]]


def test_at_full_speed_each_view_gets_the_newest_in_its_turn(qapp, qtbot):
    listeners = [Listener() for _ in range(3)]
    unhurried = Unhurried(listeners)
    first, hurried = Shown(), Shown(playing=True, speed=math.inf)
    unhurried.refresh(None, first)
    moments = [replace(hurried, length=length) for length in range(5)]
    for moment in moments:
        unhurried.refresh(None, moment)
    assert all(listener.passed == [(None, first)] for listener in listeners)
    qtbot.waitUntil(lambda: all(len(listener.passed) > 1 for listener in listeners))
    assert all(listener.passed[1:] == [(first, moments[-1])] for listener in listeners)
    qtbot.waitUntil(lambda: not unhurried._turns.isActive())


def test_the_end_is_passed_on_at_once(views):
    unhurried, listener = views
    hurried, end = Shown(playing=True, speed=math.inf), Shown()
    for moment in (hurried, replace(hurried, length=1), end):
        unhurried.refresh(None, moment)
    assert listener.passed == [(None, end)]
    assert not unhurried._turns.isActive()
