"""Sections and the side panel."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox

from kmeans_gui.ui.panels import PANELS
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.section import LEAST_WIDTH, WIDTH, Disclosure, Section, SidePanel
from kmeans_gui.ui.shown import Shown
from kmeans_gui.ui.theme import LIGHT


class Words(Panel):
    """Keeps what it was told to show."""

    def __init__(self):
        super().__init__()
        self.told = []

    def refresh(self, old, new):
        self.told.append((old, new))


@pytest.fixture
def section(show):
    made = Section("This step", Words)
    made.fill()
    return show(made)


@pytest.fixture
def side(show, moment, dressed):
    dressed(LIGHT)
    panel = SidePanel(PANELS)
    for section in panel.sections.values():
        section.refresh(None, Shown())
    panel.fill()
    for section in panel.sections.values():
        section.refresh(Shown(), moment(2, k=20))
    return show(panel, LEAST_WIDTH, 500)


def unfold(side):
    for header in side.findChildren(Disclosure):
        header.setChecked(True)
    QApplication.processEvents()


def test_a_click_on_the_header_folds_and_unfolds(section, said):
    heard = said(section.toggled)
    QTest.mouseClick(section.header, Qt.MouseButton.LeftButton)
    assert (section.panel.isVisible(), section.is_open()) == (False, False)
    QTest.mouseClick(section.header, Qt.MouseButton.LeftButton)
    assert (section.panel.isVisible(), section.is_open()) == (True, True)
    assert heard == [(False,), (True,)]


def test_it_can_be_folded_by_the_program(section):
    section.set_open(False)
    assert not section.panel.isVisible()
    assert section.header.accessibleName() == "This step, folded"


def test_a_panel_that_is_made_late_shows_what_is_to_be_shown_by_then(qapp):
    section = Section("This step", Words)
    first, second, third = Shown(), Shown(speed=2.0), Shown(speed=3.0)
    section.refresh(None, first)
    section.refresh(first, second)
    panel = section.fill()
    section.refresh(second, third)
    assert panel.told == [(None, second), (second, third)]


def test_a_section_that_was_folded_before_it_has_a_panel_stays_folded(show):
    section = show(Section("This step", Words))
    section.set_open(False)
    section.fill()
    assert not section.panel.isVisible()


def test_the_side_panel_shows_all_panels_at_once_when_the_last_one_is_made(qapp, qtbot, said):
    side = SidePanel(dict.fromkeys("ABC", Words))
    qtbot.addWidget(side)
    side.show()
    made = said(side.made)
    with qtbot.waitSignal(side.filled):
        side.fill_soon()
        assert not side.sections["A"].isVisible()
    assert [panel for (panel,) in made] == [section.panel for section in side.sections.values()]
    assert all(section.panel.isVisible() for section in side.sections.values())
    side.fill_soon()
    side.fill()
    assert len(made) == 3


def test_the_side_panel_holds_each_panel_under_its_title(side):
    assert list(side.sections) == list(PANELS)
    there = [title for title, section in side.sections.items() if section.isVisibleTo(side.widget())]
    assert there == ["Data", "Algorithm", "Objective", "This step", "Silhouette", "Scores", "How many clusters?", "Restarts"]
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
