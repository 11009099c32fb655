"""The silhouette: measured while the run rests, drawn in the clusters' colors, pointed at, clicked and dragged over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sklearn.metrics import silhouette_samples

from kmeans_gui.clustering import metrics
from kmeans_gui.clustering.metrics import Silhouettes
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import UserError
from kmeans_gui.session.state import State
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.silhouette_layout import lay_out
from kmeans_gui.ui.panels.silhouette_panel import SilhouettePanel
from kmeans_gui.ui.panels.silhouette_plot import SilhouettePlot
from kmeans_gui.ui.shown import Shown
from kmeans_gui.ui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton


def bars(values, labels, rows=None, error=0.0):
    values = np.array(values, float)
    rows = np.arange(len(values)) if rows is None else np.array(rows)
    return Silhouettes(rows, values, np.array(labels), float(values.mean()), error)


@pytest.fixture
def panel(show):
    made = show(SilhouettePanel())
    yield made
    made.close_work()


@pytest.fixture
def measured(panel, qtbot):
    """Show a moment, and wait for what is measured."""

    def refresh(shown, old=None):
        with qtbot.waitSignal(panel._background.finished):
            panel.refresh(old, shown)
        QApplication.processEvents()  # so that all is in its place
        return panel

    return refresh


@pytest.fixture
def plot(show):
    return show(SilhouettePlot())


@pytest.fixture
def calls(monkeypatch):
    """Write down of which labels silhouettes are measured."""
    measured, real = [], metrics.silhouettes

    def write_down(X, labels, **options):
        measured.append(labels)
        return real(X, labels, **options)

    monkeypatch.setattr(metrics, "silhouettes", write_down)
    return measured


def spot(plot, cluster, share):
    return QPoint(100, int(plot.y_of(cluster, share)))


def focus(plot):
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()


def drag(plot, start, end):
    QTest.mousePress(plot, LEFT, pos=start)
    QTest.mouseMove(plot, end)
    QTest.mouseRelease(plot, LEFT, pos=end)


# When it is measured ---------------------------------------------------------------------------------------------------


def test_a_half_step_at_rest_is_measured(measured, moment):
    shown = moment(4)
    panel = measured(shown)
    expected = silhouette_samples(shown.state.dataset.points, shown.step.labels)
    np.testing.assert_allclose(panel.silhouettes.values, expected, atol=1e-12)
    assert panel.value.text() == f"{expected.mean():.3f}"
    assert panel.plot.isVisible()
    assert not panel.empty.isVisible()


def test_it_says_that_it_is_measuring_before_there_are_bars(panel, moment, qtbot):
    panel.refresh(None, moment(1))
    assert panel.empty.text() == "Measuring how well each point lies in its cluster …"
    qtbot.waitUntil(panel.plot.isVisible)


def test_while_it_plays_the_bars_stay_and_say_of_which_half_step_they_are(measured, panel, moment, calls):
    first = moment(1)
    measured(first)
    later = replace(first, step=first.trace[3], playing=True)
    panel.refresh(first, later)
    assert panel.note.text() == "As of half-step 1."
    assert len(calls) == 1
    rests = replace(later, playing=False)
    measured(rests, later)
    assert len(calls) == 2
    assert not panel.note.text().startswith("As of")


def test_a_folded_panel_measures_nothing_until_it_is_unfolded(panel, moment, calls, qtbot):
    panel.hide()
    panel.refresh(None, moment(1))
    assert "_background" not in vars(panel)
    assert calls == []
    with qtbot.waitSignal(panel._background.finished):
        panel.show()
    assert len(calls) == 1


def test_going_back_to_what_is_on_show_measures_nothing_anew(measured, panel, moment, calls):
    first = moment(1)
    measured(first)
    away = replace(first, step=first.trace[3], playing=True)
    panel.refresh(first, away)
    panel.refresh(away, first)
    assert len(calls) == 1
    assert not panel._background.active


def test_a_half_step_that_moves_centroids_alone_is_not_measured_anew(measured, panel, moment, calls):
    first = moment(1)
    measured(first)
    panel.refresh(first, replace(first, step=first.trace[2]))
    assert len(calls) == 1
    assert not panel.note.text().startswith("As of")


def test_bars_of_other_points_are_not_kept(measured, panel, moment):
    first = moment(1)
    measured(first)
    empty = Shown(state=State(dataset=Dataset.of(np.zeros((3, 2)))))
    panel.refresh(first, empty)
    assert not panel.plot.isVisible()
    assert panel.empty.text() == "Press play, or go a step: there are no clusters yet."


def test_one_cluster_has_no_silhouette(measured, moment):
    panel = measured(moment(1, k=1))
    assert not panel.plot.isVisible()
    assert panel.empty.text() == "There is nothing to compare with but one cluster."


def test_the_start_has_no_clusters_yet(measured, moment):
    assert measured(moment(0)).empty.text() == "Press play, or go a step: there are no clusters yet."


def test_a_run_that_plays_before_anything_was_measured_asks_for_a_pause(panel, moment):
    panel.refresh(None, moment(1, playing=True))
    assert panel.empty.text() == "Pause the run to see how well each point lies in its cluster."


def test_a_sample_says_that_it_is_one(measured, moment, monkeypatch):
    real = metrics.silhouettes
    monkeypatch.setattr(metrics, "silhouettes", lambda X, labels, **options: real(X, labels, most=50, **options))
    panel = measured(moment(4))
    assert panel.note.text().startswith("50 of 200 points, drawn at random.")
    assert " ± " in panel.value.text()


def test_a_refusal_is_said_in_its_own_words(panel, moment, monkeypatch, qtbot):
    def refuse(X, labels, **options):
        raise UserError("These points are too far apart.")

    monkeypatch.setattr(metrics, "silhouettes", refuse)
    with qtbot.waitSignal(panel._background.failed):
        panel.refresh(None, moment(1))
    assert panel.empty.text() == "These points are too far apart."
    assert panel.empty.isVisible()


# What is drawn, and where ----------------------------------------------------------------------------------------------


def test_bars_are_sorted_within_the_clusters_and_points_without_one_are_left_out():
    layout = lay_out(bars([0.1, 0.5, -0.2, 0.9, 0.3], [2, 0, 0, -1, 0]), 103)
    assert layout.order.tolist() == [1, 4, 2, 0]
    assert layout.clusters.tolist() == [0, 2]
    np.testing.assert_allclose(layout.means, [0.2, 0.1])
    assert layout.at[[0, 24, 25, 50, 74]].tolist() == [0, 0, 1, 2, 2]
    assert layout.at[[75, 77]].tolist() == [-1, -1]
    assert layout.at[[78, 102]].tolist() == [3, 3]


@pytest.mark.parametrize(("m", "k", "height"), [(5, 2, 200), (1000, 3, 192), (5000, 60, 400), (300, 200, 100)])
def test_every_point_can_be_reached_by_dragging_over_all_rows(m, k, height):
    rng = np.random.default_rng(m)
    layout = lay_out(bars(rng.uniform(-1, 1, m), rng.integers(0, k, m)), height)
    assert layout.sharing(0, height - 1) == slice(0, m)
    assert layout.sharing(height + 50, -10) == slice(0, m)
    reached = np.concatenate([np.arange(m)[layout.sharing(row, row)] for row in range(height)])
    assert set(layout.at[layout.at >= 0].tolist()) <= set(reached.tolist())
    if m >= height:
        assert sorted(set(reached.tolist())) == list(range(m))


def test_each_point_is_in_no_more_rows_than_it_takes():
    layout = lay_out(bars(np.linspace(1, -1, 1000), np.zeros(1000, int)), 100)
    parts = [layout.sharing(row, row) for row in range(100)]
    assert parts == [slice(10 * row, 10 * row + 10) for row in range(100)]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_bars_have_the_colors_of_their_clusters_and_reach_to_their_values(plot, dressed, theme):
    dressed(theme)
    plot.show_silhouettes(bars([0.8, 0.8, -0.4, 0.6], [0, 0, 1, 1]), (4, 2))
    image = plot.grab().toImage()

    def at(value, cluster, share):
        return image.pixelColor(round(plot.x_of(value)), round(plot.y_of(cluster, share)))

    first, second = (appearance.color(theme.cluster(slot)) for slot in (4, 2))
    assert [at(0.7, 0, 0.2), at(0.55, 1, 0.25), at(-0.35, 1, 0.75)] == [first, second, second]
    assert not {at(0.9, 0, 0.2).rgb(), at(0.3, 1, 0.75).rgb()} & {first.rgb(), second.rgb()}


def test_other_colors_are_drawn_at_once_and_those_of_another_half_step_are_faded(plot):
    plot.show_silhouettes(found := bars([0.8, 0.6], [0, 1]), (0, 1))
    one = plot.grab().toImage()
    plot.show_silhouettes(found, (3, 1))
    other = plot.grab().toImage()
    plot.show_past(True)
    assert one != other
    assert plot.grab().toImage() != other


@pytest.mark.parametrize("k", [1, 30, 90, 500])
def test_any_number_of_clusters_can_be_drawn_and_pointed_at(plot, k):
    rng = np.random.default_rng(k)
    plot.show_silhouettes(bars(rng.uniform(-1, 1, 700), rng.integers(0, k, 700)), tuple(range(k)))
    plot.grab()
    for y in range(0, plot.height(), 5):
        QTest.mouseMove(plot, QPoint(50, y))


def test_only_noise_has_no_bars(plot):
    plot.show_silhouettes(Silhouettes(np.arange(3), np.zeros(3), np.full(3, -1), 0.0, 0.0))
    plot.grab()
    QTest.mouseClick(plot, LEFT, pos=QPoint(50, 50))


# What the user does ----------------------------------------------------------------------------------------------------


def test_pointing_at_a_bar_tells_of_its_point_until_it_is_left(plot, said):
    plot.show_silhouettes(bars([0.8, 0.7, 0.2, 0.6], [0, 0, 1, 1], rows=[5, 6, 7, 8]), (0, 1))
    lit, words = said(plot.rows_hovered), said(plot.read)
    QTest.mouseMove(plot, spot(plot, 1, 0.75))
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert [rows.tolist() for (rows,) in lit] == [[7], []]
    assert words == [("0.200, cluster 2",), ("",)]


def test_a_click_selects_the_point_of_a_bar(plot, said):
    plot.show_silhouettes(bars([0.8, 0.7, 0.2, 0.6], [0, 0, 1, 1], rows=[5, 6, 7, 8]), (0, 1))
    asked = said(plot.rows_requested)
    QTest.mouseClick(plot, LEFT, pos=spot(plot, 0, 0.25))
    assert [rows.tolist() for (rows,) in asked] == [[5]]


def test_dragging_either_way_selects_all_points_in_between(plot, said):
    plot.show_silhouettes(bars([0.8, 0.7, 0.2, 0.6], [0, 0, 1, 1], rows=[5, 6, 7, 8]), (0, 1))
    asked = said(plot.rows_requested)
    drag(plot, spot(plot, 0, 0.75), spot(plot, 1, 0.25))
    drag(plot, spot(plot, 1, 0.75), spot(plot, 0, 0.75))
    assert [rows.tolist() for (rows,) in asked] == [[6, 8], [6, 7, 8]]


def test_a_row_of_pixels_stands_for_all_points_that_share_it(plot, said):
    plot.show_silhouettes(bars(np.repeat([0.5, 0.4], 5000), np.repeat([0, 1], 5000)), (0, 1))
    asked = said(plot.rows_requested)
    QTest.mouseClick(plot, LEFT, pos=spot(plot, 1, 0.5))
    ((rows,),) = asked
    assert 40 < len(rows) < 70
    assert rows.min() >= 5000


@pytest.mark.parametrize("n", [200, 20_000])
def test_bars_are_clicked_and_dragged_over_however_many_there_are(plot, said, n):
    rng = np.random.default_rng(n)
    found = bars(rng.uniform(-1, 1, n), np.sort(rng.integers(0, 3, n)))
    plot.show_silhouettes(found, (0, 1, 2))
    asked = said(plot.rows_requested)
    QTest.mouseClick(plot, LEFT, pos=spot(plot, 1, 0.5))
    drag(plot, spot(plot, 1, 0.005), spot(plot, 1, 0.995))
    drag(plot, QPoint(100, plot.height() - 1), QPoint(100, 0))
    (one,), (cluster,), (everything,) = asked
    middle = np.median(found.values[found.labels == 1])
    assert 1 <= len(one) <= np.ceil(n / 150)
    assert np.abs(found.values[one] - middle).max() < 0.1
    assert set(found.labels[cluster]) == {1}
    assert len(cluster) >= np.count_nonzero(found.labels == 1) * 0.97
    np.testing.assert_array_equal(everything, np.arange(n))


def test_keys_go_from_bar_to_bar_and_select(plot, said):
    plot.show_silhouettes(bars([0.8, 0.7, 0.2, 0.6], [0, 0, 1, 1], rows=[5, 6, 7, 8]), (0, 1))
    lit, words, asked = said(plot.rows_hovered), said(plot.read), said(plot.rows_requested)
    focus(plot)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(plot, key)
    assert [rows.tolist() for (rows,) in asked] == [[8]]
    assert [rows.tolist() for (rows,) in lit] == [[5], [6], [8]]
    assert words[-1] == (plot.accessibleDescription(),) == ("0.600, cluster 2",)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(plot, key, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(plot, Qt.Key.Key_Enter)
    assert asked[-1][0].tolist() == [5, 6, 8]
    plot.clearFocus()
    assert (lit[-1][0].tolist(), words[-1]) == ([], ("",))


@pytest.mark.parametrize(("n", "k"), [(200, 3), (20_000, 3), (20_000, 50), (700, 500)])
def test_keys_reach_every_point_and_stop_at_the_ends(plot, said, n, k):
    rng = np.random.default_rng(n)
    plot.show_silhouettes(bars(rng.uniform(-1, 1, n), rng.integers(0, k, n)), tuple(range(k)))
    lit = said(plot.rows_hovered)
    focus(plot)
    for _ in range(plot.height()):
        QTest.keyClick(plot, Qt.Key.Key_Down)
    reached = np.concatenate([rows for (rows,) in lit])
    assert sorted(reached.tolist()) == list(range(n))
    assert 100 < len(lit) <= plot.height()
    bottom = lit[-1][0].tolist()
    plot.leave_place()
    QTest.keyClick(plot, Qt.Key.Key_Up)
    assert lit[-1][0].tolist() == bottom


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_focus_is_seen(plot, dressed, theme):
    dressed(theme)
    plot.show_silhouettes(bars([0.8, 0.6], [0, 1]), (0, 1))
    plot.clearFocus()
    before = plot.grab().toImage()
    focus(plot)
    assert plot.grab().toImage() != before


def test_the_panel_reads_the_bar_at_the_pointer(measured, moment):
    panel = measured(moment(4))
    mean = panel.value.text()
    QTest.mouseMove(panel.plot, spot(panel.plot, 1, 0.5))
    assert panel.value.text().endswith("cluster 2")
    QApplication.sendEvent(panel.plot, QEvent(QEvent.Type.Leave))
    assert panel.value.text() == mean


def test_it_is_told_to_who_cannot_see_it(plot):
    plot.show_silhouettes(bars([0.8, 0.6, -0.2], [0, 0, 2]), (0, 1, 2))
    assert plot.accessibleDescription() == "Mean by cluster: 1: 0.70, 3: −0.20"
