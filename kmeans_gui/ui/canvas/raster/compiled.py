"""The compiled loops over points; :mod:`kmeans_gui.ui.canvas.raster.plain` has the same in numpy, and is the one to read first."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.kernels.compiled import inline, jit
from kmeans_gui.ui.canvas.raster import channels
from kmeans_gui.ui.canvas.raster.base import GONE, Colors, Pixels, Placement, Rows, Spans
from kmeans_gui.ui.canvas.raster.stamps import OFFSETS, Stamps, corner
from kmeans_gui.ui.canvas.raster.sums import CARRIED, FULLEST, Sums, grain_stamps, grains, opacity

_spread, _packed, _mixed = inline(channels.spread), inline(channels.packed), inline(channels.mixed)

_ZERO, _ONE, _FIELD, _WEIGHT = np.uint64(0), np.uint64(1), np.uint64(0xFFFF), np.uint64(0x7FFF)
_16, _32, _48 = np.uint64(16), np.uint64(32), np.uint64(48)
_OPAQUE = np.uint64(0xFF << 48)

_Wide = NDArray[np.uint64]

BATCH = 512
"""Points that are placed before any is added: placing them is done several at a time by the processor."""


def discs(
    pixels: Pixels,
    x: Floats,
    y: Floats,
    labels: Rows,
    spans: Spans,
    placement: Placement,
    stamps: Stamps,
    colors: Colors,
    rim: int,
) -> int:
    """Draw a mark at each point; see :class:`kmeans_gui.ui.canvas.raster.base.Loops`."""
    wide, wide_rim = channels.spread(colors.astype(np.uint64)), channels.spread(np.uint64(rim))
    start = corner(stamps.size)
    points = _frozen(x, y, labels, spans)
    return _discs(pixels, *points, *map(float, placement), *_frozen(*stamps), start, wide, wide_rim)


@jit
def _discs(
    pixels: Pixels,
    x: Floats,
    y: Floats,
    labels: Rows,
    spans: Spans,
    ax: float,
    bx: float,
    ay: float,
    by: float,
    inner: NDArray[np.uint16],
    rims: NDArray[np.uint16],
    start: float,
    colors: _Wide,
    rim: np.uint64,
) -> int:
    height, width = pixels.shape
    size = inner.shape[1]
    flat = pixels.reshape(-1)
    inner, rims = inner.reshape(-1), rims.reshape(-1)
    inside = 0
    for s in range(spans.shape[0]):
        xs, ys, rows = x[spans[s, 0] : spans[s, 1]], y[spans[s, 0] : spans[s, 1]], labels[spans[s, 0] : spans[s, 1]]
        for i in range(xs.size):
            row = rows[i]
            if row == GONE:
                continue
            across, down = xs[i] * ax + bx, ys[i] * ay + by
            left, top = across - start, down - start
            if not (left >= -size and left < width and top >= -size and top < height):
                continue
            inside += across >= 0 and across < width and down >= 0 and down < height
            color = colors[row if row >= 0 else colors.size - 1]
            column, line = int(math.floor(left)), int(math.floor(top))
            stamp = (int((top - line) * OFFSETS) * OFFSETS + int((left - column) * OFFSETS)) * size * size
            first, last = max(0, -column), min(size, width - column)
            for v in range(max(0, -line), min(size, height - line)):
                place, cell = (line + v) * width + column, stamp + v * size
                for u in range(first, last):
                    cover, around = np.uint64(inner[cell + u]), np.uint64(rims[cell + u])
                    below = _spread(np.uint64(flat[place + u]))
                    flat[place + u] = _packed(_mixed(below, color * cover + rim * around, cover + around))
    return inside


def density(
    sums: Sums,
    x: Floats,
    y: Floats,
    labels: Rows,
    spans: Spans,
    placement: Placement,
    size: float,
    colors: Colors,
    stride: int,
) -> int:
    """Add each point to the sums of the pixels under it; see :class:`kmeans_gui.ui.canvas.raster.base.Loops`."""
    weighed = (colors.astype(np.uint64) & np.uint64(0xFF)) | (colors.astype(np.uint64) & np.uint64(0xFF00)) << np.uint64(8)
    weighed |= (colors.astype(np.uint64) & np.uint64(0xFF0000)) << np.uint64(16) | np.uint64(1 << 48)
    weighed *= np.uint64(stride)
    points = (*_frozen(x, y, labels, spans), *map(float, placement), weighed, int(stride))
    if size > 1:
        stamps = grain_stamps(size)
        return _add_stamps(sums.near, sums.far, *sums.shape, *points, stamps, corner(stamps.shape[1]))
    return _add_dots(sums.near, sums.far, *sums.shape, *points)


@jit
def _add_dots(
    near: _Wide,
    far: NDArray[np.int64],
    height: int,
    width: int,
    x: Floats,
    y: Floats,
    labels: Rows,
    spans: Spans,
    ax: float,
    bx: float,
    ay: float,
    by: float,
    colors: _Wide,
    stride: int,
) -> int:
    inside = 0
    limit = _room(np.uint64(stride))
    places = np.empty(BATCH, np.int32)
    for s in range(spans.shape[0]):
        first, last = spans[s, 0] + -spans[s, 0] % stride, spans[s, 1]
        for begin in range(first, last, BATCH * stride):
            end = min(begin + BATCH * stride, last)
            xs, ys, rows = x[begin:end:stride], y[begin:end:stride], labels[begin:end:stride]
            for i in range(xs.size):
                across, down = xs[i] * ax + bx, ys[i] * ay + by
                within = (across >= 0) & (across < width) & (down >= 0) & (down < height)
                # Written without a branch, and with numbers that fit, so that the processor takes several at a time.
                across, down = (across if within else 0.0), (down if within else 0.0)
                place = np.int32(down) * np.int32(width) + np.int32(across)
                places[i] = place if within else np.int32(-1)
            for i in range(xs.size):
                place, row = places[i], rows[i]
                if place < 0 or row == GONE:
                    continue
                now = near[place]
                if now << _ONE > limit:
                    _carry(now, far[place])
                    now = CARRIED
                near[place] = now + colors[row if row >= 0 else colors.size - 1]
                inside += stride
    return inside


@jit
def _add_stamps(
    near: _Wide,
    far: NDArray[np.int64],
    height: int,
    width: int,
    x: Floats,
    y: Floats,
    labels: Rows,
    spans: Spans,
    ax: float,
    bx: float,
    ay: float,
    by: float,
    colors: _Wide,
    stride: int,
    stamps: _Wide,
    start: float,
) -> int:
    inside = 0
    size = stamps.shape[1]
    weights = stamps.reshape(-1)
    limit = _room(np.uint64(stride) * weights.max())
    for s in range(spans.shape[0]):
        first, last = spans[s, 0] + -spans[s, 0] % stride, spans[s, 1]
        xs, ys, rows = x[first:last:stride], y[first:last:stride], labels[first:last:stride]
        for i in range(xs.size):
            row = rows[i]
            if row == GONE:
                continue
            across, down = xs[i] * ax + bx, ys[i] * ay + by
            left, top = across - start, down - start
            if not (left >= -size and left < width and top >= -size and top < height):
                continue
            if across >= 0 and across < width and down >= 0 and down < height:
                inside += stride
            color = colors[row if row >= 0 else colors.size - 1]
            column, line = int(math.floor(left)), int(math.floor(top))
            stamp = (int((top - line) * OFFSETS) * OFFSETS + int((left - column) * OFFSETS)) * size * size
            begin, end = max(0, -column), min(size, width - column)
            for v in range(max(0, -line), min(size, height - line)):
                place, cell = (line + v) * width + column, stamp + v * size
                for u in range(begin, end):
                    now = near[place + u]
                    if now << _ONE > limit:
                        _carry(now, far[place + u])
                        now = CARRIED
                    near[place + u] = now + color * weights[cell + u]
    return inside


@inline
def _room(weight: np.uint64) -> np.uint64:
    """Return the highest sums, moved up by one bit, to which ``weight`` can be added."""
    return ((np.uint64(FULLEST + 1) - weight) << _48) - _ONE << _ONE


@jit
def _carry(now: np.uint64, far: NDArray[np.int64]) -> None:
    """Add sums to those that have more room."""
    far[0] += np.int64(now >> _48 & _WEIGHT)
    far[1] += np.int64(now >> _32 & _FIELD)
    far[2] += np.int64(now >> _16 & _FIELD)
    far[3] += np.int64(now & _FIELD)


def coverage(sums: Sums, size: float) -> float:
    """Return how many marks lie over a pixel on average, of those that have any."""
    weight, occupied = _weigh(sums.near, sums.far)
    return weight / (occupied * grains(size)) if occupied else 0.0


@jit
def _weigh(near: _Wide, far: NDArray[np.int64]) -> tuple[int, int]:
    weight, occupied = 0, 0
    for place in range(near.size):
        now = near[place]
        if now == _ZERO:
            continue
        occupied += 1
        weight += np.int64(now >> _48 & _WEIGHT)
        if now >= CARRIED:
            weight += far[place, 0]
    return weight, occupied


def resolve(sums: Sums, pixels: Pixels, size: float, typical: float) -> None:
    """Mix the mean color of each pixel's points into what is below, and clear the sums; see :class:`Loops`."""
    _resolve(sums.near, sums.far, pixels.reshape(-1), *opacity(size, typical))


@jit
def _resolve(near: _Wide, far: NDArray[np.int64], pixels: Colors, steps: NDArray[np.int64], light: _Wide) -> None:
    for place in range(near.size):
        now = near[place]
        if now == _ZERO:
            continue
        weight = np.int64(now >> _48 & _WEIGHT)
        red, green, blue = np.int64(now >> _32 & _FIELD), np.int64(now >> _16 & _FIELD), np.int64(now & _FIELD)
        near[place] = _ZERO
        if now >= CARRIED:
            sums = far[place]
            weight, red, green, blue = weight + sums[0], red + sums[1], green + sums[2], blue + sums[3]
            sums[:] = 0
        share = 1.0 / weight
        color = _OPAQUE | _mean(green, share) << _32 | _mean(red, share) << _16 | _mean(blue, share)
        cover = light[weight] if weight < light.size else np.uint64(np.searchsorted(steps, weight, side="right"))
        pixels[place] = _packed(_mixed(_spread(np.uint64(pixels[place])), color * cover, cover))


@inline
def _mean(total: int, share: float) -> np.uint64:
    return np.uint64(np.int64(math.floor(total * share + 0.5)))


def _frozen(*arrays: NDArray[np.generic]) -> tuple[NDArray[np.generic], ...]:
    """Return views that are read-only, so that each loop is compiled once, for those that are and for those that are not."""
    views = tuple(array.view() for array in arrays)
    for view in views:
        view.flags.writeable = False
    return views
