"""Bulk: many runs of Lloyd's iteration on one small board, shared out among threads.

:mod:`many` makes runs in one thread; here the runs are cut into chunks, some milliseconds of work each, and every thread gets a
desk. To be imported by :func:`kmeans_gui.clustering.kernels.choose_bulk` alone, since :mod:`many` is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kmeans_gui.clustering.kernels import threads
from kmeans_gui.clustering.kernels.base import Kernel
from kmeans_gui.clustering.kernels.exact import SMALLEST
from kmeans_gui.clustering.kernels.fused import Fused
from kmeans_gui.clustering.kernels.many import Desk, Runs
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.errors import CancelQuestion

SMALL = 1 << 23
"""Coordinates that an assignment compares on the largest board that is small; a larger one has work for all threads."""

CHUNK, MOST = 1 << 23, 64
"""Coordinates that the runs of a chunk compare, by a guess, and the most runs in one: some milliseconds of work."""

RUN, OVERHEAD = 20, 1 << 12
"""The guess: how many iterations a run has, and what else each takes, in coordinates that could be compared meanwhile."""


def is_small(n: int, d: int, k: int) -> bool:
    """Whether n points with d coordinates, and k centroids, are so few that runs are shared out and not each run's points."""
    return n * d * k + OVERHEAD <= SMALL and not Points.sorts(n, d)


def suits(kernel: Kernel) -> bool:
    """Whether many runs end as they do with ``kernel``, one by one: it must be the loop that they are made with."""
    return isinstance(kernel, Fused) and kernel.points.finest >= SMALLEST and not kernel.points.tiny


class Bulk:
    """Makes ``count`` runs, in chunks that threads may take in any order.

    Parameters
    ----------
    kernel : Kernel
        One that :func:`suits`.
    count : int
    cancelled : callable
        Asked every few milliseconds; True ends the work with :class:`kmeans_gui.errors.Cancelled`.

    Attributes
    ----------
    kernel : Kernel
    chunks : list of slice
        Which runs are made together.
    desks : list of Desk
        One for each thread that pays.
    """

    def __init__(self, kernel: Kernel, count: int, cancelled: CancelQuestion) -> None:
        points, k = kernel.points, kernel.k
        size = min(max(CHUNK // (RUN * (points.n * points.d * k + OVERHEAD)), 1), MOST)
        self.kernel = kernel
        self.chunks = [slice(start, min(start + size, count)) for start in range(0, count, size)]
        self.desks = [Desk(points, k, cancelled) for _ in range(min(threads.available(), len(self.chunks)))]
        self._cancelled = cancelled

    def share(self, work: Callable[[int, slice], int]) -> int:
        """Call ``work(worker, chunk)`` for every chunk, side by side, and return the sum of the results."""

        def task(worker: int, number: int) -> int:
            return work(worker, self.chunks[number])

        return threads.share(task, len(self.chunks), len(self.desks), self._cancelled)

    def make(self, worker: int, chunk: slice, table: Any, most: int, rule: str) -> None:
        """Make the runs of a chunk; ``table`` has their columns, named as those of :class:`Runs`. See :meth:`Desk.make`."""
        self.desks[worker].make(Runs(*(getattr(table, name)[chunk] for name in Runs._fields)), most, rule)
