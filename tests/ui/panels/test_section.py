"""Sections and the side panel."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLabel

from kmeans_gui.ui.panels import PANELS
from kmeans_gui.ui.panels.section import LEAST_WIDTH, WIDTH, Disclosure, Section, SidePanel
from kmeans_gui.ui.shown import Shown
from kmeans_gui.ui.theme import LIGHT


@pytest.fixture
def section(show):
    return show(Section("This step", QLabel("Words")))


@pytest.fixture
def side(show, moment, dressed):
    dressed(LIGHT)
    panel = SidePanel()
    for title, kind in PANELS:
        widget = kind()
        widget.refresh(None, Shown())
        widget.refresh(Shown(), moment(2, k=20))
        panel.add(title, widget)
    return show(panel, LEAST_WIDTH, 500)


def unfold(side):
    for header in side.findChildren(Disclosure):
        header.setChecked(True)
    QApplication.processEvents()


def test_a_click_on_the_header_folds_and_unfolds(section, said):
    heard = said(section.toggled)
    QTest.mouseClick(section.header, Qt.MouseButton.LeftButton)
    assert (section.widget.isVisible(), section.is_open()) == (False, False)
    QTest.mouseClick(section.header, Qt.MouseButton.LeftButton)
    assert (section.widget.isVisible(), section.is_open()) == (True, True)
    assert heard == [(False,), (True,)]


def test_it_can_be_folded_by_the_program(section):
    section.set_open(False)
    assert not section.widget.isVisible()
    assert section.header.accessibleName() == "This step, folded"


def test_the_side_panel_holds_each_panel_under_its_title(side):
    assert list(side.sections) == [title for title, _ in PANELS] == ["Data", "Algorithm", "Objective", "This step"]
    assert side.sizeHint().width() == WIDTH


def test_nothing_is_cut_off_at_the_least_width(side):
    unfold(side)
    assert side.verticalScrollBar().maximum() > 0
    assert side.widget().width() == side.viewport().width()
    assert side.widget().minimumSizeHint().width() <= side.viewport().width()


def test_every_control_of_every_panel_has_a_tooltip_and_a_name(side):
    unfold(side)
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox)
    controls = [c for kind in kinds for c in side.findChildren(kind) if c.isVisible()]
    assert len(controls) > 15
    assert [type(c).__name__ for c in controls if not (c.toolTip() and c.accessibleName())] == []
