"""The spatial order: points sorted once along a space-filling curve, so that neighbors in memory are neighbors in space.

Points never move during a run, so the order is found once and everything that loops over points shares it. Cut the sorted
points into consecutive slices and each slice lies in a small box: a tree over the points needs no pointers, since its subtrees
are slices, and whatever is on one part of the canvas lies together in memory.

**The curve.** A grid of 2^b cells a side is laid over the points' bounding box. Hilbert's curve (David Hilbert, "Ueber die
stetige Abbildung einer Line auf ein Flächenstück", Mathematische Annalen 38, 1891) visits every cell once, and each of its
steps leads to a cell that shares a face with the last one. It is built by halving: the quadrants (in space, the octants) are
filled one after the other in the order of a Gray code, so that from one to the next only one coordinate changes its half; in
each the curve is a smaller copy of itself, turned or mirrored so that it begins next to where the last one ended. So the first
4^j cells (in space 8^j), and every 4^j after them, are exactly a square (a cube) of 2^j cells a side, and any other run lies
in a few of these that touch. The box around m consecutive cells then has sides of some √m cells (∛m), while m cells in order
of rows are as wide as the grid. Slices of points in this order make a good tree of boxes (Kamel & Faloutsos, "On packing
R-trees", CIKM 1993).

**The place of a cell along it**, by Skilling's method ("Programming the Hilbert curve", AIP Conference Proceedings 707, 2004).
A bit of a coordinate tells in which half the cell lies, from the highest bit, of the whole grid, to the lowest. How the copy
in a quadrant is turned and mirrored is undone on the bits below, for one axis after the other: a bit that is set flips those of
the first coordinate, one that is not exchanges them with those of this axis. Then the bits of all coordinates, interleaved
from the highest to the lowest, are the cell's place in Gray code, and a running exclusive-or from the top decodes it. These are
bit operations alone, the same for every cell, for two axes or more.

**Sorting.** A key has at most 24 bits, so the points are sorted by one digit of 12 bits after the other, the lower one first
(Knuth, "The Art of Computer Programming", volume 3, section 5.2.5). That is done block by block, so that it can be cancelled:
how many rows of each digit each block has tells where they belong.

The order is canonical: points in one cell keep their input order, and the compiled version
(:mod:`kmeans_gui.clustering.kernels.curve`) gives the very same one. Whoever sums in this order gets the same bits.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import CancelQuestion

Keys = NDArray[np.int32]
Rows = NDArray[np.int32]

BLOCK = 1 << 15
"""Points at a time: the working arrays of one block stay in a second-level cache."""

SORTED_BLOCK = 1 << 17
"""Rows at a time while they are sorted: for so many it pays to look at all digits that there are."""

DIGIT = 12
"""Bits of a digit."""

SMALLEST_SPAN = 1e-300
"""A span below this counts as this: its reciprocal, times the number of cells, must be a finite number."""


def curve_bits(n: int, d: int) -> int:
    """Return b, for a grid of 2^b cells a side over n points with d coordinates.

    In the plane, some four points a cell are fine enough, and 2048 cells a side at most. In space always 256 cells a side:
    the colors of a picture, three integers from 0 to 255, then share a cell only if they are equal.
    """
    if d == 2:
        return min(max(math.ceil(math.log2(n / 4) / 2), 2), 11)
    if d == 3:
        return 8
    raise ValueError(f"a spatial order is for two or three coordinates, not {d}")


def cells_per_unit(low: Floats, high: Floats, bits: int) -> Floats:
    """Return how many cells of the grid fit into a unit of length along each axis, shape (d,).

    Parameters
    ----------
    low, high : ndarray of shape (d,), float64
        Corners of the bounding box. They may coincide.
    bits : int
        The grid has 2^bits cells a side.
    """
    per_unit: Floats = (1 << bits) / np.maximum(high - low, SMALLEST_SPAN)
    return per_unit


def spread_bits(bits: int, d: int) -> Keys:
    """Return a table that inserts d − 1 zeros below each bit of its index, shape (2^bits,): for interleaving.

    >>> [f"{entry:06b}" for entry in spread_bits(2, 3)]
    ['000000', '000001', '001000', '001001']
    """
    numbers = np.arange(1 << bits, dtype=np.int32)
    spread = np.zeros_like(numbers)
    for level in range(bits):
        spread |= (numbers >> level & 1) << level * d
    return spread


def curve_keys(X: Floats, cancelled: CancelQuestion = lambda: False) -> Keys:
    """Return the place along Hilbert's curve of the cell in which each point lies.

    Parameters
    ----------
    X : ndarray of shape (n, d), float64
        The points: n ≥ 1, d 2 or 3, finite, no coordinate beyond ±1e150.
    cancelled : callable
        Asked every few milliseconds; True ends the work.

    Returns
    -------
    ndarray of shape (n,), int32
        From 0 to 2^(b·d) − 1, where b is :func:`curve_bits`.

    Raises
    ------
    Cancelled
        If ``cancelled()`` was True.
    """
    n, d = X.shape
    bits = curve_bits(n, d)
    low, high = X[0], X[0]
    for block in blocks(n, BLOCK, cancelled):
        low, high = np.minimum(low, X[block].min(axis=0)), np.maximum(high, X[block].max(axis=0))
    per_unit = cells_per_unit(low, high, bits)
    keys = np.empty(n, np.int32)
    for block in blocks(n, BLOCK, cancelled):
        cells = ((X[block] - low) * per_unit).astype(np.int16).T
        keys[block] = places_of_cells(np.minimum(cells, (1 << bits) - 1), bits)
    return keys


def places_of_cells(cells: NDArray[np.int16], bits: int) -> Keys:
    """Return the place along Hilbert's curve of each cell.

    Parameters
    ----------
    cells : ndarray of shape (d, m), int16
        The cells' coordinates, from 0 to 2^bits − 1.
    bits : int
        The grid has 2^bits cells a side.

    Returns
    -------
    ndarray of shape (m,), int32
        From 0 to 2^(bits·d) − 1.

    Examples
    --------
    >>> places_of_cells(np.array([[0, 0, 1, 1], [0, 1, 1, 0]], np.int16), bits=1)
    array([0, 1, 2, 3], dtype=int32)
    """
    cells = np.array(cells, order="C")
    first = cells[0]
    for level in range(bits - 1, 0, -1):
        lower = (1 << level) - 1
        for own in cells:
            upper_half = -(own >> level & 1)  # all bits set, or none
            exchanged = (first ^ own) & lower & ~upper_half
            own ^= exchanged
            first ^= exchanged | (lower & upper_half)
    spread = spread_bits(bits, len(cells))
    places = np.zeros(cells.shape[1], np.int32)
    for own in cells:
        places = places << 1 | spread[own]
    for shift in (1, 2, 4, 8, 16):
        places ^= places >> shift
    return places


def spatial_order(X: Floats, cancelled: CancelQuestion = lambda: False) -> Rows:
    """Return the rows of ``X`` in the order in which Hilbert's curve visits them.

    Parameters and exceptions are those of :func:`curve_keys`.

    Returns
    -------
    ndarray of shape (n,), int32
        ``rows[place]`` is the row of ``X`` at that place. Rows whose points share a cell of the grid ascend.
    """
    n, d = X.shape
    keys = curve_keys(X, cancelled)
    rows = np.empty(n, np.int32)
    for block in blocks(n, SORTED_BLOCK, cancelled):
        rows[block] = np.arange(block.start, block.stop)
    for shift in range(0, d * curve_bits(n, d), DIGIT):
        rows = _sorted_by_digit(rows, keys, shift, cancelled)
    return rows


def _sorted_by_digit(rows: Rows, keys: Keys, shift: int, cancelled: CancelQuestion) -> Rows:
    """Return ``rows`` sorted by the digit of their keys that begins at bit ``shift``; of equals the earlier one comes first."""
    size = SORTED_BLOCK

    def digits(block: slice) -> NDArray[np.uint16]:
        return (keys[rows[block]] >> shift & (1 << DIGIT) - 1).astype(np.uint16)

    target = np.empty_like(rows)
    counts = np.zeros((-(-len(rows) // size), 1 << DIGIT), np.int64)
    for block in blocks(len(rows), size, cancelled):
        # The first block is dealt all over the target. Were that untouched, the system would have to make all of it at once.
        target[block] = 0
        counts[block.start // size] = np.bincount(digits(block), minlength=1 << DIGIT)
    totals = counts.sum(axis=0)
    # Where the rows with each digit begin, those of the first block first.
    places = np.cumsum(totals) - totals + np.cumsum(counts, axis=0) - counts
    for block in blocks(len(rows), size, cancelled):
        own, first_places = digits(block), places[block.start // size]
        order = np.argsort(own, kind="stable")  # of 16-bit integers, without comparisons
        own, count = own[order], counts[block.start // size]
        firsts = np.cumsum(count) - count
        target[(first_places - firsts)[own] + np.arange(len(own))] = rows[block][order]
    return target
