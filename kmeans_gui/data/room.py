"""Room: memory for tables that grow at their end, so that adding a row to a million does not copy the million.

Tables with a row for each point are kept in arrays that have rows to spare. A data set sees the first n of them; the one that
an added point makes of it sees one more of the same arrays. Nobody writes to rows that somebody may see: rows are only ever
added behind the last one in use, by whoever comes first. Who comes second, after an undo, gets arrays of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPARE = 8
"""A table gets room for one more row for each so many that it has."""

LEAST = 4096
"""Rows to spare at least."""


class Room:
    """Arrays with rows to spare.

    Parameters
    ----------
    tables : sequence of ndarray of shape (n, ...)
        What is in them at first; copied.
    more : int
        How many rows are about to be added.
    """

    def __init__(self, tables: Sequence[NDArray[Any]], more: int = 0) -> None:
        self._used = len(tables[0])
        rows = self._used + more + max(self._used // SPARE, LEAST)
        self._arrays = [np.empty((rows, *table.shape[1:]), table.dtype) for table in tables]
        for array, table in zip(self._arrays, tables, strict=True):
            array[: self._used] = table
            array.flags.writeable = False

    def tables(self) -> list[NDArray[Any]]:
        """Return the rows in use, read-only."""
        return [array[: self._used] for array in self._arrays]

    def takes(self, n: int, more: int) -> bool:
        """Whether ``more`` rows can be added behind the first ``n``."""
        return n == self._used and n + more <= len(self._arrays[0])

    def add(self, tables: Sequence[Any]) -> None:
        """Add rows to each table; a scalar stands for what all the new rows hold. There must be room."""
        used = self._used + len(tables[0])
        for array, rows in zip(self._arrays, tables, strict=True):
            array.flags.writeable = True
            array[self._used : used] = rows
            array.flags.writeable = False
        self._used = used
