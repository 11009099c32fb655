"""How many clusters: beginning and ending a comparison, what is said of it, and reading and clicking its charts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from comparisons import Work, found
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kmeans_gui.clustering import choosing_k
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import UserError
from kmeans_gui.session.state import State, defaults
from kmeans_gui.ui.panels.choosing_panel import ChoosingPanel
from kmeans_gui.ui.shown import Shown
from kmeans_gui.ui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(show, qtbot, monkeypatch, moment):
    monkeypatch.setattr(choosing_k, "forecast", lambda X, **values: 12.3)
    made = ChoosingPanel()
    made.refresh(None, moment())
    yield show(made)
    made.close_work()


@pytest.fixture
def work(monkeypatch):
    """Put a piece of work in the place of the comparison."""

    def stand_in(result, *partial):
        made = Work(result, *partial)
        monkeypatch.setattr(choosing_k, "choose_k", made)
        return made

    return stand_in


@pytest.fixture
def compared(panel, work, qtbot):
    """Make a comparison that ends with some result."""

    def compare(result):
        work(result).go.set()
        with qtbot.waitSignal(panel._background.finished):
            press(panel.compare)
        return panel

    return compare


def press(button):
    QTest.mouseClick(button, LEFT)


def place(chart, k):
    return QPoint(round(chart.x_of(k)), chart.height() // 2)


def edited(shown, **changes):
    return replace(shown, state=replace(shown.state, **changes))


def other_points():
    return Dataset.of(np.random.default_rng(5).normal(size=(50, 2)))


def test_nothing_is_worked_out_before_the_button_is_pressed(panel, work, qtbot):
    waiting = work(found())
    qtbot.waitUntil(lambda: panel.forecast.text() == "Takes about 12 s.")
    assert panel.compare.text() == "Compare 1 to 30 clusters"
    assert waiting.calls == []
    assert panel.views == {}


def test_it_is_compared_what_the_form_says(panel, work, qtbot, moment):
    waiting = work(found())
    waiting.go.set()
    for name, text in (("max_k", "12"), ("n_init", "4"), ("references", "7")):
        field = panel.form.controls[name]
        field.lineEdit().setText(text)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert panel.compare.text() == "Compare 1 to 12 clusters"
    with qtbot.waitSignal(panel._background.finished):
        press(panel.compare)
    ((X, values),) = waiting.calls
    np.testing.assert_array_equal(X, moment().state.dataset.points)
    assert values == {"max_k": 12, "n_init": 4, "references": 7, "reference": "box", "mixtures": False, "seed": 0}


def test_no_more_clusters_are_offered_than_there_are_points(panel, moment):
    few = edited(moment(), dataset=Dataset.of(np.zeros((7, 2))))
    panel.refresh(moment(), few)
    assert panel.compare.text() == "Compare 1 to 7 clusters"
    panel.refresh(few, edited(few, dataset=Dataset.empty()))
    assert not panel.compare.isEnabled()
    assert panel.forecast.text() == "There is nothing to compare before there are two points."


def test_charts_grow_as_the_comparison_goes_on(panel, work, qtbot):
    waiting = work(found(), found(suggested=(None,) * 6, complete=False, known=3))
    press(panel.compare)
    qtbot.waitUntil(lambda: len(panel.views) == 6)
    assert panel.progress.isVisible()
    assert not panel.compare.isVisible()
    chart = panel.views["elbow"].chart
    assert (chart.words(3), chart.words(4)) == ("0.3333", "has no value")
    waiting.go.set()
    qtbot.waitUntil(panel.compare.isVisible)
    assert not panel.progress.isVisible()
    assert chart.words(4) == "0.2500"
    assert panel.compare.text() == "Compare 1 to 30 clusters again"


def test_the_cross_stops_it_and_keeps_what_was_found(panel, work, qtbot):
    waiting = work(found(), found(suggested=(2, 2, None, None, None, None), complete=False))
    press(panel.compare)
    qtbot.waitUntil(lambda: len(panel.views) == 6)
    press(panel.progress.cancel)
    qtbot.waitUntil(lambda: waiting.ended == ["cancelled"])
    assert panel.compare.isVisible()
    assert panel.summary.text() == "So far, 2 of 6 suggest K = 2."


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"dataset": other_points()}, "The points have changed since."), ({"seed": 9}, "The seed has changed since.")],
    ids=["points", "seed"],
)
def test_other_points_and_another_seed_stop_it_and_mark_what_was_found(panel, work, qtbot, changes, words):
    waiting = work(found(), found(complete=False))
    press(panel.compare)
    qtbot.waitUntil(lambda: len(panel.views) == 6)
    assert not panel.stale.isVisible()
    panel.refresh(panel._shown, edited(panel._shown, **changes))
    qtbot.waitUntil(lambda: waiting.ended == ["cancelled"])
    assert (panel.stale.isVisible(), panel.stale.text()) == (True, words)


def test_the_mark_goes_when_the_points_are_back_and_when_they_are_compared_again(compared, panel):
    before = panel._shown
    compared(found())
    after = edited(before, dataset=other_points())
    panel.refresh(before, after)
    assert panel.stale.isVisible()
    panel.refresh(after, before)
    assert not panel.stale.isVisible()
    panel.refresh(before, after)
    compared(found())
    assert not panel.stale.isVisible()


def test_another_k_changes_nothing_but_the_line(compared, panel):
    compared(found())
    before = panel._shown
    panel.refresh(before, edited(before, parameters={**before.state.parameters, "k": 5}))
    assert not panel.stale.isVisible()


def test_folding_stops_it(panel, work, qtbot):
    waiting = work(found())
    press(panel.compare)
    qtbot.waitUntil(lambda: len(waiting.calls) == 1)
    panel.hide()
    qtbot.waitUntil(lambda: waiting.ended == ["cancelled"])
    panel.show()
    assert panel.compare.isVisible()


def test_a_folded_panel_does_not_even_estimate(qtbot, monkeypatch, moment):
    asked = []
    monkeypatch.setattr(choosing_k, "forecast", lambda X, **values: asked.append(X) or 1.0)
    panel = ChoosingPanel()
    qtbot.addWidget(panel)
    panel.refresh(None, moment())
    assert not panel._settled.isActive()
    assert "_forecasts" not in vars(panel)
    assert asked == []


@pytest.mark.parametrize(
    ("suggested", "words"),
    [
        ((3, 3, 3, 4, 3, None), "4 of 6 suggest K = 3."),
        ((3, 3, 5, 5, None, 2), "2 of 6 each suggest K = 3 and K = 5."),
        ((2, 3, 4, 5, 6, None), "No two criteria agree: they suggest K from 2 to 6."),
        ((None, None, 1, None, None, None), "1 of 6 suggests K = 1."),
        ((None,) * 6, "No criterion suggests a number of clusters."),
    ],
)
def test_the_summary_counts_who_agrees(compared, suggested, words):
    assert compared(found(suggested)).summary.text() == words


def test_it_says_first_that_there_is_nothing_to_find(compared):
    panel = compared(found(nothing="There seem to be no clusters."))
    assert panel.verdict.text() == "There seem to be no clusters."
    assert panel.verdict.y() < panel.summary.y() < panel.form.y() < panel.views["elbow"].y()


def test_it_says_what_was_sampled(compared):
    assert not compared(found()).sampled.isVisible()
    words = compared(found(n=1_000_000, sampled=20_000)).sampled.text()
    assert words == "Measured on 20,000 of 1,000,000 points, drawn at random."


def test_a_refusal_is_said_in_its_own_words(panel, work, qtbot):
    work(UserError("There are too few points. Add some.")).go.set()
    with qtbot.waitSignal(panel._background.failed):
        press(panel.compare)
    assert panel.summary.text() == "There are too few points. Add some."
    assert panel.compare.isVisible()


def test_each_criterion_tells_what_it_suggests_and_why(compared):
    views = compared(found()).views
    assert [view.suggestion.text() for view in views.values()] == ["K = 3", "K = 3", "K = 3", "K = 4", "K = 3", ""]
    assert views["gap"].why.text() == "Gap statistic has its reasons."
    assert views["davies-bouldin"].why.text() == "Lower is better."


def test_a_click_on_a_chart_and_on_a_suggestion_sets_k(compared, said):
    panel = compared(found())
    asked = said(panel.k_requested)
    chart = panel.views["gap"].chart
    QTest.mouseClick(chart, LEFT, pos=place(chart, 5))
    press(panel.views["fk"].suggestion)
    panel.views["elbow"].suggestion.setFocus()
    QTest.keyClick(panel.views["elbow"].suggestion, Qt.Key.Key_Space)
    assert asked == [(5,), (4,), (3,)]


def test_the_progress_of_mixtures_counts_those_without_a_value(panel, work, qtbot):
    waiting = work(found((3,) * 8), found((None,) * 8, complete=False, known=0, mixed=4))
    press(panel.compare)
    qtbot.waitUntil(lambda: len(panel.views) == 8)
    assert panel.progress.label.text().startswith("Fitting mixtures")
    assert panel.progress.bar.value() * 21 == pytest.approx(panel.progress.bar.maximum() * 10, rel=0.01)
    waiting.go.set()
    qtbot.waitUntil(panel.compare.isVisible)


def test_mixtures_are_fitted_if_ticked_and_have_two_charts_more(panel, work, qtbot, said):
    eight = (3, 3, 3, 4, 3, None, 3, 5)
    waiting = work(found(eight), found((None,) * 8, complete=False, known=3, mixed=3))
    box = panel.form.controls["mixtures"]
    QTest.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    press(panel.compare)
    qtbot.waitUntil(lambda: len(panel.views) == 8)
    assert panel.progress.label.text().startswith("Fitting mixtures")
    waiting.go.set()
    qtbot.waitUntil(panel.compare.isVisible)
    assert waiting.calls[0][1]["mixtures"] is True
    assert panel.summary.text() == "5 of 8 suggest K = 3."
    asked = said(panel.k_requested)
    view = panel.views["bic"]
    QTest.mouseClick(view.chart, LEFT, pos=place(view.chart, 4))
    press(panel.views["aic"].suggestion)
    assert asked == [(4,), (5,)]
    assert panel.views["davies-bouldin"].y() < view.y() < panel.views["aic"].y()
    box.click()
    work(found()).go.set()
    with qtbot.waitSignal(panel._background.finished):
        press(panel.compare)
    assert [name for name, view in panel.views.items() if not view.isVisible()] == ["bic", "aic"]


def test_k_is_not_offered_to_an_algorithm_that_does_not_ask_for_it(compared, panel, said):
    compared(found())
    asked, before = said(panel.k_requested), panel._shown
    panel.refresh(before, edited(before, algorithm="dbscan", parameters=defaults("dbscan")))
    view = panel.views["gap"]
    QTest.mouseClick(view.chart, LEFT, pos=place(view.chart, 5))
    press(view.suggestion)
    assert asked == []
    assert view.chart.toolTip() == "This algorithm does not ask for a number of clusters"


def test_all_charts_are_read_at_the_pointer(compared):
    panel = compared(found())
    chart = panel.views["gap"].chart
    QTest.mouseMove(chart, place(chart, 2))
    names = [panel.views[name].name.text() for name in ("elbow", "gap")]
    assert names == ["Elbow 0.5000", "Gap statistic 0.5000 ± 0.050"]
    QTest.mouseMove(chart, place(chart, 1))
    assert panel.views["silhouette"].name.text() == "Silhouette has no value"
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert panel.views["elbow"].name.text() == "Elbow"


def test_a_chart_is_read_by_keys_and_return_sets_k(compared, panel, said):
    compared(found())
    chart, asked = panel.views["gap"].chart, said(panel.k_requested)
    plain = chart.grab().toImage()
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    assert chart.grab().toImage() != plain
    QTest.keyClick(chart, Qt.Key.Key_Return)
    assert asked == []
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert panel.views["elbow"].name.text() == f"Elbow {panel.views['elbow'].chart.words(panel._shown.state.k)}"
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Return):
        QTest.keyClick(chart, key)
    assert asked == [(panel._shown.state.k + 1,)]
    for _ in range(9):
        QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.accessibleDescription() == "K = 1: 1.000 ± 0.050. Gap statistic has its reasons."
    for _ in range(9):
        QTest.keyClick(chart, Qt.Key.Key_Right)
    QTest.keyClick(chart, Qt.Key.Key_Enter)
    assert asked[-1] == (6,)
    chart.clearFocus()
    assert panel.views["elbow"].name.text() == "Elbow"
    assert chart.accessibleDescription() == "Gap statistic has its reasons."


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_chart_marks_k_and_what_is_suggested(compared, dressed, theme):
    dressed(theme)
    panel = compared(found())
    chart = panel.views["elbow"].chart
    plain = chart.grab().toImage()
    chart.show_k(5, range(1, 9))
    assert chart.grab().toImage() != plain
    before = chart.grab().toImage()
    chart.show_criterion(found(suggested=(None,) * 6).criteria[0])
    assert chart.grab().toImage() != before


@pytest.mark.parametrize("values", [np.full(6, np.nan), np.zeros(6), np.full(6, 1e300), np.array([1e300, *range(5)])])
def test_any_values_can_be_drawn_and_pointed_at(compared, values):
    chart = compared(found()).views["gap"].chart
    chart.show_criterion(replace(found().criteria[2], values=values, errors=np.full(6, 0.0)))
    chart.grab()
    for x in range(0, chart.width(), 7):
        QTest.mouseMove(chart, QPoint(x, 30))


def test_closing_ends_a_comparison_under_way(panel, work, qtbot):
    waiting = work(found())
    press(panel.compare)
    qtbot.waitUntil(lambda: len(waiting.calls) == 1)
    panel.close_work()
    assert waiting.ended == ["cancelled"]


def test_it_can_be_there_before_there_is_anything(show):
    panel = ChoosingPanel()
    panel.refresh(None, Shown(state=State()))
    show(panel)
    assert not panel.compare.isEnabled()
    panel.close_work()
