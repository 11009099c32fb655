"""Outlines: what lies within a line drawn freely around it.

Within is what an outline goes around an odd number of times (the even-odd rule): a ray from the point towards greater x
crosses it so often (Shimrat, "Algorithm 112: position of point relative to polygon", Communications of the ACM 5, 1962). With
the points in the order of their y, those that have an edge of the outline at their height are a slice, so each edge costs what
there is at its height and no more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats

GROUP = 64
"""Consecutive boxes that are first compared with the outline as one."""

GUARD = 2.0**-40
"""How far apart a box and an edge must be, for the size of their coordinates, to be certain that rounding deceives nobody."""

PAIRS = 1 << 18
"""Pairs of a group and an edge that are compared in one go."""

Edges = tuple[Floats, Floats]
"""Where each edge begins and where it ends, each of shape (m, 2)."""


def edges_of(outline: Floats) -> Edges:
    """Return the edges of an outline given by its corners, shape (m, 2), the last one joined to the first."""
    return outline, np.roll(outline, -1, axis=0)


def inside(points: Floats, outline: Floats) -> NDArray[np.bool_]:
    """Return which points, shape (n, 2), lie within an outline with the corners ``outline``, shape (m, 2)."""
    order = np.argsort(points[:, 1])
    x, y = points[order].T
    within = np.zeros(len(points), np.bool_)
    for (ax, ay), (bx, by) in zip(*(ends.tolist() for ends in edges_of(outline)), strict=True):
        if ay != by:
            low, high = np.searchsorted(y, (min(ay, by), max(ay, by)))
            at_height = slice(low, high)
            within[at_height] ^= x[at_height] < ax + (y[at_height] - ay) * ((bx - ax) / (by - ay))
    result = np.empty_like(within)
    result[order] = within
    return result


def crossed(boxes: Floats, outline: Floats) -> NDArray[np.bool_]:
    """Return which boxes the outline may cross; the others lie within it or outside as a whole.

    Parameters
    ----------
    boxes : ndarray of shape (4, n)
        Least and greatest x, least and greatest y. Those next to each other should be near each other.
    outline : ndarray of shape (m, 2)
        Corners of the outline.
    """
    n = boxes.shape[1]
    crossed = np.zeros(n, np.bool_)
    if not n or not len(outline):
        return crossed
    largest = max(np.abs(boxes).max(), np.abs(outline).max())
    boxes = boxes + np.array([[-1.0], [1.0], [-1.0], [1.0]]) * (GUARD * largest)
    starts = np.arange(0, n, GROUP)
    extremes = (np.minimum, np.maximum, np.minimum, np.maximum)
    groups = np.stack([extreme.reduceat(row, starts) for extreme, row in zip(extremes, boxes, strict=True)])
    begins, ends = edges_of(outline)
    at_once = max(PAIRS // len(outline), 1)
    for first in range(0, len(starts), at_once):
        near = _meet(groups[:, first : first + at_once, None], (begins, ends))
        for group in np.flatnonzero(near.any(axis=1)):
            own = slice((first + group) * GROUP, (first + group + 1) * GROUP)
            edges = begins[near[group]], ends[near[group]]
            crossed[own] = _meet(boxes[:, own, None], edges).any(axis=1)
    return crossed


def _meet(boxes: Floats, edges: Edges) -> NDArray[np.bool_]:
    """Return which edges meet which boxes, shape (4, …, 1): all that neither an axis-parallel line nor their own line parts."""
    x0, x1, y0, y1 = boxes
    (ax, ay), (bx, by) = (ends.T for ends in edges)
    touching = (np.minimum(ax, bx) <= x1) & (np.maximum(ax, bx) >= x0) & (np.minimum(ay, by) <= y1) & (np.maximum(ay, by) >= y0)
    # On which side of the edge are the corner of the box farthest to its left, and that farthest to its right?
    with np.errstate(over="ignore", invalid="ignore"):  # then they count as meeting
        dx, dy = bx - ax, by - ay
        left = dx * (np.where(dx > 0, y1, y0) - ay) - dy * (np.where(dy > 0, x0, x1) - ax)
        right = dx * (np.where(dx > 0, y0, y1) - ay) - dy * (np.where(dy > 0, x1, x0) - ax)
    meeting: NDArray[np.bool_] = touching & ~((left < 0) | (right > 0))
    return meeting
