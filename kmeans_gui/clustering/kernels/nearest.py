"""The innermost loops: the nearest of a few centers, for one block of points after the other.

The points pass by one center after the other, several to a register; distances and winners of a block stay in the first-level
cache. Ties go to the center that comes first, since a later one must be strictly nearer. NaN is not expected here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import inline, jit
from kmeans_gui.clustering.step import Floats

BLOCK = 1024
"""Points a block at most: their distances and winners, 16 KiB, stay in the first-level cache."""

Winners = NDArray[np.int64]


@inline
def find_nearest(
    columns: Floats,
    start: int,
    stop: int,
    centers: Floats,
    names: Winners,
    m: int,
    least: Floats,
    winner: Winners,
    distances: Floats,
) -> None:
    """Find the nearest of ``m`` centers for the points from ``start`` to ``stop``.

    Parameters
    ----------
    columns : ndarray of shape (d, n)
        The points.
    start, stop : int
        At most ``BLOCK`` points.
    centers : ndarray of shape (d, m or more)
    names : ndarray of shape (m or more,), int64
        What each center is called.
    m : int
    least, winner : ndarray of shape (BLOCK,)
        Filled with the squared distance to the nearest center and its name.
    distances : ndarray of shape (BLOCK,)
        Scratch.
    """
    if columns.shape[0] == 2:
        _in_the_plane(columns, start, stop, centers, names, m, least, winner)
    elif columns.shape[0] == 3:
        _in_space(columns, start, stop, centers, names, m, least, winner)
    else:
        _anywhere(columns, start, stop, centers, names, m, least, winner, distances)


@inline
def _in_the_plane(
    columns: Floats, start: int, stop: int, centers: Floats, names: Winners, m: int, least: Floats, winner: Winners
) -> None:
    """The first two centers, then four at a time, then the rest: so often what is known of a point leaves the registers."""
    xs, ys = columns[0, start:stop], columns[1, start:stop]
    ax, ay, a = centers[0, 0], centers[1, 0], names[0]
    bx, by, b = centers[0, min(1, m - 1)], centers[1, min(1, m - 1)], names[min(1, m - 1)]
    for i in range(stop - start):
        x, y = xs[i], ys[i]
        best = (x - ax) * (x - ax) + (y - ay) * (y - ay)
        distance = (x - bx) * (x - bx) + (y - by) * (y - by)
        nearer = distance < best
        least[i], winner[i] = distance if nearer else best, b if nearer else a
    j = 2
    while j + 4 <= m:
        ax, bx, cx, dx = centers[0, j], centers[0, j + 1], centers[0, j + 2], centers[0, j + 3]
        ay, by, cy, dy = centers[1, j], centers[1, j + 1], centers[1, j + 2], centers[1, j + 3]
        a, b, c, d = names[j], names[j + 1], names[j + 2], names[j + 3]
        for i in range(stop - start):
            x, y, best, nearest = xs[i], ys[i], least[i], winner[i]
            distance = (x - ax) * (x - ax) + (y - ay) * (y - ay)
            nearer = distance < best
            best, nearest = distance if nearer else best, a if nearer else nearest
            distance = (x - bx) * (x - bx) + (y - by) * (y - by)
            nearer = distance < best
            best, nearest = distance if nearer else best, b if nearer else nearest
            distance = (x - cx) * (x - cx) + (y - cy) * (y - cy)
            nearer = distance < best
            best, nearest = distance if nearer else best, c if nearer else nearest
            distance = (x - dx) * (x - dx) + (y - dy) * (y - dy)
            nearer = distance < best
            least[i], winner[i] = distance if nearer else best, d if nearer else nearest
        j += 4
    while j < m:
        ax, ay, a = centers[0, j], centers[1, j], names[j]
        for i in range(stop - start):
            distance = (xs[i] - ax) * (xs[i] - ax) + (ys[i] - ay) * (ys[i] - ay)
            nearer = distance < least[i]
            least[i], winner[i] = distance if nearer else least[i], a if nearer else winner[i]
        j += 1


@inline
def _in_space(
    columns: Floats, start: int, stop: int, centers: Floats, names: Winners, m: int, least: Floats, winner: Winners
) -> None:
    xs, ys, zs = columns[0, start:stop], columns[1, start:stop], columns[2, start:stop]
    least[: stop - start] = np.inf
    winner[: stop - start] = names[0]
    for j in range(m):
        x, y, z, name = centers[0, j], centers[1, j], centers[2, j], names[j]
        for i in range(stop - start):
            distance = (xs[i] - x) * (xs[i] - x) + (ys[i] - y) * (ys[i] - y) + (zs[i] - z) * (zs[i] - z)
            nearer = distance < least[i]
            least[i], winner[i] = distance if nearer else least[i], name if nearer else winner[i]


@inline
def _anywhere(
    columns: Floats,
    start: int,
    stop: int,
    centers: Floats,
    names: Winners,
    m: int,
    least: Floats,
    winner: Winners,
    distances: Floats,
) -> None:
    least[: stop - start] = np.inf
    winner[: stop - start] = names[0]
    for j in range(m):
        distances[: stop - start] = 0.0  # adding the first square to zero rounds nothing
        for axis in range(columns.shape[0]):
            values, center = columns[axis, start:stop], centers[axis, j]
            for i in range(stop - start):
                distances[i] += (values[i] - center) * (values[i] - center)
        name = names[j]
        for i in range(stop - start):
            nearer = distances[i] < least[i]
            least[i], winner[i] = distances[i] if nearer else least[i], name if nearer else winner[i]


@jit
def bring_nearer(X: Floats, scale: float, center: Floats, nearest: Floats) -> None:
    """Lower ``nearest``, shape (n,), to the squared distances of ``X · scale``, shape (n, d), from ``center`` that are less."""
    for i in range(X.shape[0]):
        distance = 0.0
        for axis in range(X.shape[1]):
            distance += (X[i, axis] * scale - center[axis]) * (X[i, axis] * scale - center[axis])
        nearest[i] = distance if distance < nearest[i] else nearest[i]
