"""Many whole runs on one small board, one after the other without Python in between.

A run on some hundred points takes a few microseconds, less than it takes Python to call any of its parts. So a compiled call
makes whole runs, in the loop of :mod:`kmeans_gui.clustering.kernels.fused`, until all are made or its budget is spent: then
the work can be cancelled, and goes on where it stopped. Each thread has a :class:`Desk` of its own, where one run after the
other is laid out; what comes out of the runs lies in rows, one for each, that no two threads share. Sums being exact, a run
ends with the same bits at whichever desk it is made.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.base import EMPTY, SETTLED
from kmeans_gui.clustering.kernels.compiled import jit
from kmeans_gui.clustering.kernels.exact import SMALLEST
from kmeans_gui.clustering.kernels.exact_compiled import add_squares, inertia, move_to_means
from kmeans_gui.clustering.kernels.fused import iterate
from kmeans_gui.clustering.kernels.plus_plus import Places, filled_up
from kmeans_gui.clustering.kernels.plus_plus_compiled import COUNT, SETTLE, STAGE, Parts, advance, make_room
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.clustering.step import Floats, Labels, label_dtype
from kmeans_gui.errors import Cancelled, CancelQuestion

BUDGET = 1 << 23
"""Coordinates that a call compares, and then to the end of the iteration: some 2 ms of work."""

ALONE = 1 << 16
"""Coordinates to compare up to which a run on its own is made in one call, since Python would take longer than the loops."""

OVERHEAD = 1 << 12
"""What else an iteration takes, in coordinates that could be compared meanwhile."""

RUN, MADE, HALT = range(3)
"""What tells where the work at a desk stands: the run laid out, how many assignments of it are made, and why it halted last."""

KEEP, DROP, FARTHEST = range(3)
RULES = {"keep": KEEP, "drop": DROP, "farthest": FARTHEST}
"""What becomes of a centroid that loses all its points."""


_label_dtype = cache(label_dtype)


class Board(NamedTuple):
    """What all runs share; see :class:`Points`."""

    columns: Floats
    """(d, n): the scaled points in input order."""
    scale: float
    anchors: Floats
    """(bins,)"""
    squares: Floats
    """(square bins,): Σ|x|²."""


class Runs(NamedTuple):
    """Some runs, a row for each; all arrays are C-contiguous."""

    centroids: Floats
    """(r, k, d): where they start, and once they are made, where they end."""
    objectives: Floats
    """(r,): the inertia at the end."""
    iterations: NDArray[np.int64]
    """(r,): how many assignments were made."""
    sizes: NDArray[np.int64]
    """(r, k): how many points each centroid has at the end."""


class _Sheet(NamedTuple):
    """The run that is laid out on a desk."""

    centroids: Floats
    """(k, d), scaled."""
    labels: NDArray[np.int16]
    """(n,)"""
    sums: Floats
    """(k + 1, d, bins)"""
    counts: NDArray[np.int64]
    """(k + 1,)"""


class Outcome(NamedTuple):
    """How a run ended."""

    labels: Labels
    """(n,), as a step has them."""
    centroids: Floats
    """(k, d)"""
    objective: float
    iterations: int
    settled: bool
    """Whether the last assignment changed nothing."""


def make_one(points: Points, start: Floats, most: int, rule: str) -> Outcome | None:
    """Make a run on a board so small that Python's part is what takes the time.

    Parameters
    ----------
    points : Points
    start : ndarray of shape (k, d)
        Where the centroids start.
    most : int
        At most so many assignments are made.
    rule : str
        What becomes of a centroid without points.

    Returns
    -------
    Outcome or None
        None if the board is not small, if the run is so long that it should be made in pieces, or if its inertia may not follow
        from exact sums: see :meth:`kmeans_gui.clustering.kernels.base.Kernel.inertia`.
    """
    if points.n * start.size > ALONE or points.finest < SMALLEST or points.tiny:
        return None
    centroids, labels = start.copy(), np.empty(points.n, np.int16)
    over, objective, iterations, settled = _make_one(
        points.X, points.scale, points.anchors, points.square_anchors(), centroids, labels, most, RULES[rule]
    )
    labels = labels.astype(_label_dtype(len(start)))
    return Outcome(labels, centroids, objective, iterations, settled) if over else None


class Desk:
    """Where one thread makes runs, with all arrays that this takes.

    Parameters
    ----------
    points : Points
    k : int
        At most 4096.
    cancelled : callable
        Asked every few milliseconds; True ends the work with :class:`kmeans_gui.errors.Cancelled`.
    """

    def __init__(self, points: Points, k: int, cancelled: CancelQuestion) -> None:
        d, n = points.d, points.n
        self._board = Board(points.columns(), points.scale, points.anchors, points.squares(cancelled))
        self._sheet = _Sheet(
            np.empty((k, d)), np.empty(n, np.int16), np.empty((k + 1, d, len(points.anchors))), np.empty(k + 1, np.int64)
        )
        self._cancelled = cancelled

    def make(self, runs: Runs, most: int, rule: str) -> None:
        """Make ``runs``, of at most ``most`` assignments each; ``rule`` says what becomes of a centroid without points."""
        progress = np.zeros(3, np.int64)
        while not _make(self._board, runs, self._sheet, progress, most, RULES[rule]):
            self._ask()

    def choose_far_points(self, firsts: Places, draws: Floats) -> Places:
        """Choose the starts of several runs by greedy k-means++.

        Parameters
        ----------
        firsts : ndarray of shape (r,), int64
            The first point of each.
        draws : ndarray of shape (r, k − 1, trials)
            Random numbers from [0, 1).

        Returns
        -------
        ndarray of shape (r, k), int64
            Places in the input order.
        """
        r, rounds, trials = draws.shape
        chosen, progress = np.empty((r, 1 + rounds), np.int64), np.zeros((r, 3), np.int64)
        chosen[:, 0], progress[:, COUNT], progress[:, STAGE] = firsts, 1, SETTLE
        room = make_room(self._board.columns.shape, trials)
        over = 0
        while (over := _search(self._board.columns, draws, chosen, progress, over, *room)) < r:
            self._ask()
        for run in np.flatnonzero(progress[:, COUNT] <= rounds):
            chosen[run] = filled_up(chosen[run, : progress[run, COUNT]], 1 + rounds)
        return chosen

    def _ask(self) -> None:
        if self._cancelled():
            raise Cancelled


def exercise(points: Points) -> None:
    """Make a run on ``points``, so that all loops are compiled or taken from the cache."""
    desk = Desk(points, 2, lambda: False)
    start = points.X[desk.choose_far_points(np.zeros(1, np.int64), np.full((1, 1, 2), 0.5))]
    desk.make(Runs(start, np.empty(1), np.empty(1, np.int64), np.empty((1, 2), np.int64)), 9, "farthest")
    make_one(points, start[0], 9, "farthest")


@jit
def _make(board: Board, runs: Runs, sheet: _Sheet, progress: Places, most: int, rule: int) -> bool:
    """Go on from where ``progress`` stands until the budget is spent; return whether all runs are made."""
    left, cost = BUDGET, board.columns.size * len(sheet.centroids) + OVERHEAD
    run, made, halt = progress
    while run < len(runs.objectives) and left > 0:
        if made == 0:
            _lay_out(board, runs.centroids[run], sheet)
        some = min(most - made, 1 + left // cost)
        more, _, halt = iterate(board.columns, sheet.centroids, board.anchors, sheet.labels, sheet.sums, sheet.counts, some)
        made, left = made + more, left - more * cost
        if halt == EMPTY:
            _move_all(board, sheet, rule)
        if halt == SETTLED or made == most:
            _hand_in(board, sheet, made, runs, run)
            run, made = run + 1, 0
    progress[RUN], progress[MADE], progress[HALT] = run, made, halt
    over: bool = run == len(runs.objectives)
    return over


@jit
def _make_one(
    X: Floats,
    scale: float,
    anchors: Floats,
    square_anchors: Floats,
    centroids: Floats,
    labels: NDArray[np.int16],
    most: int,
    rule: int,
) -> tuple[bool, float, int, bool]:
    """Set up a desk and make the run that begins at ``centroids`` there; they and ``labels`` are left as they are at its end.

    Returns
    -------
    over : bool
        Whether the budget was enough.
    objective : float
    iterations : int
    settled : bool
    """
    (n, d), k = X.shape, len(centroids)
    columns, squares = np.empty((d, n)), np.zeros(len(square_anchors))
    for axis in range(d):
        for i in range(n):
            columns[axis, i] = X[i, axis] * scale
    add_squares(X.reshape(-1), scale, square_anchors, squares)
    runs = Runs(centroids.reshape(1, k, d), np.empty(1), np.empty(1, np.int64), np.empty((1, k), np.int64))
    sheet = _Sheet(np.empty((k, d)), labels, np.empty((k + 1, d, len(anchors))), np.empty(k + 1, np.int64))
    progress = np.zeros(3, np.int64)
    over = _make(Board(columns, scale, anchors, squares), runs, sheet, progress, most, rule)
    return over, runs.objectives[0], runs.iterations[0], progress[HALT] == SETTLED


@jit
def _lay_out(board: Board, start: Floats, sheet: _Sheet) -> None:
    """Begin a run: nobody has any points yet."""
    k, d = start.shape
    for j in range(k):
        for axis in range(d):
            sheet.centroids[j, axis] = start[j, axis] * board.scale
    sheet.labels[:] = k
    sheet.sums[:] = 0.0
    sheet.counts[:] = 0
    sheet.counts[k] = len(sheet.labels)


@jit
def _hand_in(board: Board, sheet: _Sheet, made: int, runs: Runs, run: int) -> None:
    """Write down what came out of a run."""
    _leave_scale(sheet.centroids, board.scale, runs.centroids[run])
    runs.objectives[run] = inertia(sheet.sums, sheet.counts, board.squares, sheet.centroids) / board.scale / board.scale
    runs.iterations[run] = made
    for j in range(len(sheet.centroids)):
        runs.sizes[run, j] = sheet.counts[j]


@jit
def _leave_scale(centroids: Floats, scale: float, out: Floats) -> None:
    """Write the scaled ``centroids`` to ``out`` in the units of the data, where they may be too small to keep all digits.

    What is left of them is kept on both sides, as it is where they come and go between Python and a kernel.
    """
    for j in range(len(centroids)):
        for axis in range(centroids.shape[1]):
            out[j, axis] = centroids[j, axis] / scale
            centroids[j, axis] = out[j, axis] * scale


@jit
def _move_all(board: Board, sheet: _Sheet, rule: int) -> None:
    """Move each centroid to the mean of its points, and those without points as ``rule`` says."""
    centroids = sheet.centroids
    k, d = centroids.shape
    empty = np.flatnonzero((sheet.counts[:k] == 0) & ~np.isnan(centroids[:, 0]))
    move_to_means(sheet.sums, sheet.counts, centroids)
    _leave_scale(centroids, board.scale, np.empty((k, d)))
    if rule == DROP:
        for j in empty:
            centroids[j] = np.nan
    elif rule == FARTHEST:
        distances = np.zeros(len(sheet.labels))
        for axis in range(d):
            column = board.columns[axis]
            for i in range(len(column)):
                away = column[i] - centroids[sheet.labels[i], axis]
                distances[i] += away * away
        for j in empty:
            farthest = np.argmax(distances)
            distances[farthest] = -1.0
            for axis in range(d):
                centroids[j, axis] = board.columns[axis, farthest]


@jit
def _search(
    columns: Floats,
    draws: Floats,
    chosen: Places,
    progress: Places,
    over: int,
    nearest: Floats,
    blocks: Parts,
    superblocks: Parts,
    candidates: Places,
    potentials: Floats,
) -> int:
    """Go on with the searches for far points, of which the first ``over`` are over; return how many are then."""
    for run in range(over, len(chosen)):
        if not advance(columns, draws[run], chosen[run], progress[run], nearest, blocks, superblocks, candidates, potentials):
            return run
    return len(chosen)
