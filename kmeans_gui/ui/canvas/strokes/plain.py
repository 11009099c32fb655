"""The loop in plain numpy, for where numba is missing and until the compiled one is loaded; the one to read first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.raster.channels import FULL, mixed, packed, spread
from kmeans_gui.ui.canvas.strokes.base import FARTHEST, Pixels, clear_layer

CHUNK = 1 << 13
"""Strokes worked on at once, for the sake of memory."""

_Whole = NDArray[np.int64]


def draw(pixels: Pixels, ends: Floats, widths: Floats, inks: Pixels) -> None:
    """Draw strokes; see :data:`kmeans_gui.ui.canvas.strokes.base.Draw`."""
    flat, touched = pixels.reshape(-1), []
    with clear_layer(flat.size) as layer:
        for first in range(0, len(ends), CHUNK):
            some = slice(first, first + CHUNK)
            which, places = _near(ends[some], widths[some], *pixels.shape)
            cover = _cover(ends[some][which], widths[some][which], places, pixels.shape[1])
            touched.append(places[cover > 0])
            for turn in _turns(places):
                at, share = places[turn], cover[turn]
                light = spread(inks[some][which[turn]].astype(np.uint64)) * share
                layer[at] = packed(mixed(spread(layer[at].astype(np.uint64)), light, share))
        at = np.unique(np.concatenate(touched)) if touched else np.empty(0, np.int64)
        above = layer[at].astype(np.uint64)
        alpha = above >> np.uint64(24)
        light, share = spread(above) * np.uint64(FULL), alpha + (alpha >> np.uint64(7))
        flat[at] = packed(mixed(spread(flat[at].astype(np.uint64)), light, share))
        layer[at] = 0


def _near(ends: Floats, widths: Floats, height: int, width: int) -> tuple[_Whole, _Whole]:
    """Return pairs of strokes and pixels, row by row: all that a stroke touches, and few that it does not."""
    drawn = np.flatnonzero((np.abs(ends) < FARTHEST).all(axis=1))
    x, y, to_x, to_y = ends[drawn].T
    reach = widths[drawn] / 2 + 1
    top, bottom = np.clip([np.minimum(y, to_y) - reach, np.maximum(y, to_y) + reach + 1], 0, height).astype(np.int64)
    which, rows = _counted(top, bottom)
    x, y, to_x, to_y, reach = (values[which] for values in (x, y, to_x, to_y, reach))
    # The part of the stroke that is near the row.
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (np.stack([rows - reach, rows + 1 + reach]) - y) / (to_y - y)
    shares = np.where(to_y == y, [[0.0], [1.0]], np.clip(shares, 0, 1))
    across = x + shares * (to_x - x)
    left = np.clip(across.min(axis=0) - reach, 0, width).astype(np.int64)
    right = np.clip(across.max(axis=0) + reach + 1, 0, width).astype(np.int64)
    lines, columns = _counted(left, right)
    return drawn[which[lines]], rows[lines] * width + columns


def _counted(first: _Whole, end: _Whole) -> tuple[_Whole, _Whole]:
    """Return each i as often as there are numbers from ``first[i]`` to before ``end[i]``, and these numbers."""
    counts = np.maximum(end - first, 0)
    which = np.repeat(np.arange(len(first)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts - first, counts)


def _cover(ends: Floats, widths: Floats, places: _Whole, width: int) -> NDArray[np.uint64]:
    """Return how much of each pixel its stroke covers, of ``FULL``."""
    x, y, to_x, to_y = ends.T
    along, down = to_x - x, to_y - y
    square = along * along + down * down
    right, below = places % width + 0.5 - x, places // width + 0.5 - y
    share = np.clip((right * along + below * down) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    right, below = right - share * along, below - share * down
    away = np.sqrt(right * right + below * below)
    cover: NDArray[np.uint64] = np.floor(np.clip(widths / 2 + 0.5 - away, 0.0, 1.0) * FULL + 0.5).astype(np.uint64)
    return cover


def _turns(places: _Whole) -> Iterator[_Whole]:
    """Yield where each place comes first, then where it comes again, and so on."""
    order = np.argsort(places, kind="stable")
    starts = np.flatnonzero(np.diff(places[order], prepend=-1))
    turn = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    by_turn = order[np.argsort(turn, kind="stable")]
    yield from np.split(by_turn, np.cumsum(np.bincount(turn))[:-1]) if len(order) else ()
