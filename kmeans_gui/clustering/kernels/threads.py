"""Threads: how many the kernels may use, and how they share out work.

Compiled loops release the GIL, so plain Python threads run them side by side. (numba's own parallel loops are not used: their
portable scheduler must not be entered from two threads at once.) Results never depend on the number of threads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

from kmeans_gui.errors import Cancelled, CancelQuestion

_most: int | None = None


def available() -> int:
    """Return how many threads the kernels may use: the cores at hand, unless :func:`use_threads` says otherwise."""
    return _most or _cores()


@cache
def _cores() -> int:
    usable = getattr(os, "sched_getaffinity", None)  # Linux: those that this process may use
    return len(usable(0)) if usable else os.cpu_count() or 1


@contextmanager
def use_threads(count: int) -> Iterator[None]:
    """Let the kernels use ``count`` threads while the context lasts. Matrix products take as many as BLAS is told to."""
    global _most
    before, _most = _most, count
    try:
        yield
    finally:
        _most = before


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(_cores(), 2), thread_name_prefix="kernel")


def share(work: Callable[[int, int], int], tasks: int, workers: int, cancelled: CancelQuestion) -> int:
    """Call ``work(worker, task)`` for every task and return the sum of the results.

    A worker does one task after the other until none is left, so that what belongs to a worker needs no lock. The caller is
    worker 0; the others help as soon as they are free, and are not waited for if they never were.

    Raises
    ------
    kmeans_gui.errors.Cancelled
        Between two tasks, as soon as ``cancelled`` says so. It may be asked by several threads at a time.
    """
    left = iter(range(tasks))  # next() on it is atomic

    def turn(worker: int) -> int:
        total = 0
        for task in left:
            if cancelled():
                raise Cancelled
            total += work(worker, task)
        return total

    others = [_pool().submit(turn, worker) for worker in range(1, workers)]
    try:
        total = turn(0)
        return total + sum(other.result() for other in others if not other.cancel())
    finally:
        deque(left, maxlen=0)  # if one fails, nobody takes another task
        for other in others:
            if not other.cancel():
                other.exception()  # whatever happened, nobody works on when this returns
