"""Greedy k-means++ in compiled loops: the picks of :mod:`kmeans_gui.clustering.kernels.plus_plus`, which defines them, bit for
bit, and most of the work left out.

A candidate changes the potential only through the points that are nearer to it than to any point chosen so far, and the more
are chosen, the fewer those are. If consecutive points lie close together (on a space-filling curve, say), they are found by
their blocks: each block knows its bounding box, its sum and its *reach*, the largest of its points' squared distances from the
nearest chosen one. A block whose *gap*, the squared distance of its box from the candidate, is at least its reach gains
nothing: its sum stays as it is and its points are not looked at. The same test on a superblock spares the tests of its blocks.

The test needs no guard against rounding. A gap is formed as a point's squared distance is, with max(low − p, p − high, 0) in
place of x − p and the axes in the same order. On each axis |x − p| is at least that for every point x of the box, and rounding
never turns an order around: it holds for the rounded differences, so for their rounded squares, and so for the rounded sums.
No point's distance, as rounded, is less than the gap.

Sums and maxima are folded in fixed trees, which a compiler turns into operations on several values at once; taken one after
the other, each would wait for the one before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_gui.clustering.kernels.compiled import jit
from kmeans_gui.clustering.kernels.plus_plus import BLOCK, SUPERBLOCK, Places, filled_up
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import Cancelled, CancelQuestion

BUDGET = 1 << 22
"""Coordinates that a compiled call looks at, and then the superblock to its end: a few milliseconds."""

COUNT, STAGE, SUPERBLOCKS_DONE = range(3)
"""What tells where the search stands: how many points are chosen, the stage of the round, and how far that has come."""

SETTLE, WEIGH = range(2)
"""Stages of a round: take note of the point chosen last, then weigh the candidates for the next."""


class Parts(NamedTuple):
    """The blocks, or the superblocks."""

    low: Floats
    """(d, parts): the lower corners of the boxes."""
    high: Floats
    """(d, parts): the upper corners."""
    sums: Floats
    """(parts,): the sums of the points' squared distances from the nearest chosen one."""
    reach: Floats
    """(parts,): the largest of them."""


class _Workspace(NamedTuple):
    """Arrays to work in, for the candidates of one round; written before they are read."""

    values: Floats
    """(trials, BLOCK): the squared distances of a block's points, with each candidate."""
    folds: Floats
    """(32,): what the values are folded into."""
    gaps: Floats
    """(trials, SUPERBLOCK): the squared distances of a superblock's blocks from each candidate."""
    sums: Floats
    """(trials,): a superblock's sum so far, with each candidate."""
    near: Places
    """(trials,): the candidates that reach the superblock."""
    nearer: Places
    """(trials,): those of them that reach the block."""
    places: Places
    """(trials,): the places of the latter."""


def make_room(shape: tuple[int, ...], trials: int) -> tuple[Floats, Parts, Parts, Places, Floats]:
    """Return the arrays that :func:`advance` works in, ``nearest`` and those after it; they serve one search after the other.

    ``shape`` is that of the columns.
    """
    d, n = shape

    def parts(count: int) -> Parts:
        return Parts(np.empty((d, count)), np.empty((d, count)), np.empty(count), np.empty(count))

    blocks = -(-n // BLOCK)
    return np.empty(n), parts(blocks), parts(-(-blocks // SUPERBLOCK)), np.empty(trials, np.int64), np.empty(trials)


def choose_far_points(columns: Floats, first: int, draws: Floats, cancelled: CancelQuestion = lambda: False) -> Places:
    """Choose k points far from each other by greedy k-means++.

    Parameters, result and failures are those of :func:`kmeans_gui.clustering.kernels.plus_plus.choose_far_points`. Points in
    any order give the right picks; points that lie close to those before and after them give them fast. Small work is done in
    one compiled call.
    """
    rounds, trials = draws.shape
    chosen = np.empty(1 + rounds, np.int64)
    chosen[0] = first
    progress = np.array([1, SETTLE, 0])
    room = make_room(columns.shape, trials)
    while not advance(columns, draws, chosen, progress, *room):
        if cancelled():
            raise Cancelled
    return filled_up(chosen[: progress[COUNT]], 1 + rounds)


@jit
def advance(
    columns: Floats,
    draws: Floats,
    chosen: Places,
    progress: Places,
    nearest: Floats,
    blocks: Parts,
    superblocks: Parts,
    candidates: Places,
    potentials: Floats,
) -> bool:
    """Go on from where ``progress`` stands until the budget is spent; return whether the search is over.

    It is over when all points are chosen, or earlier when the points not chosen all coincide with chosen ones. A search
    begins with one point chosen and at ``SETTLE``.
    """
    parts, trials = len(superblocks.sums), len(candidates)
    work = _workspace(trials)
    count, stage, superblock = progress
    spent = 0
    while count < len(chosen):
        while superblock < parts and spent < BUDGET:
            if stage == WEIGH:
                spent += _weigh(columns, candidates, nearest, blocks, superblocks, superblock, potentials, work)
            else:
                if count == 1:
                    _enclose(columns, nearest, blocks, superblocks, superblock, work)
                spent += _settle(columns, chosen[count - 1 : count], nearest, blocks, superblocks, superblock, work)
            superblock += 1
        if superblock < parts:
            progress[COUNT], progress[STAGE], progress[SUPERBLOCKS_DONE] = count, stage, superblock
            return False
        superblock = 0
        if stage == WEIGH:
            chosen[count] = candidates[np.argmin(potentials)]
            count, stage = count + 1, SETTLE
        else:
            total = 0.0
            for i in range(parts):
                total += superblocks.sums[i]
            if total == 0.0:
                break
            for trial in range(trials):
                candidates[trial] = _drawn(draws[count - 1, trial] * total, nearest, blocks, superblocks)
                potentials[trial] = 0.0
            stage = WEIGH
    progress[COUNT] = count
    return True


@jit
def _workspace(trials: int) -> _Workspace:
    return _Workspace(
        np.empty((trials, BLOCK)),
        np.empty(32),
        np.empty((trials, SUPERBLOCK)),
        np.empty(trials),
        np.empty(trials, np.int64),
        np.empty(trials, np.int64),
        np.empty(trials, np.int64),
    )


@jit
def _enclose(columns: Floats, nearest: Floats, blocks: Parts, superblocks: Parts, superblock: int, work: _Workspace) -> None:
    """Form the boxes of a superblock and its blocks; nothing is chosen yet, so all is infinitely far from it."""
    d, n = columns.shape
    begin, end = superblock * SUPERBLOCK, min((superblock + 1) * SUPERBLOCK, len(blocks.sums))
    values = work.values[0]
    for block in range(begin, end):
        start, stop = block * BLOCK, min((block + 1) * BLOCK, n)
        for axis in range(d):
            column = columns[axis, start:stop]
            values[len(column) :] = column[0]
            for i in range(len(column)):
                values[i] = column[i]
            blocks.high[axis, block] = _largest(values, work.folds)
            for i in range(BLOCK):
                values[i] = -values[i]
            blocks.low[axis, block] = -_largest(values, work.folds)
        nearest[start:stop] = blocks.reach[block] = np.inf
    for axis in range(d):
        superblocks.low[axis, superblock] = blocks.low[axis, begin:end].min()
        superblocks.high[axis, superblock] = blocks.high[axis, begin:end].max()
    superblocks.reach[superblock] = np.inf


@jit
def _settle(
    columns: Floats,
    chosen: Places,
    nearest: Floats,
    blocks: Parts,
    superblocks: Parts,
    superblock: int,
    work: _Workspace,
) -> int:
    """Take note in one superblock that the one point of ``chosen`` is chosen; return how many coordinates it took."""
    values, gaps = work.values[0], work.gaps[0]
    _measure_gaps(columns, chosen[0], superblocks, superblock, superblock + 1, gaps)
    if gaps[0] >= superblocks.reach[superblock]:
        return 1
    d, n = columns.shape
    begin, end = superblock * SUPERBLOCK, min((superblock + 1) * SUPERBLOCK, len(blocks.sums))
    _measure_gaps(columns, chosen[0], blocks, begin, end, gaps)
    looked, total, reach = 1, 0.0, 0.0
    for block in range(begin, end):
        if gaps[block - begin] < blocks.reach[block]:
            start, stop = block * BLOCK, min((block + 1) * BLOCK, n)
            own = nearest[start:stop]
            _bring_nearer(columns, chosen, own, start, work.values)
            for i in range(len(own)):
                own[i] = values[i]
            blocks.sums[block], blocks.reach[block] = _sum(values, work.folds), _largest(values, work.folds)
            looked += d * BLOCK
        total += blocks.sums[block]
        reach = max(reach, blocks.reach[block])
    superblocks.sums[superblock], superblocks.reach[superblock] = total, reach
    return looked


@jit
def _weigh(
    columns: Floats,
    candidates: Places,
    nearest: Floats,
    blocks: Parts,
    superblocks: Parts,
    superblock: int,
    potentials: Floats,
    work: _Workspace,
) -> int:
    """Add to each candidate's potential one superblock's sum; return how many coordinates it took."""
    n = columns.shape[1]
    begin, end = superblock * SUPERBLOCK, min((superblock + 1) * SUPERBLOCK, len(blocks.sums))
    near = 0
    for trial in range(len(candidates)):
        gaps = work.gaps[trial]
        _measure_gaps(columns, candidates[trial], superblocks, superblock, superblock + 1, gaps)
        if gaps[0] < superblocks.reach[superblock]:
            _measure_gaps(columns, candidates[trial], blocks, begin, end, gaps)
            work.near[near], near = trial, near + 1
            work.sums[trial] = 0.0
        else:
            potentials[trial] += superblocks.sums[superblock]
    if near == 0:
        return 1
    looked = 1
    for block in range(begin, end):
        nearer = 0
        for trial in work.near[:near]:
            if work.gaps[trial, block - begin] < blocks.reach[block]:
                work.nearer[nearer], work.places[nearer], nearer = trial, candidates[trial], nearer + 1
            else:
                work.sums[trial] += blocks.sums[block]
        if nearer > 0:
            start, stop = block * BLOCK, min((block + 1) * BLOCK, n)
            _bring_nearer(columns, work.places[:nearer], nearest[start:stop], start, work.values)
            for i in range(nearer):
                work.sums[work.nearer[i]] += _sum(work.values[i], work.folds)
            looked += nearer * len(columns) * BLOCK
    for trial in work.near[:near]:
        potentials[trial] += work.sums[trial]
    return looked


@jit
def _measure_gaps(columns: Floats, place: int, parts: Parts, begin: int, end: int, gaps: Floats) -> None:
    """Write the squared distances of the boxes from ``begin`` to ``end`` from the point at ``place``; 0 if it lies in them."""
    for i in range(end - begin):
        gaps[i] = 0.0
    for axis in range(len(columns)):
        p, low, high = columns[axis, place], parts.low[axis, begin:end], parts.high[axis, begin:end]
        for i in range(len(low)):
            amount = max(max(low[i] - p, p - high[i]), 0.0)
            gaps[i] += amount * amount


@jit
def _bring_nearer(columns: Floats, places: Places, own: Floats, start: int, values: Floats) -> None:
    """Write what the squared distances of a block's points are if each of ``places`` is chosen too, and zeros behind them.

    A row for each place; ``own`` holds the distances as they are. All places are served before the next column is read: with
    many axes, a block is larger than the cache.
    """
    stop = start + len(own)
    if len(columns) == 2:
        xs, ys = columns[0, start:stop], columns[1, start:stop]
        for row in range(len(places)):
            x, y, out = columns[0, places[row]], columns[1, places[row]], values[row]
            for i in range(len(own)):
                distance = (xs[i] - x) * (xs[i] - x) + (ys[i] - y) * (ys[i] - y)
                out[i] = distance if distance < own[i] else own[i]
    elif len(columns) == 3:
        xs, ys, zs = columns[0, start:stop], columns[1, start:stop], columns[2, start:stop]
        for row in range(len(places)):
            x, y, z, out = columns[0, places[row]], columns[1, places[row]], columns[2, places[row]], values[row]
            for i in range(len(own)):
                distance = (xs[i] - x) * (xs[i] - x) + (ys[i] - y) * (ys[i] - y) + (zs[i] - z) * (zs[i] - z)
                out[i] = distance if distance < own[i] else own[i]
    else:
        values[: len(places)] = 0.0
        for axis in range(len(columns)):
            column = columns[axis, start:stop]
            for row in range(len(places)):
                p, out = columns[axis, places[row]], values[row]
                for i in range(len(own)):
                    out[i] += (column[i] - p) * (column[i] - p)
        for row in range(len(places)):
            out = values[row]
            for i in range(len(own)):
                out[i] = out[i] if out[i] < own[i] else own[i]
    values[: len(places), len(own) :] = 0.0


@jit
def _sum(t: Floats, u: Floats) -> float:
    """Return the sum of a block's values, folded as the definition has it: from 256 to 32 values, to 8 and to 1."""
    for i in range(32):
        u[i] = ((t[i] + t[i + 128]) + (t[i + 64] + t[i + 192])) + ((t[i + 32] + t[i + 160]) + (t[i + 96] + t[i + 224]))
    for i in range(8):
        u[i] = (u[i] + u[i + 16]) + (u[i + 8] + u[i + 24])
    total: float = ((u[0] + u[4]) + (u[2] + u[6])) + ((u[1] + u[5]) + (u[3] + u[7]))
    return total


@jit
def _largest(t: Floats, u: Floats) -> float:
    """Return the largest of a block's values, folded likewise."""
    for i in range(32):
        upper = max(max(t[i], t[i + 128]), max(t[i + 64], t[i + 192]))
        u[i] = max(upper, max(max(t[i + 32], t[i + 160]), max(t[i + 96], t[i + 224])))
    for i in range(8):
        u[i] = max(max(u[i], u[i + 16]), max(u[i + 8], u[i + 24]))
    largest: float = max(max(max(u[0], u[4]), max(u[2], u[6])), max(max(u[1], u[5]), max(u[3], u[7])))
    return largest


@jit
def _drawn(aim: float, nearest: Floats, blocks: Parts, superblocks: Parts) -> int:
    """Return the place of the point that an aim from [0, total) hits."""
    superblock, aim = _hit(superblocks.sums, aim)
    begin = superblock * SUPERBLOCK
    block, aim = _hit(blocks.sums[begin : begin + SUPERBLOCK], aim)
    start = (begin + block) * BLOCK
    place, aim = _hit(nearest[start : start + BLOCK], aim)
    return start + place


@jit
def _hit(sums: Floats, aim: float) -> tuple[int, float]:
    """Return the first place where the running sum exceeds ``aim``, and what ``aim`` exceeds the running sum before it by."""
    place, before, running = 0, 0.0, 0.0
    for i in range(len(sums)):
        after = running + sums[i]
        if after > running:
            place, before = i, running
            if after > aim:
                break
        running = after
    return place, aim - before
