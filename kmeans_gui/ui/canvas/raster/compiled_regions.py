"""The compiled loop over regions: tiles within blocks, so that only pixels near a border are compared with several centers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.kernels.compiled import bare, inline
from kmeans_gui.ui.canvas.raster import channels
from kmeans_gui.ui.canvas.raster.base import Colors, Pixels
from kmeans_gui.ui.canvas.raster.channels import FULL
from kmeans_gui.ui.canvas.raster.tiles import GUARD, distinct, reach

BLOCK, TILE = 64, 8
"""Edges in pixels."""

_spread, _packed, _mixed = inline(channels.spread), inline(channels.packed), inline(channels.mixed)


class _Centers(NamedTuple):
    """Some of the centers, side by side in memory, ascending."""

    x: Floats
    y: Floats
    tints: Colors
    squares: Floats
    """Room to work in."""


def regions(pixels: Pixels, centers: Floats, tints: Colors, border: int, width: float) -> None:
    """Paint each pixel in the tint of its nearest center; see :class:`kmeans_gui.ui.canvas.raster.base.Loops`."""
    rows = distinct(centers)
    k = len(rows)
    if k:
        x, y = np.ascontiguousarray(centers[rows].T)
        everyone = _Centers(x, y, tints[rows], np.empty(k))
        near, nearer = (_Centers(np.empty(k), np.empty(k), np.empty(k, np.uint32), np.empty(k)) for _ in range(2))
        line = channels.spread(np.uint64(border))
        _paint(pixels, everyone, near, nearer, line, reach(width) if width > 0 else 0.0)


@bare
def _paint(pixels: Pixels, everyone: _Centers, near: _Centers, nearer: _Centers, line: np.uint64, touch: float) -> None:
    height, width = pixels.shape
    for block_top in range(0, height, BLOCK):
        block_bottom = min(block_top + BLOCK, height)
        for block_left in range(0, width, BLOCK):
            block_right = min(block_left + BLOCK, width)
            some = _keep(everyone, everyone.x.size, block_left, block_top, block_right, block_bottom, touch, near)
            if some == 1:
                _fill(pixels, block_left, block_top, block_right, block_bottom, near.tints[0])
                continue
            for top in range(block_top, block_bottom, TILE):
                bottom = min(top + TILE, block_bottom)
                for left in range(block_left, block_right, TILE):
                    right = min(left + TILE, block_right)
                    few = _keep(near, some, left, top, right, bottom, touch, nearer)
                    if few == 1:
                        _fill(pixels, left, top, right, bottom, nearer.tints[0])
                    else:
                        _compare(pixels, left, top, right, bottom, nearer, few, line, touch)


@bare
def _keep(centers: _Centers, count: int, left: int, top: int, right: int, bottom: int, touch: float, out: _Centers) -> int:
    """Copy those of the first ``count`` centers that matter within a rectangle to ``out``; return how many there are.

    :func:`kmeans_gui.ui.canvas.raster.tiles.kept` says which.
    """
    xs, ys, tints, squares = centers.x[:count], centers.y[:count], centers.tints[:count], centers.squares[:count]
    across, down = (right - left) / 2, (bottom - top) / 2
    middle_x, middle_y = left + across, top + down
    for i in range(count):
        x, y = xs[i] - middle_x, ys[i] - middle_y
        squares[i] = x * x + y * y
    nearest, least = 0, squares[0]
    for i in range(1, count):
        if squares[i] < least:
            nearest, least = i, squares[i]
    x, y = xs[nearest], ys[nearest]
    room, far_x, far_y = (across + down + touch) ** 2, 2 * (across + touch), 2 * (down + touch)
    found = 0
    for i in range(count):
        slope = abs(xs[i] - x) * far_x + abs(ys[i] - y) * far_y
        if squares[i] - least - slope <= GUARD * (squares[i] + room):
            out.x[found], out.y[found], out.tints[found] = xs[i], ys[i], tints[i]
            found += 1
    return found


@bare
def _fill(pixels: Pixels, left: int, top: int, right: int, bottom: int, tint: np.uint32) -> None:
    for row in range(top, bottom):
        line = pixels[row, left:right]
        for u in range(line.size):
            line[u] = tint


@bare
def _compare(
    pixels: Pixels,
    left: int,
    top: int,
    right: int,
    bottom: int,
    centers: _Centers,
    count: int,
    border: np.uint64,
    touch: float,
) -> None:
    """Paint a rectangle, comparing each pixel with the first ``count`` centers."""
    xs, ys, tints = centers.x[:count], centers.y[:count], centers.tints[:count]
    widest = 0.0
    for i in range(1, count):
        across, down = xs[i] - xs[0], ys[i] - ys[0]
        widest = max(widest, across * across + down * down)
    # No two are farther apart than twice the distance from the first; the rest is for rounding.
    clear = 4.001 * math.sqrt(widest) * touch
    for row in range(top, bottom):
        y = row + 0.5
        for column in range(left, right):
            x = column + 0.5
            nearest, second, owner = np.inf, np.inf, 0
            for i in range(count):
                across, down = x - xs[i], y - ys[i]
                distance = across * across + down * down
                second = min(second, max(distance, nearest))
                if distance < nearest:
                    nearest, owner = distance, i
            tint = tints[owner]
            if second - nearest <= clear:
                cover = np.uint64(_cover(xs, ys, x, y, owner, nearest, touch))
                tint = np.uint32(_packed(_mixed(_spread(np.uint64(tint)), border * cover, cover)))
            pixels[row, column] = tint


@bare
def _cover(xs: Floats, ys: Floats, x: float, y: float, owner: int, nearest: float, touch: float) -> int:
    """Return how much of a pixel the lines around its owner's region cover."""
    least = np.inf
    for i in range(xs.size):
        apart_x, apart_y = xs[owner] - xs[i], ys[owner] - ys[i]
        gap = math.sqrt(apart_x * apart_x + apart_y * apart_y)
        if gap > 0:
            across, down = x - xs[i], y - ys[i]
            least = min(least, (across * across + down * down - nearest) / (2 * gap))
    return math.floor(min(max(touch - least, 0.0), 1.0) * FULL + 0.5)
