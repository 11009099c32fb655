"""The panel of scores: measured when a run rests and the section is open, never else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from sklearn import cluster, metrics

from kmeans_gui.clustering.notes import number
from kmeans_gui.clustering.peer import Comparison
from kmeans_gui.data.boards import board
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.state import defaults
from kmeans_gui.ui.panels.metrics_panel import MetricsPanel, comparison_words
from kmeans_gui.ui.theme import DARK, LIGHT


@pytest.fixture
def panel(show):
    made = show(MetricsPanel(), height=900)
    yield made
    made.close_work()


def measured(panel, qtbot, old, new):
    with qtbot.waitSignal(panel.measured):
        panel.refresh(old, new)
    return panel


def test_the_scores_are_scikit_learns(panel, moment, qtbot):
    shown = moment(-1)
    measured(panel, qtbot, None, shown)
    X, labels, truth = shown.state.dataset.points, shown.step.labels, shown.state.dataset.truth
    expected = {
        "inertia": shown.step.objective,
        "silhouette": metrics.silhouette_score(X, labels),
        "calinski-harabasz": metrics.calinski_harabasz_score(X, labels),
        "davies-bouldin": metrics.davies_bouldin_score(X, labels),
    }
    assert {name: label.text() for name, label in panel.internal.values.items()} == {
        name: number(value) for name, value in expected.items()
    }
    assert panel.external.values["ari"].text() == number(metrics.adjusted_rand_score(truth, labels))
    assert not panel.note.isVisible()


def test_a_number_of_the_confusion_table_selects_its_points(panel, moment, qtbot, said):
    shown = moment(-1)
    measured(panel, qtbot, None, shown)
    asked, table = said(panel.rows_requested), panel.table
    labels, truth = shown.step.labels, shown.state.dataset.truth
    QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(10, 30))  # the name of a row
    QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=QPoint(60, 30))
    panel.window().resize(300, table.mapTo(panel.window(), QPoint(0, table.height())).y() + 50)
    QTest.mouseMove(table, QPoint(62, 32))
    qtbot.waitUntil(lambda: table.toolTip() != "")
    ((rows,),) = asked
    (label,), (kind,) = set(labels[rows].tolist()), set(truth[rows].tolist())
    assert rows.tolist() == np.flatnonzero((labels == label) & (truth == kind)).tolist()
    assert table.toolTip() == f"{len(rows)} points of class {kind} in cluster {label + 1}"


def test_a_score_that_is_not_defined_says_why(panel, moment, qtbot):
    measured(panel, qtbot, None, moment(-1, k=1))
    assert panel.internal.values["silhouette"].text() == "–"
    assert panel.internal.ranges["silhouette"].text() == "one cluster"


def test_each_score_says_what_it_means_and_its_range(panel, moment, qtbot):
    measured(panel, qtbot, None, moment(-1))
    for table in (panel.internal, panel.external):
        for value in table.values.values():
            assert len(value.toolTip().splitlines()) == 2
    assert "−1 to 1, higher is better" in [label.text() for label in panel.internal.findChildren(QLabel)]


def test_the_table_counts_each_point_once(panel, moment, qtbot):
    shown = moment(-1)
    measured(panel, qtbot, None, shown)
    assert panel.table.isVisible()
    assert panel.table.accessibleDescription().count("cluster") == 3
    assert panel.table._table.sum() == 200


def test_without_true_classes_there_are_no_scores_against_them(panel, moment, qtbot):
    shown = moment(-1, dataset=Dataset.of(board("gaussians", seed=1).points))
    measured(panel, qtbot, None, shown)
    assert panel.internal.isVisible()
    assert not panel.external.isVisible()
    assert not panel.table.isVisible()


def test_before_points_have_clusters_it_says_so(panel, moment, qtbot):
    measured(panel, qtbot, None, moment(0))
    assert panel.note.isVisible()
    assert not panel.internal.isVisible()


def test_while_a_run_plays_nothing_is_measured(panel, moment, qtbot):
    first = moment(1, playing=True)
    panel.refresh(None, first)
    assert not panel.work.active and not panel._rest.isActive()
    measured(panel, qtbot, first, replace(first, playing=False))
    assert panel.internal.isVisible()


def test_the_scores_of_another_half_step_are_pale_until_new_ones_are_there(panel, moment, qtbot):
    first = moment(1)
    measured(panel, qtbot, None, first)
    later = replace(first, step=first.trace[3])
    panel.refresh(first, later)
    assert not panel.internal.isEnabled()
    with qtbot.waitSignal(panel.measured):
        pass
    assert panel.internal.isEnabled()
    expected = metrics.calinski_harabasz_score(first.state.dataset.points, later.step.labels)
    assert panel.internal.values["calinski-harabasz"].text() == number(expected)


def test_a_folded_section_measures_nothing_until_it_is_opened(panel, moment, qtbot):
    panel.hide()
    panel.refresh(None, moment(-1))
    assert not panel.work.active and not panel._rest.isActive()
    with qtbot.waitSignal(panel.measured):
        panel.show()
    panel.refresh(None, moment(2))
    panel.hide()
    assert not panel.work.active and not panel._rest.isActive()


def test_scikit_learn_comes_to_the_same(panel, moment, qtbot):
    assert cluster.KMeans  # loaded, which takes seconds
    panel.refresh(None, moment(-1))
    with qtbot.waitSignal(panel.peer.finished):
        QTest.mouseClick(panel.compare, Qt.MouseButton.LeftButton)
    assert panel.comparison.text().startswith("All labels are the same")
    assert panel.compare.isEnabled()
    other = moment(-1, k=4)
    panel.refresh(panel._shown, other)
    assert not panel.comparison.isVisible()


def test_other_methods_are_not_compared(panel, moment):
    shown = moment(-1)
    panel.refresh(None, replace(shown, state=replace(shown.state, algorithm="dbscan", parameters=defaults("dbscan"))))
    assert not panel.compare.isVisible()


def test_what_cannot_be_compared_is_said(panel, moment, qtbot):
    shown = moment(0, dataset=Dataset.of(np.eye(2)), k=2)
    panel.refresh(None, replace(shown, state=replace(shown.state, parameters={**defaults("lloyd"), "k": 5})))
    with qtbot.waitSignal(panel.peer.failed):
        QTest.mouseClick(panel.compare, Qt.MouseButton.LeftButton)
    assert panel.comparison.text().startswith("K is 5")


def test_differences_are_told_in_numbers():
    words = comparison_words(Comparison(3, 0.0123, (1.0, 2.0), (4, 5), (0.001, 0.0254)))
    assert words.splitlines() == [
        "3 labels differ; centroids are at most 0.012 apart.",
        "Inertia: 1.000 here, 2.000 there (0.50 of it apart).",
        "Iterations: 4 here, 5 there.",
        "Time: 1.0 ms here, 25 ms there.",
    ]


def test_the_table_has_the_colors_of_the_clusters(panel, moment, qtbot, dressed):
    measured(panel, qtbot, None, moment(-1))
    for theme in (LIGHT, DARK):
        dressed(theme)
        image = panel.table.grab().toImage()
        seen = {image.pixelColor(5, y).getRgb()[:3] for y in range(image.height())}
        assert {theme.cluster(slot) for slot in range(3)} <= seen
