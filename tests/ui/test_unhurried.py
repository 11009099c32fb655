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


def test_at_full_speed_the_newest_is_passed_on_later_and_nothing_in_between(views, qtbot):
    unhurried, listener = views
    hurried = Shown(playing=True, speed=math.inf)
    moments = [replace(hurried, length=length) for length in range(5)]
    for moment in moments:
        unhurried.refresh(None, moment)
    assert listener.passed == [(None, moments[0])]
    qtbot.waitUntil(lambda: len(listener.passed) > 1)
    assert listener.passed[1] == (moments[0], moments[-1])


def test_the_end_is_passed_on_at_once_and_once(views, qtbot):
    unhurried, listener = views
    hurried, end = Shown(playing=True, speed=math.inf), Shown()
    for moment in (hurried, replace(hurried, length=1), end):
        unhurried.refresh(None, moment)
    assert listener.passed == [(None, hurried), (hurried, end)]
    assert not unhurried._resting.isActive()
