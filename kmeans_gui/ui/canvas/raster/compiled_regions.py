"""The compiled loop over regions: tiles within blocks, so that most pixels are compared with one to three centers only."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.kernels.compiled import inline, jit
from kmeans_gui.ui.canvas.raster import channels
from kmeans_gui.ui.canvas.raster.base import Colors, Pixels
from kmeans_gui.ui.canvas.raster.channels import FULL
from kmeans_gui.ui.canvas.raster.tiles import GUARD, distinct, reach

BLOCK, TILE = 64, 8
"""Edges in pixels."""

_spread, _packed, _mixed = inline(channels.spread), inline(channels.packed), inline(channels.mixed)
_ZERO = np.uint64(0)


def regions(pixels: Pixels, centers: Floats, tints: Colors, border: int, width: float) -> None:
    """Paint each pixel in the tint of its nearest center; see :class:`kmeans_gui.ui.canvas.raster.base.Loops`."""
    rows = distinct(centers)
    if len(rows):
        x, y = np.ascontiguousarray(centers[rows].T)
        _paint(pixels, x, y, tints[rows], np.uint64(border), float(width), reach(width))


@jit
def _paint(pixels: Pixels, x: Floats, y: Floats, tints: Colors, border: np.uint64, width: float, touch: float) -> None:
    height, across = pixels.shape
    k = x.size
    everyone = np.arange(k)
    near, nearer = np.empty(k, np.int64), np.empty(k, np.int64)
    lower = np.empty(k)
    line = _spread(border)
    nearest, second, first, next_ = np.empty(TILE), np.empty(TILE), np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    for block_top in range(0, height, BLOCK):
        block_bottom = min(block_top + BLOCK, height)
        for block_left in range(0, across, BLOCK):
            block_right = min(block_left + BLOCK, across)
            candidates = _keep(x, y, everyone, k, block_left, block_top, block_right, block_bottom, touch, lower, near)
            for top in range(block_top, block_bottom, TILE):
                bottom = min(top + TILE, block_bottom)
                for left in range(block_left, block_right, TILE):
                    right = min(left + TILE, block_right)
                    count = _keep(x, y, near, candidates, left, top, right, bottom, touch, lower, nearer)
                    if count == 1:
                        pixels[top:bottom, left:right] = tints[nearer[0]]
                        continue
                    for row in range(top, bottom):
                        _compare(x, y, nearer, count, row, left, right, nearest, second, first, next_)
                        _color(pixels[row], left, right, x, y, tints, line, width, touch, nearest, second, first, next_)


@jit
def _keep(
    x: Floats,
    y: Floats,
    among: NDArray[np.int64],
    count: int,
    left: int,
    top: int,
    right: int,
    bottom: int,
    touch: float,
    lower: Floats,
    out: NDArray[np.int64],
) -> int:
    """Put those centers that matter within a rectangle into ``out``, as :func:`tiles.kept`; return how many they are.

    ``lower`` is room for ``count`` squared distances.
    """
    x0, y0, x1, y1 = left + 0.5, top + 0.5, right - 0.5, bottom - 0.5
    least = np.inf
    for i in range(count):
        j = among[i]
        across, down = max(x[j] - x0, x1 - x[j]), max(y[j] - y0, y1 - y[j])
        least = min(least, across * across + down * down)
        across, down = max(x0 - x[j], x[j] - x1, 0.0), max(y0 - y[j], y[j] - y1, 0.0)
        lower[i] = across * across + down * down
    limit = math.sqrt(least) * (1 + GUARD) + 2 * touch
    limit = limit * limit * (1 + 4 * GUARD)
    found = 0
    for i in range(count):
        out[found] = among[i]
        found += lower[i] <= limit
    return found


@jit
def _compare(
    x: Floats,
    y: Floats,
    among: NDArray[np.int64],
    count: int,
    row: int,
    left: int,
    right: int,
    nearest: Floats,
    second: Floats,
    first: NDArray[np.int64],
    next_: NDArray[np.int64],
) -> None:
    """Find the nearest two of some centers for each pixel of a short line, and their squared distances."""
    nearest[:] = np.inf
    second[:] = np.inf
    first[:] = among[0]
    next_[:] = among[0]
    for i in range(count):
        j = among[i]
        down = row + 0.5 - y[j]
        square = down * down
        for u in range(right - left):
            across = (left + u) + 0.5 - x[j]
            distance = across * across + square
            wins = distance < nearest[u]
            follows = distance < second[u]
            second[u] = nearest[u] if wins else (distance if follows else second[u])
            next_[u] = first[u] if wins else (j if follows else next_[u])
            nearest[u] = distance if wins else nearest[u]
            first[u] = j if wins else first[u]


@jit
def _color(
    line_of_pixels: Colors,
    left: int,
    right: int,
    x: Floats,
    y: Floats,
    tints: Colors,
    border: np.uint64,
    width: float,
    touch: float,
    nearest: Floats,
    second: Floats,
    first: NDArray[np.int64],
    next_: NDArray[np.int64],
) -> None:
    """Paint the pixels of a short line, of which the nearest two centers are known."""
    for u in range(right - left):
        if not nearest[u] < np.inf:
            continue
        j, other = first[u], next_[u]
        color = tints[j]
        across, down = x[j] - x[other], y[j] - y[other]
        gap = math.sqrt(across * across + down * down)
        if width > 0 and gap > 0:
            away = (second[u] - nearest[u]) / (2 * gap)
            cover = np.uint64(math.floor(min(max(touch - away, 0.0), 1.0) * FULL + 0.5))
            if cover > _ZERO:
                color = np.uint32(_packed(_mixed(_spread(np.uint64(color)), border * cover, cover)))
        line_of_pixels[left + u] = color
