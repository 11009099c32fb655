"""Pictures: half-steps painted without a window, as pixels or SVG, by the layers of the canvas."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator

from kmeans_gui.clustering import Trace
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.data.layout import Layout
from kmeans_gui.session.state import Viewport
from kmeans_gui.ui.canvas import layers
from kmeans_gui.ui.canvas.axes import margins, paint_axes
from kmeans_gui.ui.canvas.caption import caption_height
from kmeans_gui.ui.canvas.frame import Frame, Style, extent, frame_of
from kmeans_gui.ui.canvas.render import Request, render
from kmeans_gui.ui.canvas.sheet import Sheet
from kmeans_gui.ui.canvas.view import View

TITLE = "kmeans-gui"
DOTS_PER_INCH = 96
"""Makes a unit of an SVG document a pixel, as CSS defines it."""

NO_POINTS = Layout.of(np.empty((0, 2)))

HEIGHT = 720
"""Height of a picture in which marks have their normal size."""


class Pictures:
    """Draws the half-steps of one run; implements ``export.job.Renderer``.

    Parameters
    ----------
    dataset : Dataset
        The points.
    trace : Trace
        The run, no longer growing.
    style : Style
        How marks look in a picture of 720 pixels' height; they grow with the picture.
    colors : tuple of int
        The color slot of each cluster; slots in order if empty.
    view : tuple of float, optional
        x from, x to, y from, y to, in data units: at least this is shown. Without it, all the points and every place where a
        centroid was in the run, so that the view is the same in all pictures.
    caption : bool
        Whether each picture carries the standard caption.
    """

    def __init__(
        self,
        dataset: Dataset,
        trace: Trace,
        style: Style,
        colors: tuple[int, ...] = (),
        view: Viewport | None = None,
        caption: bool = True,
    ) -> None:
        self._dataset, self._trace, self._style = dataset, trace, style
        self._colors, self._caption = colors, caption
        steps = (trace.light(i) for i in range(len(trace)))
        low, high = extent(dataset, steps) if view is None else np.array(view, np.float64).reshape(2, 2).T
        self._low, self._high = low, high
        self._margin = 0.08 if view is None else 0.0

    @cached_property
    def _layout(self) -> Layout:
        return Layout.sorted(self._dataset.points)

    def pixels(self, index: int, width: int, height: int) -> NDArray[np.uint8]:
        """Return half-step ``index`` as an array of shape (height, width, 3), RGB. Needs no window, works in any thread."""
        page = Sheet(np.empty((height, width), np.uint32))
        self._paint(page, index, width, height, vector=False)
        return np.ascontiguousarray(page.pixels.view(np.uint8).reshape(height, width, 4)[:, :, 2::-1])

    def svg(self, index: int, width: int, height: int) -> str:
        """Return half-step ``index`` as an SVG document of ``width`` × ``height`` units."""
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setTitle(TITLE)
        generator.setResolution(DOTS_PER_INCH)
        generator.setSize(QSize(width, height))
        generator.setViewBox(QRect(0, 0, width, height))
        self._paint(generator, index, width, height, vector=True)
        buffer.close()
        return bytes(data.data()).decode()

    def _paint(self, device: QPaintDevice, index: int, width: int, height: int, *, vector: bool) -> None:
        style = replace(self._style, scale=self._style.scale * height / HEIGHT, vector=vector)
        frame = frame_of(self._layout, self._trace, index, colors=self._colors, caption=self._caption)
        with_axes = "axes" in style.layers
        view = self._view(frame, style, width, height, margins(style) if with_axes else (0, 0))
        painter = QPainter(device)
        try:
            painter.fillRect(QRectF(0, 0, width, height), QColor(*style.theme.ground))
            self._paint_plot(painter, replace(frame, caption=""), view, style)
            if with_axes:
                paint_axes(painter, view, self._dataset.columns, style)
            caption = Frame(layout=NO_POINTS, caption=frame.caption)
            layers.paint(painter, caption, replace(view, left=0, top=0, width=width, height=height), style)
        finally:
            # A device that goes away before its painter takes the program with it.
            painter.end()

    def _paint_plot(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        if style.vector:
            painter.setClipRect(QRectF(view.left, view.top, view.width, view.height))
            layers.paint(painter, frame, view, style)
            painter.setClipping(False)
            return
        request = Request(frame, replace(view, left=0.0, top=0.0), style, 1.0)
        picture = render(request, np.empty(request.shape, np.uint32))
        if picture.defect is not None:
            raise picture.defect
        painter.drawImage(QPointF(view.left, view.top), picture.sheet)

    def _view(self, frame: Frame, style: Style, width: int, height: int, margin: tuple[int, int]) -> View:
        """Return the view of the picture, in which nothing that must be seen lies under the caption.

        Without axes it fills the whole picture, so that the regions go on under the caption; ``margin`` is that of the axes, at
        the left and at the foot.
        """
        left, below = margin
        foot = min(round(caption_height(style)), height // 2) if frame.caption else 0
        view = View.fitting(self._low, self._high, max(width - left, 1), max(height - foot - below, 1), self._margin)
        view = replace(view, left=left)
        if below:
            return view
        _, pixels_per_unit = view.pixels_per_unit
        return replace(view, y0=view.y0 - foot / pixels_per_unit, height=height)
