"""Silhouettes by compiled loops: what :mod:`kmeans_gui.clustering.silhouette` does, with the same results up to rounding.

A block of rows is compared with one point after the other. The innermost loop goes over the rows, whose sums do not depend on
each other: so it is vectorized without reordering any sum, and the bits are the same on every machine.
"""

from __future__ import annotations

import math

import numpy as np

from kmeans_gui.clustering.kernels import threads
from kmeans_gui.clustering.kernels.compiled import jit
from kmeans_gui.clustering.silhouette import Cells, Ints
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import Cancelled, CancelQuestion

ROWS = 128
"""Rows of a block: their coordinates and sums stay in the processor's fastest memory."""

PAIRS = 1 << 21
"""Distances that a call computes, about: some milliseconds of work."""


def measure(cells: Cells, cancelled: CancelQuestion) -> Floats:
    """Return the silhouettes, shape (p, n), of points in the order of the cells."""
    n = cells.columns.shape[1]
    values = np.empty((len(cells.clusters), n))
    some = max(PAIRS * (len(cells.starts) - 1) // (ROWS * n), 1)  # cells that hold so many pairs with a block, on average

    def one_block(worker: int, block: int) -> int:
        rows = slice(block * ROWS, min((block + 1) * ROWS, n))
        columns = np.ascontiguousarray(cells.columns[:, rows])
        own = np.searchsorted(cells.starts, np.arange(rows.start, rows.stop), side="right") - 1
        sums = np.zeros((*cells.sizes.shape, columns.shape[1]))
        for first in range(0, len(cells.starts) - 1, some):
            if cancelled():
                raise Cancelled
            last = min(first + some, len(cells.starts) - 1)
            add_distances(cells.columns, cells.starts, cells.clusters, columns, sums, first, last)
        part = np.empty((len(values), columns.shape[1]))
        compare(sums, cells.clusters, cells.sizes, own, part)
        values[:, rows] = part
        return len(own)

    tasks = math.ceil(n / ROWS)
    threads.share(one_block, tasks, min(threads.available(), tasks), cancelled)
    return values


@jit
def add_distances(points: Floats, starts: Ints, clusters: Ints, columns: Floats, sums: Floats, first: int, last: int) -> None:
    """Add the distances of a block's rows from the points of the cells from ``first`` to ``last`` to the sums of clusters.

    Parameters
    ----------
    points : ndarray of shape (d, n)
    starts : ndarray of shape (c + 1,)
    clusters : ndarray of shape (p, c)
    columns : ndarray of shape (d, m)
        The rows of the block.
    sums : ndarray of shape (p, k, m)
        By partition, cluster and row.
    first, last : int
    """
    d, m = columns.shape
    squares, total = np.empty(m), np.empty(m)
    for cell in range(first, last):
        total[:] = 0.0
        for j in range(starts[cell], starts[cell + 1]):
            if d == 2:
                add_in_plane(points[0, j], points[1, j], columns[0], columns[1], total)
                continue
            squares[:] = 0.0
            for axis in range(d):
                column, place = columns[axis], points[axis, j]
                for i in range(m):
                    away = column[i] - place
                    squares[i] += away * away
            for i in range(m):
                total[i] += math.sqrt(squares[i])
        for partition in range(len(clusters)):
            of_cluster = sums[partition, clusters[partition, cell]]
            for i in range(m):
                of_cluster[i] += total[i]


@jit
def add_in_plane(x: float, y: float, xs: Floats, ys: Floats, total: Floats) -> None:
    """Add the distances of points from one place to ``total``."""
    for i in range(len(total)):
        right, up = xs[i] - x, ys[i] - y
        total[i] += math.sqrt(right * right + up * up)


@jit
def compare(sums: Floats, clusters: Ints, sizes: Ints, own: Ints, values: Floats) -> None:
    """Write the silhouettes of a block's rows.

    Parameters
    ----------
    sums : ndarray of shape (p, k, m)
    clusters : ndarray of shape (p, c)
    sizes : ndarray of shape (p, k)
    own : ndarray of shape (m,)
        The cell of each row.
    values : ndarray of shape (p, m)
    """
    for partition in range(len(values)):
        for i in range(len(own)):
            cluster = clusters[partition, own[i]]
            nearest = np.inf
            for other in range(sizes.shape[1]):
                if other != cluster and sizes[partition, other] > 0:
                    nearest = min(nearest, sums[partition, other, i] / sizes[partition, other])
            within = sums[partition, cluster, i] / max(sizes[partition, cluster] - 1, 1)
            larger = max(within, nearest)
            alone = sizes[partition, cluster] == 1 or larger == 0
            values[partition, i] = 0.0 if alone else (nearest - within) / larger


def exercise() -> None:
    """Run each loop once."""
    starts = np.array([0, 2, 4])
    for d in (2, 3):
        columns = np.arange(4.0 * d).reshape(d, 4)
        measure(Cells(np.arange(4), columns, starts, np.array([[0, 1]]), np.array([[2, 2]])), lambda: False)
