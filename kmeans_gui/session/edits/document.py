"""Edits of the document as a whole: another data set, other choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.edits.base import Compound, Edit, bytes_of
from kmeans_gui.session.state import State

CONFIGURABLE = frozenset({"algorithm", "parameters", "seed", "start", "position"})
"""The fields of a state that :class:`Configure` may change."""


@dataclass(frozen=True, eq=False)
class ReplaceDataset(Edit):
    """Put another data set in the place of this one: a new board, a file.

    Centroids placed by hand go if they do not have as many coordinates as the new points.
    """

    dataset: Dataset
    title: str

    def apply(self, state: State) -> State:
        """Return the state with the other data set."""
        return replace(state, dataset=self.dataset, start=state.start if self._keeps_start(state) else None)

    def inverse(self, state: State) -> Edit:
        """Return the replacement by the present data set, which is frozen and therefore need not be copied."""
        back = ReplaceDataset(state.dataset, self.title)
        return back if self._keeps_start(state) else Compound((back, Configure({"start": state.start}, self.title)), self.title)

    def _keeps_start(self, state: State) -> bool:
        return state.start is None or state.start.shape[1] == self.dataset.d

    def change(self, n: int) -> None:
        """No row corresponds to another."""
        return

    def joined(self, following: Edit) -> Edit | None:
        """Of two data sets the second counts. With other coordinates than the first it may spare what the first did not."""
        if isinstance(following, ReplaceDataset) and following.dataset.d == self.dataset.d:
            return ReplaceDataset(following.dataset, self.title)
        return None

    @property
    def nbytes(self) -> int:
        """Bytes of the data set."""
        return bytes_of(self.dataset.points, self.dataset.row_ids, self.dataset.truth)


@dataclass(frozen=True, eq=False)
class Configure(Edit):
    """Choose an algorithm, parameters, a seed or starting centroids.

    Parameters
    ----------
    changes : mapping
        New values by field of the state; the fields are those of ``CONFIGURABLE``.
    title : str
        "change K", "place a centroid".
    """

    changes: Mapping[str, Any]
    title: str

    def __post_init__(self) -> None:
        if unknown := set(self.changes) - CONFIGURABLE:
            raise ValueError(f"an edit cannot configure {', '.join(sorted(unknown))}")

    def apply(self, state: State) -> State:
        """Return the state with the new values."""
        return replace(state, **self.changes)

    def inverse(self, state: State) -> Edit:
        """Return the choice of the old values."""
        return Configure({name: getattr(state, name) for name in self.changes}, self.title)

    def joined(self, following: Edit) -> Edit | None:
        """Of two choices the second counts where both say something."""
        if not isinstance(following, Configure):
            return None
        return Configure({**self.changes, **following.changes}, self.title)
