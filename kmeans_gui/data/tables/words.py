"""Words: what becomes of the columns of row ids and of true clusters, which come as text and in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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

    def add(self, ids: pl.Series) -> None:
        """Take the ids of further rows, :func:`numbers_or_texts`."""
        self._pieces.append(ids)

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


def numbers_or_texts(texts: pl.Series) -> pl.Series:
    """Return texts as numbers, int64, if each says one and says it as it is written; otherwise as they are."""
    numbers = _whole_numbers(texts)
    return texts if numbers is None else numbers


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


class Places(NamedTuple):
    """Texts by the words in them.

    Parameters
    ----------
    words : Series of m str
        Each once.
    of_rows : ndarray of shape (n,), uint32
        The place of each row's word among them; m for none.
    """

    words: pl.Series
    of_rows: NDArray[np.uint32]


def places(texts: pl.Series) -> Places:
    """Look up each of the texts among the words that occur."""
    import polars as pl

    words = texts.unique().drop_nulls()
    found = texts.cast(pl.Enum(words)).to_physical().cast(pl.UInt32).fill_null(len(words))
    return Places(words, found.to_numpy())


class TrueClusters:
    """True clusters, piece by piece. A few words stand for many rows: these are numbered, and looked up for each row."""

    def __init__(self) -> None:
        self._pieces: list[Places] = []

    def add(self, piece: Places) -> None:
        """Take the true clusters of further rows."""
        self._pieces.append(piece)

    def codes(self) -> NDArray[np.int64]:
        """Return whole numbers as they stand, anything else numbered in alphabetical order, −1 for none."""
        import polars as pl

        words = pl.concat([piece.words for piece in self._pieces]).unique()
        codes = _codes(words)
        numbers = [piece.words.replace_strict(words, codes, return_dtype=pl.Int64) for piece in self._pieces]
        return np.concatenate(
            [np.append(own, -1)[piece.of_rows] for own, piece in zip(numbers, self._pieces, strict=True)], dtype=np.int64
        )


def _codes(words: pl.Series) -> pl.Series:
    """Return the number of each word; no word stands there twice."""
    import polars as pl

    numbers = words.str.strip_chars(PADDING).cast(pl.Float64, strict=False)
    whole = numbers.is_between(-1, _LARGEST_CODE) & (numbers == numbers.floor())
    if not numbers.null_count() and whole.all():
        return numbers.cast(pl.Int64)
    return words.rank("dense").cast(pl.Int64) - 1
