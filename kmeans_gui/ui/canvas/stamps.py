"""Stamps: small round marks with soft edges, worked out once and then copied to where the points are. Without Qt.

An image holds a row of stamps for each color: the same mark at every sub-pixel offset, so that marks lie where the points are
and not on the nearest whole pixel.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.theme import Rgb

OFFSETS = 4
"""Sub-pixel offsets across, and as many down."""

Stamps = NDArray[np.uint8]
"""Shape (colors × size, OFFSETS² × size, 4), premultiplied RGBA; offset (i across, j down) in column j × OFFSETS + i."""


@lru_cache(maxsize=32)
def discs(colors: tuple[Rgb, ...], radius: float, hair: float, hair_color: Rgb) -> Stamps:
    """Return discs of ``radius``, in device pixels, within a ring of width ``hair``."""
    size = _size(radius + hair)
    inner, outer = _coverage(size, radius), _coverage(size, radius + hair)
    rim = (outer - inner)[..., None] * _opaque(hair_color)
    return np.concatenate([_sheet(inner[..., None] * _opaque(color) + rim) for color in colors])


@lru_cache(maxsize=32)
def rings(color: Rgb, radius: float, width: float, halo: float, halo_color: Rgb) -> Stamps:
    """Return a ring whose middle line has ``radius``, between two thin ones of width ``halo``; its inside is clear."""
    size = _size(radius + width / 2 + halo)
    ring = _coverage(size, radius + width / 2) - _coverage(size, radius - width / 2)
    around = _coverage(size, radius + width / 2 + halo) - _coverage(size, radius - width / 2 - halo) - ring
    return _sheet(ring[..., None] * _opaque(color) + around[..., None] * _opaque(halo_color))


def fragments(pixels: Floats, rows: NDArray[np.integer], stamps: Stamps, ratio: float) -> Floats:
    """Return how each stamp is copied: x, y, source left, top, width, height, scale x, y, rotation, opacity.

    Parameters
    ----------
    pixels : ndarray of shape (n, 2)
        The marks' centers, in logical pixels.
    rows : ndarray of shape (n,)
        Index of each one's color; −1 for the last.
    stamps : ndarray
        As :func:`discs` returns them.
    ratio : float
        Device pixels per logical pixel.

    Returns
    -------
    ndarray of shape (n, 10)
        In the layout of ``QPainter.PixmapFragment``.
    """
    size = stamps.shape[1] // OFFSETS**2
    corner = pixels * ratio - size / 2
    whole = np.floor(corner)
    offset = ((corner - whole) * OFFSETS).astype(np.intp)
    out = np.empty((len(pixels), 10))
    out[:, 0:2] = (whole + size / 2) / ratio
    out[:, 2] = (offset[:, 1] * OFFSETS + offset[:, 0]) * size
    out[:, 3] = rows.astype(np.intp) % (len(stamps) // size) * size
    out[:, 4:6] = size
    out[:, 6:8] = 1 / ratio
    out[:, 8] = 0
    out[:, 9] = 1
    return out


def _size(radius: float) -> int:
    return int(np.ceil(2 * radius)) + 2


def _coverage(size: int, radius: float) -> Floats:
    """Return which share of each pixel a disc covers at each offset, shape (OFFSETS², size, size)."""
    centers = size / 2 + (np.arange(OFFSETS) + 0.5) / OFFSETS
    squares = (np.arange(size) + 0.5 - centers[:, None]) ** 2
    distance = np.sqrt(squares[:, None, :, None] + squares[None, :, None, :])
    # A disc smaller than a pixel covers less than the linear edge says.
    share = np.clip(radius - distance + 0.5, 0, 1) * min(1.0, 2 * max(radius, 0))
    return share.reshape(-1, size, size)


def _opaque(color: Rgb) -> Floats:
    return np.array([*color, 255.0])


def _sheet(marks: Floats) -> Stamps:
    """Lay marks of shape (OFFSETS², size, size, 4) side by side."""
    size = marks.shape[1]
    flat = marks.transpose(1, 0, 2, 3).reshape(size, -1, 4)
    return np.round(flat).astype(np.uint8)
