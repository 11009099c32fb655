"""Raster: very many points as an image, each a square of a few pixels, in numpy alone and in any thread.

Where points share a pixel their colors are averaged, so that none is hidden by those after it, and the pixel is the more opaque
the more there are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats, Labels
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import Rgb

CHUNK = 1 << 18
"""Points worked on at once: small enough to stay in the cache and to let other threads in between."""

ALPHA = 0.85
"""Opacity of a single point."""

_DEEPEST = 16

_Sums = NDArray[np.complex64]


def raster(
    points: Floats, labels: Labels | None, palette: tuple[Rgb, ...], view: View, ratio: float = 1.0, mark: int = 1
) -> NDArray[np.uint8]:
    """Return an image of the points.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        In data units.
    labels : ndarray of shape (n,) or None
        Index into ``palette`` of each, −1 for the last; None for the last throughout.
    palette : tuple of (red, green, blue)
        The colors.
    view : View
        What is on show; the image covers its rectangle.
    ratio : float
        Device pixels per logical pixel.
    mark : int
        Edge of the squares in device pixels.

    Returns
    -------
    ndarray of shape (h, w, 4), uint8
        Premultiplied RGBA; h and w are the view's size in device pixels.
    """
    width, height = round(view.width * ratio), round(view.height * ratio)
    # Squares that stick out at the left or at the top start in a margin that is cut off at the end.
    across, down = width + mark - 1, height + mark - 1
    sums = np.zeros((2, across * down), np.complex64)
    # Two sums in each complex number, since np.add.at takes its time per item and not per byte.
    red = np.array([complex(1, r) for r, _, _ in palette], np.complex64)
    green_blue = np.array([complex(g, b) for _, g, b in palette], np.complex64)
    for start in range(0, len(points), CHUNK):
        chunk = slice(start, start + CHUNK)
        inside, places = _places(view.to_pixels(points[chunk]), view, ratio, mark, across, down)
        which = np.full(len(places), -1) if labels is None else labels[chunk][inside].astype(np.intp)
        np.add.at(sums[0], places, red[which])
        np.add.at(sums[1], places, green_blue[which])
    return _resolved(_spread(sums.reshape(2, down, across), mark))


def _places(
    pixels: Floats, view: View, ratio: float, mark: int, across: int, down: int
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which squares are in the image, and the place of the upper left pixel of each of those."""
    x = np.floor((pixels[:, 0] - view.left) * ratio + (mark / 2 - 0.5))
    y = np.floor((pixels[:, 1] - view.top) * ratio + (mark / 2 - 0.5))
    inside: NDArray[np.bool_] = (x >= 0) & (x < across) & (y >= 0) & (y < down)
    return inside, (y[inside] * across + x[inside]).astype(np.intp)


def _spread(sums: _Sums, mark: int) -> _Sums:
    """Add up squares of ``mark`` pixels and cut the margin off: shape (2, h, w)."""
    _, down, across = sums.shape
    height, width = down - mark + 1, across - mark + 1
    rows = _added([sums[:, i : i + height] for i in range(mark)])
    return _added([rows[:, :, i : i + width] for i in range(mark)])


def _added(parts: list[_Sums]) -> _Sums:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _resolved(sums: _Sums) -> NDArray[np.uint8]:
    """Return sums of counts and colors, shape (2, h, w), as an image."""
    image = np.zeros((*sums.shape[1:], 4), np.uint8)
    flat, first, second = image.reshape(-1, 4), sums[0].ravel(), sums[1].ravel()
    hit = np.flatnonzero(first.real)
    first, second = first[hit], second[hit]
    opacity = _OPACITY[np.minimum(first.real, _DEEPEST).astype(np.intp)]
    share = opacity / first.real
    colors = np.stack([first.imag * share, second.real * share, second.imag * share, opacity * 255], axis=1)
    flat[hit] = np.rint(colors).astype(np.uint8)
    return image


_OPACITY = (1 - (1 - ALPHA) ** np.arange(_DEEPEST + 1)).astype(np.float32)
