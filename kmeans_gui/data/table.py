"""Table: a row for each point, and edits of them that are noted at once and carried out when somebody needs the whole.

To take a point out of ten million, or to move it, would copy them all: they are frozen, since runs and pictures under way
still look at them. That takes longer than a hand may wait. So an edit only adds to the notes of what has changed, which is as
much work as the edit is large. Whoever asks for some rows finds them by the notes; for whoever asks for the whole, as a run
does in its own thread, the array is made once, and later notes begin from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.data.change import NO_ROWS, Change, Rows, is_among, merged


@dataclass(frozen=True, eq=False)
class Table:
    """A table that may have been edited.

    Parameters
    ----------
    base : ndarray of shape (m, ...), read-only
        The table as it was.
    change : Change
        What has become of its rows.
    fresh : ndarray of int
        Rows of the table as it is that are not those of ``base``, because they have been put in or moved; ascending.
    values : ndarray of shape (len(fresh), ...)
        What these rows hold.
    """

    base: NDArray[Any]
    change: Change
    fresh: Rows
    values: NDArray[Any]

    @classmethod
    def of(cls, array: NDArray[Any]) -> Table:
        """Return an array as a table; it becomes read-only."""
        array.flags.writeable = False
        return cls(array, Change(len(array)), NO_ROWS, array[:0])

    def __len__(self) -> int:
        return self.change.n_after

    @property
    def is_whole(self) -> bool:
        """Whether :attr:`array` is at hand."""
        return "array" in vars(self) or (self.change.keeps_rows and not len(self.fresh))

    @cached_property
    def array(self) -> NDArray[Any]:
        """The table as it is, read-only. If it has been edited, it is copied at the first asking."""
        if self.is_whole:
            return self.base
        moved = is_among(self.fresh, self.change.moved)
        whole = self.change.carried(self.base, self.values[~moved])
        if moved.any():
            whole = whole if whole.flags.writeable else whole.copy()
            whole[self.fresh[moved]] = self.values[moved]
        whole.flags.writeable = False
        return whole

    def at(self, rows: NDArray[np.integer]) -> NDArray[Any]:
        """Return some rows, in the order in which they are asked for."""
        if self.is_whole:
            some: NDArray[Any] = self.array[rows]
            return some
        fresh = is_among(rows, self.fresh)
        found = np.empty((len(rows), *self.base.shape[1:]), np.result_type(self.base.dtype, self.values.dtype))
        found[~fresh] = self.base[self.change.came_from(rows[~fresh])]
        found[fresh] = self.values[np.searchsorted(self.fresh, rows[fresh])]
        return found

    def after(self, change: Change, values: NDArray[Any]) -> Table:
        """Return the table after a change.

        Parameters
        ----------
        change : Change
            What becomes of the rows as they are.
        values : ndarray of shape (m, ...)
            What the rows hold that it puts in or moves, ascending.
        """
        if self.is_whole:
            return Table(self.array, change, merged(change.inserted, change.moved), values)
        kept = change.where(self.fresh)
        staying = (kept >= 0) & ~is_among(kept, change.moved)
        come = merged(change.inserted, change.moved)
        rows = np.concatenate([kept[staying], come])
        order = np.argsort(rows)
        return Table(self.base, self.change.then(change), rows[order], np.concatenate([self.values[staying], values])[order])
