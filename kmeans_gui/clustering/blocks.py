"""Blocks: work on many rows, cut into pieces between which it can be cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kmeans_gui.errors import Cancelled


def blocks(n: int, size: int, cancelled: Callable[[], bool], start: int = 0) -> Iterator[slice]:
    """Cut the rows from ``start`` to ``n`` into slices of ``size``; before each, ask whether to go on.

    Raises
    ------
    Cancelled
        If ``cancelled()`` was True.
    """
    for first in range(start, n, size):
        if cancelled():
            raise Cancelled
        yield slice(first, min(first + size, n))
