"""The canvas by itself: what it shows of extreme places, and what becomes of a defect in the middle of painting."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from kmeans_gui.data.layout import Layout
from kmeans_gui.ui.canvas import renderer
from kmeans_gui.ui.canvas.canvas import Canvas
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.theme import LIGHT

FRAME = Frame(layout=Layout.of(np.array([[0.0, 0.0], [1.0, 1.0]])))


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

    tried = 0

    def paint(self, painter, frame, view, style):
        self.tried += 1
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


def color(canvas, place):
    x, y = canvas.view.to_pixels(place[None])[0]
    return canvas.viewport().grab().toImage().pixelColor(round(x), round(y)).getRgb()[:3]


def test_a_defect_in_painting_is_logged_and_reported_once_and_the_rest_is_there(canvas, logged_errors):
    broken, reports = Broken(), heard(canvas)
    canvas._renderer.layers = (*canvas._renderer.layers, broken)
    for frame in (FRAME, FRAME, Frame(layout=Layout.of(FRAME.points))):
        show(canvas, frame)
    assert color(canvas, FRAME.points[0]) == LIGHT.unassigned
    assert len(reports) == len(logged_errors) == 1
    assert logged_errors[0].exc_info[0] is ValueError


def test_a_defect_that_comes_back_is_reported_again(canvas, logged_errors):
    broken, reports = Broken(), heard(canvas)
    canvas._renderer.layers = (*canvas._renderer.layers, broken)
    for broken.mended in (False, True, False):
        show(canvas, Frame(layout=FRAME.layout))
    assert len(reports) == len(logged_errors) == 2


def test_a_run_goes_on_over_a_defect_in_painting(canvas, qtbot, logged_errors):
    canvas._renderer.layers = (Broken(),)
    with qtbot.waitSignal(canvas.painted):
        show(canvas, FRAME)


def test_a_defect_in_the_background_is_reported_and_not_tried_again(canvas, qtbot, monkeypatch, logged_errors):
    broken = Broken()
    canvas._renderer.layers = (broken,)
    monkeypatch.setattr(renderer, "LIGHT", 0)
    monkeypatch.setattr(renderer, "HEAVY", 1)
    with qtbot.waitSignal(canvas.paint_failed):
        show(canvas, FRAME)
    for _ in range(3):
        show(canvas, FRAME)
    assert broken.tried == 1
    assert len(logged_errors) == 1


def test_a_heavy_frame_is_drawn_in_the_background_and_moves_with_the_view_meanwhile(canvas, qtbot, monkeypatch):
    monkeypatch.setattr(renderer, "LIGHT", 0)
    monkeypatch.setattr(renderer, "HEAVY", 1)
    frame = Frame(layout=Layout.of(np.array([[0.5, 0.5], [0.9, 0.9]])))
    with qtbot.waitSignal(canvas.painted):
        show(canvas, frame)
    monkeypatch.setattr(canvas._renderer._work, "begin", lambda work: None)
    x0, x1, y0, y1 = canvas.viewport_range()
    canvas.set_viewport((x0 + 0.2, x1 + 0.2, y0, y1))
    show(canvas, frame)
    assert color(canvas, frame.points[0]) == LIGHT.unassigned


def test_of_many_requests_the_newest_is_drawn_last(canvas, qtbot, monkeypatch):
    monkeypatch.setattr(renderer, "LIGHT", 0)
    monkeypatch.setattr(renderer, "HEAVY", 1)
    frames = [Frame(layout=Layout.of(np.array([[0.1 * i, 0.5], [0.9, 0.9]]))) for i in range(8)]
    for frame in frames:
        canvas.set_frame(frame)
        canvas.viewport().repaint()
    qtbot.waitUntil(lambda: canvas._renderer.picture is not None and canvas._renderer.picture.request.frame is frames[-1])
    assert canvas._renderer._doing is None or canvas._renderer._doing.frame is frames[-1]


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
    show(canvas, Frame(layout=Layout.of(np.array([low, high]))))
    pixels = canvas.view.to_pixels(np.array([low, high]))
    assert ((pixels >= 0) & (pixels <= [640, 400])).all()
    for name, (start, end) in zip(("bottom", "left"), canvas.plotItem.getViewBox().viewRange(), strict=True):
        (_, major), *_ = canvas.plotItem.getAxis(name).tickValues(start, end, 600)
        assert np.isfinite(major).all()
        assert len(np.unique(major)) == len(major) > 0
