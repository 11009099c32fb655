"""Regions by distances other than the Euclidean one, in plain numpy.

Such regions need not be convex, and of the Manhattan distance whole quarters of the plane may be equally far from two centers;
so nothing of the exact geometry of :mod:`compiled_regions` holds here. What does hold is that no such distance changes faster
than some factor times the way gone: of a tile of pixels only those centers matter that are not farther from its middle than the
nearest by more than twice that factor times the tile's radius. That leaves few, and few are compared in no time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.raster.base import Colors, Pixels
from kmeans_gui.ui.canvas.raster.channels import FULL, mixed, packed, spread
from kmeans_gui.ui.canvas.raster.tiles import distinct, reach

TILE = 128
"""Edge in pixels."""


class Metric(NamedTuple):
    """A distance as pixels are compared by it, up to a factor and a term that all centers share.

    ``across`` and ``down`` are the way from the center to the pixels: rows of pixels by columns.
    """

    distance: Callable[[Floats, Floats], Floats]
    """Takes ``across`` and ``down``, returns the distances."""

    slopes: Callable[[Floats, Floats], tuple[Floats, Floats]]
    """Takes the same, returns how fast the distance changes to the right and downwards."""

    steepest: float
    """The fastest that it changes, for each pixel gone."""


def _manhattan(across: Floats, down: Floats) -> Floats:
    distances: Floats = np.abs(across) + np.abs(down)
    return distances


def _manhattan_slopes(across: Floats, down: Floats) -> tuple[Floats, Floats]:
    return np.sign(across), np.sign(down)


def _chebyshev(across: Floats, down: Floats) -> Floats:
    return np.maximum(np.abs(across), np.abs(down))


def _chebyshev_slopes(across: Floats, down: Floats) -> tuple[Floats, Floats]:
    flat = np.abs(across) >= np.abs(down)
    return np.where(flat, np.sign(across), 0.0), np.where(flat, 0.0, np.sign(down))


METRICS = {
    "manhattan": Metric(_manhattan, _manhattan_slopes, np.sqrt(2.0)),
    "chebyshev": Metric(_chebyshev, _chebyshev_slopes, 1.0),
}


def regions_by(
    metric: str, pixels: Pixels, centers: Floats, tints: Colors, border: int, width: float, origin: tuple[float, float]
) -> None:
    """Paint each pixel in the tint of its nearest center, and lines between the regions.

    Parameters
    ----------
    metric : str
        "manhattan", "chebyshev" or "cosine"; of the last, ``origin`` is where directions are measured from.
    pixels : ndarray of shape (h, w), uint32, changed in place
    centers : ndarray of shape (k, 2), float64
        In device pixels. Equally near ones: the first. A row that is not finite has no region.
    tints : ndarray of shape (k,), uint32
    border : int
        Color of the lines.
    width : float
        Of the lines; 0 for none.
    origin : tuple of float
    """
    rows = distinct(centers)
    if not len(rows):
        return
    wide, line = spread(tints[rows].astype(np.uint64)), spread(np.uint64(border))
    compare = _directions(centers[rows], origin) if metric == "cosine" else _Places(METRICS[metric], centers[rows])
    touch = reach(width) if width > 0 else 0.0
    for top in range(0, pixels.shape[0], TILE):
        for left in range(0, pixels.shape[1], TILE):
            tile = pixels[top : top + TILE, left : left + TILE]
            x, y = (
                np.arange(size, dtype=np.float64) + (edge + 0.5)
                for size, edge in zip(tile.shape[::-1], (left, top), strict=True)
            )
            owners, cover = _owners(compare, x, y, touch)
            tile[...] = packed(mixed(wide[owners], line * cover, cover))


class _Places:
    """Compares pixels by their distance from places."""

    def __init__(self, metric: Metric, centers: Floats) -> None:
        self._metric = metric
        self._centers = centers
        self.steepest = metric.steepest

    def distance(self, j: int | slice, x: Floats, y: Floats) -> Floats:
        """Return the distance from center ``j``, or from some, of pixels; all can be broadcast together."""
        return self._metric.distance(x - self._centers[j, 0], y - self._centers[j, 1])

    def slopes(self, which: NDArray[np.intp], x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return how fast the distance from one center for each pixel changes; all arrays of one shape."""
        return self._metric.slopes(x - self._centers[which, 0], y - self._centers[which, 1])


class _Directions:
    """Compares pixels by the angle between their direction and those of centers: the nearest has the longest projection."""

    steepest = 1.0

    def __init__(self, units: Floats, origin: tuple[float, float]) -> None:
        self._units = units
        self._origin = origin

    def distance(self, j: int | slice, x: Floats, y: Floats) -> Floats:
        """Return the projection of pixels on a direction, the other way round."""
        projection: Floats = (x - self._origin[0]) * self._units[j, 0] + (y - self._origin[1]) * self._units[j, 1]
        return -projection

    def slopes(self, which: NDArray[np.intp], x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return how fast it changes, for one center for each pixel."""
        return -self._units[which, 0], -self._units[which, 1]


def _directions(centers: Floats, origin: tuple[float, float]) -> _Directions:
    ways = centers - np.array(origin)
    lengths = np.hypot(ways[:, 0], ways[:, 1])[:, None]
    # At the origin there is no direction; such a center is equally far from everything.
    return _Directions(np.divide(ways, lengths, out=np.zeros_like(ways), where=lengths > 0), origin)


def _owners(compare: _Places | _Directions, x: Floats, y: Floats, touch: float) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
    """Return the nearest center of each pixel of a tile, and how much of the pixel the line around its region covers."""
    across, down = x[None, :], y[:, None]
    shape = (len(y), len(x))
    best, second = np.full(shape, np.inf), np.full(shape, np.inf)
    owners, others = np.zeros(shape, np.intp), np.zeros(shape, np.intp)
    for j in _kept(compare, x, y, touch):
        distance = np.broadcast_to(compare.distance(int(j), across, down), shape)
        wins, follows = distance < best, distance < second
        others = np.where(wins, owners, np.where(follows, j, others))
        second = np.where(wins, best, np.where(follows, distance, second))
        owners = np.where(wins, j, owners)
        best = np.where(wins, distance, best)
    cover = np.zeros(shape, np.uint64)
    rows, columns = np.nonzero(second - best <= 2 * compare.steepest * touch)
    if touch and len(rows):
        own, other = owners[rows, columns], others[rows, columns]
        (x0, y0), (x1, y1) = (compare.slopes(which, x[columns], y[rows]) for which in (own, other))
        steep = np.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
        # Where both distances change alike there is no line, but a stretch of pixels as far from the one as from the other.
        away = np.divide((second - best)[rows, columns], steep, out=np.full(len(rows), np.inf), where=steep > 0)
        cover[rows, columns] = np.floor(np.clip(touch - away, 0, 1) * FULL + 0.5).astype(np.uint64)
    return owners, cover


def _kept(compare: _Places | _Directions, x: Floats, y: Floats, touch: float) -> NDArray[np.intp]:
    """Return the centers, ascending, that own a pixel of a tile or come near it; maybe a few more."""
    middle_x, middle_y = (x[:1] + x[-1:]) / 2, (y[:1] + y[-1:]) / 2
    distances = compare.distance(slice(None), middle_x, middle_y)
    radius = float(np.hypot(x[-1] - x[0], y[-1] - y[0])) / 2
    room = 2 * compare.steepest * (radius + touch)
    return np.flatnonzero(distances - distances.min() <= room * (1 + 1e-9))
