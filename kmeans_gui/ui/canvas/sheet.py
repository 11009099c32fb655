"""Sheet: an image that painters and loops over pixels draw on in turn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

Pixels = NDArray[np.uint32]


class Sheet(QImage):
    """An image whose memory is an array.

    Parameters
    ----------
    pixels : ndarray of shape (h, w), uint32, C-contiguous
        0xffRRGGBB. Not copied: the image shows what is written into it.
    ratio : float
        Device pixels per logical pixel.
    """

    def __init__(self, pixels: Pixels, ratio: float = 1.0) -> None:
        height, width = pixels.shape
        super().__init__(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        self.setDevicePixelRatio(ratio)
        self.pixels = pixels


def sheet_of(painter: QPainter) -> Sheet:
    """Return the sheet that a painter paints on."""
    sheet = painter.device()
    assert isinstance(sheet, Sheet), "pixels are drawn on sheets; anything else is a vector document"
    return sheet


class Sheets:
    """Arrays for sheets, used again: new memory costs a page fault for each four kilobytes.

    Whoever takes one owns it until they give it back; then nobody may hold a sheet on it.
    """

    MOST = 3

    def __init__(self) -> None:
        self._free: list[Pixels] = []

    def take(self, height: int, width: int) -> Pixels:
        """Return an array of that shape; what is in it is of no account."""
        while self._free:
            pixels = self._free.pop()  # an atomic operation: threads may take and give back as they like
            if pixels.shape == (height, width):
                return pixels
        return np.empty((height, width), np.uint32)

    def give_back(self, pixels: Pixels) -> None:
        """Let others have the array."""
        if len(self._free) < self.MOST:
            self._free.append(pixels)
