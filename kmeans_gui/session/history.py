"""History: what has been done and can be undone, as edits.

Only inverses are kept. Undoing applies one and keeps *its* inverse for redoing, so that each unit is stored once, whichever way
it can go.
"""

from __future__ import annotations

from collections import deque
from collections.abc import MutableSequence

from kmeans_gui.session.edits import Edit
from kmeans_gui.session.state import State

LIMIT = 1000
"""How many units can be undone."""

BUDGET = 1 << 30
"""How many bytes the edits that can be undone may keep: replaced data sets of millions of points would otherwise pile up."""


class History:
    """The acts of one document.

    Parameters
    ----------
    limit : int
        How many units to keep; the oldest go first.
    budget : int
        How many bytes to keep; the newest unit is kept whatever its size.
    """

    def __init__(self, limit: int = LIMIT, budget: int = BUDGET) -> None:
        self._undo: deque[Edit] = deque(maxlen=limit)
        self._redo: list[Edit] = []
        self._budget = budget
        self._key: str | None = None

    def do(self, state: State, edit: Edit, *, merge: str | None = None) -> State:
        """Apply an edit, take note of it and return the state after it.

        Parameters
        ----------
        state : State
            The state before.
        edit : Edit
            What to do.
        merge : str, optional
            Consecutive edits with the same key are one unit: a spray stroke, a drag.
        """
        after, inverse = edit.apply(state), edit.inverse(state)
        if merge is not None and merge == self._key:
            inverse = inverse.then(self._undo.pop())
        self._undo.append(inverse)
        self._redo.clear()
        self._key = merge
        self._trim()
        return after

    def undo(self, state: State) -> tuple[State, Edit]:
        """Take the last unit back; return the state before it and the edit that was applied.

        Raises
        ------
        IndexError
            If there is nothing to undo.
        """
        return self._take_back(state, self._undo, self._redo)

    def redo(self, state: State) -> tuple[State, Edit]:
        """Do again what was undone last; return the state after it and the edit that was applied.

        Raises
        ------
        IndexError
            If there is nothing to redo.
        """
        return self._take_back(state, self._redo, self._undo)

    def _take_back(self, state: State, units: MutableSequence[Edit], others: MutableSequence[Edit]) -> tuple[State, Edit]:
        """Apply the last of ``units`` and keep its inverse with the ``others``."""
        edit = units[-1]
        result, inverse = edit.apply(state), edit.inverse(state)
        units.pop()
        others.append(inverse)
        self.seal()
        return result, edit

    def seal(self) -> None:
        """End the present unit: whatever comes next is a unit of its own."""
        self._key = None

    def clear(self) -> None:
        """Forget everything: another document has been opened."""
        self._undo.clear()
        self._redo.clear()
        self.seal()

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is something to redo."""
        return bool(self._redo)

    @property
    def undo_title(self) -> str:
        """What would be undone, "" for nothing."""
        return self._undo[-1].title if self._undo else ""

    @property
    def redo_title(self) -> str:
        """What would be redone, "" for nothing."""
        return self._redo[-1].title if self._redo else ""

    def _trim(self) -> None:
        """Forget the oldest units until the budget holds."""
        kept = sum(edit.nbytes for edit in self._undo)
        while kept > self._budget and len(self._undo) > 1:
            kept -= self._undo.popleft().nbytes
