"""Blocks: work on many rows, cut into pieces between which it can be cancelled."""

from __future__ import annotations

from collections.abc import Iterator

from kmeans_gui.errors import Cancelled, CancelQuestion


def blocks(n: int, size: int, cancelled: CancelQuestion, start: int = 0) -> Iterator[slice]:
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
