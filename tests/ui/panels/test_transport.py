"""The transport bar: buttons that name the next act, position, speed and K."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from kmeans_gui.ui.panels.transport import BUTTONS, SPEEDS, TransportBar
from kmeans_gui.ui.shown import Shown


@pytest.fixture
def actions(qapp):
    return {name: QAction(name.capitalize()) for name in BUTTONS}


@pytest.fixture
def bar(show, actions):
    return show(TransportBar(actions), 1280, 56)


@pytest.mark.parametrize("name", BUTTONS)
def test_each_button_triggers_its_action(bar, actions, said, name):
    triggered = said(actions[name].triggered)
    QTest.mouseClick(bar.buttons[name], Qt.MouseButton.LeftButton)
    assert len(triggered) == 1


@pytest.mark.parametrize("name", BUTTONS)
def test_each_button_follows_its_actions_enablement_and_tooltip(bar, actions, name):
    actions[name].setEnabled(False)
    actions[name].setToolTip("Go there (Home)")
    assert not bar.buttons[name].isEnabled()
    assert bar.buttons[name].toolTip() == "Go there (Home)"


def test_the_step_button_names_the_next_act(bar, actions, moment):
    width = bar.buttons["step"].width()
    bar.refresh(None, moment(0, next_title="Assign 200 points"))
    assert bar.buttons["step"].text() == "Assign 200 points"
    actions["step"].setEnabled(False)
    actions["step"].setText("Step")
    assert bar.buttons["step"].text() == "Assign 200 points"
    assert bar.buttons["step"].accessibleName() == "Assign 200 points"
    assert bar.buttons["step"].width() == width


def test_of_a_long_act_the_verb_is_shown_and_the_button_keeps_its_width(bar, moment):
    width = bar.buttons["step"].width()
    words = "Move 10,000 centroids & look for those that have lost all their points"
    bar.refresh(None, moment(0, next_title=words))
    assert bar.buttons["step"].text() == "Move"
    assert bar.buttons["step"].words() == words
    assert bar.buttons["step"].width() == width


def test_the_end_and_the_beginning_are_named(bar, moment):
    bar.refresh(None, Shown())
    assert (bar.buttons["step"].text(), bar.place.text()) == ("Step", "–")
    bar.refresh(None, moment(-1))
    assert bar.buttons["step"].text() == "At the end"


def test_play_becomes_pause(bar, actions, moment):
    still = moment(2)
    bar.refresh(None, still)
    assert bar.buttons["play"].text() == "Play"
    bar.refresh(still, replace(still, playing=True))
    actions["play"].setEnabled(True)
    assert bar.buttons["play"].text() == "Pause"


def test_the_place_in_the_run_is_shown_and_grows_while_computing(bar, long_moment):
    shown = long_moment(1500, position=7)
    bar.refresh(None, replace(shown, length=15, computing=True))
    assert bar.place.text() == "7 / 14…"
    bar.refresh(None, shown)
    assert bar.place.text() == "7 / 1,499"
    assert bar.place.width() >= bar.place.fontMetrics().horizontalAdvance("1,499 / 1,499…")


@pytest.mark.parametrize("speed", SPEEDS)
def test_each_speed_can_be_chosen_and_shown(bar, moment, said, pick, speed):
    start = replace(moment(), speed=1.0 if speed != 1.0 else 4.0)
    bar.refresh(None, start)
    asked = said(bar.speed_requested)
    pick(bar.speed, SPEEDS[speed])
    assert asked == [(speed,)]
    bar.refresh(start, replace(start, speed=speed))
    assert bar.speed.currentText() == SPEEDS[speed]
    assert asked == [(speed,)]


def test_speeds_cover_the_range_and_none_is_named_twice():
    assert {0.1, 60.0, math.inf} <= set(SPEEDS)
    assert len(set(SPEEDS.values())) == len(SPEEDS)


def test_a_speed_that_is_not_offered_is_shown_as_it_is(bar, moment):
    bar.refresh(None, replace(moment(), speed=3.0))
    assert (bar.speed.currentIndex(), bar.speed.placeholderText()) == (-1, "3.000 a second")


def test_typing_k_asks_for_it_and_shows_what_is_set(bar, moment, said):
    bar.refresh(None, moment(k=3))
    asked = said(bar.k_requested)
    field = bar.k.findChild(QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "12")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert asked == [(12,)]
    assert bar.k.value() == 3


def test_k_is_the_number_of_centroids_placed_by_hand(bar, moment):
    shown = moment(k=3)
    bar.refresh(None, replace(shown, state=replace(shown.state, start=np.zeros((5, 2)))))
    assert bar.k.text() == "5"


def test_scrubbing_on_its_timeline_asks_for_a_half_step(bar, long_moment, said):
    bar.refresh(None, long_moment(15))
    asked = said(bar.seek_requested)
    QTest.mouseClick(bar.timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(bar.timeline.scale().x(4)), 16))
    assert asked == [(4,)]


def test_rendering_asks_for_nothing(bar, moment, said):
    heard = [said(signal) for signal in (bar.seek_requested, bar.speed_requested, bar.k_requested)]
    first = moment(2, k=3)
    bar.refresh(None, first)
    bar.refresh(first, replace(moment(1, k=5), speed=10.0, playing=True))
    assert heard == [[], [], []]


def test_it_fits_a_narrow_window(bar):
    assert bar.minimumSizeHint().width() <= 1024


def test_every_control_has_a_tooltip_and_a_name(bar, actions):
    for control in (*bar.buttons.values(), bar.timeline, bar.speed, bar.k):
        assert control.toolTip()
        assert control.accessibleName()
