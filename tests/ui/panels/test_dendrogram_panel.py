"""The dendrogram: cutting the tree, pointing at branches, and being there only with a tree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from trees import by_hand, linked, showing

from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels import dendrogram
from kmeans_gui.ui.panels.dendrogram_panel import DendrogramPanel
from kmeans_gui.ui.theme import DARK, LIGHT

THREE = [(0, 1), (2, 3), (4, 5)]
HEIGHTS = [1.0, 2.0, 4.0]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(show):
    made = show(DendrogramPanel(), height=300)
    yield made
    made.close_work()


@pytest.fixture
def put(panel, moment):
    """Show a tree, and return its widget as it is after painting."""

    def show_tree(tree):
        panel.refresh(None, showing(moment(), tree))
        panel.tree.grab()
        return panel.tree

    return show_tree


def at(tree, place, height):
    return QPoint(round(tree.x_of(place)), round(tree.y_of(height)))


def drag(tree, *heights):
    QTest.mousePress(tree, LEFT, pos=at(tree, 2, heights[0]))
    for height in heights[1:]:
        QTest.mouseMove(tree, at(tree, 2, height))
    QTest.mouseRelease(tree, LEFT, pos=at(tree, 2, heights[-1]))


def ink(tree, place, height):
    """Return the color that stands at a place of the tree."""
    image = tree.grab().toImage()
    return image.pixelColor(at(tree, place, height))


def test_it_is_there_only_while_the_step_has_a_tree(panel, moment, said):
    heard = said(panel.content_changed)
    assert not panel.has_content
    plain = moment()
    first = showing(plain, linked())
    panel.refresh(None, plain)
    panel.refresh(plain, first)
    panel.refresh(first, plain)
    assert heard == [(True,), (False,)]


def test_it_says_what_the_heights_are_and_where_the_tree_is_cut(panel, put):
    put(by_hand(THREE, HEIGHTS, merged=2))
    assert panel.name.text() == "Merge distance"
    assert panel.value.text() == "2 clusters at 3.00"


def test_dragging_the_line_seeks_the_step_with_as_many_merges(panel, put, said):
    tree = put(by_hand(THREE, HEIGHTS, merged=2, step_of=lambda merged: 10 * merged))
    asked = said(panel.seek_requested)
    drag(tree, 3.0, 1.5, 0.5, 4.1)
    assert asked == [(10,), (0,), (30,)]


def test_a_line_dragged_through_an_inversion_takes_its_merges_together(panel, put, said):
    tree = put(by_hand(THREE, [2.0, 1.0, 4.0]))
    asked = said(panel.seek_requested)
    drag(tree, 1.0, 1.5, 2.1)
    assert asked == [(2,)]


def test_up_and_down_go_to_the_next_step_and_other_keys_are_left(panel, put, said):
    tree = put(linked(30, merged=12, step_of=lambda merged: merged // 5))
    asked = said(panel.seek_requested)
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Up)
    QTest.keyClick(tree, Qt.Key.Key_Down)
    assert asked == [(3,), (1,)]
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Space):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        tree.keyPressEvent(event)
        assert not event.isAccepted()
    assert len(asked) == 2


def test_assistive_technology_meets_a_slider_that_moves_the_cut(panel, put, said):
    tree = put(by_hand(THREE, HEIGHTS, merged=2))
    asked = said(panel.seek_requested)
    assert QAccessible.queryAccessibleInterface(tree).role() is QAccessible.Role.Slider
    assert (tree.minimum(), tree.value(), tree.maximum()) == (0, 2, 3)
    assert tree.accessibleDescription() == "2 clusters at 3.00; 2 of 3 merges made"
    tree.setValue(1)
    assert asked == [(1,)]
    assert tree.value() == 2  # until the step is on show


def test_a_tree_without_steps_is_only_looked_at(panel, put, said):
    tree = put(by_hand(THREE, HEIGHTS, merged=2, step_of=None))
    asked = said(panel.seek_requested)
    drag(tree, 3.0, 0.5)
    QTest.keyClick(tree, Qt.Key.Key_Up)
    tree.setValue(0)
    assert asked == []
    assert tree.value() == 2


def test_showing_asks_for_nothing(panel, put, said):
    asked = said(panel.seek_requested)
    put(linked(30, merged=3))
    put(linked(10, merged=9))
    assert asked == []


def test_hovering_lights_the_points_under_a_branch_until_it_is_left(panel, put, said):
    tree = put(by_hand(THREE, HEIGHTS, merged=0))
    lit = said(panel.rows_hovered)
    QTest.mouseMove(tree, at(tree, 0.5, 1.5))
    QTest.mouseMove(tree, at(tree, 1.2, 1.7))  # the same branch is not told twice
    assert panel.value.text() == "2 points at 1.00"
    QTest.mouseMove(tree, at(tree, 3.5, 0.3))
    assert panel.value.text() == "1 point"
    QTest.mouseMove(tree, at(tree, 1.0, 4.1))
    QApplication.sendEvent(tree, QEvent(QEvent.Type.Leave))
    assert [rows[0].tolist() for rows in lit] == [[0, 1], [3], [0, 1, 2, 3], []]
    assert panel.value.text() == "4 clusters at 0.500"


def test_a_click_selects_the_points_of_a_branch_through_their_leaves(panel, put, said):
    tree = put(by_hand([(0, 1)], [2.0], members=np.array([1, 0, 1])))
    asked = said(panel.rows_requested)
    QTest.mouseClick(tree, LEFT, pos=at(tree, 1.5, 0.5))
    assert [rows[0].tolist() for rows in asked] == [[0, 2]]


def test_dragging_the_line_selects_nothing(panel, put, said):
    tree = put(by_hand(THREE, HEIGHTS, merged=2))
    asked, lit = said(panel.rows_requested), said(panel.rows_hovered)
    drag(tree, 3.0, 1.5)
    assert asked == lit == []


def test_points_are_not_lit_any_more_when_the_tree_is_gone(panel, put, said, moment):
    tree = put(by_hand(THREE, HEIGHTS))
    QTest.mouseMove(tree, at(tree, 0.5, 1.5))
    lit = said(panel.rows_hovered)
    panel.refresh(None, moment())
    assert [rows[0].tolist() for rows in lit] == [[]]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_branches_have_the_color_of_their_cluster_and_are_quiet_above_the_cut(panel, moment, dressed, theme):
    dressed(theme)
    tree = by_hand(THREE, HEIGHTS, merged=2, labels=np.array([0, 0, 1, 1, 0, 1, 0]))
    shown = showing(moment(), tree)
    panel.refresh(None, replace(shown, state=replace(shown.state, colors=(4, 2, 7))))
    inks = [ink(panel.tree, *spot) for spot in ((1.0, 1.0), (3.0, 2.0), (2.0, 4.0))]
    assert inks == [appearance.color(c) for c in (theme.cluster(4), theme.cluster(2), theme.quiet)]


def test_the_cut_follows_the_step_on_show(panel, put):
    tree = put(by_hand(THREE, HEIGHTS, merged=0))
    before = ink(tree, 1.0, 1.0)
    put(by_hand(THREE, HEIGHTS, merged=3))
    assert ink(tree, 1.0, 1.0) != before
    assert tree.value() == 3


def test_a_large_tree_is_drawn_when_another_thread_has_laid_it_out(panel, put, qtbot, monkeypatch):
    monkeypatch.setattr(dendrogram, "AT_ONCE", 100)
    tree = put(linked(300, merged=290))
    assert panel.value.text() == "10 clusters"
    qtbot.waitUntil(lambda: panel.value.text().startswith("10 clusters at"))
    waiting = tree.grab().toImage()
    panel.resize(200, 300)
    qtbot.waitUntil(lambda: tree._picture.look.area.right() < 200)
    assert tree.grab().toImage() != waiting


def test_another_tree_replaces_one_that_is_still_being_laid_out(panel, put, qtbot, monkeypatch):
    monkeypatch.setattr(dendrogram, "AT_ONCE", 100)
    put(linked(300, merged=290))
    put(linked(150, merged=147))
    qtbot.waitUntil(lambda: panel.value.text().startswith("3 clusters at"))


@pytest.mark.parametrize(
    "tree",
    [by_hand([], []), by_hand([(0, 1)], [3.0], merged=1), by_hand(THREE, [0, 0, 0], merged=1), by_hand(THREE, [2, 2, 2])],
    ids=["1 leaf", "2 leaves", "all at zero", "ties"],
)
def test_small_trees_can_be_pointed_at_everywhere(panel, put, tree):
    widget = put(tree)
    for x in range(0, widget.width(), 20):
        for y in range(0, widget.height(), 20):
            QTest.mouseMove(widget, QPoint(x, y))
    assert widget.words().startswith(f"{tree.leaves - tree.merged} cluster")
