"""Tables: points from CSV, TSV and NPY files, and points into CSV.

:func:`inspect` tells what columns a file has, :func:`read` reads the chosen ones, :func:`write_csv` writes a data set so that
:func:`read` gives it back bit for bit. To read another kind of file, write a module with an ``inspect`` and a ``load`` like
those of ``npy`` and add its suffix to ``KINDS``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_gui.data.dataset import Dataset
from kmeans_gui.data.tables import npy, text
from kmeans_gui.data.tables.info import Chosen, Progress, Raw, TableInfo, unique_names
from kmeans_gui.errors import UserError
from kmeans_gui.files import atomic_write, existing_file

__all__ = ["KINDS", "Kind", "TableInfo", "inspect", "read", "write_csv"]


@dataclass(frozen=True)
class Kind:
    """How one kind of file is looked into and read."""

    inspect: Callable[[Path], TableInfo]
    load: Callable[[Path, TableInfo, Chosen, Progress], Raw]


KINDS = {
    ".csv": Kind(text.inspect, text.load),
    ".tsv": Kind(text.inspect, text.load),
    ".txt": Kind(text.inspect, text.load),
    ".npy": Kind(npy.inspect, npy.load),
}
"""What can be read, by suffix."""


def inspect(path: str | os.PathLike[str]) -> TableInfo:
    """Return what columns the table at ``path`` has.

    Raises
    ------
    UserError
        If there is no such file, or no table in it.
    """
    file = existing_file(path)
    return _kind(file).inspect(file)


def read(
    path: str | os.PathLike[str], columns: Sequence[str] | None = None, progress: Progress = lambda done, total: None
) -> Dataset:
    """Return the points of the table at ``path``.

    Rows in which a coordinate is missing, no number, or not finite are left out and counted in ``left_out``. Row ids are those
    of the table if it has a column of them and each stands there once, otherwise the numbers of its rows, from 0.

    Parameters
    ----------
    path : str or path
        A CSV or TSV file (UTF-8 or Latin-1; comma, semicolon, tab or spaces; with a header or without) or an NPY file of shape
        (n,) or (n, d).
    columns : sequence of str, optional
        The coordinates, each by its name or by its number, from 1. By default the first two columns of numbers.
    progress : callable
        Is called with how much has been read and how much there is, some ten times a second or more often. What it raises,
        such as :class:`~kmeans_gui.errors.Cancelled`, ends the reading.

    Raises
    ------
    UserError
        If there is no such file, no table in it, no such column, or no row left.
    """
    file = existing_file(path)
    kind = _kind(file)
    info = kind.inspect(file)
    names = _default(file, info) if columns is None else columns
    chosen = _chosen(file, info, names)
    return _finite(file, kind.load(file, info, chosen, progress), tuple(info.columns[place] for place in chosen.coordinates))


def write_csv(dataset: Dataset, path: str | os.PathLike[str]) -> None:
    """Write the row ids, the coordinates and, if known, the true clusters to ``path``, all or nothing.

    ``read(path, dataset.columns)`` gives the same coordinates, ids and truth, bit for bit.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    import polars as pl

    names = unique_names(dataset.columns)
    taken = {name.lower() for name in names}
    table = {_free(text.ID_NAMES, taken): dataset.row_ids, **dict(zip(names, dataset.points.T, strict=True))}
    if dataset.truth is not None:
        table[_free(text.TRUTH_NAMES, taken)] = dataset.truth
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        pl.DataFrame(table).write_csv(file)


def _free(names: tuple[str, ...], taken: set[str]) -> str:
    """Return the first of the names that no coordinate bears."""
    return next((name for name in names if name not in taken), f"{names[0]} of the row")


def _kind(file: Path) -> Kind:
    kind = KINDS.get(file.suffix.lower())
    if kind is None:
        raise UserError(f"{file.name} is of no kind that can be read. Choose one that ends in {', '.join(KINDS)}.")
    return kind


def _default(file: Path, info: TableInfo) -> tuple[str, ...]:
    if info.rows == 0:
        raise UserError(f"{file.name} has a header but no rows. Choose a table with numbers in it.")
    if not info.coordinates:
        raise UserError(f"{file.name} has no column of numbers to take as a coordinate. Choose another table.")
    return info.coordinates


def _chosen(file: Path, info: TableInfo, columns: Sequence[str]) -> Chosen:
    places = tuple(_place(file, info, column) for column in columns)
    if not places:
        raise UserError("No column is chosen. Choose at least one.")
    if len(set(places)) < len(places):
        raise UserError(f"A column is chosen twice in {', '.join(columns)}. Choose each one once.")
    free = [place for place in range(len(info.columns)) if place not in places]
    return Chosen(
        coordinates=places,
        row_ids=next((info.columns.index(name) for name in info.row_ids if info.columns.index(name) in free), None),
        truth=next((info.columns.index(name) for name in info.truth if info.columns.index(name) in free), None),
    )


def _place(file: Path, info: TableInfo, column: str) -> int:
    """Return the place of a column given by its name or else by its number."""
    if column in info.columns:
        return info.columns.index(column)
    if column.isdecimal() and 1 <= int(column) <= len(info.columns):
        return int(column) - 1
    listed = ", ".join(info.columns[:20]) + (", …" if len(info.columns) > 20 else "")
    raise UserError(f"{file.name} has no column {column!r}. Choose among {listed}, by name or by number from 1.")


def _finite(file: Path, raw: Raw, names: tuple[str, ...]) -> Dataset:
    """Return the data set of the rows whose coordinates are all finite."""
    n = len(raw.points)
    finite = np.ones(n, dtype=bool)
    for column in raw.points.T:  # an array of one bool for each coordinate would take longer to fill and to go through
        finite &= np.isfinite(column)
    kept = np.flatnonzero(finite)
    if not kept.size:
        raise UserError(f"{file.name} has no row with a number in {' and '.join(names)}. Choose other columns.")
    rows: Any = slice(None) if kept.size == n else kept  # a slice copies nothing
    return Dataset(
        points=raw.points[rows],
        columns=names,
        row_ids=kept if raw.row_ids is None else raw.row_ids[rows],
        truth=None if raw.truth is None else raw.truth[rows],
        source=file.name,
        left_out=n - kept.size,
    )
