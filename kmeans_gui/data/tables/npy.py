"""NPY files: one array of shape (n,) or (n, d). Read without pickle, which could run code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.data.tables.info import Chosen, Progress, Raw, TableInfo, unique_names
from kmeans_gui.errors import UserError

_ROWS = 1 << 18
"""Rows that are copied at once."""


def inspect(path: Path) -> TableInfo:
    """Return what columns the array has; they are named by their number.

    Raises
    ------
    UserError
        If the file is damaged or holds no table of numbers.
    """
    rows, width = _table(path).shape
    names = unique_names([""] * width)
    return TableInfo(columns=names, numeric=names, coordinates=names[:2], rows=rows)


def load(path: Path, info: TableInfo, chosen: Chosen, progress: Progress) -> Raw:
    """Return the chosen columns."""
    table = _table(path)
    points = np.empty((len(table), len(chosen.coordinates)))
    with np.errstate(over="ignore"):
        for start in range(0, len(table), _ROWS):
            rows = slice(start, start + _ROWS)
            points[rows] = table[rows, list(chosen.coordinates)]
            progress(min(start + _ROWS, len(table)), len(table))
    return Raw(points=points)


def _table(path: Path) -> NDArray[Any]:
    """Return the array as a table, on disk still."""
    try:
        array = np.lib.format.open_memmap(path, mode="r")
    except (ValueError, EOFError) as error:
        raise UserError(f"{path.name} is damaged or no NPY file of numbers. Save it again with numpy.save.") from error
    if array.dtype.kind not in "biuf" or array.ndim not in (1, 2) or not array.size:
        raise UserError(
            f"{path.name} holds an array of shape {array.shape} and type {array.dtype}. Save one of "
            "numbers with a row for each point."
        )
    return array.reshape(len(array), -1)
