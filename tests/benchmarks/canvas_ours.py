"""Our side of the canvas benchmark: the canvas, and the window as its user has it, with settings of its own."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, QSettings, QStandardPaths, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kmeans_gui import app
from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.kernels import warming
from kmeans_gui.data.cells import SORTED_FROM
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.data.layout import Layout
from kmeans_gui.ui.canvas import marks
from kmeans_gui.ui.canvas.canvas import Canvas
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.points import CROWD
from kmeans_gui.ui.canvas.render import Request
from kmeans_gui.ui.main_window import make_window
from kmeans_gui.ui.theme import LIGHT
from kmeans_gui.ui.warm_up import FAMILIES, LIBRARIES

Labels = NDArray[np.int16]

SIZE = (1280, 800)
LOOK_MS = 5
"""How often it is looked whether something has come that no signal tells."""
PATIENCE_MS = 120_000
SPREAD = 0.12


@contextmanager
def application() -> Iterator[QApplication]:
    """Start Qt as the program does, with settings in a folder that goes, and load what it loads in the background."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        QStandardPaths.setTestModeEnabled(True)
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        for name in ("CONFIG", "DATA", "STATE"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(folder) / name.lower())
        for kind in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
            QSettings.setPath(kind, QSettings.Scope.UserScope, folder)
        sys.setswitchinterval(app._SWITCH_INTERVAL)
        for library in LIBRARIES:
            import_module(library)
        for family in FAMILIES:
            warming.warm(family)
        yield QApplication.instance() or QApplication([])


def blobs(n: int, k: int) -> tuple[Floats, Floats]:
    """Return n points about k centers, shape (n, 2), and the centers."""
    rng = np.random.default_rng(0)
    centers = rng.uniform(-1, 1, (k, 2))
    points = rng.standard_normal((n, 2))
    points *= SPREAD
    for part in np.array_split(points, max(n // 100_000, 1)):  # nothing else of this size, for the sake of memory
        part += centers[rng.integers(0, k, len(part))]
    return points, centers


def nearest(points: Floats, centers: Floats) -> Labels:
    """Return the number of the nearest center of each point, shape (n,)."""
    best, labels = np.full(len(points), np.inf), np.zeros(len(points), np.int16)
    for label, center in enumerate(centers):
        squared = ((points - center) ** 2).sum(axis=1)
        labels[squared < best] = label
        np.minimum(best, squared, out=best)
    return labels


def milliseconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - begin)


def let_pass(ms: int) -> None:
    """Handle events for some time."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def wait_until(canvas: Canvas, condition: Callable[[], bool]) -> None:
    """Handle events until a condition holds: looked at when the canvas has painted, and now and then.

    Raises
    ------
    TimeoutError
        If it does not come to hold.
    """
    loop, ticks, came = QEventLoop(), QTimer(), []

    def look() -> None:
        if condition():
            came.append(True)
            loop.quit()  # whose event loop ends when the painting is done

    ticks.timeout.connect(look)
    ticks.start(LOOK_MS)
    canvas.painted.connect(look)
    QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
    loop.exec()
    canvas.painted.disconnect(look)
    if not came:
        raise TimeoutError("nothing more is painted")


def in_full(canvas: Canvas) -> bool:
    """Return whether the picture on the canvas is that of its frame, with each point, and of the part of the plane on show."""
    view = replace(canvas.view, left=0.0, top=0.0)
    return canvas._renderer.shows(Request(canvas._moment(), view, canvas._style, canvas.devicePixelRatioF()))


class _NextPaint(QObject):
    """Waits for the next painting of a widget once something holds."""

    def __init__(self, condition: Callable[[], bool]) -> None:
        super().__init__()
        self._condition = condition
        self.loop = QEventLoop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._condition():
            self.loop.quit()  # which ends when the event, the painting, has been handled
        return False


class Picture:
    """A canvas that shows points of shape (n, 2), colored by ``labels``."""

    def __init__(self, points: Floats, labels: Labels) -> None:
        self._canvas = Canvas()
        self._canvas.resize(*SIZE)
        self._style = Style(LIGHT, layers=frozenset({"points"}))
        self._canvas.set_style(self._style)
        self._layout = Layout.sorted(points)
        self._canvas.show()
        self._canvas.fit(points.min(axis=0), points.max(axis=0))
        self.viewport = self._canvas.viewport_range()
        self._painted = False
        self._canvas.painted.connect(self._on_painted)
        self.recolor(labels)

    @property
    def mark_size(self) -> float:
        """The diameter of a mark in pixels, which is a pixel where the density is drawn."""
        return 1.0 if self._layout.n > CROWD else marks.diameter(self._layout.n, self._canvas.view, self._style)

    def _on_painted(self) -> None:
        self._painted = in_full(self._canvas)

    def _wait(self) -> None:
        self._painted = False
        wait_until(self._canvas, lambda: self._painted)

    def recolor(self, labels: Labels) -> None:
        """Show other labels."""
        self._canvas.set_frame(Frame(layout=self._layout, assignment=labels))
        self._wait()

    def pan(self, offset: float) -> None:
        """Show the part of the plane that lies ``offset`` data units to the right: painted, as far as it is drawn already."""
        paint = _NextPaint(lambda: True)
        self._canvas.viewport().installEventFilter(paint)
        self._canvas.plotItem.getViewBox().translateBy(x=offset)
        paint.loop.exec()
        self._canvas.viewport().removeEventFilter(paint)

    def settle(self) -> None:
        """Wait until all is drawn."""
        wait_until(self._canvas, lambda: in_full(self._canvas))

    def close(self) -> None:
        self._canvas.close_work()
        self._canvas.close()
        self._canvas.deleteLater()


class Window:
    """The main window with points of shape (n, 2) and k clusters; centroids do not glide."""

    def __init__(self, points: Floats, k: int) -> None:
        instance = QApplication.instance()
        assert isinstance(instance, QApplication)
        self.window = make_window(instance)
        self.window.resize(*SIZE)
        self.window.show()
        self.window.stage.motion = False
        self.canvas, self.controller = self.window.canvas, self.window.controller
        self.controller.use_dataset(Dataset.of(points), "open points")
        self.controller.set_k(k)
        self.settle()

    def settle(self) -> None:
        """Wait until the points are in their order and all of them painted."""
        let_pass(LOOK_MS)

        def in_order() -> bool:
            layout = self.canvas.frame.layout
            return layout.n < SORTED_FROM or (layout.is_sorted and not layout.weight)

        wait_until(self.canvas, in_order)
        wait_until(self.canvas, lambda: in_full(self.canvas))

    def play(self, start: Floats) -> float:
        """Make a run from centroids of shape (k, 2), as fast as it draws; return the milliseconds of a half-step."""
        self.controller.place_start(start)
        player = self.controller.player
        player.set_speed(math.inf)

        def whole() -> None:
            self.controller.toggle_play()
            wait_until(self.canvas, lambda: player.at_end and in_full(self.canvas))

        return milliseconds(whole) / self.controller.shown.length

    def click(self, at: QPoint) -> float:
        """Add a point where there is none; return the milliseconds from the press until it has been painted.

        Raises
        ------
        RuntimeError
            If it cannot be seen then.
        """
        viewport, n = self.canvas.viewport(), self.canvas.frame.layout.n
        paint = _NextPaint(lambda: self.canvas.frame.layout.n > n)
        viewport.installEventFilter(paint)
        before = self._pixel(at)

        def press() -> None:
            QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
            paint.loop.exec()

        took = milliseconds(press)
        viewport.removeEventFilter(paint)
        if self._pixel(at) == before:
            raise RuntimeError("the point that was clicked for is not to be seen")
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        return took

    def hold(self, row: int) -> QPoint:
        """Go to the end of a run and take hold of a point in live mode; return where it is."""
        self.controller.to_end()
        wait_until(self.canvas, lambda: self.controller.shown.complete and self.controller.player.at_end)
        self.settle()
        self.window.stage.live.on = True
        self.controller.set_tool("move")
        x, y = self.canvas.view.to_pixels(self.canvas.frame.points[row : row + 1])[0].tolist()
        at = QPoint(round(x), round(y))
        QTest.mousePress(self.canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        return at

    def drag(self, to: QPoint) -> float:
        """Move what is held; return the milliseconds until the end of the run from there is painted."""
        told: list[object] = []
        drawing = self.window.stage.live.drawing
        drawing.connect(told.append)

        def move() -> None:
            QTest.mouseMove(self.canvas.viewport(), to)
            wait_until(self.canvas, lambda: bool(told) and in_full(self.canvas))

        took = milliseconds(move)
        drawing.disconnect(told.append)
        return took

    def _pixel(self, at: QPoint) -> int:
        """Return the color on the screen; unlike a widget's own grab, that paints nothing."""
        place = self.canvas.viewport().mapTo(self.window, at)
        image = self.window.screen().grabWindow(self.window.winId(), place.x(), place.y(), 1, 1).toImage()
        return int(image.pixel(0, 0))

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()
