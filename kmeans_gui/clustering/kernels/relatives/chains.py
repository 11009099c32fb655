"""Merges of the nearest clusters (Murtagh, "A survey of recent advances in hierarchical clustering algorithms", Computer
Journal 26, 1983; Müllner, "Modern hierarchical, agglomerative clustering algorithms", arXiv:1109.2378, 2011).

Compiled versions of what :mod:`kmeans_gui.clustering.linkage` explains, step by step the same numbers. Each call works until
its budget is spent or half of its slots are empty, and leaves in its arrays where it has come to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import jit
from kmeans_gui.clustering.step import Floats

Ints = NDArray[np.int64]

LENGTH, MADE, ALIVE = 0, 1, 2
"""Where ``state`` has the length of the chain, how many merges are made, and how many slots are not empty."""

WARD, AVERAGE, COMPLETE = 0, 1, 2
FEW_SLOTS = 64
"""So few are not worth being moved together."""


@jit
def square(centers: Floats, a: int, b: int) -> float:
    """Return the squared distance of two centers; axes are rows here, so that loops over centers run along memory."""
    total = 0.0
    for axis in range(len(centers)):
        t = centers[axis, a] - centers[axis, b]
        total += t * t
    return total


@jit
def fill_row(kind: int, x: int, centers: Floats, sizes: Floats, table: Floats, row: Floats) -> None:
    """Write how far ``x`` is from each other slot."""
    if kind == WARD:
        row[:] = 0.0
        for axis in range(len(centers)):
            along, here = centers[axis], centers[axis, x]
            for i in range(len(sizes)):
                t = here - along[i]
                row[i] += t * t
        size = sizes[x]
        for i in range(len(sizes)):
            row[i] *= 2 * size * sizes[i] / (size + sizes[i])
    else:
        row[:] = table[x]
    row[x] = np.inf


@jit
def merge(kind: int, x: int, y: int, centers: Floats, sizes: Floats, table: Floats) -> None:
    """Put ``x`` into the slot of ``y``."""
    both = sizes[x] + sizes[y]
    if kind == WARD:
        for axis in range(len(centers)):
            centers[axis, y] = (sizes[x] * centers[axis, x] + sizes[y] * centers[axis, y]) / both
    else:
        from_x, from_y, size_x, size_y = table[x], table[y], sizes[x], sizes[y]
        if kind == AVERAGE:
            for i in range(len(sizes)):
                from_y[i] = (size_x * from_x[i] + size_y * from_y[i]) / both
        else:
            for i in range(len(sizes)):
                from_y[i] = max(from_x[i], from_y[i])
        for i in range(len(sizes)):
            if sizes[i] > 0:
                table[i, y] = from_y[i]
    sizes[x], sizes[y] = 0, both


@jit
def follow_chain(
    kind: int,
    centers: Floats,
    sizes: Floats,
    table: Floats,
    names: Ints,
    chain: Ints,
    state: Ints,
    pairs: Ints,
    heights: Floats,
    budget: int,
) -> None:
    """Follow chains of nearest neighbors and make merges."""
    slots = len(sizes)
    row = np.empty(slots)
    while state[MADE] < len(heights) and budget > 0 and (2 * state[ALIVE] > slots or slots < FEW_SLOTS):
        budget -= slots
        if state[LENGTH] == 0:
            chain[0] = np.argmax(sizes > 0)
            state[LENGTH] = 1
        x = chain[state[LENGTH] - 1]
        fill_row(kind, x, centers, sizes, table, row)
        y, least = -1, np.inf
        if state[LENGTH] > 1:
            y = chain[state[LENGTH] - 2]
            least = row[y]
        for i in range(slots):
            if row[i] < least and sizes[i] > 0:
                y, least = i, row[i]
        if state[LENGTH] > 1 and y == chain[state[LENGTH] - 2]:
            pairs[state[MADE], 0], pairs[state[MADE], 1] = names[x], names[y]
            heights[state[MADE]] = least
            merge(kind, x, y, centers, sizes, table)
            state[MADE] += 1
            state[ALIVE] -= 1
            state[LENGTH] -= 2
        else:
            chain[state[LENGTH]] = y
            state[LENGTH] += 1


@jit
def shrink(table: Floats, smaller: Floats, kept: Ints) -> None:
    """Move the distances between the slots ``kept``, ascending, to ``smaller``, which may begin where ``table`` does."""
    for i in range(len(kept)):
        for j in range(len(kept)):
            smaller[i, j] = table[kept[i], kept[j]]


@jit
def look_behind(centers: Floats, sizes: Floats, nearest: Ints, gaps: Floats, i: int) -> None:
    """Find the nearest of the slots behind ``i``."""
    gaps[i] = np.inf
    for j in range(i + 1, len(sizes)):
        if sizes[j] > 0:
            gap = square(centers, i, j)
            if gap < gaps[i]:
                gaps[i], nearest[i] = gap, j


@jit
def look_around(centers: Floats, sizes: Floats, nearest: Ints, gaps: Floats, first: int, last: int) -> None:
    """Find the nearest of the slots behind each slot from ``first`` to before ``last``."""
    for i in range(first, last):
        look_behind(centers, sizes, nearest, gaps, i)


@jit
def join_centers(
    centers: Floats,
    sizes: Floats,
    nearest: Ints,
    gaps: Floats,
    names: Ints,
    state: Ints,
    pairs: Ints,
    heights: Floats,
    budget: int,
) -> None:
    """Merge the two centers that are nearest to each other, again and again."""
    slots = len(sizes)
    while state[MADE] < len(heights) and budget > 0 and (2 * state[ALIVE] > slots or slots < FEW_SLOTS):
        budget -= 2 * slots
        x = int(np.argmin(gaps))
        y = int(nearest[x])
        pairs[state[MADE], 0], pairs[state[MADE], 1] = names[x], names[y]
        heights[state[MADE]] = gaps[x]
        merge(WARD, x, y, centers, sizes, centers)
        gaps[x] = np.inf
        state[MADE] += 1
        state[ALIVE] -= 1
        for i in range(y):
            if sizes[i] == 0:
                continue
            if nearest[i] == x or nearest[i] == y:
                look_behind(centers, sizes, nearest, gaps, i)
                budget -= slots - i
            else:
                gap = square(centers, i, y)
                if gap < gaps[i]:
                    gaps[i], nearest[i] = gap, y
        look_behind(centers, sizes, nearest, gaps, y)
