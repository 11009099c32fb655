"""Methods other than k-means in the window: what is steady from half-step to half-step, and from one method to another."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kmeans_gui.clustering import REGISTRY
from kmeans_gui.data.boards import board


@pytest.fixture
def shown(window, qtbot):
    """A window with points."""
    window.controller.use_dataset(board("gaussians", seed=1, n=60), "open")
    QApplication.processEvents()
    return window


def run_to_the_end(window, qtbot):
    window.controller.to_end()
    qtbot.waitUntil(lambda: window.controller.shown.complete and not window.controller.shown.computing)
    QApplication.processEvents()


@pytest.mark.parametrize("name", REGISTRY)
def test_each_method_runs_and_shows_all_points(shown, qtbot, name):
    shown.controller.set_algorithm(name)
    run_to_the_end(shown, qtbot)
    assert shown.controller.shown.step.note.text()
    assert not shown.messages.text
    shown.controller.to_start()
    QApplication.processEvents()
    assert shown.controller.shown.position == 0


def test_a_digit_means_nothing_to_a_method_without_k(shown):
    shown.controller.set_algorithm("dbscan")
    before = dict(shown.controller.state.parameters)
    shown.canvas.setFocus()
    QTest.keyClick(shown.canvas, Qt.Key.Key_4)
    assert dict(shown.controller.state.parameters) == before


@pytest.mark.parametrize("key", [Qt.Key.Key_PageDown, Qt.Key.Key_End])
def test_keys_at_the_end_of_a_run_change_no_setting(shown, qtbot, key):
    chooser = shown.findChild(type(shown._side.sections["Algorithm"].panel)).algorithm
    run_to_the_end(shown, qtbot)
    chooser.setFocus()
    state = shown.controller.state
    QTest.keyClick(chooser, key)
    QApplication.processEvents()
    assert shown.controller.state.algorithm == state.algorithm
    assert shown.controller.shown.complete


def test_the_picture_keeps_its_size_whatever_is_said_below(shown, qtbot):
    shown.controller.set_algorithm("gaussian-mixture")
    run_to_the_end(shown, qtbot)
    sizes = set()
    for index in range(shown.controller.shown.length):
        shown.controller.seek(index)
        QApplication.processEvents()
        sizes.add(shown.canvas.size().toTuple())
    assert len(sizes) == 1


def test_what_was_set_comes_back_with_the_method_that_has_it(shown):
    controller = shown.controller
    controller.set_k(6)
    controller.set_algorithm("dbscan")
    controller.set_parameter("eps", 0.25)
    controller.set_algorithm("gaussian-mixture")
    assert controller.state.parameters["k"] == 6
    controller.set_algorithm("dbscan")
    assert controller.state.parameters["eps"] == 0.25


def test_an_error_goes_when_what_it_was_about_has_changed(shown, qtbot):
    shown.controller.set_k(61)
    shown.controller.step()
    qtbot.waitUntil(lambda: "only 60 points" in shown.messages.text)
    shown.controller.set_k(3)
    QApplication.processEvents()
    assert shown.messages.text == ""


def test_an_edit_in_the_middle_of_a_run_without_centroids_ends_it_and_undo_brings_it_back(shown, qtbot):
    shown.controller.set_algorithm("agglomerative")
    run_to_the_end(shown, qtbot)
    end = shown.controller.shown.position
    shown.controller.add_points(shown.controller.state.dataset.points[:1] + 0.01)
    QApplication.processEvents()
    assert shown.controller.shown.trace is None
    shown.controller.undo()
    qtbot.waitUntil(lambda: shown.controller.shown.position == end)
