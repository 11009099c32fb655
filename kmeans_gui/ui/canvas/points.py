"""The points, in the color of their cluster: discs as long as they can be told apart, an image of them beyond."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from kmeans_gui.data.dataset import Rows
from kmeans_gui.ui.canvas import marks
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.raster.squares import raster
from kmeans_gui.ui.canvas.view import View

HEAVY = 100_000
"""More points than this take longer than a frame of the screen."""


def heavy(frame: Frame) -> bool:
    """Whether the points are so many that a window should :func:`prepare` them in another thread."""
    return len(frame.points) > HEAVY


@dataclass(frozen=True, eq=False, kw_only=True)
class Prepared:
    """The points of one frame, worked out for one view: those to draw one by one, or an image if they are too many.

    Parameters
    ----------
    frame, view, style, ratio
        What it was worked out for; ``ratio`` is in device pixels per logical pixel.
    size : float
        Diameter of a point in logical pixels.
    rows : ndarray of int, or None
        The points in view, or None if there is an image.
    image : ndarray of shape (h, w, 4), uint8, or None
        Premultiplied RGBA that covers the view.
    """

    frame: Frame
    view: View
    style: Style
    ratio: float
    size: float
    rows: Rows | None = None
    image: marks.Pixels | None = None

    def fits(self, frame: Frame, view: View, style: Style, ratio: float) -> bool:
        """Whether it shows just that, so that there is nothing to prepare anew."""
        looks = (self.view, self.ratio, self.style.theme, self.style.scale) == (view, ratio, style.theme, style.scale)
        same_points = _same(self.frame.points, frame.points) and _same(self.frame.labels, frame.labels)
        return looks and same_points and self.frame.palette(style.theme) == frame.palette(style.theme)


def prepare(frame: Frame, view: View, style: Style, ratio: float) -> Prepared:
    """Work out how the points are drawn; needs no Qt and may run in any thread.

    Parameters
    ----------
    frame, view, style
        What to draw.
    ratio : float
        Device pixels per logical pixel.
    """
    size = marks.diameter(frame.points, view, style)
    prepared = Prepared(frame=frame, view=view, style=style, ratio=ratio, size=size)
    if not heavy(frame) or marks.on_show(frame.points, view) <= HEAVY:
        rows = marks.visible(frame.points, view, size)
        if len(rows) <= HEAVY:
            return replace(prepared, rows=rows)
    image = raster(frame.points, frame.labels, frame.palette(style.theme), view, ratio, max(int(size * ratio), 1))
    return replace(prepared, image=image)


class PointsLayer:
    """Draws the points.

    Attributes
    ----------
    prepared : Prepared or None
        Given by a window that prepares heavy frames in another thread. It is drawn as it is, moved and stretched to the present
        view if it was made for another one, until the window puts a new one here. Without it, heavy frames are prepared
        on the spot.
    """

    name = "points"

    def __init__(self) -> None:
        self.prepared: Prepared | None = None

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw the points of ``frame``, mid-gray where they have no cluster."""
        ready = self.prepared if heavy(frame) else None
        if ready is None:
            ready = prepare(frame, view, style, painter.device().devicePixelRatio())
        if ready.image is not None:
            painter.drawImage(_place(ready.view, view), marks.image_of(ready.image))
        elif ready.rows is not None:
            labels = ready.frame.labels
            which = np.full(len(ready.rows), -1) if labels is None else labels[ready.rows]
            pixels = view.to_pixels(ready.frame.points[ready.rows])
            marks.draw_discs(painter, pixels, which, ready.frame.palette(style.theme), ready.size, style)


def _place(made_for: View, view: View) -> QRectF:
    """Return where a picture of one view lies in another, in logical pixels."""
    corners = np.array([[made_for.x0, made_for.y1], [made_for.x1, made_for.y0]])
    (left, top), (right, bottom) = view.to_pixels(corners).tolist()
    return QRectF(left, top, right - left, bottom - top)


def _same(a: NDArray[np.generic] | None, b: NDArray[np.generic] | None) -> bool:
    """Whether two arrays are the same memory: a data set hands out a new view of its points each time."""
    if a is None or b is None:
        return a is b
    return a is b or (a.ctypes.data, a.shape, a.strides, a.dtype) == (b.ctypes.data, b.shape, b.strides, b.dtype)
