"""The canvas by itself: what it shows of extreme places, and what becomes of a defect in the middle of painting."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from kmeans_gui.ui.canvas import canvas as module
from kmeans_gui.ui.canvas import points
from kmeans_gui.ui.canvas.canvas import Canvas
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.theme import LIGHT

FRAME = Frame(points=np.array([[0.0, 0.0], [1.0, 1.0]]))


@pytest.fixture
def canvas(qtbot):
    made = Canvas()
    made.resize(640, 400)
    made.set_style(Style(LIGHT, layers=frozenset({"points", "axes"})))
    with qtbot.waitExposed(made):
        made.show()
    made.fit(np.zeros(2), np.ones(2))
    yield made
    made.close_work()
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class Broken:
    """A layer that fails until it is mended."""

    name = "caption"
    mended = False

    def paint(self, painter, frame, view, style):
        painter.save()
        painter.restore()
        if not self.mended:
            raise ValueError("broken")


def heard(canvas):
    reports = []
    canvas.paint_failed.connect(lambda: reports.append(None))
    return reports


def show(canvas, frame):
    canvas.set_frame(frame)
    canvas.viewport().repaint()
    QCoreApplication.processEvents()


def test_a_defect_in_painting_is_logged_and_reported_once_and_the_rest_is_there(canvas, logged_errors):
    broken, reports = Broken(), heard(canvas)
    canvas._layers = (*canvas._layers, broken)
    for frame in (FRAME, FRAME, Frame(points=FRAME.points)):
        show(canvas, frame)
    x, y = canvas.view.to_pixels(FRAME.points)[0]
    assert canvas.viewport().grab().toImage().pixelColor(round(x), round(y)).getRgb()[:3] == LIGHT.unassigned
    assert len(reports) == len(logged_errors) == 1
    assert logged_errors[0].exc_info[0] is ValueError


def test_a_defect_that_comes_back_is_reported_again(canvas, logged_errors):
    broken, reports = Broken(), heard(canvas)
    canvas._layers = (*canvas._layers, broken)
    for broken.mended in (False, True, False):
        show(canvas, FRAME)
    assert len(reports) == len(logged_errors) == 2


def test_a_run_goes_on_over_a_defect_in_painting(canvas, qtbot, logged_errors):
    canvas._layers = (Broken(),)
    with qtbot.waitSignal(canvas.painted):
        show(canvas, FRAME)


def test_a_defect_in_the_background_is_reported_and_not_tried_again(canvas, qtbot, monkeypatch, logged_errors):
    def broken(*_):
        raise ValueError("broken")

    monkeypatch.setattr(points, "HEAVY", 1)
    monkeypatch.setattr(module, "prepare", broken)
    with qtbot.waitSignal(canvas.paint_failed):
        show(canvas, FRAME)
    for _ in range(3):
        show(canvas, FRAME)
    assert not canvas._preparing.active
    assert len(logged_errors) == 1


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ((1.0, 1.0), tuple(np.nextafter([1.0, 1.0], 2))),
        ((1e9, 1e9), (1e9 + 0.5, 1e9 + 0.5)),
        ((-1e140, -1e140), (1e140, 1e140)),
        ((1e-140, 1e-140), (2e-140, 2e-140)),
    ],
)
def test_extreme_places_have_pixels_and_ticks(canvas, low, high):
    canvas.fit(np.array(low), np.array(high))
    show(canvas, Frame(points=np.array([low, high])))
    pixels = canvas.view.to_pixels(np.array([low, high]))
    assert ((pixels >= 0) & (pixels <= [640, 400])).all()
    for name, (start, end) in zip(("bottom", "left"), canvas.plotItem.getViewBox().viewRange(), strict=True):
        (_, major), *_ = canvas.plotItem.getAxis(name).tickValues(start, end, 600)
        assert np.isfinite(major).all()
        assert len(np.unique(major)) == len(major) > 0
