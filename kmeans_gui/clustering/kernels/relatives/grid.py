"""Neighborhoods on a grid: what :mod:`kmeans_gui.clustering.neighborhoods` answers, by compiled loops."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels.relatives import density
from kmeans_gui.clustering.kernels.relatives.density import Cells, Keys, Places
from kmeans_gui.clustering.neighborhoods import Neighborhoods, Rows, Space
from kmeans_gui.errors import Cancelled, CancelQuestion

FINEST = {2: 1 << 26, 3: 1 << 20}
"""Cells along an axis, at most: their keys fit into 62 bits, and rounding moves no point by a millionth of a cell."""

SMALLER = 1 - 1e-6
"""By how much a cell is smaller than it had to be without rounding."""

BUDGET = 1 << 21
"""Pairs that are looked at in one go: some milliseconds."""

BLOCK = 1 << 17
EXPANDED = 64
"""Points whose neighborhoods are taken in one go."""


class Grid(Neighborhoods):
    """Neighborhoods in up to three coordinates. To be made by :func:`on_grid`."""

    def __init__(self, wanted: int, cells: Cells, rows: Places, cancelled: CancelQuestion) -> None:
        self._cells, self._rows, self._cancelled = cells, rows, cancelled
        n = len(rows)
        sizes = np.diff(cells.starts)
        self._cell_of = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        self._core = np.zeros(n, np.bool_)
        self._each(len(sizes), lambda first: density.find_core(cells, wanted, self._core, first, BUDGET))
        self._label()
        self.core = np.empty_like(self._core)
        self.core[rows] = self._core
        self.labels = np.empty_like(self._labels)
        self.labels[rows] = self._labels
        self._place_of = np.empty(0, np.int32)

    def _each(self, end: int, work: Callable[[int], int]) -> None:
        """Work on from where the last call came to, until the end."""
        done = 0
        while done < end:
            if self._cancelled():
                raise Cancelled
            done = work(done)

    def _label(self) -> None:
        cells, core, cell_of = self._cells, self._core, self._cell_of
        n, c = len(core), len(cells.keys)
        cores = np.bincount(cell_of[core], minlength=c).astype(np.int32)
        parents = np.arange(c, dtype=np.int32)
        self._each(n, lambda first: density.join(cells, core, cores, cell_of, parents, first, BUDGET))
        lowest = np.full(c, n, np.int32)
        density.find_lowest(core, self._rows, cell_of, parents, lowest)
        roots = np.flatnonzero(lowest < n)
        numbers = np.full(c, -1, np.int32)
        numbers[roots[np.argsort(lowest[roots])]] = np.arange(len(roots), dtype=np.int32)
        clusters = numbers[_roots(parents)]
        self._labels = np.full(n, -1, np.int32)
        self._each(n, lambda first: density.label(cells, core, cores, cell_of, clusters, self._labels, first, BUDGET))

    def around(self, row: int) -> Rows:
        """Return all points that are near enough, the point itself included."""
        place = self._place(row)
        count = density.around(self._cells, place, self._cell_of[place], self._queue)
        return np.sort(self._rows[self._queue[:count]])

    def wave(self, rows: Rows) -> Rows:
        """Return whom the core points among ``rows`` take."""
        self._place(0)
        places = self._place_of[rows]
        if not self._taken[places].all():  # the first point of a cluster
            fresh = places[~self._taken[places]]
            self._taken[fresh] = True
            np.subtract.at(self._left, self._cell_of[fresh], 1)
        places = places[self._core[places]]
        self._queue[: len(places)] = places
        tail = len(places)
        for block in blocks(len(places), EXPANDED, self._cancelled):
            tail = density.spread(
                self._cells, self._labels, self._cell_of, self._left, self._taken, self._queue, block.start, block.stop, tail
            )
        return np.sort(self._rows[self._queue[len(places) : tail]])

    def _place(self, row: int) -> int:
        """Return the place of a point; what only a film needs is made when the first one is asked for."""
        n = len(self._rows)
        if not len(self._place_of):
            self._place_of = np.empty(n, np.int32)
            self._place_of[self._rows] = np.arange(n, dtype=np.int32)
            self._queue = np.empty(n, np.int32)
            self._taken = np.zeros(n, np.bool_)
            self._left = np.diff(self._cells.starts)
        return int(self._place_of[row])


def on_grid(space: Space, eps: float, wanted: int, cancelled: CancelQuestion) -> Grid | None:
    """Return the neighborhoods of radius ``eps``, or None if this is not for a grid.

    That is, for more than three coordinates, and where the points reach so far that cells would have no numbers.
    """
    points, d, eps_in_space = space.points, max(space.points.shape[1], 2), space.radius(eps)
    if d > 3 or (space.origins is not None and eps < 1):
        return None
    power = 0 if np.isinf(space.power) else int(space.power)
    side = eps_in_space / (d ** (1 / power) if power else 1) * SMALLER
    low = points.min(axis=0)
    across = points.max(axis=0) - low
    if not side > across.max() / FINEST[d]:
        return None
    reach = int(np.ceil(eps_in_space / side))
    sizes = np.ones(3, np.int64)
    sizes[: len(low)] = (across / side).astype(np.int64) + 1 + reach
    strides = np.array([1, sizes[0], sizes[0] * sizes[1]])
    keys = np.empty(len(points), np.int64)
    for block in blocks(len(points), BLOCK, cancelled):
        keys[block] = ((points[block] - low) / side).astype(np.int64) @ strides[: len(low)]
    rows = _sorted(keys, cancelled)
    placed = np.zeros((len(points), 3))
    for block in blocks(len(points), BLOCK, cancelled):
        placed[block, : len(low)] = points[rows[block]]
    keys = keys[rows]
    starts = np.flatnonzero(np.diff(keys, prepend=-1, append=np.iinfo(np.int64).max)).astype(np.int32)
    lines = _lines(len(low), strides, reach)
    cells = Cells(placed, starts, keys[starts[:-1]], lines, reach, power, float(space.limit(eps)))
    return Grid(wanted, cells, rows, cancelled)


def _sorted(keys: Keys, cancelled: CancelQuestion) -> Places:
    """Return the rows sorted by their keys, in input order where these are equal."""
    rows = np.arange(len(keys), dtype=np.int32)
    for digit in blocks(int(keys.max()).bit_length(), density.DIGIT, cancelled):
        other = np.empty_like(rows)
        density.sort_by_digit(keys, rows, other, digit.start)
        rows = other
    return rows


def _lines(d: int, strides: NDArray[np.int64], reach: int) -> Keys:
    """Return what to add to a cell's key for the lines of cells that may be near enough, ascending."""
    near = range(-reach, reach + 1)
    there = [near if axis < d else range(1) for axis in (2, 1)]
    return np.array([z * strides[2] + y * strides[1] for z, y in product(*there)], np.int64)


def _roots(parents: Places) -> Places:
    """Return the root of each cell."""
    while not np.array_equal(above := parents[parents], parents):
        parents = above
    return parents


def exercise() -> None:
    """Run each loop once."""
    points = np.random.default_rng(0).random((200, 2))
    found = on_grid(Space(points, "euclidean"), 0.05, 3, lambda: False)
    assert found is not None
    row = np.flatnonzero(found.core)[:1]
    found.around(int(row[0]))
    found.wave(row)
