"""Change: which rows of a table an edit took out, put in or moved, and what follows for all that is known by row.

Rows that stay keep their order. So a few row numbers say it all: a row moves down by as many rows as were taken out above it,
and up by as many as were put in. Looking that up takes a binary search for each row asked for, a table follows a change in a
few copies of whole slices, and two changes, one after the other, are again one change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]

NO_ROWS: Rows = np.empty(0, np.intp)
NO_ROWS.flags.writeable = False

WORTH_A_SLICE = 64
"""Rows that copying a slice must save from being copied one by one, or the loop over the slices takes longer."""

BLOCK = 1 << 16
"""Rows copied one by one in one go: temporary arrays of so many stay within a second-level cache."""


@dataclass(frozen=True, eq=False)
class Change:
    """What becomes of the rows of a table.

    Parameters
    ----------
    n_before : int
        Rows before the change.
    removed : ndarray of int
        Rows of the table before it that are gone, ascending.
    inserted : ndarray of int
        Rows of the table after it that are new, ascending.
    moved : ndarray of int
        Rows of the table after it, ascending, that were there before but whose point lies elsewhere now.
    """

    n_before: int
    removed: Rows = field(default_factory=lambda: NO_ROWS)
    inserted: Rows = field(default_factory=lambda: NO_ROWS)
    moved: Rows = field(default_factory=lambda: NO_ROWS)

    @property
    def n_after(self) -> int:
        """Rows after the change."""
        return self.n_before - len(self.removed) + len(self.inserted)

    @property
    def keeps_rows(self) -> bool:
        """Whether each row stays what it is, so that points have moved at most."""
        return not len(self.removed) and not len(self.inserted)

    @property
    def inverse(self) -> Change:
        """The change back."""
        return Change(self.n_after, self.inserted, self.removed, self.came_from(self.moved))

    def where(self, rows: NDArray[np.integer]) -> Rows:
        """Return the row after the change of each row before it, −1 if it is gone."""
        return _followed(rows, self.removed, self.inserted)

    def came_from(self, rows: NDArray[np.integer]) -> Rows:
        """Return the row before the change of each row after it, −1 if it is new."""
        return _followed(rows, self.inserted, self.removed)

    def carried(self, table: NDArray[Any], values: Any = 0) -> NDArray[Any]:
        """Return the table after the change.

        Parameters
        ----------
        table : ndarray of shape (n_before, ...)
            The table before it.
        values : scalar or ndarray of shape (len(inserted), ...)
            What the new rows hold, if there are any.

        Returns
        -------
        ndarray of shape (n_after, ...)
            Of a type that holds both. ``table`` itself if no row comes or goes, a view of it if only its last rows go.
        """
        if self.keeps_rows:
            return table
        if not len(self.inserted) and self.removed[0] == self.n_after:
            return table[: self.n_after]  # the last ones are gone
        kind = np.result_type(table.dtype, values) if len(self.inserted) else table.dtype
        carried = np.empty((self.n_after, *table.shape[1:]), kind)
        leaving, entering = _gaps(self.removed), _gaps(self.inserted)
        stay = self.n_before - len(self.removed)
        # Between two cuts, rows lie side by side before the change as well as after it.
        cuts = merged(np.array([0, stay]), leaving, entering)
        if len(cuts) * WORTH_A_SLICE <= stay:
            old, new = cuts + np.searchsorted(leaving, cuts, "right"), cuts + np.searchsorted(entering, cuts, "right")
            for source, target, length in zip(old.tolist(), new.tolist(), np.diff(cuts).tolist(), strict=False):
                carried[target : target + length] = table[source : source + length]
        elif stay:
            came = np.zeros(self.n_after, np.intp)
            came[_others(self.inserted, self.n_after)] = np.flatnonzero(_others(self.removed, self.n_before))
            for start in range(0, self.n_after, BLOCK):
                block = slice(start, start + BLOCK)
                carried[block] = table.take(came[block], axis=0)  # several times as fast as indexing
        carried[self.inserted] = values
        return carried

    def then(self, following: Change) -> Change:
        """Return the one change that does the same as this one and after it ``following``."""
        gone, kept = self.came_from(following.removed), following.where(self.inserted)
        inserted = merged(kept[kept >= 0], following.inserted)
        moved = following.where(self.moved)
        moved = merged(moved[moved >= 0], following.moved)
        return Change(
            self.n_before,
            merged(self.removed, gone[gone >= 0]),
            inserted,
            moved[~is_among(moved, inserted)],
        )


def merged(*rows: Rows) -> Rows:
    """Return all numbers of some ascending arrays, each once, ascending."""
    numbers = np.sort(np.concatenate(rows), kind="stable")  # which merges what ascends; np.unique takes twenty times as long
    return numbers[np.diff(numbers, prepend=-1) > 0]


def is_among(values: NDArray[np.integer], ascending: Rows) -> NDArray[np.bool_]:
    """Return which ``values`` are among the numbers ``ascending``: a binary search for each."""
    if not len(ascending):
        return np.zeros(len(values), np.bool_)
    found = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    among: NDArray[np.bool_] = ascending[found] == values
    return among


def made_room(rows: NDArray[np.integer], inserted: Rows) -> Rows:
    """Return where ``rows`` end up when other rows are put in that become the rows ``inserted``, ascending."""
    return rows + np.searchsorted(_gaps(inserted), rows, side="right")


def _followed(rows: NDArray[np.integer], removed: Rows, inserted: Rows) -> Rows:
    above = np.searchsorted(removed, rows)
    followed = made_room(rows - above, inserted)
    followed[is_among(rows, removed)] = -1
    return followed


def _gaps(rows: Rows) -> Rows:
    """Return how many other rows lie above each of ``rows``, which ascend."""
    return rows - np.arange(len(rows))


def _others(rows: Rows, n: int) -> NDArray[np.bool_]:
    """Return which of n rows are not among ``rows``."""
    others = np.ones(n, np.bool_)
    others[rows] = False
    return others
