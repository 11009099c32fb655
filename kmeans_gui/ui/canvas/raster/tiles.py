"""Which centers matter within a rectangle of pixels: shared by the plain and the compiled regions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats

FARTHEST = 1e150
"""Squares of coordinates up to this are finite."""

GUARD = 64 * np.finfo(np.float64).eps
"""More than rounding can change in a distance, relatively."""


def distinct(centers: Floats) -> NDArray[np.intp]:
    """Return the rows that have a region, ascending: the finite ones, and only the first at each place."""
    finite = np.flatnonzero((np.abs(centers) <= FARTHEST).all(axis=1))
    x, y = centers[finite].T
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    first = np.ones(len(finite), np.bool_)
    first[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    return np.sort(finite[order[first]])


def reach(width: float) -> float:
    """Return how far from its middle a line of ``width`` still touches a pixel's center, softly."""
    return width / 2 + 0.5


def kept(centers: Floats, left: int, top: int, width: int, height: int, touch: float) -> NDArray[np.intp]:
    """Return the rows of the centers that are nearest, or next in a line, at some pixel of a rectangle; maybe of some more.

    A center whose distance exceeds that of another one everywhere is nowhere the nearest. Its line towards the nearest is
    farther away than half of what it exceeds it by.
    """
    x0, y0, x1, y1 = left + 0.5, top + 0.5, left + width - 0.5, top + height - 0.5
    x, y = centers.T
    nearest = np.hypot(np.maximum(np.maximum(x0 - x, x - x1), 0), np.maximum(np.maximum(y0 - y, y - y1), 0))
    farthest = np.hypot(np.maximum(x - x0, x1 - x), np.maximum(y - y0, y1 - y))
    limit = farthest.min() * (1 + GUARD) + 2 * touch
    return np.flatnonzero(nearest * (1 - GUARD) <= limit)
