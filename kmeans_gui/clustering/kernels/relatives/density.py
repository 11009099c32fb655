"""Clusters by density on a grid (Gunawan, "A faster algorithm for DBSCAN", 2013; Gan & Tao, "DBSCAN revisited", SIGMOD 2015).

The cells are so small that all points of one are neighbors of each other. So a cell with enough points has core points alone,
and all core points of a cell belong to the same cluster: what is joined are cells, by the first pair of core points found that
are near enough. No list of neighbors is kept, however many there are.

Points are sorted by their cells, line by line along x. Hence the cells around a cell, on each of the lines that are near
enough, follow upon each other, and so do their points; as the cells are gone through in order, where these stretches begin and
end only goes forward.

Everything works in three coordinates; those that there are not are 0, which changes no distance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import inline, jit
from kmeans_gui.clustering.step import Floats

Bools = NDArray[np.bool_]
Places = NDArray[np.int32]
Keys = NDArray[np.int64]

DIGIT = 11
"""Bits by which keys are sorted in one pass."""


class Cells(NamedTuple):
    """Points sorted by cells.

    Parameters
    ----------
    points : ndarray of shape (n, 3)
        In order of cells: the index here is a point's *place*.
    starts : ndarray of shape (c + 1,), int32
        The place where each cell with points begins, and n.
    keys : ndarray of shape (c,), int64
        Where each of these cells lies on the grid, ascending.
    lines : ndarray of shape (l,), int64
        What to add to a cell's key for the same x on each line that may be near enough, ascending.
    reach : int
        How many cells along x may be near enough.
    power : int
        Distances are sums of absolute differences (1), of their squares (2), or the largest of them (0).
    limit : float
        The largest such number of two neighbors.
    """

    points: Floats
    starts: Places
    keys: Keys
    lines: Keys
    reach: int
    power: int
    limit: float


@jit
def sort_by_digit(keys: Keys, rows: Places, sorted_rows: Places, shift: int) -> None:
    """Sort ``rows`` by one digit of their keys, keeping the order of equal ones."""
    starts = np.zeros((1 << DIGIT) + 1, np.int64)
    mask = (1 << DIGIT) - 1
    for row in rows:
        starts[((keys[row] >> shift) & mask) + 1] += 1
    for digit in range(1 << DIGIT):
        starts[digit + 1] += starts[digit]
    for row in rows:
        digit = (keys[row] >> shift) & mask
        sorted_rows[starts[digit]] = row
        starts[digit] += 1


@inline
def are_near(points: Floats, p: int, q: int, power: int, limit: float) -> bool:
    """Whether two points are neighbors."""
    x = points[p, 0] - points[q, 0]
    y = points[p, 1] - points[q, 1]
    z = points[p, 2] - points[q, 2]
    if power == 2:
        return bool(x * x + y * y + z * z <= limit)
    if power == 1:
        return bool(abs(x) + abs(y) + abs(z) <= limit)
    return bool(max(abs(x), abs(y), abs(z)) <= limit)


@jit
def first_from(keys: Keys, target: int, guess: int) -> int:
    """Return the index of the first key that is not below ``target``, which is fast if it is soon after ``guess``."""
    low = 0 if guess > 0 and keys[guess - 1] >= target else guess
    step = 1
    while low + step <= len(keys) and keys[low + step - 1] < target:
        low += step
        step *= 2
    high = min(low + step - 1, len(keys))
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < target:
            low = middle + 1
        else:
            high = middle
    return low


@jit
def find_stretches(cells: Cells, cell: int, begins: Keys, ends: Keys) -> None:
    """Write which cells around ``cell`` may be near enough; what ``begins`` and ``ends`` held before are guesses."""
    for line in range(len(cells.lines)):
        middle = cells.keys[cell] + cells.lines[line]
        begins[line] = first_from(cells.keys, middle - cells.reach, begins[line])
        ends[line] = first_from(cells.keys, middle + cells.reach + 1, max(begins[line], ends[line]))


@jit
def find_core(cells: Cells, wanted: int, core: Bools, first: int, budget: int) -> int:
    """Find the core points of the cells from ``first`` on, until ``budget`` pairs were looked at; return the next cell."""
    points, starts, power, limit = cells.points, cells.starts, cells.power, cells.limit
    begins, ends = np.zeros(len(cells.lines), np.int64), np.zeros(len(cells.lines), np.int64)
    for cell in range(first, len(cells.keys)):
        if budget < 0:
            return cell
        if starts[cell + 1] - starts[cell] >= wanted:
            core[starts[cell] : starts[cell + 1]] = True
            budget -= starts[cell + 1] - starts[cell]
            continue
        find_stretches(cells, cell, begins, ends)
        for p in range(starts[cell], starts[cell + 1]):
            count = 0
            for line in range(len(begins)):
                for q in range(starts[begins[line]], starts[ends[line]]):
                    count += are_near(points, p, q, power, limit)
                budget -= starts[ends[line]] - starts[begins[line]]
                if count >= wanted:
                    break
            core[p] = count >= wanted
    return len(cells.keys)


@jit
def root_of(parents: Places, cell: int) -> int:
    """Return the cell that stands for all cells joined with ``cell``, and shorten the way to it."""
    while parents[cell] != cell:
        parents[cell] = parents[parents[cell]]
        cell = parents[cell]
    return cell


@jit
def join(cells: Cells, core: Bools, cores: Places, cell_of: Places, parents: Places, first: int, budget: int) -> int:
    """Join the cells of the core points from place ``first`` on with earlier cells; return the next place.

    ``cores`` says how many core points each cell has.
    """
    points, starts, power, limit = cells.points, cells.starts, cells.power, cells.limit
    begins, ends = np.zeros(len(cells.lines), np.int64), np.zeros(len(cells.lines), np.int64)
    found = -1
    for p in range(first, len(points)):
        if budget < 0:
            return p
        budget -= 1
        cell = cell_of[p]
        if not core[p]:
            continue
        if cell != found:
            find_stretches(cells, cell, begins, ends)
            found = cell
        for line in range(len(begins)):
            for other in range(begins[line], min(ends[line], cell)):
                if cores[other] == 0 or root_of(parents, other) == root_of(parents, cell):
                    continue
                for q in range(starts[other], starts[other + 1]):
                    budget -= 1
                    if core[q] and are_near(points, p, q, power, limit):
                        parents[root_of(parents, other)] = root_of(parents, cell)
                        break
    return len(points)


@jit
def find_lowest(core: Bools, rows: Places, cell_of: Places, parents: Places, lowest: Places) -> None:
    """Write for each root the lowest row of a core point that is joined with it."""
    for p in range(len(rows)):
        if core[p]:
            root = root_of(parents, cell_of[p])
            lowest[root] = min(lowest[root], rows[p])


@jit
def label(
    cells: Cells, core: Bools, cores: Places, cell_of: Places, clusters: Places, labels: Places, first: int, budget: int
) -> int:
    """Give the points from place ``first`` on the first cluster that has a core point near enough; return the next place.

    ``clusters`` says to which cluster the core points of each cell belong.
    """
    points, starts, power, limit = cells.points, cells.starts, cells.power, cells.limit
    begins, ends = np.zeros(len(cells.lines), np.int64), np.zeros(len(cells.lines), np.int64)
    found = -1
    for p in range(first, len(points)):
        if budget < 0:
            return p
        budget -= 1
        cell = cell_of[p]
        if core[p]:
            labels[p] = clusters[cell]
            continue
        if cell != found:
            find_stretches(cells, cell, begins, ends)
            found = cell
        best = -1
        for line in range(len(begins)):
            for other in range(begins[line], ends[line]):
                if cores[other] == 0 or 0 <= best <= clusters[other]:
                    continue
                for q in range(starts[other], starts[other + 1]):
                    budget -= 1
                    if core[q] and are_near(points, p, q, power, limit):
                        best = clusters[other]
                        break
        labels[p] = best
    return len(points)


@jit
def around(cells: Cells, p: int, cell: int, found: Places) -> int:
    """Write the places of all neighbors of place ``p`` and return how many there are."""
    begins, ends = np.zeros(len(cells.lines), np.int64), np.zeros(len(cells.lines), np.int64)
    find_stretches(cells, cell, begins, ends)
    count = 0
    for line in range(len(begins)):
        for q in range(cells.starts[begins[line]], cells.starts[ends[line]]):
            if are_near(cells.points, p, q, cells.power, cells.limit):
                found[count] = q
                count += 1
    return count


@jit
def spread(
    cells: Cells, labels: Places, cell_of: Places, left: Places, taken: Bools, queue: Places, first: int, last: int, tail: int
) -> int:
    """Take the neighbors of the core points ``queue[first:last]`` that are of the same cluster and not yet taken.

    They are put into the queue from ``tail`` on; its new end is returned. ``left`` says how many points of each cell nobody
    has taken.
    """
    points, starts, power, limit = cells.points, cells.starts, cells.power, cells.limit
    begins, ends = np.zeros(len(cells.lines), np.int64), np.zeros(len(cells.lines), np.int64)
    for place in range(first, last):
        p = queue[place]
        find_stretches(cells, cell_of[p], begins, ends)
        for line in range(len(begins)):
            for other in range(begins[line], ends[line]):
                if left[other] == 0:
                    continue
                for q in range(starts[other], starts[other + 1]):
                    if labels[q] == labels[p] and not taken[q] and are_near(points, p, q, power, limit):
                        taken[q] = True
                        left[other] -= 1
                        queue[tail] = q
                        tail += 1
    return tail
