"""The pseudocode: its lines ask for as much room as they need in the font that they are in."""

import pytest
from PySide6.QtWidgets import QWidget

from kmeans_gui import clustering
from kmeans_gui.ui.panels.pseudocode import Pseudocode

WIDTH = 240
LINES = clustering.algorithm("lloyd").pseudocode


@pytest.fixture
def panel(qtbot):
    """What the lines are in, and have their font from."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def code(panel):
    made = Pseudocode(panel)
    made.set_lines(LINES)
    return made


def test_in_another_font_the_lines_ask_for_the_room_that_they_need_in_it(panel, code):
    height = code.heightForWidth(WIDTH)
    panel.setStyleSheet(f"* {{ font-size: {2 * code.fontInfo().pixelSize()}px }}")  # as a theme sets it
    assert code.heightForWidth(WIDTH) > 1.5 * height
    assert code.sizeHint().height() > 1.5 * height
    panel.setStyleSheet("")
    assert code.heightForWidth(WIDTH) == height


def test_another_method_asks_for_other_room(code):
    height = code.heightForWidth(WIDTH)
    code.set_lines((("one line", ()),))
    assert 0 < code.heightForWidth(WIDTH) < height / 2
