"""The spatial order, compiled: the same order as :mod:`kmeans_gui.clustering.spatial_order`, some twelve times as fast.

A key has at most 24 bits, so the points are sorted without comparisons, as letters are: into buckets by a digit of the key,
where those in one bucket keep their order (Knuth, "The Art of Computer Programming", volume 3, section 5.2.5). The first pass
deals the points themselves, by the key's top digit, into buckets so small that one lies in a cache. Each bucket is then sorted
on its own by the rest of the key, as one digit or as two, the lower one first; there, only places are dealt, and the points
fetched at the end. Memory is thus read and written from one end to the other, or in as many streams as there are buckets, but
never at random.

The points are taken in pieces, so that no compiled call is long and the caller can stop the work. Several threads take shares
of consecutive points, and then of consecutive buckets. Where each may put its points is known beforehand, so the order does
not depend on who was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels.compiled import jit
from kmeans_gui.clustering.kernels.threads import share
from kmeans_gui.clustering.spatial_order import Keys, Rows, cells_per_unit, curve_bits, spread_bits
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import CancelQuestion

Counts = NDArray[np.int64]
Places = NDArray[np.uint32]
"""Unsigned, as all that is used as an index in a compiled loop: a signed one might count from the end, and is asked."""

PIECE = 1 << 20
"""Points a compiled call: less than 10 ms."""

WORTH_A_THREAD = 1 << 18
"""Points that each thread must get, or its start costs more than it saves."""

BUCKET = 1 << 16
"""Points a bucket at most, if they are spread evenly."""

TOUCH = 64
"""Points of which one is in every page of memory."""

DIGIT = 14
"""Bits of a digit at most, within a bucket: the counters must stay in a cache."""

BLOCK = 1 << 11
"""Points at a time while keys are found: their cells stay in a first-level cache."""

LANES = 24
"""Minima kept side by side, so that none waits for the last one; a multiple of 2 and 3, so that each is of one axis."""


def sort(X: Floats, cancelled: CancelQuestion = lambda: False, scale: float = 1.0, *, threads: int = 1) -> tuple[Rows, Floats]:
    """Sort points along Hilbert's curve.

    Parameters
    ----------
    X : ndarray of shape (n, d), float64, C-contiguous
        The points: n ≥ 1, d 2 or 3, finite, no coordinate beyond ±1e150.
    cancelled : callable
        Asked between pieces, by every thread; True ends the work.
    scale : float
        The sorted coordinates are multiplied by it.
    threads : int
        How many threads may work. The result does not depend on it.

    Returns
    -------
    rows : ndarray of shape (n,), int32
        ``rows[place]`` is the row of ``X`` at that place: the same as ``spatial_order(X)``.
    columns : ndarray of shape (d, n), float64, C-contiguous
        ``X[rows].T * scale``.

    Raises
    ------
    Cancelled
        If ``cancelled()`` was True.
    """
    n, d = X.shape
    X = _read_only(X)
    shares = _Shares(n, max(min(threads, n // WORTH_A_THREAD), 1), cancelled)
    key_bits = d * curve_bits(n, d)
    rest_bits = key_bits - min((n // BUCKET).bit_length(), key_bits)
    rows, columns = np.empty(n, np.int32), np.empty((d, n))
    # Once the points are dealt, their keys are no longer needed, and the rows take their memory.
    counts = _find_keys(X, rest_bits, rows, shares)
    records, edges = _deal(X, rows, rest_bits, counts, shares)
    _sort_buckets(records, edges, rest_bits, scale, rows, columns, shares)
    return rows, columns


def _read_only(X: Floats) -> Floats:
    """Return a read-only view: for numba another type than a writable array, so that all callers share one compiled loop."""
    X = np.ascontiguousarray(X).view()
    X.flags.writeable = False
    return X


@dataclass(frozen=True)
class _Shares:
    """The work on n points, cut into shares of consecutive points, one for each thread, and these into pieces."""

    n: int
    count: int
    cancelled: CancelQuestion

    def run(self, work: Callable[[int], None]) -> None:
        """Call ``work`` with the number of each share, side by side."""

        def task(worker: int, number: int) -> int:
            work(number)
            return 0

        share(task, self.count, self.count, self.cancelled)

    def bounds(self, number: int) -> tuple[int, int]:
        """Return where a share of the points begins and ends."""
        return self.n * number // self.count, self.n * (number + 1) // self.count

    def pieces(self, number: int) -> Iterator[slice]:
        """Yield the pieces of a share; before each, ask whether to go on."""
        start, stop = self.bounds(number)
        return blocks(stop, PIECE, self.cancelled, start)


def _find_keys(X: Floats, rest_bits: int, keys: Keys, shares: _Shares) -> Counts:
    """Write the points' keys to ``keys`` and count the top digits.

    Returns
    -------
    ndarray of shape (shares, buckets), int64
        In how many keys of each share what stands above the ``rest_bits`` is 0, 1, …
    """
    n, d = X.shape
    extremes = np.full((2, shares.count, LANES), np.inf)

    def find_bounds(number: int) -> None:
        for piece in shares.pieces(number):
            _lower_minima(X[piece].reshape(-1), extremes[0, number], extremes[1, number])

    shares.run(find_bounds)
    low, negated_high = extremes.reshape(2, -1, d).min(axis=1)
    bits = curve_bits(n, d)
    per_unit, spread = cells_per_unit(low, -negated_high, bits), spread_bits(bits, d)
    counts = np.zeros((shares.count, 1 << d * bits - rest_bits), np.int64)

    def find_keys(number: int) -> None:
        cells = np.empty((d, BLOCK), np.int32)
        for piece in shares.pieces(number):
            _write_keys(X[piece], low, per_unit, bits, spread, cells, keys[piece])
            _count_top(keys[piece], rest_bits, counts[number])

    shares.run(find_keys)
    return counts


def _deal(X: Floats, keys: Keys, rest_bits: int, counts: Counts, shares: _Shares) -> tuple[Floats, list[int]]:
    """Deal the points into buckets by the top digits of their keys.

    Returns
    -------
    records : ndarray of shape (n, 1 + d), float64
        One a point, bucket after bucket. In place of the first number stands a tag, two unsigned integers of 32 bits: the
        point's row in ``X`` and the rest of its key. The coordinates follow.
    edges : list of int
        Where each bucket begins, and where the last one ends.
    """
    n, d = X.shape
    edges = [0, *np.cumsum(counts.sum(axis=0)).tolist()]
    # Within a bucket the first share's points come first.
    places = edges[:-1] + np.cumsum(counts, axis=0) - counts
    records = np.empty((n, 1 + d))
    tags = records.view(np.uint32)
    # Whatever comes first is dealt all over the table. Had none of it been touched yet, the system would have to make all of it
    # in that one call, which nobody could cancel.
    for piece in blocks(n, PIECE // 8, shares.cancelled):
        records[piece.start : piece.stop : TOUCH] = 0.0

    def deal(number: int) -> None:
        for piece in shares.pieces(number):
            _deal_points(X[piece], keys[piece], piece.start, rest_bits, places[number], tags, records)

    shares.run(deal)
    return records, edges


def _sort_buckets(
    records: Floats, edges: list[int], rest_bits: int, scale: float, rows: Rows, columns: Floats, shares: _Shares
) -> None:
    """Sort each bucket by the rest of the keys, and write what :func:`sort` returns to ``rows`` and ``columns``."""
    tags = records.view(np.uint32)
    largest = max(stop - start for start, stop in pairwise(edges))
    unsorted = np.arange(largest, dtype=np.uint32)

    def sort_share(number: int) -> None:
        begin, end = shares.bounds(number)
        spare = np.empty((2, largest), np.uint32)
        for start, stop in pairwise(edges):
            if begin <= start < min(end, stop):
                own_tags, own_records = tags[start:stop], records[start:stop]
                order = _sort_places(own_tags, rest_bits, unsorted, spare, shares.cancelled)
                for piece in blocks(stop - start, PIECE, shares.cancelled):
                    _fetch(order[piece], own_tags, own_records, start + piece.start, scale, rows, columns)

    shares.run(sort_share)


def _sort_places(tags: Places, rest_bits: int, unsorted: Places, spare: Places, cancelled: CancelQuestion) -> Places:
    """Return the places in a bucket, sorted by the rest of the keys.

    ``unsorted`` is 0, 1, 2, …; the working memory ``spare``, shape (2, m), holds the result.
    """
    passes = -(-rest_bits // DIGIT)
    order = unsorted
    for number, (shift, end) in enumerate(pairwise(rest_bits * k // passes for k in range(passes + 1))):
        mask, target = (1 << end - shift) - 1, spare[number % 2]
        places = np.zeros(mask + 2, np.uint32)
        for piece in blocks(len(tags), PIECE, cancelled):
            _count_digit(tags[piece], shift, mask, places[1:])
        np.cumsum(places, out=places)
        for piece in blocks(len(tags), PIECE, cancelled):
            _deal_places(order[piece], tags, shift, mask, places, target)
        order = target
    return order


@jit
def _lower_minima(flat: Floats, low: Floats, negated_high: Floats) -> None:
    """Lower the minima of the coordinates, and of the coordinates negated, each in the lane that it falls into."""
    whole = len(flat) // LANES * LANES
    for start in range(0, whole, LANES):
        lanes = flat[start : start + LANES]
        for lane in range(LANES):
            x = lanes[lane]
            low[lane] = x if x < low[lane] else low[lane]
            negated_high[lane] = -x if -x < negated_high[lane] else negated_high[lane]
    for lane in range(len(flat) - whole):
        low[lane] = min(low[lane], flat[whole + lane])
        negated_high[lane] = min(negated_high[lane], -flat[whole + lane])


@jit
def _write_keys(X: Floats, low: Floats, per_unit: Floats, bits: int, spread: Keys, cells: Keys, keys: Keys) -> None:
    """Write the keys of the points in ``X``; ``cells``, shape (d, BLOCK), is working memory.

    The very operations of ``curve_keys``, in loops so simple that each runs on several points at once.
    """
    n, d = X.shape
    one, last = np.int32(1), np.int32((1 << bits) - 1)
    for start in range(0, n, BLOCK):
        size = min(BLOCK, n - start)
        for axis in range(d):
            own, x = cells[axis, :size], X[start : start + size, axis]
            origin, factor = low[axis], per_unit[axis]
            for i in range(size):
                own[i] = min(np.int32((x[i] - origin) * factor), last)
        first, second, third = cells[0, :size], cells[1, :size], cells[d - 1, :size]
        for level in range(bits - 1, 0, -1):
            shift, lower = np.int32(level), np.int32((1 << level) - 1)
            for i in range(size):
                first[i] ^= -(first[i] >> shift & one) & lower
            for axis in range(1, d):
                own = cells[axis, :size]
                for i in range(size):
                    upper_half = -(own[i] >> shift & one)
                    exchanged = (first[i] ^ own[i]) & lower & ~upper_half
                    own[i] ^= exchanged
                    first[i] ^= exchanged | (lower & upper_half)
        gray = keys[start : start + size]
        if d == 2:
            for i in range(size):
                gray[i] = spread[np.uint32(first[i])] << 1 | spread[np.uint32(second[i])]
        else:
            for i in range(size):
                gray[i] = spread[np.uint32(first[i])] << 2 | spread[np.uint32(second[i])] << 1 | spread[np.uint32(third[i])]
        for i in range(size):
            key = gray[i]
            key = np.int32(key ^ key >> 1)
            key = np.int32(key ^ key >> 2)
            key = np.int32(key ^ key >> 4)
            key = np.int32(key ^ key >> 8)
            gray[i] = np.int32(key ^ key >> 16)


@jit
def _count_top(keys: Keys, rest_bits: int, counts: Counts) -> None:
    """Count the top digits."""
    for i in range(len(keys)):
        counts[np.uint32(keys[i] >> rest_bits)] += 1


@jit
def _deal_points(X: Floats, keys: Keys, first_row: int, rest_bits: int, places: Counts, tags: Places, records: Floats) -> None:
    """Write the record of each point to the next place in its bucket."""
    n, d = X.shape
    rest = (1 << rest_bits) - 1
    for i in range(n):
        bucket = np.uint32(keys[i] >> rest_bits)
        place = np.uint64(places[bucket])
        places[bucket] += 1
        tags[place, 0] = first_row + i
        tags[place, 1] = keys[i] & rest
        records[place, 1] = X[i, 0]
        records[place, 2] = X[i, 1]
        if d == 3:
            records[place, 3] = X[i, 2]


@jit
def _count_digit(tags: Places, shift: int, mask: int, counts: Places) -> None:
    """Count the digits that stand above the lowest ``shift`` bits."""
    for i in range(len(tags)):
        counts[np.uint32(tags[i, 1] >> shift & mask)] += 1


@jit
def _deal_places(source: Places, tags: Places, shift: int, mask: int, places: Places, target: Places) -> None:
    """Write each entry of ``source`` to the next place for the digit that it leads to."""
    for i in range(len(source)):
        digit = np.uint32(tags[source[i], 1] >> shift & mask)
        target[places[digit]] = source[i]
        places[digit] += 1


@jit
def _fetch(order: Places, tags: Places, records: Floats, start: int, scale: float, rows: Rows, columns: Floats) -> None:
    """Write the rows and the coordinates to which ``order`` leads, from place ``start`` on."""
    n, d = len(order), len(columns)
    stop = start + n
    row, x, y, z = rows[start:stop], columns[0, start:stop], columns[1, start:stop], columns[d - 1, start:stop]
    for i in range(n):
        place = order[i]
        row[i] = tags[place, 0]
        x[i] = records[place, 1] * scale
        y[i] = records[place, 2] * scale
        if d == 3:
            z[i] = records[place, 3] * scale
