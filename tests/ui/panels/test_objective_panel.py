"""The objective panel: the value in words, the curve, and going where one clicks."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kmeans_gui.clustering.notes import number
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.objective_panel import ObjectivePanel
from kmeans_gui.ui.shown import Shown
from kmeans_gui.ui.theme import DARK, LIGHT


@pytest.fixture
def panel(show):
    return show(ObjectivePanel(), height=220)


def x_of(chart, index):
    """Return where a half-step stands, in pixels of the chart."""
    return round(chart.places(np.array([index]), np.zeros(1))[0, 0])


def at(chart, index):
    return QPoint(x_of(chart, index), 60)


def color_at(chart, x, y):
    return chart.grab().toImage().pixelColor(round(x), round(y))


def ready(panel, shown):
    panel.refresh(None, shown)
    QApplication.processEvents()
    return panel.chart


@pytest.mark.parametrize("shown", [Shown(), "start"])
def test_before_the_first_measure_it_says_not_yet(panel, moment, shown):
    panel.refresh(None, moment(0) if shown == "start" else shown)
    assert panel.value.text() == "not yet"


def test_names_the_objective_its_value_and_its_change(panel, moment):
    shown = moment(2)
    panel.refresh(None, shown)
    step, previous = shown.step, shown.previous
    assert panel.name.text() == "Inertia"
    assert panel.value.text() == f"{number(step.objective)} ({number(step.objective - previous.objective, 3)})"
    assert "−" in panel.value.text()


def test_a_click_asks_for_the_half_step_there(panel, long_moment, said):
    chart = ready(panel, long_moment(12))
    asked = said(panel.seek_requested)
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=at(chart, 8))
    assert asked == [(8,)]


def test_dragging_scrubs_and_stops_at_the_ends(panel, long_moment, said):
    first = long_moment(12)
    chart = ready(panel, first)
    asked = said(panel.seek_requested)
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=at(chart, 3))
    QTest.mouseMove(chart, at(chart, 5))
    QTest.mouseMove(chart, QPoint(chart.width() - 1, 60))
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=QPoint(chart.width() - 1, 60))
    assert asked == [(3,), (5,), (11,)]


def test_hovering_reads_the_curve_and_leaving_returns_to_the_step_on_show(panel, long_moment, said):
    chart = ready(panel, long_moment(12, position=2))
    asked = said(panel.seek_requested)
    QTest.mouseMove(chart, at(chart, 4))
    assert panel.value.text() == "0.2500 at half-step 4"
    QTest.mouseMove(chart, at(chart, 0))
    assert panel.value.text() == "not yet at half-step 0"
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert panel.value.text() == "0.5000"
    assert asked == []


def test_without_a_run_a_click_asks_for_nothing(panel, said):
    chart = ready(panel, Shown())
    asked = said(panel.seek_requested)
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(100, 60))
    assert asked == []


def test_the_wheel_is_left_to_the_panel_and_does_not_zoom(panel, long_moment):
    chart = ready(panel, long_moment(12))
    before = chart.ranges
    middle = QPointF(100, 60)
    event = QWheelEvent(
        middle,
        chart.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart, event)
    assert not event.isAccepted()
    assert chart.ranges == before


def test_the_curve_grows_with_the_run_and_starts_over_with_another(panel, long_moment):
    whole = long_moment(40)
    part = replace(whole, length=10)
    chart = ready(panel, part)
    assert chart.value_at(9) == pytest.approx(1 / 9)
    assert chart.value_at(10) is None
    panel.refresh(part, whole)
    assert chart.value_at(39) == pytest.approx(1 / 39)
    assert chart.ranges[1] >= 39
    other = long_moment(5)
    panel.refresh(whole, other)
    assert chart.value_at(4) == pytest.approx(1 / 4)
    assert chart.value_at(5) is None
    panel.refresh(other, Shown())
    assert chart.value_at(1) is None


def test_a_long_run_is_drawn_with_few_marks_over_its_whole_length(panel, long_moment):
    chart = ready(panel, long_moment(10_000))
    for places in chart.marked():
        assert 5 < len(places) < 60
        assert places.max() > 9000
    corners = chart.corners()
    assert len(corners) < 1000
    assert (corners[0], corners[-1]) == (0, 9999)
    assert np.array_equal(np.unique(corners), corners)


def test_the_place_in_the_run_is_marked_where_the_step_is(panel, long_moment):
    shown = long_moment(12, position=4)
    chart = ready(panel, shown)
    accent = appearance.color(appearance.current().accent)
    assert color_at(chart, *chart.places(np.array([4]), np.array([chart.value_at(4)]) / chart.unit)[0]) == accent
    panel.refresh(shown, Shown())
    assert chart.position is None


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_values_of_any_size_are_drawn(panel, long_moment, size):
    shown = long_moment(6, position=1)
    for i, step in enumerate(shown.trace._steps):
        if step.objective is not None:
            shown.trace._steps[i] = replace(step, objective=step.objective * size)
    chart = ready(panel, shown)
    low, high = chart.ranges[2:]
    assert 1e-3 < high - low < 20
    assert chart.value_at(1) == size


def test_it_takes_on_the_colors_of_another_theme(panel, qapp, dressed):
    for theme in (LIGHT, DARK):
        dressed(theme)
        assert color_at(panel.chart, 1, 1) == appearance.color(theme.surface)
