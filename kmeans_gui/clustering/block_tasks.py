"""Tasks of blocks: passes over all points whose sums do not depend on how many threads there are.

A block of rows is small enough for the processor's cache. Blocks belong to tasks, of which there are never many, and tasks are
shared out among threads. Whoever keeps the sums of each task by themselves, and adds them up when all is done, gets the same
bits whoever did what.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels import threads
from kmeans_gui.errors import CancelQuestion

_TASKS = 64
"""Most tasks of a pass; a constant, so that the sums do not depend on the machine."""


def tasks_of(n: int, rows: int) -> int:
    """Return how many tasks there are for ``n`` points in blocks of ``rows``."""
    return math.ceil(n / _size(n, rows))


def each_block(n: int, rows: int, work: Callable[[int, slice], None], cancelled: CancelQuestion) -> None:
    """Call ``work(task, block)`` for each block of ``rows`` rows; those of one task in order, one after the other.

    The blocks are those that :func:`kmeans_gui.clustering.blocks.blocks` cuts.

    Raises
    ------
    kmeans_gui.errors.Cancelled
        Between two blocks, if ``cancelled`` said so.
    """
    size, tasks = _size(n, rows), tasks_of(n, rows)

    def one_task(_: int, task: int) -> int:
        for block in blocks(min((task + 1) * size, n), rows, cancelled, start=task * size):
            work(task, block)
        return 0

    threads.share(one_task, tasks, min(threads.available(), tasks), cancelled)


def _size(n: int, rows: int) -> int:
    return rows * math.ceil(n / (rows * _TASKS))
