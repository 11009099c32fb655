"""The algorithm panel: what runs, with what, from where."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from kmeans_gui import clustering
from kmeans_gui.clustering.parameters import Int
from kmeans_gui.ui.panels.algorithm_panel import AlgorithmPanel

OTHER = replace(
    clustering.algorithm(clustering.DEFAULT),
    name="other",
    title="Another method",
    summary="Does it otherwise.",
    parameters=(Int(name="depth", label="Depth", default=4, maximum=9, help="How deep."),),
)


@pytest.fixture
def panel(show):
    return show(AlgorithmPanel(), height=600)


def enter(control, text):
    field = control.findChild(QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_shows_the_algorithm_its_parameters_and_the_seed(panel, moment):
    shown = moment(k=5)
    panel.refresh(None, replace(shown, state=replace(shown.state, seed=12)))
    algorithm = clustering.algorithm(shown.state.algorithm)
    assert panel.algorithm.currentText() == panel.title.text() == algorithm.title
    assert panel.title.toolTip() == algorithm.summary
    assert panel.form.values() == dict(shown.state.parameters)
    assert panel.seed.value() == 12


def test_entering_a_parameter_asks_for_it(panel, moment, said):
    panel.refresh(None, moment())
    asked = said(panel.parameter_requested)
    enter(panel.form.controls["k"], "7")
    assert asked == [("k", 7)]


def test_entering_a_seed_asks_for_it_whole(panel, moment, said):
    panel.refresh(None, moment())
    asked = said(panel.seed_requested)
    enter(panel.seed, str(2**40))
    assert asked == [(2**40,)]


def test_another_algorithm_brings_its_own_form(monkeypatch, show, moment, said, pick):
    monkeypatch.setitem(clustering.REGISTRY, "other", OTHER)
    panel = show(AlgorithmPanel())
    first = moment()
    panel.refresh(None, first)
    asked = said(panel.algorithm_requested)
    pick(panel.algorithm, "Another method")
    assert asked == [("other",)]
    panel.refresh(first, replace(first, state=replace(first.state, algorithm="other", parameters={"depth": 6})))
    assert panel.form.values() == {"depth": 6}
    heard = said(panel.parameter_requested)
    enter(panel.form.controls["depth"], "8")
    assert heard == [("depth", 8)]


def test_with_one_algorithm_there_is_nothing_to_choose(monkeypatch, show, moment):
    monkeypatch.setattr(clustering, "REGISTRY", {clustering.DEFAULT: clustering.algorithm(clustering.DEFAULT)})
    panel = show(AlgorithmPanel())
    panel.refresh(None, moment())
    assert panel.title.isVisible()
    assert not panel.algorithm.isVisible()


def test_new_start_asks_for_one(panel, moment, said):
    panel.refresh(None, moment())
    asked = said(panel.new_start_requested)
    QTest.mouseClick(panel.new_start, Qt.MouseButton.LeftButton)
    assert len(asked) == 1


def test_centroids_placed_by_hand_are_told_and_can_be_forgotten(panel, moment, said):
    first = moment()
    panel.refresh(None, first)
    assert not panel.placed.isVisible()
    placed = replace(first, state=replace(first.state, start=np.zeros((3, 2))))
    panel.refresh(first, placed)
    assert panel.placed.isVisible()
    asked = said(panel.forget_start_requested)
    QTest.mouseClick(panel.forget, Qt.MouseButton.LeftButton)
    assert len(asked) == 1
    panel.refresh(placed, first)
    assert not panel.placed.isVisible()


def test_rendering_asks_for_nothing(panel, moment, said):
    heard = [said(signal) for signal in (panel.algorithm_requested, panel.parameter_requested, panel.seed_requested)]
    first = moment(k=3)
    panel.refresh(None, first)
    other = moment(k=6)
    panel.refresh(first, replace(other, state=replace(other.state, seed=5)))
    assert heard == [[], [], []]
    assert panel.form.values()["k"] == 6
