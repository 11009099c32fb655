"""What surrounds a picture is filled pixel by pixel up to it, and not one of its own is touched."""

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from kmeans_gui.ui.canvas.frame_item import fill_around
from kmeans_gui.ui.canvas.sheet import Sheet

UNTOUCHED, FILLED = 0xFF000000, 0xFFFFFFFF
WIDTH, HEIGHT = 12, 9
WHOLE = QRect(2, 1, 8, 6)
"""Neither at the origin nor up to the image's edges, so that no pixel too many goes unseen."""


def expected(covered):
    """Ask of each pixel whether it is in the whole and not covered."""
    left, top, width, height = covered
    pixels = np.full((HEIGHT, WIDTH), UNTOUCHED, np.uint32)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            is_covered = left <= x < left + width and top <= y < top + height
            pixels[y, x] = FILLED if WHOLE.contains(x, y) and not is_covered else UNTOUCHED
    return pixels


@pytest.mark.parametrize(
    "covered",
    [
        pytest.param((4, 3, 3, 2), id="inside"),
        pytest.param((5, 4, 1, 1), id="one pixel"),
        pytest.param((2, 1, 8, 6), id="all"),
        pytest.param((0, 0, 12, 9), id="more than all"),
        pytest.param((2, 1, 3, 2), id="top left corner"),
        pytest.param((7, 5, 3, 2), id="bottom right corner"),
        pytest.param((0, 3, 5, 9), id="over the left and bottom edge"),
        pytest.param((6, -4, 20, 7), id="over the top and right edge"),
        pytest.param((2, 3, 8, 1), id="from edge to edge"),
        pytest.param((10, 3, 2, 2), id="beside"),
        pytest.param((4, 7, 3, 2), id="below"),
        pytest.param((-9, -9, 4, 4), id="far off"),
        pytest.param((0, 0, 0, 0), id="empty at the origin"),
        pytest.param((5, 4, 0, 0), id="empty"),
        pytest.param((5, 4, 0, 2), id="of no width"),
        pytest.param((5, 4, 3, 0), id="of no height"),
        pytest.param((5, 4, -2, -2), id="of negative size"),
        pytest.param((6, 3, -3, 2), id="of negative width"),
        pytest.param((4, 5, 3, -3), id="of negative height"),
    ],
)
def test_all_but_what_is_covered_is_filled(qapp, covered):
    sheet = Sheet(np.full((HEIGHT, WIDTH), UNTOUCHED, np.uint32))
    painter = QPainter(sheet)
    fill_around(painter, WHOLE, QRect(*covered), QColor(255, 255, 255))
    painter.end()
    np.testing.assert_array_equal(sheet.pixels, expected(covered))
