"""What is in view is worked out once for many pictures, and anew as soon as it is another view or another board."""

from functools import cache

import numpy as np
import pytest

from kmeans_gui.data.cells import SORTED_FROM
from kmeans_gui.data.layout import Layout
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.render import Request, render
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import LIGHT

pytestmark = pytest.mark.usefixtures("qapp")

STYLE = Style(LIGHT, 1.0, frozenset({"points"}))


@cache
def board(low: float) -> Frame:
    """Return points spread evenly from ``low`` to 500, sorted, so that only the cells in view are looked through."""
    return Frame(layout=Layout.sorted(np.random.default_rng(0).uniform(low, 500, (SORTED_FROM, 2))))


def view(left: float, bottom: float, width: float = 100) -> View:
    return View(left, left + width, bottom, bottom + width, 0, 0, 100, 100)


def drawn(frame: Frame, place: View) -> np.ndarray:
    request = Request(frame, place, STYLE, 1.0)
    picture = render(request, np.empty(request.shape, np.uint32))
    assert picture.defect is None
    return picture.sheet.pixels


def drawn_afresh(frame: Frame, place: View) -> np.ndarray:
    """Draw a picture when nothing is remembered but a board and a place that it has nothing to do with."""
    drawn(board(200), view(400, 400, 70))
    return drawn(frame, place)


@pytest.mark.parametrize(
    ("low", "place"),
    [
        pytest.param(0, view(300, 100), id="panned across"),
        pytest.param(0, view(100, 300), id="panned up"),
        pytest.param(0, view(150, 120), id="panned half way"),
        pytest.param(0, view(100, 100, 50), id="zoomed out"),
        pytest.param(0, view(0, 0, 500), id="zoomed in"),
        pytest.param(100, view(100, 100), id="another board"),
    ],
)
def test_a_picture_does_not_depend_on_what_was_drawn_before(low, place):
    ours, here = board(0), view(100, 100)
    assert ours.layout.is_sorted
    before = drawn_afresh(board(low), place)
    after = drawn(ours, here)
    np.testing.assert_array_equal(after, drawn_afresh(ours, here))
    assert (after != before).any()
