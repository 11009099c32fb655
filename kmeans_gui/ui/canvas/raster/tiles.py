"""Which centers matter within a rectangle of pixels: shared by the plain and the compiled regions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats

FARTHEST = 1e150
"""Squares of coordinates up to this are finite."""

GUARD = 256 * float(np.finfo(np.float64).eps)
"""More than rounding can change in the difference of two squared distances, as a share of their sum."""


def distinct(centers: Floats) -> NDArray[np.intp]:
    """Return the rows that have a region, ascending: those that are somewhere, and only the first at each place."""
    near = np.abs(centers) <= FARTHEST
    placed = np.flatnonzero(near[:, 0] & near[:, 1])
    x, y = centers[placed].T
    ascending = np.sort(x)
    if (ascending[1:] != ascending[:-1]).all():  # as good as always, and told in a third of the time
        return placed
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    first = np.ones(len(placed), np.bool_)
    first[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    return np.sort(placed[order[first]])


def reach(width: float) -> float:
    """Return how far from its middle a line of ``width`` still touches a pixel's center, softly."""
    return width / 2 + 0.5


def kept(centers: Floats, left: int, top: int, width: int, height: int, touch: float) -> NDArray[np.intp]:
    """Return the rows, ascending, of the centers whose regions come within ``touch`` of a rectangle; maybe of a few more.

    By how much the squared distance from one center exceeds that from another is a linear function of the place, so it is
    least at a corner. Wherever a center is farther off than the one nearest to the rectangle's middle, it owns nothing.
    """
    across, down = width / 2, height / 2
    x, y = centers[:, 0] - (left + across), centers[:, 1] - (top + down)
    squares = x * x + y * y
    nearest = int(np.argmin(squares))
    slope = np.abs(x - x[nearest]) * (across + touch) + np.abs(y - y[nearest]) * (down + touch)
    room = GUARD * (squares + (across + down + touch) ** 2)
    return np.flatnonzero(squares - squares[nearest] - 2 * slope <= room)
