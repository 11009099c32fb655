"""How many clusters and the silhouette in the window: folded at first, and in touch with the run and the canvas."""

from __future__ import annotations

import pytest
from comparisons import Work, found
from hands import LEFT, key, state
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kmeans_gui.clustering import choosing_k, metrics
from kmeans_gui.clustering.overlays import Outlined
from kmeans_gui.ui import settings
from kmeans_gui.ui.panels import PANELS

CHOOSING, SILHOUETTE = "How many clusters?", "Silhouette"


@pytest.fixture
def ended(window, board, qtbot):
    """A window that shows the last half-step of a run on the board of three groups."""
    key(window, "End")
    qtbot.waitUntil(lambda: window.controller.shown.complete)
    return window


@pytest.fixture
def unfolded(ended, qtbot):
    """The silhouette of that half-step."""
    panel = unfold(ended, SILHOUETTE)
    qtbot.waitUntil(lambda: panel.silhouettes is not None)
    QApplication.processEvents()
    return panel


def unfold(window, title):
    """Open one section, and fold all others, so that there is room for it."""
    for other, section in window._side.sections.items():
        section.set_open(other == title)
    QApplication.processEvents()
    return window._side.sections[title].panel


def outlined(window):
    return [overlay.rows.tolist() for overlay in window.canvas._frame.overlays if isinstance(overlay, Outlined)]


def place(plot, cluster, share):
    return QPoint(100, int(plot.y_of(cluster, share)))


def test_what_has_to_be_worked_out_is_folded_at_first(window):
    unfolded = settings.lines(settings.OPEN)
    assert not {CHOOSING, SILHOUETTE} & set(unfolded)
    assert {title for title, section in window._side.sections.items() if section.is_open()} == set(unfolded)
    assert set(unfolded) <= set(PANELS)


def test_folded_sections_work_nothing_out(window, board, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(metrics, "silhouettes", lambda *values, **options: asked.append("silhouettes"))
    monkeypatch.setattr(choosing_k, "forecast", lambda *values, **options: asked.append("forecast"))
    key(window, "End")
    qtbot.waitUntil(lambda: window.controller.shown.complete)
    window.controller.back()
    QApplication.processEvents()
    assert asked == []
    assert not window._side.sections[CHOOSING].panel._settled.isActive()


def test_a_real_comparison_finds_the_three_groups_and_a_click_sets_k(ended, qtbot):
    panel = unfold(ended, CHOOSING)
    panel.form.set_values({"max_k": 5, "n_init": 2, "references": 5})
    ended.controller.set_k(4)
    QTest.mouseClick(panel.compare, LEFT)
    qtbot.waitUntil(lambda: panel.choices is not None and panel.choices.complete, timeout=30_000)
    assert panel.summary.text() == "6 of 6 suggest K = 3."
    chart = panel.views["silhouette"].chart
    QTest.mouseClick(chart, LEFT, pos=QPoint(round(chart.x_of(3)), 20))
    assert state(ended).k == 3
    assert not panel.stale.isVisible()


def test_a_chart_with_the_focus_takes_the_arrow_keys_and_leaves_the_others_to_the_run(ended, qtbot, monkeypatch):
    monkeypatch.setattr(choosing_k, "choose_k", work := Work(found()))
    work.go.set()
    panel = unfold(ended, CHOOSING)
    QTest.mouseClick(panel.compare, LEFT)
    qtbot.waitUntil(lambda: panel.choices is not None)
    qtbot.waitUntil(panel.compare.isVisible)
    chart, k, position = panel.views["elbow"].chart, state(ended).k, ended.controller.shown.position
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    for one in (Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(chart, one)
    assert (state(ended).k, ended.controller.shown.position) == (k, position)
    QTest.keyClick(chart, Qt.Key.Key_PageUp)
    assert ended.controller.shown.position == position - 1
    QTest.keyClick(chart, Qt.Key.Key_Return)
    assert state(ended).k == k + 1
    assert state(ended).algorithm == "lloyd"
    QTest.mouseClick(chart, LEFT, pos=QPoint(round(chart.x_of(k)), 20))
    assert state(ended).k == k


def test_drawing_a_point_ends_a_comparison(ended, qtbot, monkeypatch):
    work = Work(found(), found(complete=False))
    monkeypatch.setattr(choosing_k, "choose_k", work)
    panel = unfold(ended, CHOOSING)
    QTest.mouseClick(panel.compare, LEFT)
    qtbot.waitUntil(lambda: panel.choices is not None)
    QTest.mouseClick(ended.canvas.viewport(), LEFT, pos=ended.canvas.viewport().rect().center())
    qtbot.waitUntil(lambda: work.ended == ["cancelled"])
    assert panel.stale.text() == "The points have changed since."


def test_closing_the_window_ends_a_comparison(ended, qtbot, monkeypatch):
    work = Work(found())
    monkeypatch.setattr(choosing_k, "choose_k", work)
    panel = unfold(ended, CHOOSING)
    QTest.mouseClick(panel.compare, LEFT)
    qtbot.waitUntil(lambda: len(work.calls) == 1)
    ended.close()
    assert work.ended == ["cancelled"]


def test_pointing_at_a_bar_outlines_its_point_on_the_canvas(ended, unfolded):
    plot = unfolded.plot
    for cluster in range(3):
        QTest.mouseMove(plot, place(plot, cluster, 0.5))
        ((row,),) = outlined(ended)
        assert ended.controller.shown.step.labels[row] == cluster
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert outlined(ended) == []


def test_a_click_and_a_drag_select_points(ended, unfolded):
    plot = unfolded.plot
    QTest.mouseClick(plot, LEFT, pos=place(plot, 1, 0.5))
    assert len(ended.controller.shown.selected) == 1
    QTest.mousePress(plot, LEFT, pos=place(plot, 0, 0.02))
    QTest.mouseMove(plot, place(plot, 1, 0.5))
    QTest.mouseRelease(plot, LEFT, pos=QPoint(100, int(plot.y_of(2, 0.98))))
    assert len(ended.controller.shown.selected) == 90


def test_the_bars_follow_the_half_step_on_show(ended, unfolded, qtbot):
    key(ended, "Home")
    key(ended, "Right")
    step = ended.controller.shown.step
    qtbot.waitUntil(lambda: unfolded._of is step)
    assert unfolded.silhouettes.labels.tolist() == step.labels.tolist()


def test_bars_take_on_the_colors_of_another_run(ended, unfolded, qtbot):
    ended.controller.new_start()
    qtbot.waitUntil(lambda: ended.controller.shown.complete)
    key(ended, "End")
    qtbot.waitUntil(lambda: unfolded._of is ended.controller.shown.step)
    assert unfolded.plot._colors == state(ended).colors
