"""How links are drawn: a line from each of very many points to the center of its cluster.

A line begins at the pixel that its point lies in, or where it comes into view, and all points of a cluster there share it: it
is drawn once, with the weight of all. So there are no more lines than pixels, however many points there are. If that is still
too many, squares of several pixels share one. Lines that began in the same place of each pixel or square would show patterns
that nobody's data has; so they begin anywhere in it, by a hash of where it is.

A line is as Wu draws it ("An efficient antialiasing technique", SIGGRAPH 1991): in each column that it crosses, or in each row
if it is steep, it covers two pixels in part, by how near they are; of lines from squares, whose edges nobody can see, only the
nearer one. It is the heavier there the more it is at a slant, so that lines are as dense in all directions. Weights and
positions are whole numbers, so that the order of the lines does not matter.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.ui.canvas.raster.sums import GRAINS

BITS = 32
"""Of a position across a line, so many stand for parts of a pixel."""

SPLIT = 4
"""So many of them say how a line is split between two pixels."""

HEAVIEST = int(np.ceil(GRAINS * np.sqrt(2.0)))
"""Weight of a line at a slant of 45 degrees, rounded up; one that is level has ``GRAINS``."""

TOGETHER = 255 // HEAVIEST
"""So many lines at once can be added to what a pixel's near sums hold."""

CHANCES = 256
"""So many numbers a byte of :func:`hashed` has."""

Whole = TypeVar("Whole", np.int64, NDArray[np.int64])

_WORD = (1 << 32) - 1


def hashed(row: Whole, column: Whole) -> Whole:
    """Return four bytes that look random, by a place."""
    bits = row * 0x9E3779B1 + column * 0x1B873593 & _WORD
    bits = (bits ^ bits >> 16) * 0x45D9F3B & _WORD
    bits = (bits ^ bits >> 16) * 0x45D9F3B & _WORD
    return bits ^ bits >> 16
