"""The compiled loop. To be imported by :mod:`kmeans_gui.clustering.kernels.warming` alone; :mod:`plain` is to be read first."""

from __future__ import annotations

import math

import numpy as np

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.kernels.compiled import bare, inline
from kmeans_gui.ui.canvas.raster import channels
from kmeans_gui.ui.canvas.strokes.base import FARTHEST, Pixels, clear_layer

_spread, _packed, _mixed = inline(channels.spread), inline(channels.packed), inline(channels.mixed)

_FULL, _ALPHA, _SEVEN = np.uint64(channels.FULL), np.uint64(24), np.uint64(7)


def draw(pixels: Pixels, ends: Floats, widths: Floats, inks: Pixels) -> None:
    """Draw strokes; see :data:`kmeans_gui.ui.canvas.strokes.base.Draw`."""
    for array in (ends, widths, inks):
        array.flags.writeable = False  # so that the loop is compiled once for all
    height, width = pixels.shape
    with clear_layer(pixels.size) as layer:
        _draw(pixels.reshape(-1), layer, height, width, ends, widths, inks)


@bare
def _draw(flat: Pixels, layer: Pixels, height: int, width: int, ends: Floats, widths: Floats, inks: Pixels) -> None:
    """Draw all strokes on the layer; then go the same way again, lay what is there over the image, and clear it."""
    for laying in (False, True):
        for i in range(widths.size):
            x, y, to_x, to_y = ends[i, 0], ends[i, 1], ends[i, 2], ends[i, 3]
            if not (abs(x) < FARTHEST and abs(y) < FARTHEST and abs(to_x) < FARTHEST and abs(to_y) < FARTHEST):
                continue
            along, down = to_x - x, to_y - y
            square = along * along + down * down
            whole = square if square > 0 else 1.0
            reach, soft = widths[i] / 2 + 1, widths[i] / 2 + 0.5
            ink = _spread(np.uint64(inks[i]))
            for row in range(_within(min(y, to_y) - reach, height), _within(max(y, to_y) + reach + 1, height)):
                first, last = 0.0, 1.0
                if to_y != y:
                    first, last = _share((row - reach - y) / down), _share((row + 1 + reach - y) / down)
                a, b = x + first * along, x + last * along
                for column in range(_within(min(a, b) - reach, width), _within(max(a, b) + reach + 1, width)):
                    place = np.uint64(row * width + column)
                    if laying:
                        if layer[place]:
                            above = np.uint64(layer[place])
                            alpha = above >> _ALPHA
                            below = _spread(np.uint64(flat[place]))
                            flat[place] = _packed(_mixed(below, _spread(above) * _FULL, alpha + (alpha >> _SEVEN)))
                            layer[place] = 0
                        continue
                    right, below_y = column + 0.5 - x, row + 0.5 - y
                    share = _share((right * along + below_y * down) / whole)
                    right, below_y = right - share * along, below_y - share * down
                    light = _share(soft - math.sqrt(right * right + below_y * below_y))
                    cover = np.uint64(math.floor(light * channels.FULL + 0.5))
                    layer[place] = _packed(_mixed(_spread(np.uint64(layer[place])), ink * cover, cover))


@inline
def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


@inline
def _within(value: float, most: int) -> int:
    return int(min(max(value, 0.0), float(most)))


def exercise() -> None:
    """Run the loop once, so that it is compiled or taken from the cache."""
    draw(np.zeros((8, 8), np.uint32), np.array([[1.0, 1.0, 6.0, 5.0]]), np.ones(1), np.full(1, 0xFF000000, np.uint32))
