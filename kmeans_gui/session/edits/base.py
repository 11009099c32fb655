"""What an edit is, and several edits as one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from numpy.typing import NDArray

from kmeans_gui.data.change import Change
from kmeans_gui.session.state import State


class Edit(ABC):
    """One act on the document.

    Attributes
    ----------
    title : str
        The act in a few words, in lower case, fit to follow "Undo": "add 12 points".
    """

    title: str

    @abstractmethod
    def apply(self, state: State) -> State:
        """Return the state after the edit."""

    @abstractmethod
    def inverse(self, state: State) -> Edit:
        """Return the edit that takes ``apply(state)`` back to ``state``, which is the state before the edit."""

    def change(self, n: int) -> Change | None:
        """Say what becomes of the rows.

        Parameters
        ----------
        n : int
            Number of points before the edit.

        Returns
        -------
        Change or None
            None if the data set was replaced, so that rows before and after have nothing to do with each other.
        """
        return Change(n)

    def then(self, following: Edit) -> Edit:
        """Return one edit that does this and after it ``following``, under this one's title."""
        *before, last = self.parts
        first, *after = following.parts
        joined = last.joined(first)
        if joined is None:
            return Compound((*self.parts, *following.parts), self.title)
        parts = (*before, joined, *after)
        return joined if len(parts) == 1 else Compound(parts, self.title if before else joined.title)

    def joined(self, following: Edit) -> Edit | None:
        """Return a single edit that does this and after it ``following``, or None if there is none."""
        return None

    @property
    def parts(self) -> tuple[Edit, ...]:
        """The single edits that this one consists of, in order."""
        return (self,)

    @property
    def nbytes(self) -> int:
        """About how many bytes the edit keeps from being freed."""
        return 0


@dataclass(frozen=True, eq=False)
class Compound(Edit):
    """Several edits (at least one), one after the other, as one act."""

    edits: tuple[Edit, ...]
    title: str

    def apply(self, state: State) -> State:
        """Return the state after the last edit."""
        for edit in self.edits:
            state = edit.apply(state)
        return state

    def inverse(self, state: State) -> Edit:
        """Return the edits' inverses, the last first."""
        inverses = [self.edits[0].inverse(state)]
        for done, edit in pairwise(self.edits):
            state = done.apply(state)
            inverses.append(edit.inverse(state))
        return Compound(tuple(reversed(inverses)), self.title)

    def change(self, n: int) -> Change | None:
        """Follow the rows through all edits."""
        through = Change(n)
        for edit in self.edits:
            following = edit.change(through.n_after)
            if following is None:
                return None
            through = through.then(following)
        return through

    @property
    def parts(self) -> tuple[Edit, ...]:
        """The single edits, in order."""
        return tuple(part for edit in self.edits for part in edit.parts)

    @property
    def nbytes(self) -> int:
        """Bytes of all edits."""
        return sum(edit.nbytes for edit in self.edits)


def bytes_of(*arrays: NDArray[Any] | None) -> int:
    """Return how many bytes the arrays take."""
    return sum(array.nbytes for array in arrays if array is not None)
