"""Edits of points: put in, take out, move.

Row numbers count from 0; those of :class:`InsertPoints` are rows of the data set after the edit, all others are rows of the
data set before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.data.change import Change, Rows, made_room
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.edits.base import Edit, bytes_of
from kmeans_gui.session.state import State


@dataclass(frozen=True, eq=False)
class InsertPoints(Edit):
    """Put points in.

    Parameters
    ----------
    rows : ndarray of shape (m,), intp
        Which rows they become, ascending.
    points : ndarray of shape (m, d)
        Their coordinates.
    row_ids : ndarray of shape (m,)
        Their ids, of the kind that the data set has.
    truth : ndarray of shape (m,), int64, or None
        Their planted clusters; None for none.
    verb : str
        What was done to them, for the title: "add" makes "add 12 points".
    """

    rows: Rows
    points: Floats
    row_ids: NDArray[Any]
    truth: NDArray[np.int64] | None = None
    verb: str = "add"
    title: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", _counted(self.verb, len(self.rows)))

    @classmethod
    def at_end(cls, dataset: Dataset, points: Floats, verb: str = "add") -> InsertPoints:
        """Add points of shape (m, 2), from the plane, or (m, d) after all others, with ids that no row has yet."""
        rows = np.arange(dataset.n, dataset.n + len(points))
        return cls(rows, lift(dataset, points), dataset.fresh_ids(len(points)), verb=verb)

    def apply(self, state: State) -> State:
        """Return the state with the points in it."""
        return replace(state, dataset=state.dataset.inserted(self.rows, self.points, self.row_ids, self.truth))

    def inverse(self, state: State) -> Edit:
        """Return the removal of the points."""
        return RemovePoints(self.rows, self.verb)

    def change(self, n: int) -> Change:
        """Rows move up to make room."""
        return Change(n, inserted=self.rows)

    def joined(self, following: Edit) -> Edit | None:
        """Insertions follow each other as one."""
        if not isinstance(following, InsertPoints):
            return None
        rows = np.concatenate([made_room(self.rows, following.rows), following.rows])
        order = np.argsort(rows)
        return InsertPoints(
            rows[order],
            np.concatenate([self.points, following.points])[order],
            np.concatenate([self.row_ids, following.row_ids])[order],
            np.concatenate([self._truth(), following._truth()])[order],
            self.verb,
        )

    def _truth(self) -> NDArray[np.int64]:
        return np.full(len(self.rows), -1, np.int64) if self.truth is None else self.truth

    @property
    def nbytes(self) -> int:
        """Bytes of the points and what is known about them."""
        return bytes_of(self.rows, self.points, self.row_ids, self.truth)


@dataclass(frozen=True, eq=False)
class RemovePoints(Edit):
    """Take points out: those of ``rows``, an array of row numbers in any order. ``verb`` as in :class:`InsertPoints`."""

    rows: Rows
    verb: str = "remove"
    title: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", np.unique(self.rows))
        object.__setattr__(self, "title", _counted(self.verb, len(self.rows)))

    def apply(self, state: State) -> State:
        """Return the state without the points."""
        return replace(state, dataset=state.dataset.without(self.rows))

    def inverse(self, state: State) -> Edit:
        """Return the insertion of the same points in the same places."""
        gone = state.dataset.taken(self.rows)
        return InsertPoints(self.rows, gone.points, gone.row_ids, gone.truth, self.verb)

    def change(self, n: int) -> Change:
        """Rows move down to close the gaps."""
        return Change(n, removed=self.rows)

    def joined(self, following: Edit) -> Edit | None:
        """Removals follow each other as one."""
        if not isinstance(following, RemovePoints):
            return None
        return RemovePoints(np.concatenate([self.rows, made_room(following.rows, self.rows)]), self.verb)

    @property
    def nbytes(self) -> int:
        """Bytes of the row numbers."""
        return self.rows.nbytes


@dataclass(frozen=True, eq=False)
class PlacePoints(Edit):
    """Move points.

    Parameters
    ----------
    rows : ndarray of shape (m,), intp
        Which ones, each once.
    positions : ndarray of shape (m, d)
        Where to.
    verb : str
        As in :class:`InsertPoints`.
    """

    rows: Rows
    positions: Floats
    verb: str = "move"
    title: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", _counted(self.verb, len(self.rows)))

    @classmethod
    def planar(cls, dataset: Dataset, rows: Rows, positions: Floats, verb: str = "move") -> PlacePoints:
        """Move points within the plane on show, ``positions`` of shape (m, 2); their other coordinates stay."""
        return cls(rows, lift(dataset, positions, rows), verb)

    def apply(self, state: State) -> State:
        """Return the state with the points moved."""
        return replace(state, dataset=state.dataset.placed(self.rows, self.positions))

    def inverse(self, state: State) -> Edit:
        """Return the move to where the points were."""
        return PlacePoints(self.rows, state.dataset.table.at(self.rows), self.verb)

    def change(self, n: int) -> Change:
        """Rows stay."""
        return Change(n, moved=np.sort(self.rows))

    def joined(self, following: Edit) -> Edit | None:
        """Of two moves of the same points only the second counts: a drag makes hundreds."""
        if isinstance(following, PlacePoints) and np.array_equal(self.rows, following.rows):
            return PlacePoints(self.rows, following.positions, self.verb)
        return None

    @property
    def nbytes(self) -> int:
        """Bytes of the row numbers and positions."""
        return self.rows.nbytes + self.positions.nbytes


def lift(dataset: Dataset, points: Floats, rows: Rows | None = None) -> Floats:
    """Give points of the plane on show the coordinates that they need to be points of ``dataset``.

    Parameters
    ----------
    dataset : Dataset
        Of d coordinates, of which the first two are on show.
    points : ndarray of shape (m, 2) or (m, d)
        Positions in the plane; such as are whole already come back as they are.
    rows : ndarray of shape (m,), intp, optional
        The rows that the points belong to, if they exist already.

    Returns
    -------
    ndarray of shape (m, d)
        A copy. What the plane does not show is the rows' own, or else the mean of the data set (0 if it is empty); with d = 1
        there is no y.
    """
    if points.shape[1] == dataset.d:
        return np.array(points, dtype=np.float64)
    shown = min(2, dataset.d)
    full = np.empty((len(points), dataset.d))
    full[:, :shown] = points[:, :shown]
    if rows is not None:
        full[:, shown:] = dataset.table.at(rows)[:, shown:]
    elif shown < dataset.d:
        with np.errstate(over="ignore", invalid="ignore"):  # near 1e308 the sum overflows; the result must be finite still
            full[:, shown:] = np.nan_to_num(dataset.points[:, shown:].mean(axis=0)) if dataset.n else 0.0
    return full


def _counted(verb: str, count: int) -> str:
    return f"{verb} a point" if count == 1 else f"{verb} {count:,} points"


def lift_centroids(dataset: Dataset, places: Floats, old: Floats | None) -> Floats:
    """Give centroids placed in the plane the coordinates that are not on show.

    Parameters
    ----------
    dataset : Dataset
        Of d coordinates.
    places : ndarray of shape (k, 2)
        Where they were placed.
    old : ndarray of shape (j, d) or None
        Those on show before: one that was not moved keeps its coordinates.

    Returns
    -------
    ndarray of shape (k, d), read-only
    """
    full = lift(dataset, places)
    if old is not None and dataset.d > 2:
        for row, place in zip(full, places, strict=True):
            same = np.flatnonzero((old[:, :2] == place).all(axis=1))
            if same.size:
                row[:] = old[same[0]]
    full.flags.writeable = False
    return full
