"""Dataset: the points and what is known about them. Frozen; an edit makes a new one."""

from __future__ import annotations

from functools import cached_property, reduce
from itertools import count as counting
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.data.cells import planar
from kmeans_gui.data.change import NO_ROWS, Change, Rows
from kmeans_gui.data.table import Table

__all__ = ["Dataset", "Rows"]


REMEMBERED = 64
"""Edits of which a data set knows, so that whoever knows an older one can follow."""


class Dataset:
    """A set of points, frozen.

    Edits make new sets, in a moment however large they are: see :mod:`kmeans_gui.data.table`.

    Parameters
    ----------
    points : ndarray of shape (n, d), float64, or Table of such
        The coordinates, all finite; n may be 0, d is at least 1. Arrays become read-only.
    columns : tuple of str
        The d names of the coordinates.
    row_ids : ndarray of shape (n,), int64 or str, or Table of such
        What each row is called where it came from; unique within the set. :meth:`of` and the edits below keep text as narrow
        as it can be, so that an edit and its inverse give back the same type.
    truth : ndarray of shape (n,), int64, or Table of such, or None
        The planted or given cluster of each point, −1 for none.
    source : str
        Where the points came from, in a few words: "Gaussians", "iris.csv".
    left_out : int
        How many rows of the source were left out because a value was missing or not finite.
    """

    source = "Drawn by hand"

    def __init__(
        self,
        *,
        points: Floats | Table,
        columns: tuple[str, ...],
        row_ids: NDArray[Any] | Table,
        truth: NDArray[np.int64] | Table | None = None,
        source: str = source,
        left_out: int = 0,
    ) -> None:
        self.table, self._ids = _as_table(points), _as_table(row_ids)
        self._truth = None if truth is None else _as_table(truth)
        self.columns, self.source, self.left_out = columns, source, left_out
        if len(columns) != self.d or any(len(table) != self.n for table in self._tables()):
            raise ValueError("columns, row_ids and truth must fit the points")
        if self._ids.base.dtype.kind not in "iU":
            raise ValueError(f"row_ids must be whole numbers or text, not {self._ids.base.dtype}")

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
        return len(self.table)

    @property
    def d(self) -> int:
        """Number of coordinates."""
        return int(self.table.base.shape[1])

    @property
    def points(self) -> Floats:
        """The coordinates, shape (n, d), read-only; after edits they are copied at the first asking."""
        points: Floats = self.table.array
        return points

    @cached_property
    def row_ids(self) -> NDArray[Any]:
        """What each row is called, shape (n,), read-only; copied likewise."""
        ids = _as_ids(self._ids.array)
        ids.flags.writeable = False
        return ids

    def ids_at(self, rows: Rows) -> NDArray[Any]:
        """Return what some rows are called."""
        return self._ids.at(rows)

    @property
    def truth(self) -> NDArray[np.int64] | None:
        """The planted or given cluster of each point, shape (n,), read-only; copied likewise."""
        return None if self._truth is None else self._truth.array

    def settle(self) -> None:
        """Carry out all edits, in the background."""
        for table in self._tables():
            _ = table.array

    def _tables(self) -> list[Table]:
        """What has a row for each point."""
        return [table for table in (self.table, self._ids, self._truth) if table is not None]

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
        truth = None if self._truth is None else self._truth.at(rows)
        return self._of(self.table.at(rows), _as_ids(self._ids.at(rows)), truth)

    def inserted(self, rows: Rows, points: Floats, row_ids: NDArray[Any], truth: NDArray[np.int64] | None) -> Dataset:
        """Return the data set with ``points`` put in so that they become the rows ``rows`` (ascending) of the result.

        Raises
        ------
        ValueError
            If ``row_ids`` are text where those of the data set are numbers, or the other way round.
        """
        kind = self._ids.base.dtype
        if row_ids.dtype.kind != kind.kind:
            raise ValueError(f"row_ids are {row_ids.dtype}, but those of the data set are {kind}")
        clusters = np.full(len(rows), -1, np.int64) if truth is None else truth
        return self._after(Change(self.n, inserted=rows), points, _as_ids(row_ids), clusters, self.table.base[:0])

    def without(self, rows: Rows) -> Dataset:
        """Return the data set without the given rows (ascending)."""
        none = self.taken(NO_ROWS)
        change = Change(self.n, removed=rows)
        return self._after(change, none.points, none.row_ids, np.empty(0, np.int64), self.table.at(rows))

    def placed(self, rows: Rows, points: Floats) -> Dataset:
        """Return the data set with the given rows moved to ``points``."""
        order = np.argsort(rows)
        change = Change(self.n, moved=rows[order])
        made = self._of(self.table.after(change, points[order]), self._ids, self._truth)
        return made._following(self, change, self.table.at(rows), points)

    def _after(self, change: Change, points: Floats, row_ids: NDArray[Any], truth: NDArray[np.int64], gone: Floats) -> Dataset:
        """Return the data set after rows have come or gone."""
        made = self._of(
            self.table.after(change, points),
            self._ids.after(change, row_ids),
            None if self._truth is None else self._truth.after(change, truth),
        )
        return made._following(self, change, gone, points)

    def _of(self, points: Floats | Table, row_ids: NDArray[Any] | Table, truth: NDArray[np.int64] | Table | None) -> Dataset:
        """Return a data set that came from the same source."""
        return Dataset(
            points=points, columns=self.columns, row_ids=row_ids, truth=truth, source=self.source, left_out=self.left_out
        )

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
        if self._ids.base.dtype.kind == "i":
            vars(self)["_highest_id"] = max(before._highest_id, int(self._ids.values.max(initial=-1)))
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
        if self._ids.base.dtype.kind == "U":
            ids = self.row_ids
            taken = set(ids[np.strings.startswith(ids, "new ")].tolist())
            free = (name for name in map("new {}".format, counting(1)) if name not in taken)
            return np.array(list(islice(free, count)), dtype=np.str_)
        first = self._highest_id + 1
        if first <= np.iinfo(np.int64).max - count:
            return np.arange(first, first + count, dtype=np.int64)
        return np.setdiff1d(np.arange(self.n + count, dtype=np.int64), self.row_ids)[:count]

    @cached_property
    def _highest_id(self) -> int:
        """At least as high as any id, if these are numbers; ids of points that have been removed are not given again."""
        return int(self.row_ids.max(initial=-1))


def _as_table(rows: NDArray[Any] | Table) -> Table:
    return rows if isinstance(rows, Table) else Table.of(rows)


def _as_ids(values: NDArray[Any]) -> NDArray[Any]:
    """Return ``values`` as int64, or as text of the least width that holds them."""
    if values.dtype.kind in "iu":
        return values.astype(np.int64, copy=False)
    text = values.astype(np.str_, copy=False)
    return text.astype(f"<U{max(1, int(np.strings.str_len(text).max(initial=1)))}", copy=False)
