"""The dendrogram and the curve in the window: beside a run that has them, and in touch with the canvas."""

from __future__ import annotations

import numpy as np
import pytest
from hands import LEFT, key, state
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from trees import MERGING

from kmeans_gui.clustering import REGISTRY
from kmeans_gui.clustering.overlays import Outlined
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.ui.panels.dendrogram_panel import DendrogramPanel
from kmeans_gui.ui.panels.levels_panel import LevelsPanel


@pytest.fixture
def merging(window, board, qtbot, monkeypatch):
    """A window that shows the whole run of a method that merges, cut into three clusters."""
    monkeypatch.setitem(REGISTRY, MERGING.name, MERGING)
    window.controller.set_algorithm(MERGING.name)
    key(window, "Right")
    qtbot.waitUntil(lambda: window.controller.shown.complete)
    window.controller.seek(len(board) - 3)
    QApplication.processEvents()
    tree_in(window).grab()
    return window


def tree_in(window):
    return window.findChild(DendrogramPanel).tree


def at(tree, place, height):
    return QPoint(round(tree.x_of(place)), round(tree.y_of(height)))


def outlined(window):
    return [overlay.rows.tolist() for overlay in window.canvas._frame.overlays if isinstance(overlay, Outlined)]


def are_there(window):
    return [window._side.sections[title].isVisible() for title in ("Dendrogram", "Distances")]


def test_the_sections_are_there_beside_a_run_that_has_them_alone(merging, qtbot):
    assert are_there(merging) == [True, True]
    merging.controller.set_algorithm("lloyd")
    qtbot.waitUntil(lambda: are_there(merging) == [False, False])


def test_dragging_the_cut_moves_the_run(merging, board):
    tree = tree_in(merging)
    shown = merging.controller.shown
    assert shown.position == len(board) - 3
    QTest.mousePress(tree, LEFT, pos=at(tree, 1, tree._layout.cut_above(shown.position)))
    QTest.mouseMove(tree, at(tree, 1, tree._layout.top))
    assert merging.controller.shown.position == len(board) - 1
    QTest.mouseMove(tree, at(tree, 1, 0))
    QTest.mouseRelease(tree, LEFT, pos=at(tree, 1, 0))
    assert merging.controller.shown.position == 0
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Up)
    assert merging.controller.shown.position == 1


def test_pointing_at_a_branch_outlines_its_points_on_the_canvas(merging):
    tree = tree_in(merging)
    for cluster in tree._layout.clusters_at(tree.value()):
        height = float(tree._layout.height[cluster])
        QTest.mouseMove(tree, at(tree, float(tree._layout.stem[cluster]), height * 1.02))
        (rows,) = outlined(merging)
        assert sorted(rows) in [list(range(start, start + 30)) for start in (0, 30, 60)]
    QApplication.sendEvent(tree, QEvent(QEvent.Type.Leave))
    assert outlined(merging) == []


def test_other_points_are_not_outlined_in_place_of_those_pointed_at(merging):
    tree = tree_in(merging)
    QTest.mouseMove(tree, at(tree, 50.5, 0.0))
    assert outlined(merging) != []
    merging.controller.use_dataset(Dataset.of(np.zeros((2, 2))), "open two points")
    assert outlined(merging) == []


def test_a_click_on_a_branch_selects_its_points(merging):
    tree = tree_in(merging)
    QTest.mouseClick(tree, LEFT, pos=at(tree, 45, tree._layout.highest))
    assert len(merging.controller.shown.selected) == 90


def test_letting_go_of_the_level_sets_the_parameter_and_keeps_the_curve(merging, qtbot):
    chart = merging.findChild(LevelsPanel).chart
    place = QPoint(100, round(chart.y_of(3.0)))
    goal = QPoint(100, round(chart.y_of(6.0)))
    QTest.mousePress(chart, LEFT, pos=place)
    QTest.mouseMove(chart, goal)
    assert chart.words().startswith("Reach 6.0")
    QTest.mouseRelease(chart, LEFT, pos=goal)
    assert state(merging).parameters["reach"] == pytest.approx(6.0, abs=0.1)
    assert are_there(merging)[1]
    qtbot.waitUntil(lambda: merging.controller.shown.complete)
    assert are_there(merging)[1]


def test_a_level_is_dragged_no_farther_than_the_parameter_allows(merging):
    chart = merging.findChild(LevelsPanel).chart
    QTest.mousePress(chart, LEFT, pos=QPoint(100, round(chart.y_of(3.0))))
    QTest.mouseMove(chart, QPoint(100, 0))
    QTest.mouseRelease(chart, LEFT, pos=QPoint(100, 0))
    assert state(merging).parameters["reach"] == 7.0
