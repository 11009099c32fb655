"""The loops in plain numpy, for where numba is missing and until the compiled ones are loaded; the ones to read first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.raster.base import GONE, Colors, Loops, Pixels, Placement, Rows, Spans
from kmeans_gui.ui.canvas.raster.channels import FULL, mixed, packed, spread
from kmeans_gui.ui.canvas.raster.stamps import OFFSETS, Stamps, corner
from kmeans_gui.ui.canvas.raster.sums import CARRIED, Sums, grain_stamps, grains, opacity
from kmeans_gui.ui.canvas.raster.tiles import distinct, kept, reach

CHUNK = 1 << 18
"""Pixels or points worked on at once: small enough for the cache, and to let other threads in between."""

TILE = 64

_Whole = NDArray[np.int64]
_Wide = NDArray[np.uint64]


def regions(pixels: Pixels, centers: Floats, tints: Colors, border: int, width: float) -> None:
    """Paint each pixel in the tint of its nearest center; see :class:`Loops`."""
    rows = distinct(centers)
    if not len(rows):
        return
    centers, tints, line = centers[rows], tints[rows], spread(np.uint64(border))
    for top in range(0, pixels.shape[0], TILE):
        for left in range(0, pixels.shape[1], TILE):
            tile = pixels[top : top + TILE, left : left + TILE]
            near = kept(centers, left, top, tile.shape[1], tile.shape[0], reach(width))
            _paint_tile(tile, left, top, centers[near], spread(tints[near].astype(np.uint64)), line, width)


def _paint_tile(tile: Pixels, left: int, top: int, centers: Floats, tints: _Wide, line: np.uint64, width: float) -> None:
    x, y = left + 0.5 + np.arange(tile.shape[1]), top + 0.5 + np.arange(tile.shape[0])
    nearest, second = np.full((2, *tile.shape), np.inf)
    owner, rival = np.zeros((2, *tile.shape), np.intp)
    for j, (center_x, center_y) in enumerate(centers.tolist()):
        across, down = x - center_x, y - center_y
        distance = (across * across)[None, :] + (down * down)[:, None]
        wins = distance < nearest
        follows = (distance < second) & ~wins
        second = np.where(wins, nearest, np.where(follows, distance, second))
        rival = np.where(wins, owner, np.where(follows, j, rival))
        nearest = np.where(wins, distance, nearest)
        owner = np.where(wins, j, owner)
    color = tints[owner]
    if width > 0 and len(centers) > 1:
        apart = centers[owner] - centers[rival]
        gap = np.sqrt(apart[..., 0] * apart[..., 0] + apart[..., 1] * apart[..., 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            away = np.where(gap > 0, (second - nearest) / (2 * gap), np.inf)
        cover = np.floor(np.clip(reach(width) - away, 0, 1) * FULL + 0.5).astype(np.uint64)
        color = mixed(color, line * cover, cover)
    tile[...] = np.where(np.isfinite(nearest), packed(color), tile)


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
    inner, rims = (table.ravel().astype(np.uint64) for table in stamps)
    for places in _pieces(spans, 1, CHUNK // stamps.size**2 + 1):
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
    stride: int,
) -> int:
    """Add each point to the sums of the pixels under it; see :class:`Loops`."""
    inside = 0
    for places in _pieces(spans, stride, CHUNK):
        across, down, rows = _positions(x, y, labels, places, placement)
        within = _within(sums.shape, across, down)
        inside += stride * int(np.count_nonzero(within))
        if size > 1:
            stamps = grain_stamps(size)
            where, marks, cells = _under(sums.shape, across, down, stamps.shape[1])
            weights = stamps.ravel()[cells].astype(np.int64) * stride
            where, rows, weights = where[weights > 0], rows[marks[weights > 0]], weights[weights > 0]
        else:
            where = down[within].astype(np.int64) * sums.shape[1] + across[within].astype(np.int64)
            rows, weights = rows[within], np.full(len(where), stride)
        _add(sums, where, weights, colors[rows].astype(np.int64))
    return inside


def _add(sums: Sums, where: _Whole, weights: _Whole, colors: _Whole) -> None:
    far = sums.far.reshape(-1)
    np.add.at(far, 4 * where, weights)
    for channel, shift in enumerate((16, 8, 0), start=1):
        np.add.at(far, 4 * where + channel, weights * (colors >> shift & 0xFF))
    sums.near[where] |= CARRIED


def coverage(sums: Sums, size: float) -> float:
    """Return how many marks lie over a pixel on average, of those that have any."""
    weights = sums.totals()[:, 0]
    occupied = int(np.count_nonzero(weights))
    return int(weights.sum()) / (occupied * grains(size)) if occupied else 0.0


def resolve(sums: Sums, pixels: Pixels, size: float, typical: float) -> None:
    """Mix the mean color of each pixel's points into what is below, and clear the sums; see :class:`Loops`."""
    where = np.flatnonzero(sums.near)
    weights, *channels = sums.totals()[where].T
    means = [np.floor(channel * (1.0 / weights) + 0.5).astype(np.uint64) for channel in channels]
    color = np.uint64(0xFF) << np.uint64(48) | means[1] << np.uint64(32) | means[0] << np.uint64(16) | means[2]
    cover = np.searchsorted(opacity(size, typical).steps, weights, side="right").astype(np.uint64)
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


def _pieces(spans: Spans, stride: int, most: int) -> Iterator[_Whole]:
    """Yield the places that are in some span, in order, about ``most`` at a time."""
    waiting: list[_Whole] = []
    for first, last in spans.tolist():
        for start in range(first + -first % stride, last, most * stride):
            waiting.append(np.arange(start, min(start + most * stride, last), stride))
            if sum(map(len, waiting)) >= most:
                yield np.concatenate(waiting)
                waiting.clear()
    if waiting:
        yield np.concatenate(waiting)


PLAIN = Loops(regions=regions, discs=discs, density=density, coverage=coverage, resolve=resolve)
