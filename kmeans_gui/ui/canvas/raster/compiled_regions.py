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


def regions(pixels: Pixels, centers: Floats, tints: Colors, border: int, width: float) -> None:
    """Paint each pixel in the tint of its nearest center; see :class:`kmeans_gui.ui.canvas.raster.base.Loops`."""
    rows = distinct(centers)
    k = len(rows)
    if k:
        x, y = np.ascontiguousarray(centers[rows].T)
        everyone = _Centers(x, y, tints[rows])
        near, nearer = (_Centers(np.empty(k), np.empty(k), np.empty(k, np.uint32)) for _ in range(2))
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
                    elif few == 2:
                        _divide(pixels, left, top, right, bottom, nearer, line, touch)
                    else:
                        _compare(pixels, left, top, right, bottom, nearer, few, line, touch)


@bare
def _keep(centers: _Centers, count: int, left: int, top: int, right: int, bottom: int, touch: float, out: _Centers) -> int:
    """Copy those of the first ``count`` centers that matter within a rectangle to ``out``; return how many there are.

    :func:`kmeans_gui.ui.canvas.raster.tiles.kept` says which.
    """
    across, down = (right - left) / 2, (bottom - top) / 2
    middle_x, middle_y = left + across, top + down
    nearest, least = 0, np.inf
    for i in range(count):
        x, y = centers.x[i] - middle_x, centers.y[i] - middle_y
        square = x * x + y * y
        if square < least:
            nearest, least = i, square
    near_x, near_y = centers.x[nearest], centers.y[nearest]
    room, far_x, far_y = (across + down + touch) ** 2, 2 * (across + touch), 2 * (down + touch)
    found = 0
    for i in range(count):
        x, y = centers.x[i] - middle_x, centers.y[i] - middle_y
        square = x * x + y * y
        slope = abs(centers.x[i] - near_x) * far_x + abs(centers.y[i] - near_y) * far_y
        if square - least - slope <= GUARD * (square + room):
            out.x[found], out.y[found], out.tints[found] = centers.x[i], centers.y[i], centers.tints[i]
            found += 1
    return found


@bare
def _fill(pixels: Pixels, left: int, top: int, right: int, bottom: int, tint: np.uint32) -> None:
    for row in range(top, bottom):
        line = pixels[row, left:right]
        for u in range(line.size):
            line[u] = tint


@bare
def _divide(
    pixels: Pixels, left: int, top: int, right: int, bottom: int, centers: _Centers, border: np.uint64, touch: float
) -> None:
    """Paint a rectangle between the first two centers, as :func:`_compare` does: with most borders nobody else has to do."""
    x0, y0, x1, y1 = centers.x[0], centers.y[0], centers.x[1], centers.y[1]
    apart = 2 * math.sqrt((x0 - x1) * (x0 - x1) + (y0 - y1) * (y0 - y1))
    clear = 1.001 * apart * touch
    for row in range(top, bottom):
        line = pixels[row, left:right]
        down, down1 = row + 0.5 - y0, row + 0.5 - y1
        square, square1 = down * down, down1 * down1
        for u in range(line.size):
            across, across1 = left + u + 0.5 - x0, left + u + 0.5 - x1
            first, second = across * across + square, across1 * across1 + square1
            tint = centers.tints[0] if first <= second else centers.tints[1]
            more = abs(first - second)
            if more <= clear and apart > 0:
                tint = _lined(tint, border, touch - more / apart)
            line[u] = tint


@inline
def _lined(tint: np.uint32, border: np.uint64, cover: float) -> np.uint32:
    """Draw a line that covers so much of a pixel."""
    share = np.uint64(math.floor(min(max(cover, 0.0), 1.0) * FULL + 0.5))
    return np.uint32(_packed(_mixed(_spread(np.uint64(tint)), border * share, share)))


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
                tint = _lined(tint, border, touch - _away(xs, ys, x, y, owner, nearest))
            pixels[row, column] = tint


@bare
def _away(xs: Floats, ys: Floats, x: float, y: float, owner: int, nearest: float) -> float:
    """Return how far a pixel is from the border of its owner's region."""
    least = np.inf
    for i in range(xs.size):
        apart_x, apart_y = xs[owner] - xs[i], ys[owner] - ys[i]
        square = apart_x * apart_x + apart_y * apart_y
        if square > 0:
            across, down = x - xs[i], y - ys[i]
            least = min(least, (across * across + down * down - nearest) / (2 * math.sqrt(square)))
    return least
