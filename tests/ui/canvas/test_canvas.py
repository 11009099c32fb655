"""The canvas by itself: what it shows of extreme places, and what becomes of a defect in the middle of painting."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from kmeans_gui.data.layout import Layout
from kmeans_gui.data.table import Table
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


@pytest.mark.parametrize("size", [(600, 400), (601, 401), (602, 400)])
def test_the_screen_shows_the_picture_pixel_by_pixel(canvas, size):
    canvas.resize(*size)
    canvas.set_style(Style(LIGHT, layers=frozenset({"points"})))
    points = np.random.default_rng(0).uniform(0, 1, (500, 2))
    show(canvas, Frame(layout=Layout.of(points)))
    image = canvas.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    sheet = canvas._renderer.picture.sheet
    screen = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    left, top = (round(offset) for offset in (canvas.view.left, canvas.view.top))
    shown = screen[top:, left:][: sheet.height(), : sheet.width()]
    np.testing.assert_array_equal(shown, sheet.pixels[: shown.shape[0], : shown.shape[1]])


def test_a_sort_that_ends_in_the_middle_of_a_drag_leaves_the_hand_its_point(canvas):
    points = np.random.default_rng(0).uniform(0, 1, (9000, 2))
    table = Table.of(points)
    show(canvas, Frame(layout=Layout.of(table)))
    canvas.set_tool("move", 10.0, 1)
    start = canvas.view.to_pixels(points[:1])[0]
    placed = []
    canvas.place_requested.connect(lambda rows, to: placed.append(rows))
    at, beyond = QPoint(*np.rint(start).astype(int).tolist()), QPoint(*np.rint(start + 20).astype(int).tolist())
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(canvas.viewport(), beyond)
    canvas.set_frame(Frame(layout=Layout.sorted(table)))
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=beyond)
    assert len(placed) == 1


def test_after_an_edit_another_point_may_be_under_the_mouse(canvas):
    points = np.array([[0.2, 0.2], [0.5, 0.5], [0.8, 0.8]])
    show(canvas, Frame(layout=Layout.of(points)))
    said = []
    canvas.hovered.connect(said.append)
    QTest.mouseMove(canvas.viewport(), QPoint(*np.rint(canvas.view.to_pixels(points[1:2])[0]).astype(int).tolist()))
    canvas.set_frame(Frame(layout=Layout.of(points[1:])))
    canvas.set_frame(Frame(layout=Layout.of(points[2:])))
    assert said == [1, 0, -1]


def test_what_cannot_be_drawn_at_all_is_reported_once_and_nobody_waits_for_it(canvas, qtbot, monkeypatch, logged_errors):
    def none_left(height, width):
        raise MemoryError

    monkeypatch.setattr(renderer, "LIGHT", 0)
    monkeypatch.setattr(renderer, "HEAVY", 1)
    monkeypatch.setattr(canvas._renderer._sheets, "take", none_left)
    with qtbot.waitSignals([canvas.paint_failed, canvas.painted]):
        show(canvas, FRAME)
    before = len(logged_errors)
    for _ in range(3):
        show(canvas, FRAME)
    assert len(logged_errors) == before
