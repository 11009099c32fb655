"""Sprites: small shapes painted once by a QPainter and then copied to many places in one call.

A QPainter takes some 10 to 30 microseconds to outline a small shape with soft edges, and half of one to copy it. A sheet
holds a shape in a row for each color and a column for each sub-pixel offset, so that copies lie where they should and not
on the nearest whole pixel. Only for painting pixels: in a vector file, shapes have to be shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from shiboken6 import Shiboken

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.theme import Rgb

OFFSETS = 4
"""Sub-pixel offsets across, and as many down."""

Shape = Callable[[QPainter], None]
"""Paints something around the origin, in logical pixels."""

Cells = NDArray[np.uint8]
"""A shape at each offset (i across, j down, in place j × OFFSETS + i), shape (OFFSETS², size, size, 4): premultiplied BGRA."""


@dataclass(frozen=True, eq=False)
class Sprites:
    """A shape in several colors.

    Parameters
    ----------
    image : QImage
        A row of cells for each color, a cell for each offset.
    ratio : float
        Device pixels per logical pixel.
    """

    image: QImage
    ratio: float

    @classmethod
    def of(cls, rows: Sequence[Cells], ratio: float) -> Sprites:
        """Return the sheet that has these cells, all of one size, in its rows."""
        flat = np.concatenate([cells.transpose(1, 0, 2, 3).reshape(cells.shape[1], -1, 4) for cells in rows])
        height, width, _ = flat.shape
        wrapped = QImage(flat.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        return cls(wrapped.copy(), ratio)

    @property
    def size(self) -> int:
        """Edge of a cell, in device pixels."""
        return self.image.width() // OFFSETS**2

    def draw(self, painter: QPainter, places: Floats, rows: NDArray[np.integer]) -> None:
        """Copy row ``rows[i]`` to each of ``places`` (n, 2), in logical pixels and in this order."""
        if not len(places):
            return
        fragments = self._fragments(places, rows)
        first: QPainter.PixmapFragment = Shiboken.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)  # type: ignore[assignment]
        painter.drawPixmapFragments(first, len(fragments), QPixmap.fromImage(self.image))

    def _fragments(self, places: Floats, rows: NDArray[np.integer]) -> Floats:
        """Return x, y, source left, top, width, height, scale x, y, rotation, opacity: ``QPainter.PixmapFragment``'s layout."""
        size = self.size
        corner = places * self.ratio - size / 2
        whole = np.floor(corner)
        offset = ((corner - whole) * OFFSETS).astype(np.intp)
        out = np.empty((len(places), 10))
        out[:, 0:2] = (whole + size / 2) / self.ratio
        out[:, 2] = (offset[:, 1] * OFFSETS + offset[:, 0]) * size
        out[:, 3] = rows * size
        out[:, 4:6] = size
        out[:, 6:8] = 1 / self.ratio
        out[:, 8] = 0
        out[:, 9] = 1
        return out


def cells_of(shape: Shape, reach: float, ratio: float) -> Cells:
    """Paint ``shape``, which reaches ``reach`` logical pixels from its origin, at each offset."""
    size = int(np.ceil(2 * reach * ratio)) + 2
    image = QImage(size * OFFSETS**2, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place in range(OFFSETS**2):
        down, across = divmod(place, OFFSETS)
        painter.resetTransform()
        painter.setClipRect(place * size, 0, size, size)
        painter.translate(place * size + size / 2 + (across + 0.5) / OFFSETS, size / 2 + (down + 0.5) / OFFSETS)
        painter.scale(ratio, ratio)
        shape(painter)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(size, OFFSETS**2, size, 4)
    return pixels.transpose(1, 0, 2, 3).copy()


def tinted(below: Cells, area: Cells, color: Rgb) -> Cells:
    """Return ``below`` with the area in ``color`` over it; of ``area``, only the opacity counts."""
    share = area[..., 3:] / np.float32(255)
    ink = np.array([*reversed(color), 255], np.float32)
    return np.rint(below * (1 - share) + ink * share).astype(np.uint8)
