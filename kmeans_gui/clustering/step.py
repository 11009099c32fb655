"""Step: what one half-step of an algorithm shows. The unit in which the whole program thinks.

An algorithm yields steps, a trace keeps them, the canvas draws one. A step is frozen and its arrays are read-only, so it can
be handed from thread to thread without a lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.label_runs import Assignment, LabelRuns, Labels, label_dtype
from kmeans_gui.clustering.notes import Note

__all__ = ["Assignment", "Floats", "Labels", "Overlay", "Phase", "Step", "label_dtype"]

Floats = NDArray[np.float64]


class Phase(StrEnum):
    """What kind of half-step it is."""

    START = "start"
    ASSIGN = "assign"
    UPDATE = "update"
    DONE = "done"


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
    assignment : ndarray of shape (n,), signed integer, or LabelRuns
        Index of each point's centroid, −1 for none: plainly in input order, or packed. Steps between which no label changes
        share this one object.
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
    assignment: Assignment
    centroids: Floats | None
    objective: float | None
    objective_name: str = "objective"
    changed: int = 0
    shift: float = 0.0
    title: Note
    note: Note
    overlays: tuple[Overlay, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.assignment, np.ndarray):
            self.assignment.setflags(write=False)
        if self.centroids is not None:
            self.centroids.setflags(write=False)

    @property
    def labels(self) -> Labels:
        """Index of each point's centroid, −1 for none; shape (n,), in input order, read-only.

        Those of millions of points have to be unpacked, which takes some milliseconds for each million, unless somebody still
        holds the array that was returned before. Whether two steps have the same labels, their ``assignment`` tells at once.
        """
        return self.assignment.labels() if isinstance(self.assignment, LabelRuns) else self.assignment

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
        if isinstance(self.assignment, LabelRuns):
            return self.assignment.counts()
        return np.bincount(self.labels[self.labels >= 0], minlength=self.k)

    def switched_from(self, previous: Step) -> NDArray[np.bool_]:
        """Return which points went from one centroid to another since ``previous``, shape (n,); a first one is no switch."""
        now, before = self.assignment, previous.assignment
        if isinstance(now, LabelRuns) and isinstance(before, LabelRuns) and now.rows is before.rows:
            return now.switched_from(before)
        labels = previous.labels
        switched: NDArray[np.bool_] = (self.labels != labels) & (labels >= 0)
        return switched
