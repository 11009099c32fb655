"""Dataset: the points and what is known about them. Frozen; an edit makes a new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_gui.clustering import Floats

Rows = NDArray[np.intp]


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
        What each row is called where it came from; unique within the set.
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
            row_ids=np.arange(n) if row_ids is None else row_ids.copy(),
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

    def planar(self) -> Floats:
        """Return what is drawn, shape (n, 2): the first two coordinates; a single one is drawn on a line at y = 0."""
        if self.d == 1:
            return np.column_stack([self.points[:, 0], np.zeros(self.n)])
        return self.points[:, :2]

    def taken(self, rows: Rows) -> Dataset:
        """Return the data set of the given rows, in their order."""
        return replace(
            self,
            points=self.points[rows],
            row_ids=self.row_ids[rows],
            truth=None if self.truth is None else self.truth[rows],
        )

    def inserted(self, rows: Rows, points: Floats, row_ids: NDArray[Any], truth: NDArray[np.int64] | None) -> Dataset:
        """Return the data set with ``points`` put in so that they become the rows ``rows`` (ascending) of the result."""
        at = rows - np.arange(len(rows))
        own = truth if truth is not None else np.full(len(rows), -1, np.int64)
        return replace(
            self,
            points=np.insert(self.points, at, points, axis=0),
            row_ids=np.insert(self._ids_that_hold(row_ids), at, row_ids),
            truth=None if self.truth is None else np.insert(self.truth, at, own),
        )

    def _ids_that_hold(self, others: NDArray[Any]) -> NDArray[Any]:
        """Return the ids in a type that also holds ``others``: text widens, numbers stay numbers."""
        return self.row_ids.astype(np.result_type(self.row_ids.dtype, others.dtype), copy=False)

    def placed(self, rows: Rows, points: Floats) -> Dataset:
        """Return the data set with the given rows moved to ``points``."""
        moved = self.points.copy()
        moved[rows] = points
        return replace(self, points=moved)

    def fresh_ids(self, count: int) -> NDArray[Any]:
        """Return ``count`` row ids that no row has yet."""
        if self.row_ids.dtype.kind == "i":
            first = int(self.row_ids.max()) + 1 if self.n else 0
            return np.arange(first, first + count)
        taken = set(self.row_ids.tolist())
        names = (f"new {i}" for i in range(1, self.n + count + 1))
        free = [name for name in names if name not in taken]
        return np.array(free[:count], dtype=np.str_)
