"""TableInfo: what is known of a table before it is read. Raw: what came out of it. Progress: how it is told of meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats

Progress = Callable[[int, int], None]
"""Is called with how much has been read and how much there is; whatever it raises ends the reading."""


@dataclass(frozen=True, kw_only=True)
class TableInfo:
    """What can be known of a table before it is read.

    Parameters
    ----------
    columns : tuple of str
        The names of its columns, each once.
    numeric : tuple of str
        Those that hold numbers.
    coordinates : tuple of str
        Those that are read by default: the first two that hold numbers and look neither like row ids nor like true clusters.
    row_ids, truth : tuple of str
        The columns that look like row ids and like true clusters. The first that is not chosen as a coordinate is used.
    delimiter, encoding : str or None
        What separates the fields and what encodes them, if it is text.
    plain : bool
        Whether the text can be read as it is, without tidying.
    has_header : bool
        Whether the names stand in the file.
    rows : int or None
        How many rows of data there are, if that is known without reading them all.
    """

    columns: tuple[str, ...]
    numeric: tuple[str, ...]
    coordinates: tuple[str, ...]
    row_ids: tuple[str, ...] = ()
    truth: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None
    plain: bool = True
    has_header: bool = False
    rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The places of the columns to read, from 0; None for a column that the table lacks."""

    coordinates: tuple[int, ...]
    row_ids: int | None
    truth: int | None


@dataclass(frozen=True, kw_only=True)
class Raw:
    """All rows of the chosen columns.

    Parameters
    ----------
    points : ndarray of shape (n, d), float64
        NaN where there is no number.
    row_ids : ndarray of shape (n,) or None
    truth : ndarray of shape (n,), int64, or None
    """

    points: Floats
    row_ids: NDArray[Any] | None = None
    truth: NDArray[np.int64] | None = None


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names with those that are empty or stand twice made fit to choose by.

    >>> unique_names(["x", "x", ""])
    ('x', 'x (2)', 'column 3')
    """
    found: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        plain = unique = name or f"column {place}"
        repeat = 1
        while unique in found:
            repeat += 1
            unique = f"{plain} ({repeat})"
        found[unique] = None
    return tuple(found)
