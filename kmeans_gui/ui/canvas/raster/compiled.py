"""The compiled loops over points; :mod:`kmeans_gui.ui.canvas.raster.plain` has the same in numpy, to be read first."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.kernels.compiled import bare, inline
from kmeans_gui.ui.canvas.raster import channels
from kmeans_gui.ui.canvas.raster.base import GONE, Colors, Pixels, Placement, Rows, Spans
from kmeans_gui.ui.canvas.raster.lanes import LANES, STEP, Lanes, colors_by_fours, fours, mix_four, table_of
from kmeans_gui.ui.canvas.raster.stamps import FOUR, OFFSETS, Stamps, corner
from kmeans_gui.ui.canvas.raster.sums import (
    CARRIED,
    FIELD,
    FULLEST,
    GREEN,
    RED,
    RIPE,
    WEIGHT,
    Opacity,
    Sums,
    grain_stamps,
)

_spread, _packed, _mixed = inline(channels.spread), inline(channels.packed), inline(channels.mixed)

_ZERO, _ONE, _MOST = np.uint64(0), np.uint64(1), np.uint64(FULLEST)
_16, _32 = np.uint64(16), np.uint64(32)
_OPAQUE = np.uint64(0xFF << 48)

_Wide = NDArray[np.uint64]

BATCH = 512
"""Points that are placed before any is added: placing them is done several at a time by the processor."""


class Points(NamedTuple):
    """Which points to draw, and where; read-only, so that each loop is compiled once for all."""

    x: Floats
    y: Floats
    labels: Rows
    spans: Spans
    ax: float
    bx: float
    ay: float
    by: float


class _Marks(NamedTuple):
    """The cells of all stamps, see :class:`kmeans_gui.ui.canvas.raster.stamps.Cells`.

    ``steps`` are their places in the image from that of the stamp's corner; ``light`` is that of the rim.
    """

    size: int
    corner: float
    cells: int
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    steps: NDArray[np.int64]
    inner: _Wide
    cover: _Wide
    light: _Wide


def placed(x: Floats, y: Floats, labels: Rows, spans: Spans, placement: Placement) -> Points:
    """Return points as the compiled loops take them."""
    views = x.view(), y.view(), labels.view(), spans.view()
    for view in views:
        view.flags.writeable = False
    return Points(*views, *map(float, placement))


@lru_cache(maxsize=8)
def _marks(stamps: Stamps, rim: int, width: int) -> _Marks:
    cells = stamps.cells
    return _Marks(
        size=stamps.size,
        corner=corner(stamps.size),
        cells=cells.inner.shape[1],
        rows=cells.rows.ravel(),
        columns=cells.columns.ravel(),
        steps=(cells.rows * width + cells.columns).ravel(),
        inner=cells.inner.ravel(),
        cover=(cells.inner + cells.rim).ravel(),
        light=(channels.spread(np.uint64(rim)) * cells.rim).ravel(),
    )


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
    height, width = pixels.shape
    points, marks = placed(x, y, labels, spans, placement), _marks(stamps, rim, width)
    wide, table = channels.spread(colors.astype(np.uint64)), table_of(stamps, rim)
    return _discs(pixels.reshape(-1), height, width, points, marks, wide, fours(stamps.size), table, colors_by_fours(colors))


@bare
def _discs(
    flat: Colors,
    height: int,
    width: int,
    points: Points,
    marks: _Marks,
    colors: _Wide,
    across_row: int,
    table: Lanes,
    lanes: Lanes,
) -> int:
    """Draw marks row by row, four pixels at a time; where one is cut off by the image's edge, cell by cell."""
    size, inside = marks.size, 0
    for s in range(points.spans.shape[0]):
        first, last = points.spans[s, 0], points.spans[s, 1]
        xs, ys, labels = points.x[first:last], points.y[first:last], points.labels[first:last]
        for i in range(xs.size):
            across, down = xs[i] * points.ax + points.bx, ys[i] * points.ay + points.by
            left, top = across - marks.corner, down - marks.corner
            if not (left >= -size and left < width and top >= -size and top < height) or labels[i] == GONE:
                continue
            inside += (across >= 0) & (across < width) & (down >= 0) & (down < height)
            which = labels[i] if labels[i] >= 0 else colors.size - 1
            column, row = int(np.floor(left)), int(np.floor(top))
            stamp = int((top - row) * OFFSETS) * OFFSETS + int((left - column) * OFFSETS)
            if column >= 0 and column <= width - across_row * FOUR and row >= 0 and row <= height - size:
                step = stamp * size * across_row * STEP
                for begin in range(row * width + column, (row + size) * width + column, width):
                    for place in range(begin, begin + across_row * FOUR, FOUR):
                        mix_four(flat, place, table, step, lanes, which * LANES)
                        step += STEP
                continue
            for c in range(stamp * marks.cells, (stamp + 1) * marks.cells):
                u, v = column + marks.columns[c], row + marks.rows[c]
                if u >= 0 and u < width and v >= 0 and v < height:
                    _mix(flat, v * width + u, marks, c, colors[which])
    return inside


@inline
def _mix(flat: Colors, place: int, marks: _Marks, cell: int, color: np.uint64) -> None:
    """Draw one cell of a mark into the pixel at ``place``."""
    at, of = np.uint64(place), np.uint64(cell)  # indices that cannot be negative cost less
    light = color * marks.inner[of] + marks.light[of]
    flat[at] = _packed(_mixed(_spread(np.uint64(flat[at])), light, marks.cover[of]))


def density(
    sums: Sums,
    x: Floats,
    y: Floats,
    labels: Rows,
    spans: Spans,
    placement: Placement,
    size: float,
    colors: Colors,
    weight: int,
) -> int:
    """Add each point to the sums of the pixels under it; see :class:`kmeans_gui.ui.canvas.raster.base.Loops`."""
    weighed = weighed_colors(colors) * np.uint64(weight)
    points = placed(x, y, labels, spans, placement)
    if size > 1:
        marks = _marks(grain_stamps(size), 0, sums.shape[1])
        return _add_stamps(sums.near, sums.far, *sums.shape, points, marks, weighed) * weight
    return _add_dots(sums.near, sums.far, *sums.shape, points, weighed, np.empty(BATCH, np.int32)) * weight


def weighed_colors(colors: Colors) -> _Wide:
    """Return what a mark of weight 1 adds to the sums."""
    red, green, blue = (colors.astype(np.uint64) >> np.uint64(shift) & np.uint64(0xFF) for shift in (16, 8, 0))
    weighed: _Wide = _ONE << WEIGHT | red << RED | green << GREEN | blue
    return weighed


@bare
def _add_dots(
    near: _Wide,
    far: NDArray[np.int64],
    height: int,
    width: int,
    points: Points,
    colors: _Wide,
    places: NDArray[np.int32],
) -> int:
    inside = 0
    for s in range(points.spans.shape[0]):
        for begin in range(points.spans[s, 0], points.spans[s, 1], BATCH):
            end = min(begin + BATCH, points.spans[s, 1])
            _place(points.x[begin:end], points.y[begin:end], points, height, width, places)
            inside += _add_batch(near, far, places, points.labels[begin:end], colors)
    return inside


@bare
def _add_batch(near: _Wide, far: NDArray[np.int64], places: NDArray[np.int32], labels: Rows, colors: _Wide) -> int:
    inside = 0
    for i in range(labels.size):
        if places[i] < 0 or labels[i] == GONE:
            continue
        inside += 1
        if add(near, places[i], colors[labels[i] if labels[i] >= 0 else colors.size - 1]) & RIPE:
            carry(near, far, places[i])
    return inside


@bare
def _place(x: Floats, y: Floats, points: Points, height: int, width: int, places: NDArray[np.int32]) -> None:
    """Tell which pixel each point lies in, −1 for none."""
    ax, bx, ay, by = points.ax, points.bx, points.ay, points.by
    for i in range(x.size):
        across, down = x[i] * ax + bx, y[i] * ay + by
        within = (across >= 0) & (across < width) & (down >= 0) & (down < height)
        # Without a branch, and with numbers that fit, so that the processor takes several at a time.
        place = np.int32(down if within else 0.0) * np.int32(width) + np.int32(across if within else 0.0)
        places[i] = place if within else -1


@bare
def _add_stamps(
    near: _Wide,
    far: NDArray[np.int64],
    height: int,
    width: int,
    points: Points,
    marks: _Marks,
    colors: _Wide,
) -> int:
    size, inside = marks.size, 0
    for s in range(points.spans.shape[0]):
        for i in range(points.spans[s, 0], points.spans[s, 1]):
            across, down = points.x[i] * points.ax + points.bx, points.y[i] * points.ay + points.by
            left, top = across - marks.corner, down - marks.corner
            label = points.labels[i]
            if not (left >= -size and left < width and top >= -size and top < height) or label == GONE:
                continue
            inside += (across >= 0) & (across < width) & (down >= 0) & (down < height)
            color = colors[label if label >= 0 else colors.size - 1]
            column, row = int(np.floor(left)), int(np.floor(top))
            stamp = int((top - row) * OFFSETS) * OFFSETS + int((left - column) * OFFSETS)
            begin = stamp * marks.cells
            if column >= 0 and column <= width - size and row >= 0 and row <= height - size:
                place = row * width + column
                full = _ZERO
                for c in range(begin, begin + marks.cells, FOUR):
                    full |= add(near, place + marks.steps[c], color * marks.inner[c])
                    full |= add(near, place + marks.steps[c + 1], color * marks.inner[c + 1])
                    full |= add(near, place + marks.steps[c + 2], color * marks.inner[c + 2])
                    full |= add(near, place + marks.steps[c + 3], color * marks.inner[c + 3])
                if full & RIPE:
                    for c in range(begin, begin + marks.cells):
                        if near[place + marks.steps[c]] & RIPE:
                            carry(near, far, place + marks.steps[c])
                continue
            for c in range(begin, begin + marks.cells):
                u, v = column + marks.columns[c], row + marks.rows[c]
                within = u >= 0 and u < width and v >= 0 and v < height
                if within and add(near, v * width + u, color * marks.inner[c]) & RIPE:
                    carry(near, far, v * width + u)
    return inside


@inline
def add(near: _Wide, place: int, weighed: np.uint64) -> np.uint64:
    """Add a weight and its colors to the sums of one pixel, and return them."""
    at = np.uint64(place)  # an index that cannot be negative costs less
    sums: np.uint64 = near[at] + weighed
    near[at] = sums
    return sums


@bare
def carry(near: _Wide, far: NDArray[np.int64], place: int) -> None:
    """Carry the sums of one pixel over to those that have more room."""
    sums = near[place]
    far[place, 0] += np.int64(sums >> WEIGHT & _MOST)
    far[place, 1] += np.int64(sums >> RED & FIELD)
    far[place, 2] += np.int64(sums >> GREEN & FIELD)
    far[place, 3] += np.int64(sums & FIELD)
    near[place] = CARRIED


def coverage(sums: Sums) -> float:
    """Return what weight a pixel has on average, of those that have any."""
    weight, occupied = _weigh(sums.near, sums.far)
    return weight / occupied if occupied else 0.0


@bare
def _weigh(near: _Wide, far: NDArray[np.int64]) -> tuple[int, int]:
    weight, occupied = 0, 0
    for place in range(near.size):
        now = near[place]
        if now == _ZERO:
            continue
        occupied += 1
        weight += int(now >> WEIGHT & _MOST)
        if now >= CARRIED:
            weight += far[place, 0]
    return weight, occupied


def resolve(sums: Sums, pixels: Pixels, opacity: Opacity) -> None:
    """Mix the mean color of each pixel into what is below, and clear the sums; see :class:`Loops`."""
    _resolve(sums.near, sums.far, pixels.reshape(-1), *opacity)


@bare
def _resolve(near: _Wide, far: NDArray[np.int64], pixels: Colors, steps: NDArray[np.int64], light: _Wide) -> None:
    for place in range(near.size):
        now = near[place]
        if now == _ZERO:
            continue
        weight = np.int64(now >> WEIGHT & _MOST)
        red, green, blue = np.int64(now >> RED & FIELD), np.int64(now >> GREEN & FIELD), np.int64(now & FIELD)
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
def _mean(total: np.int64, share: float) -> np.uint64:
    return np.uint64(np.int64(math.floor(total * share + 0.5)))
