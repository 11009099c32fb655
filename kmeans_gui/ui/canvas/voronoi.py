"""Voronoi cells inside a rectangle, exactly, without Qt.

A cell starts as the whole rectangle and is cut by the bisector towards each other centroid, the nearest first; as soon as the
next centroid is more than twice as far as the cell's farthest corner, no further one can cut it. That holds wherever the
centroids lie, in the rectangle or out of it, which the well-known trick of mirrored points does not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats

Rect = tuple[float, float, float, float]
"""Left, top, width, height."""

_Polygon = list[tuple[float, float]]
_NEAREST = 32


def cells(centroids: Floats, rect: Rect) -> list[Floats]:
    """Return for each centroid the part of ``rect`` that is nearer to it than to any other.

    Parameters
    ----------
    centroids : ndarray of shape (k, 2)
        In the rectangle's units. A row that is not finite has no cell; of centroids at the same place the first has the cell.
    rect : tuple of float
        Left, top, width, height.

    Returns
    -------
    list of ndarray of shape (m, 2)
        k convex polygons in order around them; m = 0 for none.
    """
    polygons = [np.empty((0, 2))] * len(centroids)
    owners = _distinct(centroids)
    places = centroids[owners]
    for owner, place in zip(owners.tolist(), places, strict=True):
        polygon = _cell(places - place, _corners(rect, place))
        polygons[owner] = np.array(polygon).reshape(-1, 2) + place
    return polygons


def _distinct(centroids: Floats) -> NDArray[np.intp]:
    """Return the rows that are finite and the first at their place, ascending."""
    finite = np.flatnonzero(np.isfinite(centroids).all(axis=1))
    _, first = np.unique(centroids[finite], axis=0, return_index=True)
    return finite[np.sort(first)]


def _corners(rect: Rect, origin: Floats) -> _Polygon:
    left, top, width, height = rect
    x, y = left - float(origin[0]), top - float(origin[1])
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def _cell(offsets: Floats, polygon: _Polygon) -> _Polygon:
    """Cut ``polygon`` by the bisectors between the origin and each of ``offsets``; all positions relative to the centroid."""
    squares = (offsets**2).sum(axis=1)
    reach = max(x * x + y * y for x, y in polygon)
    for j in _nearest_first(squares):
        square = float(squares[j])
        if square >= 4 * reach:
            break
        cut = _cut(polygon, float(offsets[j, 0]), float(offsets[j, 1]), square / 2)
        if not cut:
            return cut
        if cut is not polygon:
            polygon = cut
            reach = max(x * x + y * y for x, y in polygon)
    return polygon


def _nearest_first(squares: Floats) -> Iterator[int]:
    """Yield indices by rising distance; only the nearest are sorted at first, since the rest is hardly ever asked for."""
    if len(squares) <= 2 * _NEAREST:
        yield from np.argsort(squares, kind="stable").tolist()
        return
    near = np.argpartition(squares, _NEAREST)[:_NEAREST]
    yield from near[np.argsort(squares[near], kind="stable")].tolist()
    rest = np.setdiff1d(np.arange(len(squares)), near)
    yield from rest[np.argsort(squares[rest], kind="stable")].tolist()


def _cut(polygon: _Polygon, a: float, b: float, limit: float) -> _Polygon:
    """Return the part of ``polygon`` where a x + b y ≤ limit; the very same list if that is all of it."""
    sides = [a * x + b * y - limit for x, y in polygon]
    if max(sides) <= 0:
        return polygon
    kept: _Polygon = []
    for i, (x, y) in enumerate(polygon):
        (before_x, before_y), side, side_before = polygon[i - 1], sides[i], sides[i - 1]
        if (side <= 0) != (side_before <= 0):
            share = side_before / (side_before - side)
            kept.append((before_x + (x - before_x) * share, before_y + (y - before_y) * share))
        if side <= 0:
            kept.append((x, y))
    return kept
