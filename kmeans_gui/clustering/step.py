"""Step: what one half-step of an algorithm shows. The unit in which the whole program thinks.

An algorithm yields steps, a trace keeps them, the canvas draws one. A step is frozen and its arrays are read-only, so it can
be handed from thread to thread without a lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.assignment import Assignment, Labels, clusters_of, counts_of, label_dtype, labels_of
from kmeans_gui.clustering.label_runs import LabelRuns
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Floats, Overlay

__all__ = ["Assignment", "Floats", "Labels", "Overlay", "Phase", "Step", "label_dtype"]


class Phase(StrEnum):
    """What kind of half-step it is, of those that many algorithms have.

    A run begins with START and ends with its only DONE; ASSIGN gives points to clusters, UPDATE moves centroids. Others are
    an algorithm's own, told apart by any word; they light the lines of its pseudocode.
    """

    START = "start"
    ASSIGN = "assign"
    UPDATE = "update"
    DONE = "done"


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """One half-step, as it is shown.

    Parameters
    ----------
    index : int
        Place in the run, from 0.
    iteration : int
        How many rounds of the algorithm have begun so far, this one included; 0 at the start. Of Lloyd's iteration: how many
        assignments have been made.
    phase : str
        What kind of half-step it is: a :class:`Phase`, or a word of the algorithm's own.
    assignment : ndarray of shape (n,), signed integer, or Packed
        Index of each point's cluster, −1 for none: plainly in input order, or packed. Steps between which no label changes
        share this one object.
    centroids : ndarray of shape (k, d), float64, or None
        The centroids on show; None if the algorithm has none. The row of a centroid that was dropped is NaN: its number is not
        given to another.
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
    metric : str or None
        The distance by which regions around the centroids are drawn, a key of
        :data:`kmeans_gui.clustering.distances.METRICS`; None if the method has no such regions.
    """

    index: int
    iteration: int
    phase: str
    assignment: Assignment
    centroids: Floats | None
    objective: float | None
    objective_name: str = "objective"
    changed: int = 0
    shift: float = 0.0
    title: Note
    note: Note
    overlays: tuple[Overlay, ...] = ()
    metric: str | None = "euclidean"

    def __post_init__(self) -> None:
        if isinstance(self.assignment, np.ndarray):
            self.assignment.setflags(write=False)
        if self.centroids is not None:
            self.centroids.setflags(write=False)

    @property
    def labels(self) -> Labels:
        """Index of each point's cluster, −1 for none; shape (n,), in input order, read-only.

        Those of millions of points have to be unpacked, which takes some milliseconds for each million, unless somebody still
        holds the array that was returned before. Whether two steps have the same labels, their ``assignment`` tells at once.
        """
        return labels_of(self.assignment)

    @property
    def k(self) -> int:
        """Number of clusters: of centroids, dropped ones included, or else of those that the points have labels of."""
        return clusters_of(self.assignment) if self.centroids is None else len(self.centroids)

    @property
    def iterations(self) -> int:
        """The same as ``iteration``; of a last step, what scikit-learn calls ``n_iter_``."""
        return self.iteration

    def counts(self) -> NDArray[np.intp]:
        """Return how many points each cluster has, shape (k,)."""
        return counts_of(self.assignment, self.k)

    def switched_from(self, previous: Step) -> NDArray[np.bool_]:
        """Return which points went from one cluster to another since ``previous``, shape (n,); a first one is no switch."""
        now, before = self.assignment, previous.assignment
        if isinstance(now, LabelRuns) and isinstance(before, LabelRuns) and now.rows is before.rows:
            return now.switched_from(before)
        labels = previous.labels
        switched: NDArray[np.bool_] = (self.labels != labels) & (labels >= 0)
        return switched
