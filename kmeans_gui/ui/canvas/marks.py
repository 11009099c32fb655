"""Marks: how large points are drawn, and many discs or rings at once, as pixels or as paths.

Measured at 1280 × 800 with 12 colors and 1,000, 10,000 and 30,000 points: ``drawPointsNp`` with a round pen 3, 79 and 60 ms and
more at higher resolution, ``drawPixmap`` in a loop 0.8, 8 and 24 ms, ``drawPixmapFragments`` 0.1, 0.8 and 2.3 ms. It also keeps
the order of the points, where a pen has to go cluster by cluster.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap
from shiboken6 import Shiboken

from kmeans_gui.clustering import Floats
from kmeans_gui.data.dataset import Rows
from kmeans_gui.ui.canvas import stamps
from kmeans_gui.ui.canvas.frame import Style
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import Rgb

LARGEST, SMALLEST = 6.0, 1.5
CROWDED = 0.42
"""Diameter of a mark as a share of the room that a point has on each side."""
SAMPLE = 100_000

Pixels = NDArray[np.uint8]


def within(pixels: Floats, view: View, margin: float) -> NDArray[np.bool_]:
    """Return which positions lie on the painted rectangle, or at most ``margin`` pixels outside it."""
    x, y = pixels[:, 0] - view.left, pixels[:, 1] - view.top
    mask: NDArray[np.bool_] = (x >= -margin) & (x < view.width + margin) & (y >= -margin) & (y < view.height + margin)
    return mask


def on_show(points: Floats, view: View) -> int:
    """Return about how many of the points are in view: exact up to ``SAMPLE``, told from every m-th point beyond."""
    stride = -(-len(points) // SAMPLE) or 1
    return stride * int(np.count_nonzero(within(view.to_pixels(points[::stride]), view, 0)))


def diameter(points: Floats, view: View, style: Style) -> float:
    """Return how large a point is drawn, in logical pixels: smaller as those in view crowd."""
    room = np.sqrt(view.width * view.height / max(on_show(points, view), 1))
    return float(max(SMALLEST, min(LARGEST * style.scale, CROWDED * room)))


def visible(points: Floats, view: View, margin: float) -> Rows:
    """Return the rows of the points in view, ascending; found in pieces, so that no copy of all of them is made."""
    starts = range(0, len(points), SAMPLE)
    found = [np.flatnonzero(within(view.to_pixels(points[i : i + SAMPLE]), view, margin)) + i for i in starts]
    return np.concatenate(found) if found else np.empty(0, np.intp)


def draw_discs(
    painter: QPainter, pixels: Floats, which: NDArray[np.integer], palette: tuple[Rgb, ...], size: float, style: Style
) -> None:
    """Draw a disc of diameter ``size`` at each of ``pixels`` (n, 2) in the color ``palette[which]``, in this order."""
    hair = _hair(size, style)
    if style.vector:
        for j in np.unique(which).tolist():
            path = _dots(pixels[which == j])
            if hair:
                _stroke(painter, path, style.theme.ground, size + 2 * hair)
            _stroke(painter, path, palette[j], size)
        return
    ratio = painter.device().devicePixelRatio()
    sheet = stamps.discs(palette, _quarter(size * ratio / 2), hair * ratio, style.theme.ground)
    _stamp(painter, pixels, which, sheet, ratio)


def draw_rings(painter: QPainter, pixels: Floats, color: Rgb, size: float, width: float, style: Style) -> None:
    """Draw a ring with diameter ``size`` and a line of ``width`` around each of ``pixels`` (n, 2)."""
    if style.vector:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(*color), width))
        path = QPainterPath()
        for x, y in pixels.tolist():
            path.addEllipse(x - size / 2, y - size / 2, size, size)
        painter.drawPath(path)
        return
    ratio = painter.device().devicePixelRatio()
    halo = 0.75 * style.scale * ratio
    sheet = stamps.rings(color, _quarter(size * ratio / 2), width * ratio, halo, style.theme.ground)
    _stamp(painter, pixels, np.zeros(len(pixels), np.intp), sheet, ratio)


def image_of(pixels: Pixels) -> QImage:
    """Wrap a contiguous array of shape (h, w, 4), premultiplied RGBA, without copying it: keep it as long as the image."""
    height, width, _ = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied)


def _hair(size: float, style: Style) -> float:
    """Return the width of the outline that sets marks apart while there are few."""
    fullness = size / (LARGEST * style.scale)
    return float(np.clip((fullness - 0.5) * 2, 0, 1)) * 0.75 * style.scale


def _quarter(length: float) -> float:
    # Stamps are kept by size; finer steps would hardly be seen while zooming, but each would be worked out anew.
    return max(round(length * 4) / 4, 0.5)


def _stamp(painter: QPainter, pixels: Floats, rows: NDArray[np.integer], sheet: stamps.Stamps, ratio: float) -> None:
    if not len(pixels):
        return
    fragments = stamps.fragments(pixels, rows, sheet, ratio)
    first: QPainter.PixmapFragment = Shiboken.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)  # type: ignore[assignment]
    painter.drawPixmapFragments(first, len(fragments), QPixmap.fromImage(image_of(sheet)))


def _dots(pixels: Floats) -> QPainterPath:
    """Return a path of one short stroke at each position: with a round pen, the smallest way to write a disc."""
    path = QPainterPath()
    for x, y in pixels.tolist():
        path.moveTo(x, y)
        path.lineTo(x + 0.01, y)
    return path


def _stroke(painter: QPainter, path: QPainterPath, color: Rgb, width: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(*color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPath(path)
