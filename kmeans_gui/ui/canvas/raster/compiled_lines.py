"""The compiled loop over lines; :mod:`kmeans_gui.ui.canvas.raster.plain` has the same in numpy, to be read first."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.kernels.compiled import bare, inline
from kmeans_gui.ui.canvas.raster.base import Colors, Placement, Rows, Spans
from kmeans_gui.ui.canvas.raster.compiled import Points, add, carry, placed, weighed_colors
from kmeans_gui.ui.canvas.raster.lines import BITS, CHANCES, SPLIT, TOGETHER, hashed
from kmeans_gui.ui.canvas.raster.sums import CARRIED, GRAINS, RIPE, Sums

_hashed = inline(hashed)

_Wide = NDArray[np.uint64]

EDGE_BITS = 7
"""Within any area of so many squares, 2 to this power, each way, lines can wait for others that begin where they do."""


class _Waiting(NamedTuple):
    """Lines that wait for others from the same square to the same end; points come in spatial order, so these come soon.

    Each has shape (slots,): row and column of the square, −1 for none; the label; how many lines there are.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    labels: NDArray[np.int64]
    counts: NDArray[np.int64]


class _Canvas(NamedTuple):
    """The sums; the lines' ends, and their colors as they are added to the near sums and to the far ones."""

    near: _Wide
    far: NDArray[np.int64]
    height: int
    width: int
    ends: Floats
    colors: _Wide
    channels: NDArray[np.int64]
    square: int


def links(
    sums: Sums,
    x: Floats,
    y: Floats,
    labels: Rows,
    spans: Spans,
    placement: Placement,
    ends: Floats,
    square: int,
    colors: Colors,
    weight: int,
) -> None:
    """Add a line from each point to the end of its label; see :class:`kmeans_gui.ui.canvas.raster.base.Loops`."""
    slots = 1 << 2 * EDGE_BITS
    waiting = _Waiting(np.full(slots, -1), np.empty(slots, np.int64), np.empty(slots, np.int64), np.empty(slots, np.int64))
    channels = np.column_stack([np.ones_like(colors), *(colors >> shift & 0xFF for shift in (16, 8, 0))]).astype(np.int64)
    canvas = _Canvas(sums.near, sums.far, *sums.shape, ends.copy(), weighed_colors(colors), channels, square)
    _links(canvas, placed(x, y, labels, spans, placement), weight, waiting)


@bare
def _links(canvas: _Canvas, points: Points, weight: int, waiting: _Waiting) -> None:
    width, height, square, slot_mask = canvas.width, canvas.height, canvas.square, (1 << EDGE_BITS) - 1
    for s in range(points.spans.shape[0]):
        for i in range(points.spans[s, 0], points.spans[s, 1]):
            label = np.int64(points.labels[i])
            if label < 0 or label >= canvas.ends.shape[0]:
                continue
            across, down = points.x[i] * points.ax + points.bx, points.y[i] * points.ay + points.by
            far_x, far_y = canvas.ends[label, 0] - across, canvas.ends[label, 1] - down
            if not (math.isfinite(far_x) and math.isfinite(far_y)):
                continue
            if not (across >= 0 and across < width and down >= 0 and down < height):
                enter = _entry(across, far_x, width, down, far_y, height)
                if enter > 1:
                    continue
                across, down = across + enter * far_x, down + enter * far_y
            column = np.int64(min(max(np.floor(across), 0.0), width - 1.0)) // square
            row = np.int64(min(max(np.floor(down), 0.0), height - 1.0)) // square
            slot = int((row & slot_mask) << EDGE_BITS | column & slot_mask)
            if waiting.rows[slot] == row and waiting.columns[slot] == column and waiting.labels[slot] == label:
                waiting.counts[slot] += weight
                continue
            _draw(canvas, waiting, slot)
            waiting.rows[slot], waiting.columns[slot] = row, column
            waiting.labels[slot], waiting.counts[slot] = label, weight
    for slot in range(waiting.rows.size):
        _draw(canvas, waiting, slot)


@bare
def _entry(across: float, far_x: float, width: int, down: float, far_y: float, height: int) -> float:
    """Return after which part of it a line comes into the image, 2 if it never does (Liang & Barsky, ACM TOG 1984)."""
    enter, leave = 0.0, 1.0
    for axis in range(2):
        begin, far, size = (across, far_x, width) if axis == 0 else (down, far_y, height)
        if far == 0:
            if begin < 0 or begin >= size:
                return 2.0
        else:
            first, last = (0.0 - begin) / far, (size - begin) / far
            enter, leave = max(enter, min(first, last)), min(leave, max(first, last))
    return enter if enter <= leave else 2.0


@bare
def _draw(canvas: _Canvas, waiting: _Waiting, slot: int) -> None:
    """Draw what waits in a slot."""
    if waiting.rows[slot] < 0:
        return
    width, height, square, label = canvas.width, canvas.height, canvas.square, waiting.labels[slot]
    chance = _hashed(waiting.rows[slot], waiting.columns[slot])
    row = min(waiting.rows[slot] * square + ((chance & 0xFF) * square >> 8), height - 1)
    column = min(waiting.columns[slot] * square + ((chance >> 8 & 0xFF) * square >> 8), width - 1)
    across, down = canvas.ends[label, 0] - (column + 0.5), canvas.ends[label, 1] - (row + 0.5)
    if abs(down) > abs(across):
        along, aside, here, minor, last = down, across, row, column, height - 1
        main_step, minor_step, minor_size = width, 1, width
    else:
        along, aside, here, minor, last = across, down, column, row, width - 1
        main_step, minor_step, minor_size = 1, width, height
    reach, forward = abs(along), along >= 0
    slope = aside / (reach if reach > 0 else 1.0)
    steps = np.int64(min(np.floor(reach), float(last - here if forward else here))) + 1
    position = (minor << BITS) + ((chance >> 16 & 0xFF) - CHANCES // 2 << BITS - 8)
    weight = np.int64(np.floor(GRAINS * math.sqrt(1.0 + slope * slope) + ((chance >> 24) + 0.5) / CHANCES))
    step, place = np.int64(np.floor(slope * 2.0**BITS)), here * main_step
    if not forward:
        main_step = -main_step
    count = waiting.counts[slot]
    for _ in range(steps):
        line = position >> BITS
        beyond = weight * (position >> BITS - SPLIT & (1 << SPLIT) - 1) + (1 << SPLIT - 1) >> SPLIT
        if square > 1:
            beyond = 0 if 2 * beyond < weight else weight
        if beyond < weight and line >= 0 and line < minor_size:
            _add(canvas, place + line * minor_step, label, weight - beyond, count)
        if beyond > 0 and line >= -1 and line + 1 < minor_size:
            _add(canvas, place + (line + 1) * minor_step, label, beyond, count)
        position += step
        place += main_step


@inline
def _add(canvas: _Canvas, place: int, label: int, weight: int, count: int) -> None:
    """Add ``count`` lines to the sums of one pixel, of which each has ``weight`` there."""
    if count <= TOGETHER:
        if add(canvas.near, place, canvas.colors[label] * np.uint64(weight * count)) & RIPE:
            carry(canvas.near, canvas.far, place)
    else:
        at = np.uint64(place)
        canvas.near[at] |= CARRIED
        for channel in range(4):
            canvas.far[at, channel] += weight * count * canvas.channels[label, channel]
