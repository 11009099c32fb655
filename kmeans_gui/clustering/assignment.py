"""Assignment: which cluster each point has, as a plain array or packed into less room.

A run keeps an assignment for each of its half-steps, and plain arrays of many points would soon fill the memory. What is packed
unpacks when somebody asks: :class:`kmeans_gui.clustering.label_runs.LabelRuns` as runs along a curve through the points,
:class:`kmeans_gui.clustering.journal.Page` as what has changed since the half-step before.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import Lock
from weakref import ref

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.signedinteger]


def label_dtype(k: int) -> type[np.signedinteger]:
    """Return the smallest signed integer type that holds the labels −1 … k − 1."""
    return next(t for t in (np.int8, np.int16, np.int32, np.int64) if k - 1 <= np.iinfo(t).max)


REPEAT = 256
"""Colors repeat after so many clusters: more cannot be told apart."""


def few_labels(labels: Labels, most: int = 1 << 14) -> NDArray[np.int16]:
    """Return labels as they are drawn, shape (n,): those from ``most`` on become lower ones of the same color.

    ``most`` is a multiple of ``REPEAT``. Labels that fit as they are stay what they are.
    """
    if labels.dtype.itemsize <= 2 and labels.max(initial=-1) < most:
        return labels.astype(np.int16, copy=False)
    wide = np.where(labels < most, labels, most - REPEAT + labels % REPEAT)
    return wide.astype(np.int16)


class Packed(ABC):
    """An assignment that is not kept as an array. Frozen; may be read from any thread."""

    k: int
    """Number of clusters, those without points included."""

    @property
    @abstractmethod
    def n(self) -> int:
        """Number of points."""

    @property
    @abstractmethod
    def nbytes(self) -> int:
        """Bytes of its own, without what it shares with other assignments of the same run."""

    @abstractmethod
    def labels(self) -> Labels:
        """Return the labels in input order, shape (n,), read-only, −1 for none.

        As long as somebody holds that array, asking again returns the same one and takes no time.
        """

    def label(self, row: int) -> int:
        """Return the label of one point."""
        return int(self.labels()[row])

    def counts(self) -> NDArray[np.intp]:
        """Return how many points each cluster has, shape (k,)."""
        return count(self.labels(), self.k)


Assignment = Labels | Packed
"""Which cluster each point has: plain labels in input order, or packed ones."""


def labels_of(assignment: Assignment) -> Labels:
    """Return the labels in input order, shape (n,); packed ones have to be unpacked, which takes its time."""
    return assignment.labels() if isinstance(assignment, Packed) else assignment


def label_of(assignment: Assignment, row: int) -> int:
    """Return the label of one point, −1 for none."""
    return assignment.label(row) if isinstance(assignment, Packed) else int(assignment[row])


def clusters_of(assignment: Assignment) -> int:
    """Return the number of clusters: what packed labels say, or one more than the highest of plain ones."""
    return assignment.k if isinstance(assignment, Packed) else int(assignment.max(initial=-1)) + 1


def counts_of(assignment: Assignment, k: int) -> NDArray[np.intp]:
    """Return how many points each of ``k`` clusters has, shape (k,)."""
    return assignment.counts() if isinstance(assignment, Packed) else count(assignment, k)


def count(labels: Labels, k: int) -> NDArray[np.intp]:
    """Return how often each label from 0 occurs, shape (k,)."""
    return np.bincount(labels[labels >= 0], minlength=k)


class Weakly:
    """Remembers an array as long as somebody else holds it. May be asked from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: ref[Labels] | None = None

    def get(self, make: Callable[[], Labels]) -> Labels:
        """Return the remembered array; if there is none, make it."""
        with self._lock:
            array = None if self._made is None else self._made()
            if array is None:
                array = make()
                self._made = ref(array)
            return array
