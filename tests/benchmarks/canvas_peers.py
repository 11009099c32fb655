"""The other side of the canvas benchmark: scatter plots of pyqtgraph, and Orange's Interactive k-Means in its own process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from kmeans_gui.clustering import Floats
from kmeans_gui.session.state import Viewport
from kmeans_gui.ui.theme import LIGHT

Labels = NDArray[np.int16]


class Scatter:
    """A plot in which a scatter plot shows points of shape (n, 2), with marks of ``size`` pixels, colored by ``labels``."""

    def __init__(self, points: Floats, labels: Labels, viewport: Viewport, size: float) -> None:
        self._x, self._y = np.ascontiguousarray(points.T)
        self._look = {"pen": None, "size": size}
        self._brushes = np.array([pg.mkBrush(*LIGHT.cluster(slot)) for slot in range(int(labels.max()) + 1)], dtype=object)
        self._plot = pg.PlotWidget(enableMenu=False)
        self._plot.resize(1280, 800)
        for axis in ("left", "bottom"):
            self._plot.hideAxis(axis)
        self._box = self._plot.plotItem.getViewBox()
        self._box.disableAutoRange()
        self._box.setRange(xRange=viewport[:2], yRange=viewport[2:], padding=0)
        self._make(labels)
        self._plot.show()
        QApplication.processEvents()  # before a window is on the screen, nothing of it is painted

    def _make(self, labels: Labels) -> None:
        self._item = pg.ScatterPlotItem(self._x, self._y, brush=self._brushes[labels], **self._look)
        self._plot.addItem(self._item)

    def repaint(self) -> None:
        self._plot.viewport().repaint()

    def recolor(self, labels: Labels) -> None:
        """Show other labels."""
        self._color(labels)
        self.repaint()

    def _color(self, labels: Labels) -> None:
        raise NotImplementedError

    def pan(self, offset: float) -> None:
        """Show the part of the plane that lies ``offset`` data units to the right."""
        self._box.translateBy(x=offset)
        self.repaint()

    def close(self) -> None:
        self._plot.close()
        self._plot.deleteLater()


class BrushList(Scatter):
    """All is set anew, with a list that has a brush made for each point."""

    def _color(self, labels: Labels) -> None:
        brushes = [pg.mkBrush(*LIGHT.cluster(label)) for label in labels.tolist()]
        self._item.setData(self._x, self._y, brush=brushes)


class BrushArray(Scatter):
    """Nothing but brushes is set: an array that refers to one for each cluster."""

    def _color(self, labels: Labels) -> None:
        self._item.setBrush(self._brushes[labels])

    def add(self, x: float, y: float) -> None:
        """Show another point."""
        self._item.addPoints([x], [y])
        self.repaint()


class ItemPerCluster(Scatter):
    """A scatter plot for each cluster."""

    def _make(self, labels: Labels) -> None:
        self._items = [self._item_of(brush) for brush in self._brushes]
        for item in self._items:
            self._plot.addItem(item)
        self._color(labels)

    def _item_of(self, brush: object) -> pg.ScatterPlotItem | pg.PlotDataItem:
        return pg.ScatterPlotItem(brush=brush, **self._look)

    def _color(self, labels: Labels) -> None:
        for label, item in enumerate(self._items):
            own = labels == label
            item.setData(self._x[own], self._y[own])


class PlotPerCluster(ItemPerCluster):
    """A ``PlotDataItem``, which holds a scatter plot, for each cluster."""

    def _item_of(self, brush: object) -> pg.ScatterPlotItem | pg.PlotDataItem:
        return pg.PlotDataItem(pen=None, symbol="o", symbolPen=None, symbolBrush=brush, symbolSize=self._look["size"])


VARIANTS: Sequence[type[Scatter]] = (BrushArray, ItemPerCluster, PlotPerCluster)
"""Those that may be the best: a list of brushes is more work than an array of them."""


class Orange:
    """Interactive k-Means, stepping on request."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def step(self) -> float:
        """Return the milliseconds of a half-step: the mean of an update and an assignment."""
        return (self._one() + self._one()) / 2

    def _one(self) -> float:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("step\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


@contextmanager
def orange(python: str, points: Path, k: int) -> Iterator[Orange]:
    """Start Orange in another interpreter."""
    command = [python, str(Path(__file__).with_name("canvas_orange.py")), str(points), str(k)]
    # Libraries of ours say there which Qt they mean; Orange has its own.
    environment = {name: value for name, value in os.environ.items() if name != "QT_API"}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"Orange does not start in {python}")
        yield Orange(process)
