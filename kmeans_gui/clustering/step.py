"""Step: what one half-step of an algorithm shows. The unit in which the whole program thinks.

An algorithm yields steps, a trace keeps them, the canvas draws one. A step is frozen and its arrays are read-only, so it can
be handed from thread to thread without a lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.notes import Note

Labels = NDArray[np.signedinteger]
Floats = NDArray[np.float64]


class Phase(StrEnum):
    """What kind of half-step it is."""

    START = "start"
    ASSIGN = "assign"
    UPDATE = "update"
    DONE = "done"


def label_dtype(k: int) -> type[np.signedinteger]:
    """Return the smallest signed integer type that holds the labels −1 … k − 1."""
    return next(t for t in (np.int8, np.int16, np.int32, np.int64) if k - 1 <= np.iinfo(t).max)


class Overlay:
    """What a step may show besides points and centroids (ellipses, discs, links, a tree): a frozen subclass for each kind.

    The drawing follows from it, never from the algorithm's name.
    """


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """One half-step, as it is shown.

    Parameters
    ----------
    index : int
        Place in the run, from 0.
    iteration : int
        How many assignments have been made so far, this one included; 0 at the start.
    phase : Phase
        What kind of half-step it is.
    labels : ndarray of shape (n,), signed integer
        Index of each point's centroid, in input order; −1 for none.
    centroids : ndarray of shape (k, d), float64, or None
        The centroids on show. The row of a centroid that was dropped is NaN: its number is not given to another.
    objective : float or None
        The objective, measured against the labels and centroids on show; None where there is none yet.
    objective_name : str
        What the objective is called, in lower case.
    changed : int
        How many labels this half-step switched.
    shift : float
        The farthest that this half-step moved a centroid, in data units.
    title : Note
        The act in a few words, fit for a button: "Move 3 centroids".
    note : Note
        What happened, with its numbers, fit for a caption and to be read out.
    overlays : tuple of Overlay
        What the step shows besides points and centroids.
    """

    index: int
    iteration: int
    phase: Phase
    labels: Labels
    centroids: Floats | None
    objective: float | None
    objective_name: str = "objective"
    changed: int = 0
    shift: float = 0.0
    title: Note
    note: Note
    overlays: tuple[Overlay, ...] = ()

    def __post_init__(self) -> None:
        self.labels.flags.writeable = False
        if self.centroids is not None:
            self.centroids.flags.writeable = False

    @property
    def k(self) -> int:
        """Number of centroids, dropped ones included; 0 if the algorithm has none."""
        return 0 if self.centroids is None else len(self.centroids)

    @property
    def iterations(self) -> int:
        """The same as ``iteration``; of a last step, what scikit-learn calls ``n_iter_``."""
        return self.iteration

    def counts(self) -> NDArray[np.intp]:
        """Return how many points each centroid has, shape (k,)."""
        return np.bincount(self.labels[self.labels >= 0], minlength=self.k)
