"""What the plain and the compiled loop have in common: the types of what goes in, and the layer that they draw on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.theme import Rgb

Pixels = NDArray[np.uint32]

Draw = Callable[[Pixels, Floats, Floats, Pixels], None]
"""``draw(pixels, ends, widths, inks)`` draws strokes in their order, each in the place of those below it, and lays the outcome
over the image: where translucent strokes cross, only the last is seen.

pixels : ndarray of shape (h, w), uint32, C-contiguous, changed in place
    0xffRRGGBB. The center of the pixel in row r and column c is (c + 0.5, r + 0.5).
ends : ndarray of shape (m, 4), float64
    x, y of one end, x, y of the other, in device pixels; a dot has both in one place. What is not finite is not drawn.
widths : ndarray of shape (m,), float64
inks : ndarray of shape (m,), uint32
    0xAARRGGBB, premultiplied: see :func:`shades`.
"""

FARTHEST = 1e100
"""Strokes with an end beyond it are not drawn: the squares of their lengths would overflow."""

KEPT = 1 << 22
"""Pixels of a window; of larger pictures, for export, no layer is kept."""

_free: list[Pixels] = []


@lru_cache(maxsize=256)
def shades(colors: tuple[Rgb, ...], opacity: float) -> Pixels:
    """Return colors of an opacity from 0 to 1 as inks, shape (len(colors),)."""
    channels = np.column_stack([np.full(len(colors), 255), np.array(colors).reshape(-1, 3)])
    alpha, red, green, blue = np.rint(channels * opacity).astype(np.uint32).T
    inks: Pixels = alpha << 24 | red << 16 | green << 8 | blue
    inks.flags.writeable = False
    return inks


@contextmanager
def clear_layer(size: int) -> Iterator[Pixels]:
    """Lend ``size`` clear pixels; they must be clear in the end, or they are not used again.

    They are kept for the next picture: as new ones they would cost a page fault for each four kilobytes.
    """
    layer = _free.pop() if _free else None  # an atomic operation, so that any thread may ask
    if layer is None or layer.size != size:
        layer = np.zeros(size, np.uint32)
    yield layer
    if not _free and size <= KEPT:
        _free.append(layer)
