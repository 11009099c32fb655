"""Dataset: the points and what is known about them. Frozen; an edit makes a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import count as counting
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.data.cells import SORTED_FROM, planar
from kmeans_gui.data.change import Change, Rows
from kmeans_gui.data.room import Room

__all__ = ["Dataset", "Rows"]


VAST = 1 << 22
"""Points of which nobody wants to keep a copy."""

REMEMBERED = 64
"""Edits of which a data set knows, so that whoever knows an older one can follow."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """A set of points.

    Parameters
    ----------
    points : ndarray of shape (n, d), float64, read-only
        The coordinates, all finite; n may be 0, d is at least 1.
    columns : tuple of str
        The d names of the coordinates.
    row_ids : ndarray of shape (n,), int64 or str
        What each row is called where it came from; unique within the set. :meth:`of` and the edits below keep text as narrow
        as it can be, so that an edit and its inverse give back the same type.
    truth : ndarray of shape (n,), int64, or None
        The planted or given cluster of each point, −1 for none.
    source : str
        Where the points came from, in a few words: "Gaussians", "iris.csv".
    left_out : int
        How many rows of the source were left out because a value was missing or not finite.
    """

    points: Floats
    columns: tuple[str, ...]
    row_ids: NDArray[Any]
    truth: NDArray[np.int64] | None = None
    source: str = "Drawn by hand"
    left_out: int = 0

    def __post_init__(self) -> None:
        n, d = self.points.shape
        if len(self.columns) != d or len(self.row_ids) != n or (self.truth is not None and len(self.truth) != n):
            raise ValueError("columns, row_ids and truth must fit the points")
        if self.row_ids.dtype.kind not in "iU":
            raise ValueError(f"row_ids must be whole numbers or text, not {self.row_ids.dtype}")
        for array in (self.points, self.row_ids, self.truth):
            if array is not None:
                array.flags.writeable = False

    @classmethod
    def of(
        cls,
        points: ArrayLike,
        *,
        columns: tuple[str, ...] | None = None,
        row_ids: NDArray[Any] | None = None,
        truth: ArrayLike | None = None,
        source: str = "Drawn by hand",
        left_out: int = 0,
    ) -> Dataset:
        """Make a data set from an array of shape (n, d), with names x, y, … and ids 0, 1, … where none are given."""
        table = np.array(points, dtype=np.float64)
        n, d = table.shape
        names = ("x", "y", "z") if d <= 3 else tuple(f"x{i + 1}" for i in range(d))
        return cls(
            points=table,
            columns=columns or names[:d],
            row_ids=np.arange(n, dtype=np.int64) if row_ids is None else _as_ids(row_ids.copy()),
            truth=None if truth is None else np.array(truth, dtype=np.int64),
            source=source,
            left_out=left_out,
        )

    @classmethod
    def empty(cls) -> Dataset:
        """Return a plane without points."""
        return cls.of(np.empty((0, 2)))

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def d(self) -> int:
        """Number of coordinates."""
        return int(self.points.shape[1])

    @cached_property
    def bounds(self) -> tuple[Floats, Floats]:
        """Least and greatest of what is drawn across and up, each of shape (2,); those of [−1, 1]² if there are no points.

        Kept once it is known: of ten million points it takes a tenth of a second, which whoever makes them spends in the
        background.
        """
        if not self.n:
            return np.full(2, -1.0), np.full(2, 1.0)
        drawn = self.planar()
        return np.array([drawn[:, i].min() for i in (0, 1)]), np.array([drawn[:, i].max() for i in (0, 1)])

    def planar(self) -> Floats:
        """Return what is drawn, shape (n, 2): the first two coordinates; a single one is drawn on a line at y = 0."""
        return planar(self.points)

    def taken(self, rows: Rows) -> Dataset:
        """Return the data set of the given rows, in their order."""
        return replace(
            self,
            points=self.points[rows],
            row_ids=_as_ids(self.row_ids[rows]),
            truth=None if self.truth is None else self.truth[rows],
        )

    def inserted(self, rows: Rows, points: Floats, row_ids: NDArray[Any], truth: NDArray[np.int64] | None) -> Dataset:
        """Return the data set with ``points`` put in so that they become the rows ``rows`` (ascending) of the result.

        Raises
        ------
        ValueError
            If ``row_ids`` are text where those of the data set are numbers, or the other way round.
        """
        if row_ids.dtype.kind != self.row_ids.dtype.kind:
            raise ValueError(f"row_ids are {row_ids.dtype}, but those of the data set are {self.row_ids.dtype}")
        change = Change(self.n, inserted=rows)
        added = self._added(points, row_ids, truth) if len(rows) and rows[0] == self.n else None
        return (added or self._put_in(change, points, row_ids, truth))._following(self, change, points[:0], points)

    def make_room(self) -> None:
        """Prepare for points to be added, in the background: that costs a copy of what is there. Not for ``VAST`` data sets."""
        if SORTED_FROM <= self.n < VAST and "_room" not in vars(self) and self.row_ids.dtype.kind == "i":
            vars(self)["_room"] = Room(self._tables())

    def _put_in(self, change: Change, points: Floats, row_ids: NDArray[Any], truth: NDArray[np.int64] | None) -> Dataset:
        return replace(
            self,
            points=change.carried(self.points, points),
            row_ids=change.carried(self.row_ids, _as_ids(row_ids)),
            truth=None if self.truth is None else change.carried(self.truth, -1 if truth is None else truth),
        )

    def _added(self, points: Floats, row_ids: NDArray[Any], truth: NDArray[np.int64] | None) -> Dataset | None:
        """Add points after all others, in room that is there for them; None where copying is as good."""
        if self.n < SORTED_FROM or row_ids.dtype.kind != "i":
            return None
        room: Room | None = vars(self).get("_room")
        if room is None or not room.takes(self.n, len(points)):
            room = Room(self._tables(), len(points))
        room.add([points, row_ids, -1 if truth is None else truth][: len(self._tables())])
        return self._in(room)

    def _tables(self) -> list[NDArray[Any]]:
        """What has a row for each point."""
        return [table for table in (self.points, self.row_ids, self.truth) if table is not None]

    def _in(self, room: Room) -> Dataset:
        """Return the data set that the rows in use of a room make."""
        points, row_ids, *truth = room.tables()
        made = replace(self, points=points, row_ids=row_ids, truth=truth[0] if truth else None)
        vars(made)["_room"] = room
        return made

    def without(self, rows: Rows) -> Dataset:
        """Return the data set without the given rows (ascending)."""
        gone, change = self.row_ids[rows], Change(self.n, removed=rows)
        row_ids = change.carried(self.row_ids)
        # Text is as wide as its longest, so only if that is gone it may become narrower.
        widest_gone = gone.dtype.kind == "U" and _as_ids(gone).dtype == gone.dtype
        return replace(
            self,
            points=change.carried(self.points),
            row_ids=_as_ids(row_ids) if widest_gone else row_ids,
            truth=None if self.truth is None else change.carried(self.truth),
        )._following(self, change, self.points[rows], self.points[:0])

    def placed(self, rows: Rows, points: Floats) -> Dataset:
        """Return the data set with the given rows moved to ``points``."""
        moved = self.points.copy()
        moved[rows] = points
        change = Change(self.n, moved=np.sort(rows))
        return replace(self, points=moved)._following(self, change, self.points[rows], points)

    @cached_property
    def _token(self) -> object:
        """Stands for this data set where nobody shall keep it from being freed."""
        return object()

    @cached_property
    def _past(self) -> tuple[tuple[object, Change], ...]:
        """Older data sets, and what has become of the rows of each in the next one."""
        return ()

    def change_since(self, older: Dataset) -> Change | None:
        """Return how the rows follow from those of a data set of which some edits have made this one; None if none have.

        That is remembered of the last ``REMEMBERED`` edits.
        """
        tokens = [token for token, _ in self._past] + [self._token]
        if older._token not in tokens:
            return None
        changes = (change for _, change in self._past[tokens.index(older._token) :])
        return reduce(Change.then, changes, Change(older.n))

    def _following(self, before: Dataset, change: Change, gone: Floats, come: Floats) -> Dataset:
        """Take note that an edit has made this data set of ``before``."""
        vars(self)["_past"] = (*before._past, (before._token, change))[-REMEMBERED:]
        return self._bounded(before, gone, come)

    def _bounded(self, before: Dataset, gone: Floats, come: Floats) -> Dataset:
        """Work the bounds out from those of the data set before an edit, if they are known and no point on them is gone."""
        known = vars(before).get("bounds")
        if known is not None and before.n:
            (low, high), gone, come = known, planar(gone), planar(come)
            if not ((gone <= low) | (gone >= high)).any():
                vars(self)["bounds"] = tuple(
                    extreme.reduce(np.vstack([known, come])) for extreme, known in ((np.minimum, low), (np.maximum, high))
                )
        return self

    def fresh_ids(self, count: int) -> NDArray[Any]:
        """Return ``count`` row ids that no row has yet."""
        ids = self.row_ids
        if ids.dtype.kind == "U":
            taken = set(ids[np.strings.startswith(ids, "new ")].tolist())
            free = (name for name in map("new {}".format, counting(1)) if name not in taken)
            return np.array(list(islice(free, count)), dtype=np.str_)
        first = int(ids.max(initial=-1)) + 1
        if first <= np.iinfo(np.int64).max - count:
            return np.arange(first, first + count, dtype=np.int64)
        return np.setdiff1d(np.arange(self.n + count, dtype=np.int64), ids)[:count]


def _as_ids(values: NDArray[Any]) -> NDArray[Any]:
    """Return ``values`` as int64, or as text of the least width that holds them."""
    if values.dtype.kind in "iu":
        return values.astype(np.int64, copy=False)
    text = values.astype(np.str_, copy=False)
    return text.astype(f"<U{max(1, int(np.strings.str_len(text).max(initial=1)))}", copy=False)
