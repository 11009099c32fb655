"""Whatever somebody does, in whatever order: random acts of mouse and keys on the window.

The acts are drawn from a seed; of a failure, those that led to it are on its standard output. With
``KMEANS_GUI_TEST_ACTS=10000 pytest tests/ui/test_random_acts.py`` there are 10,000 of them on each board, which takes some
minutes, instead of a few hundred. That nothing is logged, no thread left and no warning given is what the tests look for after
every test anyway.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from hands import LEFT, NONE, SHIFT, key, state
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from kmeans_gui.clustering import algorithm
from kmeans_gui.clustering.parameters import Choice
from kmeans_gui.data.boards import REGISTRY, board
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session import storage
from kmeans_gui.session.state import State
from kmeans_gui.ui.actions import ACTIONS, TOOLS
from kmeans_gui.ui.canvas.render import render

ACTS = int(os.environ.get("KMEANS_GUI_TEST_ACTS", "200"))
LOOK_EVERY = 50
"""Acts after which everything is let come to rest and looked at."""

KEYS = [one for entry in ACTIONS for one in entry.keys if entry.name != "quit"]
KEYLESS = ["theme_system", "theme_light", "theme_dark", "motion", "about"]


class Person:
    """Somebody who does whatever comes to mind.

    Parameters
    ----------
    window : MainWindow
    files : list of Path
        What there is to open, all boards of about the same size, the one that is returned to first.
    most : int
        Points from which on the first file is opened again: selecting and duplicating all has no end.
    """

    ACTS = (
        ("click", 6),
        ("double_click", 2),
        ("drag", 8),
        ("pan", 3),
        ("roll", 3),
        ("press_a_key", 16),
        ("take_a_tool", 5),
        ("choose_from_a_menu", 1),
        ("scrub", 5),
        ("set_k", 1),
        ("set_a_parameter", 2),
        ("set_the_brush", 1),
        ("resize", 1),
        ("generate", 1),
        ("open", 1),
        ("wait", 4),
    )

    def __init__(self, window, files, most, seed):
        self.window, self.files, self.most = window, files, most
        self.rng = np.random.default_rng(seed)
        names, weights = zip(*self.ACTS, strict=True)
        self.names, self.shares = names, np.array(weights) / sum(weights)

    def act(self):
        """Do something, and mostly wait until it has been seen to."""
        if state(self.window).dataset.n > self.most:
            self.open(self.files[0])
        name = str(self.rng.choice(self.names, p=self.shares))
        print(name, getattr(self, name)() or "")
        if self.rng.random() < 0.7:
            QApplication.processEvents()
        for dialog in self.window.findChildren(QDialog):
            if dialog.isVisible():
                dialog.reject()

    def one_of(self, things):
        return things[self.rng.integers(len(things))]

    def place(self):
        """Return a place on the canvas, sometimes one that has a point or a centroid, sometimes outside."""
        canvas, chance = self.window.canvas, self.rng.random()
        marks = canvas.frame.points if chance < 0.3 else canvas.frame.centroids if chance < 0.5 else None
        if marks is not None and len(marks):
            x, y = canvas.view.to_pixels(self.one_of(marks)[None, :])[0]
            if np.isfinite([x, y]).all() and max(abs(x), abs(y)) < 5000:
                return QPoint(round(x), round(y))
        return QPoint(*self.rng.integers(-5, (canvas.viewport().width() + 5, canvas.viewport().height() + 5)).tolist())

    def modifier(self):
        return SHIFT if self.rng.random() < 0.2 else NONE

    def click(self):
        at, modifier = self.place(), self.modifier()
        QTest.mouseClick(self.window.canvas.viewport(), LEFT, modifier, at)
        return at, modifier

    def double_click(self):
        canvas, at = self.window.canvas.viewport(), self.place()
        QTest.mouseClick(canvas, LEFT, NONE, at)
        QTest.mouseDClick(canvas, LEFT, NONE, at)
        QTest.mouseRelease(canvas, LEFT, NONE, at)
        return at

    def drag(self):
        """Drag with the tool that is on; leave, press a key, hold still or forget to let go in the middle of it."""
        canvas, modifier = self.window.canvas, self.modifier()
        places = [self.place() for _ in range(self.rng.integers(1, 6))]
        QTest.mousePress(canvas.viewport(), LEFT, modifier, places[0])
        done = [modifier]
        for at in places[1:]:
            QTest.mouseMove(canvas.viewport(), at)
            match self.rng.integers(8):
                case 0:
                    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
                    done.append("leave")
                case 1:
                    done.append(self.press_a_key())
                case 2 | 3 | 4:
                    QApplication.processEvents()
                    done.append("wait")
        if self.rng.random() < 0.95:
            QTest.mouseRelease(canvas.viewport(), LEFT, modifier, places[-1])
            done.append("release")
        return places, done

    def pan(self):
        button = self.one_of([Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton])
        canvas, places = self.window.canvas.viewport(), [self.place() for _ in range(self.rng.integers(1, 5))]
        QTest.mousePress(canvas, button, NONE, places[0])
        for at in places[1:]:
            QTest.mouseMove(canvas, at)
            QApplication.processEvents()
        QTest.mouseRelease(canvas, button, NONE, places[-1])
        return button, places

    def roll(self):
        canvas, at = self.window.canvas.viewport(), QPointF(self.place())
        turn = QPoint(0, int(self.rng.choice([-240, -120, 120, 240])))
        kinds = Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False
        QApplication.sendEvent(canvas, QWheelEvent(at, canvas.mapToGlobal(at), QPoint(), turn, *kinds))
        return at, turn

    def press_a_key(self):
        chosen = self.one_of(KEYS)
        key(self.window, chosen)
        return chosen

    def take_a_tool(self):
        tool = self.one_of(TOOLS)
        self.window.actions_table[f"tool_{tool}"].trigger()
        return tool

    def choose_from_a_menu(self):
        name = self.one_of(KEYLESS)
        self.window.actions_table[name].trigger()
        return name

    def scrub(self):
        timeline = self.window._transport.timeline
        places = [QPoint(x, 16) for x in self.rng.integers(0, timeline.width(), self.rng.integers(1, 6)).tolist()]
        QTest.mousePress(timeline, LEFT, NONE, places[0])
        for at in places[1:]:
            QTest.mouseMove(timeline, at)
            QApplication.processEvents()
        QTest.mouseRelease(timeline, LEFT, NONE, places[-1])
        return places

    def set_k(self):
        k = int(self.rng.integers(1, 60))
        self.window.controller.set_k(k)
        return k

    def set_a_parameter(self):
        chosen = self.one_of([p for p in algorithm(state(self.window).algorithm).parameters if p.name != "k"])
        if isinstance(chosen, Choice):
            value = self.one_of(list(chosen.options))
        else:
            value = self.one_of([chosen.default, chosen.minimum])
        self.window.controller.set_parameter(chosen.name, chosen.parse(value))
        return chosen.name, value

    def set_the_brush(self):
        brush = int(self.rng.integers(5, 150)), int(self.rng.integers(1, 40))
        self.window.stage.set_brush(*brush)
        return brush

    def resize(self):
        size = self.rng.integers((500, 300), (1500, 1000)).tolist()
        self.window.resize(*size)
        return size

    def generate(self):
        name = self.one_of(list(REGISTRY))
        known = {p.name for p in REGISTRY[name].parameters}
        self.window.controller.generate_board(name, 1, {"n": 500} if "n" in known else {})
        return name

    def open(self, path=None):
        path = path or self.one_of(self.files)
        self.window.commands.open(path)
        return path.name

    def wait(self):
        for _ in range(self.rng.integers(2, 20)):
            QApplication.processEvents()


def come_to_rest(window, qtbot):
    """Let go of everything, let the run rest and wait until nothing is under way."""
    for button in (LEFT, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
        QTest.mouseRelease(window.canvas.viewport(), button, NONE, QPoint(0, 0))
    window.controller.stop_computing()
    if not window.centralWidget().isVisible():
        key(window, "B")
    working = (window.documents._opening, window.stage._layouts._sorting, window.canvas._renderer._work)
    timers = (window.stage._layouts._rest, window.controller._run._soon)

    def resting():
        QApplication.processEvents()
        done = not window.controller.shown.busy and not any(slot.active for slot in working)
        return done and not any(timer.isActive() for timer in timers) and window.canvas._moment() is window.canvas.frame

    for _ in range(3):  # each of them may wake another
        qtbot.waitUntil(resting, timeout=30_000)


def check(window):
    """Look whether what the window holds and shows fits together."""
    controller, canvas = window.controller, window.canvas
    shown, frame = controller.shown, canvas.frame
    dataset, step = shown.state.dataset, shown.step
    assert shown.state is controller.state
    assert ((shown.selected >= 0) & (shown.selected < dataset.n)).all()
    assert len(set(shown.state.colors)) == len(shown.state.colors)
    np.testing.assert_array_equal(frame.points, dataset.planar())
    if step is not None:
        labels = step.labels
        assert labels.shape == (dataset.n,)
        assert step.centroids is None or step.centroids.shape == (step.k, dataset.d)
        assert dataset.n == 0 or (labels.min() >= -1 and labels.max() < step.k)
        assert frame.labels is None or np.array_equal(frame.labels, labels)
    if shown.trace is not None:
        assert 0 <= shown.position < shown.length == len(shown.trace)
        assert step is not None and step.index == shown.position
    assert canvas._tool.name == shown.tool
    assert shown.state.viewport == canvas.viewport_range()
    check_picture(window)


def check_picture(window):
    """Look whether the newest picture is that of the frame on show, and what is drawn of that frame anew."""
    canvas = window.canvas
    picture = canvas._renderer.picture
    assert picture is not None and not picture.coarse and picture.defect is None
    assert picture.request.frame is canvas.frame
    view = canvas.view
    assert picture.place(view).getRect() == pytest.approx((view.left, view.top, view.width, view.height), abs=1.0)
    anew = render(picture.request, np.empty(picture.request.shape, np.uint32))
    np.testing.assert_array_equal(picture.sheet.pixels, anew.sheet.pixels)


@pytest.fixture
def seeded(monkeypatch):
    """Let the spray fall in the same places each time."""
    made, seeds = np.random.default_rng, iter(range(1 << 40))
    monkeypatch.setattr(np.random, "default_rng", lambda seed=None: made(next(seeds) if seed is None else seed))


@pytest.mark.parametrize("n", [300, 300_000])
@pytest.mark.usefixtures("seeded", "dressed")
def test_whatever_is_done_the_window_shows_what_it_holds(n, window, qtbot, tmp_path):
    points = board("gaussians", seed=1, n=n, k=5).points
    files = [tmp_path / "points.npy", tmp_path / "line.npy", tmp_path / "session.kmeans"]
    np.save(files[0], points)
    np.save(files[1], points[:, :1])
    storage.save(files[2], State(dataset=Dataset.of(points[::-1]), position=4))
    person = Person(window, files, most=4 * n, seed=n)
    person.open(files[0])
    for i in range(ACTS):
        person.act()
        if i % LOOK_EVERY == LOOK_EVERY - 1:
            come_to_rest(window, qtbot)
            check(window)
    come_to_rest(window, qtbot)
    check(window)


@pytest.mark.usefixtures("seeded")
def test_undoing_and_redoing_everything_brings_back_the_points(window, qtbot, tmp_path):
    path = tmp_path / "points.npy"
    np.save(path, board("gaussians", seed=1, n=300, k=5).points)
    person = Person(window, [path], most=5_000, seed=7)
    for _ in range(100):
        person.act()
    come_to_rest(window, qtbot)
    window.controller.add_points(np.array([[0.0, 0.0]]))  # so that there is nothing to redo
    points = state(window).dataset.points
    steps = 0
    while window.controller.shown.undo:
        window.controller.undo()
        steps += 1
    for _ in range(steps):
        window.controller.redo()
    np.testing.assert_array_equal(state(window).dataset.points, points)
    come_to_rest(window, qtbot)
    check(window)
