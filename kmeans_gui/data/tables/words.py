"""Words: what becomes of the columns of row ids and of true clusters, which come as text and in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.data.tables.sniffing import PADDING

if TYPE_CHECKING:
    import polars as pl

_LARGEST_CODE = 65_535
_LARGEST_IDS = 1 << 30
_SLICE = 1 << 16
"""Texts that are handed to numpy at once, during which no other thread of Python goes on."""


class RowIds:
    """Row ids, piece by piece. Pieces in which each is a number, and written as a number is, are kept as numbers."""

    def __init__(self) -> None:
        self._pieces: list[pl.Series] = []

    def add(self, texts: pl.Series) -> None:
        """Take the ids of further rows."""
        numbers = _whole_numbers(texts)
        self._pieces.append(texts if numbers is None else numbers)

    def unique(self) -> NDArray[Any] | None:
        """Return the ids as int64 or str, or None if one is missing or not unique."""
        import polars as pl

        if not all(piece.dtype == pl.Int64 for piece in self._pieces):
            column = pl.concat([piece.cast(pl.String) for piece in self._pieces], rechunk=False)
            numbers = _whole_numbers(column.str.strip_chars(PADDING))
        elif self._pieces:
            numbers = pl.concat(self._pieces)
        else:
            return None
        if numbers is not None:
            ids = numbers.to_numpy()
            return ids if _are_unique(ids) else None
        if column.null_count() or column.n_unique() < len(column):
            return None
        longest = int(column.str.len_chars().max())  # type: ignore[arg-type]
        # An array gives each text the room of the longest: one long remark among the ids must not fill the memory.
        if 4 * longest * len(column) > _LARGEST_IDS:
            return None
        table = np.empty(len(column), dtype=f"<U{max(longest, 1)}")
        for start in range(0, len(column), _SLICE):
            table[start : start + _SLICE] = column.slice(start, _SLICE).to_list()
        return table


def _whole_numbers(texts: pl.Series) -> pl.Series | None:
    """Return what the texts say as int64, or None if one says something else or in another way: 007, +7."""
    import polars as pl

    numbers = texts.cast(pl.Int64, strict=False)
    if numbers.null_count():
        return None
    begin = texts.str.starts_with
    odd = texts.filter(begin("0") | begin("+") | begin("-0"))
    return None if (odd != "0").any() else numbers


def _are_unique(numbers: NDArray[np.int64]) -> bool:
    import polars as pl

    ascending = bool((numbers[1:] > numbers[:-1]).all())  # as they mostly are, and this is soon found out
    return ascending or pl.Series(numbers).n_unique() == len(numbers)


class TrueClusters:
    """True clusters, piece by piece. A few words stand for many rows: these are numbered, and looked up for each row."""

    def __init__(self) -> None:
        self._texts: list[pl.Series] = []
        self._words: list[pl.Series] = []

    def add(self, texts: pl.Series) -> None:
        """Take the true clusters of further rows."""
        self._texts.append(texts)
        self._words.append(texts.unique())

    def codes(self) -> NDArray[np.int64]:
        """Return whole numbers as they stand, anything else numbered in alphabetical order, −1 for none."""
        import polars as pl

        words = pl.concat(self._words).unique().drop_nulls()
        codes = _codes(words)
        return np.concatenate(
            [texts.replace_strict(words, codes, default=-1, return_dtype=pl.Int64).to_numpy() for texts in self._texts]
        )


def _codes(words: pl.Series) -> pl.Series:
    """Return the number of each word; no word stands there twice."""
    import polars as pl

    numbers = words.str.strip_chars(PADDING).cast(pl.Float64, strict=False)
    whole = numbers.is_between(-1, _LARGEST_CODE) & (numbers == numbers.floor())
    if not numbers.null_count() and whole.all():
        return numbers.cast(pl.Int64)
    return words.rank("dense").cast(pl.Int64) - 1
