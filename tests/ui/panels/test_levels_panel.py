"""The falling curve: its level is dragged, its knee marked, and a parameter set when the level is let go."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtTest import QTest

from kmeans_gui.clustering import Trace
from kmeans_gui.clustering.overlays import Levels
from kmeans_gui.ui.panels.level_chart import knee_of, rounded
from kmeans_gui.ui.panels.levels_panel import LevelsPanel
from kmeans_gui.ui.shown import Shown

LEFT = Qt.MouseButton.LeftButton
BENT = np.concatenate([np.linspace(10, 1, 40), np.linspace(1, 0.5, 160)])


def levels(values=BENT, level=4.0, n=2000):
    return Levels(values=values, n=n, parameter="reach", level=level, name="distance to the 5th neighbor")


@pytest.fixture
def run(moment):
    """Return a moment of a run whose first step carries a curve."""

    def with_curve(overlay, position=2):
        shown = moment(position)
        steps = [replace(step, overlays=(overlay,) if step.index == 0 else ()) for step in shown.trace]
        return replace(shown, trace=Trace().extend(steps), step=steps[position])

    return with_curve


@pytest.fixture
def panel(show):
    return show(LevelsPanel(), height=240)


@pytest.fixture
def chart(panel, run):
    panel.refresh(None, run(levels()))
    panel.chart.grab()
    return panel.chart


def at(chart, value):
    return QPoint(chart.width() // 2, round(chart.y_of(value)))


def drag(chart, *values):
    QTest.mousePress(chart, LEFT, pos=at(chart, values[0]))
    for value in values[1:]:
        QTest.mouseMove(chart, at(chart, value))


def let_go(chart, value):
    QTest.mouseRelease(chart, LEFT, pos=at(chart, value))


def test_it_is_there_while_any_step_of_a_run_with_a_curve_is_on_show(panel, run, moment, said):
    heard = said(panel.content_changed)
    assert not panel.has_content
    first = run(levels())
    panel.refresh(None, first)
    assert panel.name.text() == "Distance to the 5th neighbor"
    panel.refresh(first, moment())
    assert heard == [(True,), (False,)]


def test_dragging_tells_the_value_and_letting_go_sets_the_parameter(panel, chart, said):
    asked = said(panel.parameter_requested)
    assert chart.words() == "4.00"
    drag(chart, 4.0, 6.0, 7.0)
    assert float(chart.words()) == pytest.approx(7.0, abs=0.1)
    assert asked == []
    let_go(chart, 7.0)
    ((name, value),) = asked
    assert name == "reach"
    assert value == pytest.approx(7.0, abs=0.1)
    assert len(f"{value:g}") <= 4


def test_a_line_let_go_where_it_was_or_pressed_beside_sets_nothing(panel, chart, said):
    asked = said(panel.parameter_requested)
    drag(chart, 4.0)
    let_go(chart, 4.0)
    drag(chart, 9.0, 7.0)
    let_go(chart, 7.0)
    assert asked == []


def test_the_level_stays_within_the_picture(panel, chart, said):
    asked = said(panel.parameter_requested)
    drag(chart, 4.0, -50.0)
    let_go(chart, -50.0)
    assert 0 < asked[0][1] < 0.2


def test_up_and_down_move_the_level_and_other_keys_are_left(panel, chart, said):
    asked = said(panel.parameter_requested)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Up)
    QTest.keyClick(chart, Qt.Key.Key_Down)
    (_, up), (_, down) = asked
    assert down < 4.0 < up
    assert up - 4.0 == pytest.approx(4.0 - down)
    event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier)
    chart.keyPressEvent(event)
    assert not event.isAccepted()


def test_assistive_technology_meets_a_slider_that_sets_the_parameter(panel, chart, said):
    asked = said(panel.parameter_requested)
    assert QAccessible.queryAccessibleInterface(chart).role() is QAccessible.Role.Slider
    assert (chart.accessibleName(), chart.accessibleDescription()) == ("Distance to the 5th neighbor, level", "4.00")
    chart.setValue(500)
    assert asked[0][1] == pytest.approx(chart.top / 2, rel=0.01)


def test_between_two_runs_the_curve_stays_and_shows_what_was_asked_for(panel, run, moment, said):
    first = run(levels())
    panel.refresh(None, first)
    heard = said(panel.content_changed)
    state = replace(first.state, parameters=MappingProxyType({**first.state.parameters, "reach": 7.5}))
    between = replace(first, state=state, trace=None, length=0)
    panel.refresh(first, between)
    assert panel.chart.words() == "7.50"
    panel.refresh(between, replace(run(levels(level=7.5)), state=state))
    assert panel.chart.words() == "7.50"
    assert heard == []


def test_other_points_have_no_curve_until_they_have_a_run(panel, run, moment):
    first = run(levels())
    panel.refresh(None, first)
    panel.refresh(first, replace(first, state=replace(first.state, dataset=Shown().state.dataset), trace=None, length=0))
    assert not panel.has_content


def test_the_tooltip_tells_of_the_knee(panel, run):
    panel.refresh(None, run(levels()))
    assert "knee, at 1.00" in panel.chart.toolTip()
    panel.refresh(None, run(levels(np.linspace(5, 1, 50))))
    assert "knee" not in panel.chart.toolTip()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_the_knee_is_the_point_farthest_below_the_chord(values):
    curve = np.sort(np.array(values))[::-1]
    found = knee_of(curve)
    if found is None:
        return
    place, value = found
    spread = curve[0] - curve[-1]
    chord = 1 - place - (value - curve[-1]) / spread
    every = [1 - i / (len(curve) - 1) - (v - curve[-1]) / spread for i, v in enumerate(curve)]
    assert chord == pytest.approx(max(every))


@given(value=st.floats(1e-9, 1e9), share=st.floats(1e-4, 0.1))
def test_a_rounded_level_is_within_a_step_and_short(value, share):
    step = value * share
    found = rounded(value, step)
    assert abs(found - value) <= step
    assert len(f"{found:.12g}".replace(".", "").strip("0").partition("e")[0]) <= 6
    assert found > 0


@pytest.mark.parametrize("values", [np.empty(0), np.array([2.0]), np.zeros(5), np.array([np.inf, np.inf, 3.0, 1.0])])
def test_curves_of_any_kind_are_painted(panel, run, values):
    panel.refresh(None, run(levels(values, level=1.0)))
    assert not panel.chart.grab().isNull()
