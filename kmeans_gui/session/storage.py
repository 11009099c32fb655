"""Storage: the ``.kmeans`` session file.

A zip of ``session.json`` (the name of the format, its version, and everything but arrays: see ``description``) and of NPY
arrays:

========== =========== ===================================================
member     shape       holds
========== =========== ===================================================
points     (n, d)      coordinates, float64
row_ids    (n,)        ids, int64 or fixed-width text
truth      (n,)        planted clusters, int64; absent if none are known
start      (k, d)      centroids placed by hand, float64; absent if none are
========== =========== ===================================================

Nothing is pickled. To change the format, raise ``VERSION`` and put into ``MIGRATIONS``, under the number of the version before,
a function that turns such a description into the next version's. The number alone decides which migrations are made; a
migration gets unchecked input and raises ``Refused`` where it cannot use it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui import clustering
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import Cancelled, UserError
from kmeans_gui.files import atomic_write, existing_file
from kmeans_gui.session import archive
from kmeans_gui.session.archive import Archive, Refused, open_archive, write_archive
from kmeans_gui.session.description import Description, check_fields, describe, fields_of_state, from_text, to_text
from kmeans_gui.session.state import State

SUFFIX = ".kmeans"
FORMAT = "kmeans-gui session"
VERSION = 1
MIGRATIONS: dict[int, Callable[[Description], Description]] = {}
"""From a version to the next: a description of the one to a description of the other."""

_DESCRIPTION = "session.json"
_REQUIRED = frozenset({_DESCRIPTION, "points.npy", "row_ids.npy"})
_OPTIONAL = frozenset({"truth.npy", "start.npy"})
_LARGEST_CHARACTER = 0x10FFFF
_LONGEST_REASON = 240


def save(path: str | os.PathLike[str], state: State, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Write a session file, whole or not at all. The same state makes the same bytes.

    Parameters
    ----------
    path : str or path
        The file.
    state : State
        What is saved.
    cancelled : callable
        Asked before a file that was there is replaced.

    Raises
    ------
    UserError
        If it cannot be written there, is larger than a session file may be, or holds coordinates that are too large. A file
        that was there stays as it was.
    Cancelled
        If ``cancelled`` says so; the file stays as it was, too.
    Refused
        If the state is such that :func:`load` would not have it: a defect, and no reason to replace a file that opens.
    """
    content = _content(state)
    texts = [value for value in content.values() if isinstance(value, bytes)]
    if sum(_size(value) for value in content.values()) > archive.LARGEST or max(map(len, texts)) > archive.SMALL:
        limit = f"{archive.LARGEST >> 30} GiB"
        raise UserError(f"The session is larger than the {limit} that a session file may have. Save it with fewer points.")
    with atomic_write(path) as temporary:
        write_archive(temporary, content)
        if cancelled():
            raise Cancelled


def _content(state: State) -> dict[str, bytes | NDArray[Any]]:
    data = state.dataset
    arrays = {"points": data.points, "row_ids": data.row_ids, "truth": data.truth, "start": state.start}
    text = to_text({"format": FORMAT, "version": VERSION, **describe(state)})
    _fields(text)
    _check_coordinates("points", data.points, data.d)
    if state.start is not None:
        _check_coordinates("start", state.start, data.d)
    little_endian = {
        f"{name}.npy": a.astype(a.dtype.newbyteorder("<"), copy=False) for name, a in arrays.items() if a is not None
    }
    return {_DESCRIPTION: text, **little_endian}


def _size(value: bytes | NDArray[Any]) -> int:
    header = 1024  # of an NPY array and of a member, rounded up
    return header + (len(value) if isinstance(value, bytes) else value.nbytes)


def load(path: str | os.PathLike[str]) -> State:
    """Read a session file.

    Raises
    ------
    UserError
        If it cannot be read, is not a session file, is damaged or hostile, or was made by a newer version of the program.
    """
    file = existing_file(path)
    try:
        with open_archive(file) as opened:
            return _state(opened)
    except Refused as refused:
        reason = str(refused).rstrip(".")
        if len(reason) > _LONGEST_REASON:
            reason = reason[:_LONGEST_REASON] + "…"
        raise UserError(f"{file.name} cannot be opened: {reason}. {refused.advice}".rstrip()) from refused


def _state(opened: Archive) -> State:
    description, fields = _fields(opened.text(_DESCRIPTION))
    if stray := sorted(opened.names - _REQUIRED - _OPTIONAL):
        raise Refused(f"it holds {stray[0]!r}, which does not belong in a session")
    dataset = _dataset(opened, description)
    start = _coordinates(opened, "start.npy", dataset.d) if "start.npy" in opened.names else None
    if start is not None and not len(start):
        raise Refused("start.npy holds no centroids")
    return State(dataset=dataset, start=start, **fields)


def _fields(text: bytes) -> tuple[Description, dict[str, Any]]:
    """Return a description, checked, and the fields of a state that follow from it."""
    description = _in_this_version(from_text(text))
    check_fields(description)
    return description, fields_of_state(description)


def _in_this_version(description: Description) -> Description:
    """Return a description as this version writes it, without the format's name and version."""
    if description.pop("format", None) != FORMAT:
        raise Refused("it is not a session of this program")
    version = description.pop("version", None)
    if type(version) is not int or version < 1:
        raise Refused("its version is not a whole number from 1")
    if version > VERSION:
        raise Refused("it was made by a newer version of the program", "Update the program.")
    for earlier in range(version, VERSION):
        description = MIGRATIONS[earlier](description)
    return description


def _dataset(opened: Archive, description: Description) -> Dataset:
    points = _coordinates(opened, "points.npy", len(description["columns"]))
    row_ids = opened.array("row_ids.npy", "<i8|<U[1-9][0-9]{0,5}", 1)
    truth = opened.array("truth.npy", "<i8", 1) if "truth.npy" in opened.names else None
    for name, known in (("row_ids.npy", row_ids), ("truth.npy", truth)):
        if known is not None and len(known) != len(points):
            raise Refused(f"{name} has {len(known):,} rows, but there are {len(points):,} points")
    if truth is not None and truth.min(initial=-1) < -1:
        raise Refused("truth.npy holds numbers below −1")
    if not _are_characters(row_ids) or not _are_distinct(row_ids):
        raise Refused("row_ids.npy does not give each row an id of its own")
    return Dataset(
        points=points,
        columns=tuple(description["columns"]),
        row_ids=row_ids,
        truth=truth,
        source=description["source"],
        left_out=description["left_out"],
    )


def _coordinates(opened: Archive, name: str, d: int) -> NDArray[np.float64]:
    table = opened.array(name, "<f8", 2)
    try:
        _check_coordinates(name, table, d)
    except UserError as error:
        raise Refused(str(error), "") from error
    return table


def _check_coordinates(name: str, table: NDArray[np.float64], d: int) -> None:
    if table.shape[1] != d or d == 0:
        raise Refused(f"{name} has {table.shape[1]:,} columns, but should have {max(d, 1):,}")
    if not np.isfinite(table).all():
        raise Refused(f"{name} holds a number that is missing or infinite")
    if len(table):
        clustering.check_points(table)


def _are_characters(ids: NDArray[Any]) -> bool:
    """Whether text holds nothing but Unicode: Python cannot read other arrays' elements."""
    return ids.dtype.kind != "U" or bool(ids.view(np.uint32).max(initial=0) <= _LARGEST_CHARACTER)


def _are_distinct(ids: NDArray[Any]) -> bool:
    rising = bool((ids[1:] > ids[:-1]).all())  # as most are; sorting millions takes a second
    return rising or len(np.unique(ids)) == len(ids)
