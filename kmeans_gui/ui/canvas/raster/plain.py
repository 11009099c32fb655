"""The loops in plain numpy, for where numba is missing and until the compiled ones are loaded; the ones to read first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.raster.base import GONE, Colors, Loops, Pixels, Placement, Rows, Spans
from kmeans_gui.ui.canvas.raster.channels import FULL, mixed, packed, spread
from kmeans_gui.ui.canvas.raster.lines import BITS, CHANCES, SPLIT, hashed
from kmeans_gui.ui.canvas.raster.stamps import OFFSETS, Stamps, corner
from kmeans_gui.ui.canvas.raster.sums import CARRIED, GRAINS, Opacity, Sums, grain_stamps
from kmeans_gui.ui.canvas.raster.tiles import distinct, kept, reach

CHUNK = 1 << 18
"""Pixels or points worked on at once: small enough for the cache, and to let other threads in between."""

LINES = 1 << 10
"""Lines drawn at once: each has up to some thousand pixels."""

TILE = 64

_Whole = NDArray[np.int64]
_Wide = NDArray[np.uint64]


def regions(pixels: Pixels, centers: Floats, tints: Colors, border: int, width: float) -> None:
    """Paint each pixel in the tint of its nearest center; see :class:`Loops`."""
    rows = distinct(centers)
    if not len(rows):
        return
    centers, wide, line = centers[rows], spread(tints[rows].astype(np.uint64)), spread(np.uint64(border))
    touch = reach(width) if width > 0 else 0.0
    for top in range(0, pixels.shape[0], TILE):
        for left in range(0, pixels.shape[1], TILE):
            tile = pixels[top : top + TILE, left : left + TILE]
            near = kept(centers, left, top, tile.shape[1], tile.shape[0], touch)
            owners, cover = _owners(tile.shape, left, top, centers[near], touch)
            tile[...] = packed(mixed(wide[near][owners], line * cover, cover))


def _owners(shape: tuple[int, ...], left: int, top: int, centers: Floats, touch: float) -> tuple[_Whole, _Wide]:
    """Return the nearest of some centers for each pixel of a rectangle, and how much of the pixel its region's lines cover.

    A region is convex, so the line nearest to a place within it is the nearest of all bisectors between its center and others.
    """
    rows, columns = (
        np.arange(top, top + shape[0], dtype=np.float64) + 0.5,
        np.arange(left, left + shape[1], dtype=np.float64) + 0.5,
    )
    owners, nearest, away = np.zeros(shape, np.int64), np.full(shape, np.inf), np.full(shape, np.inf)
    for j, center in enumerate(centers):
        square = _squares(rows, columns, center)
        np.copyto(owners, j, where=square < nearest)
        np.minimum(nearest, square, out=nearest)
    for center in centers:
        apart = centers[owners] - center
        gap = np.sqrt(apart[..., 0] * apart[..., 0] + apart[..., 1] * apart[..., 1])
        others = gap > 0
        away[others] = np.minimum(away[others], (_squares(rows, columns, center) - nearest)[others] / (2 * gap[others]))
    return owners, np.floor(np.clip(touch - away, 0, 1) * FULL + 0.5).astype(np.uint64)


def _squares(rows: Floats, columns: Floats, center: Floats) -> Floats:
    """Return the squared distances of the pixels in some rows and columns from a center."""
    across, down = columns - center[0], rows - center[1]
    squares: Floats = (across * across)[None, :] + (down * down)[:, None]
    return squares


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
    """Draw a mark at each point; see :class:`Loops`."""
    inside = 0
    wide, wide_rim = spread(colors.astype(np.uint64)), spread(np.uint64(rim))
    inner, rims = (table.ravel().astype(np.uint64) for table in (stamps.inner, stamps.rim))
    for places in _pieces(spans, CHUNK // stamps.size**2 + 1):
        across, down, rows = _positions(x, y, labels, places, placement)
        inside += int(np.count_nonzero(_within(pixels.shape, across, down)))
        where, marks, cells = _under(pixels.shape, across, down, stamps.size)
        light = wide[rows[marks]] * inner[cells] + wide_rim * rims[cells]
        _draw_in_order(pixels.reshape(-1), where, light, inner[cells] + rims[cells])
    return inside


def _draw_in_order(flat: Pixels, where: _Whole, light: _Wide, cover: _Wide) -> None:
    """Mix each light into the pixel ``where`` it falls, in order: the first one of all pixels, then the second, and so on."""
    order = np.argsort(where, kind="stable")
    touched, starts, depths = np.unique(where[order], return_index=True, return_counts=True)
    deepest_first = np.argsort(-depths, kind="stable")
    touched, starts, depths = touched[deepest_first], starts[deepest_first], depths[deepest_first]
    now = spread(flat[touched].astype(np.uint64))
    for turn in range(depths[0] if len(depths) else 0):
        left = int(np.searchsorted(-depths, -turn))
        marks = order[starts[:left] + turn]
        now[:left] = mixed(now[:left], light[marks], cover[marks])
    flat[touched] = packed(now)


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
    """Add each point to the sums of the pixels under it; see :class:`Loops`."""
    inside = 0
    for places in _pieces(spans, CHUNK):
        across, down, rows = _positions(x, y, labels, places, placement)
        within = _within(sums.shape, across, down)
        inside += weight * int(np.count_nonzero(within))
        if size > 1:
            stamps = grain_stamps(size)
            where, marks, cells = _under(sums.shape, across, down, stamps.size)
            weights = stamps.inner.ravel()[cells].astype(np.int64) * weight
            where, rows, weights = where[weights > 0], rows[marks[weights > 0]], weights[weights > 0]
        else:
            where = down[within].astype(np.int64) * sums.shape[1] + across[within].astype(np.int64)
            rows, weights = rows[within], np.full(len(where), weight)
        _add(sums, where, weights, colors[rows].astype(np.int64))
    return inside


def _add(sums: Sums, where: _Whole, weights: _Whole, colors: _Whole) -> None:
    far = sums.far.reshape(-1)
    np.add.at(far, 4 * where, weights)
    for channel, shift in enumerate((16, 8, 0), start=1):
        np.add.at(far, 4 * where + channel, weights * (colors >> shift & 0xFF))
    sums.near[where] |= CARRIED


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
    """Add a line from each point to the end of its label to the sums of the pixels under it; see :class:`Loops`."""
    across_squares = -(-sums.shape[1] // square)
    for places in _pieces(spans, CHUNK):
        places = places[(labels[places] >= 0) & (labels[places] < len(ends))]
        across, down, rows = _positions(x, y, labels, places, placement)
        begins, rows = _begins(sums.shape, across, down, ends, rows, square)
        lines, counts = np.unique(begins * len(ends) + rows, return_counts=True)
        for start in range(0, len(lines), LINES):
            some = slice(start, start + LINES)
            begins, rows = np.divmod(lines[some], len(ends))
            which, where, weights = _lines(sums.shape, *np.divmod(begins, across_squares), square, ends[rows])
            _add(sums, where, weights * counts[some][which] * weight, colors[rows[which]].astype(np.int64))


def _begins(
    shape: tuple[int, int], across: Floats, down: Floats, ends: Floats, rows: _Whole, square: int
) -> tuple[_Whole, _Whole]:
    """Return in which square the line from each position comes into the image, and the row of its end, of lines that do.

    Clipped as by Liang & Barsky ("A new concept and method for line clipping", ACM Transactions on Graphics 3, 1984).
    """
    height, width = shape
    with np.errstate(all="ignore"):
        far_x, far_y = ends[rows, 0] - across, ends[rows, 1] - down
        enter, leave = np.zeros(len(rows)), np.ones(len(rows))
        for begin, far, size in ((across, far_x, width), (down, far_y, height)):
            first, last = (0.0 - begin) / far, (size - begin) / far
            level, outside = far == 0, (begin < 0) | (begin >= size)
            enter = np.maximum(enter, np.where(level, np.where(outside, 2.0, 0.0), np.minimum(first, last)))
            leave = np.minimum(leave, np.where(level, 1.0, np.maximum(first, last)))
        shown = np.isfinite(far_x) & np.isfinite(far_y) & (enter <= leave)
        x, y = np.floor(across + enter * far_x)[shown], np.floor(down + enter * far_y)[shown]
    line, column = np.clip(y, 0, height - 1).astype(np.int64), np.clip(x, 0, width - 1).astype(np.int64)
    return line // square * -(-width // square) + column // square, rows[shown]


def _lines(
    shape: tuple[int, int], square_rows: _Whole, square_columns: _Whole, square: int, ends: Floats
) -> tuple[_Whole, _Whole, _Whole]:
    """Return which line lies over which pixel, with what weight; each lies over several pixels."""
    height, width = shape
    chance = hashed(square_rows, square_columns)
    rows = np.minimum(square_rows * square + ((chance & 0xFF) * square >> 8), height - 1)
    columns = np.minimum(square_columns * square + ((chance >> 8 & 0xFF) * square >> 8), width - 1)
    across, down = ends[:, 0] - (columns + 0.5), ends[:, 1] - (rows + 0.5)
    steep = np.abs(down) > np.abs(across)
    along, aside = np.where(steep, down, across), np.where(steep, across, down)
    reach, forward = np.abs(along), along >= 0
    slope = aside / np.where(reach > 0, reach, 1.0)
    here, last = np.where(steep, rows, columns), np.where(steep, height, width) - 1
    count = np.minimum(np.floor(reach), np.where(forward, last - here, here)).astype(np.int64) + 1
    which = np.repeat(np.arange(len(rows)), count)
    step = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    begin = (np.where(steep, columns, rows) << BITS) + ((chance >> 16 & 0xFF) - CHANCES // 2 << BITS - 8)
    weight = np.floor(GRAINS * np.sqrt(1.0 + slope * slope) + ((chance >> 24) + 0.5) / CHANCES).astype(np.int64)[which]
    position = begin[which] + step * np.floor(slope * 2.0**BITS).astype(np.int64)[which]
    beyond = weight * (position >> BITS - SPLIT & (1 << SPLIT) - 1) + (1 << SPLIT - 1) >> SPLIT
    if square > 1:
        beyond = np.where(2 * beyond < weight, 0, weight)
    main, minor = here[which] + np.where(forward[which], step, -step), position >> BITS
    which, steep, main = np.tile(which, 2), np.tile(steep[which], 2), np.tile(main, 2)
    minor, weights = np.concatenate([minor, minor + 1]), np.concatenate([weight - beyond, beyond])
    over = (minor >= 0) & (minor < np.where(steep, width, height)) & (weights > 0)
    where = np.where(steep, main * width + minor, minor * width + main)
    return which[over], where[over], weights[over]


def coverage(sums: Sums) -> float:
    """Return what weight a pixel has on average, of those that have any."""
    weights = sums.totals()[:, 0]
    occupied = int(np.count_nonzero(weights))
    return int(weights.sum()) / occupied if occupied else 0.0


def resolve(sums: Sums, pixels: Pixels, opacity: Opacity) -> None:
    """Mix the mean color of each pixel into what is below, and clear the sums; see :class:`Loops`."""
    where = np.flatnonzero(sums.near)
    weights, *channels = sums.totals()[where].T
    means = [np.floor(channel * (1.0 / weights) + 0.5).astype(np.uint64) for channel in channels]
    color = np.uint64(0xFF) << np.uint64(48) | means[1] << np.uint64(32) | means[0] << np.uint64(16) | means[2]
    cover = np.searchsorted(opacity.steps, weights, side="right").astype(np.uint64)
    flat = pixels.reshape(-1)
    flat[where] = packed(mixed(spread(flat[where].astype(np.uint64)), color * cover, cover))
    sums.near[where] = 0
    sums.far[where] = 0


def _positions(x: Floats, y: Floats, labels: Rows, places: _Whole, placement: Placement) -> tuple[Floats, Floats, _Whole]:
    """Return where the points at some places lie in the image, and their rows of the colors."""
    places = places[labels[places] != GONE]
    with np.errstate(over="ignore", invalid="ignore"):  # what is infinitely far off is not in the image
        across, down = x[places] * placement.ax + placement.bx, y[places] * placement.ay + placement.by
    return across, down, labels[places].astype(np.int64)


def _within(shape: tuple[int, ...], across: Floats, down: Floats) -> NDArray[np.bool_]:
    """Return which positions lie in the image."""
    height, width = shape
    inside: NDArray[np.bool_] = (across >= 0) & (across < width) & (down >= 0) & (down < height)
    return inside


def _under(shape: tuple[int, ...], across: Floats, down: Floats, size: int) -> tuple[_Whole, _Whole, _Whole]:
    """Return the pixels of the image that lie under some stamp: where they are, under which mark, and under which of all cells
    of the stamps; mark after mark."""
    height, width = shape
    left, top = across - corner(size), down - corner(size)
    marks = np.flatnonzero((left >= -size) & (left < width) & (top >= -size) & (top < height))
    left, top = left[marks], top[marks]
    column, row = np.floor(left), np.floor(top)
    stamp = ((top - row) * OFFSETS).astype(np.int64) * OFFSETS + ((left - column) * OFFSETS).astype(np.int64)
    steps = np.arange(size)
    rows = row.astype(np.int64)[:, None, None] + steps[:, None]
    columns = column.astype(np.int64)[:, None, None] + steps
    cells = stamp[:, None, None] * size**2 + (steps[:, None] * size + steps)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    return (rows * width + columns)[inside], np.broadcast_to(marks[:, None, None], inside.shape)[inside], cells[inside]


def _pieces(spans: Spans, most: int) -> Iterator[_Whole]:
    """Yield the places that are in some span, in order, about ``most`` at a time."""
    waiting: list[_Whole] = []
    for first, last in spans.tolist():
        for start in range(first, last, most):
            waiting.append(np.arange(start, min(start + most, last)))
            if sum(map(len, waiting)) >= most:
                yield np.concatenate(waiting)
                waiting.clear()
    if waiting:
        yield np.concatenate(waiting)


PLAIN = Loops(regions=regions, discs=discs, density=density, links=links, coverage=coverage, resolve=resolve)
