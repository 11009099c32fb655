"""Journal: labels of which each half-step changes few, kept as what has changed.

DBSCAN reaches a point and gives it a cluster, an agglomerative merge renames one cluster, a mini-batch looks at a hundred of a
million points. Such runs have as many half-steps as points, and an array of labels for each of them would take n² bytes. A
journal notes the changes, and a fair copy of all labels each time that as many have changed as there are points; so it takes
no more than about twice the room of the changes, and any page can be read by way of one copy and at most n changes.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_gui.clustering.assignment import Labels, Packed, Weakly, label_dtype


class Journal:
    """The labels of one run, half-step by half-step.

    Writing belongs to one thread; pages may be read in any.

    Parameters
    ----------
    n : int
        Number of points. None has a label at first.
    most : int
        The largest number of clusters that there will be; the labels' type follows from it.
    """

    def __init__(self, n: int, most: int) -> None:
        self._labels = np.full(n, -1, label_dtype(most))
        self._rows: list[NDArray[np.int32]] = []
        self._values: list[Labels] = []
        self._copied: list[int] = [0]  # the length of the journal when each copy was made
        self._copies: list[Labels] = [self._labels.copy()]
        self._since = 0  # changes since the last copy
        self._page: Page | None = None

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self._labels)

    @property
    def labels(self) -> Labels:
        """The labels as they are now, shape (n,): a view that cannot be written to and that changes with the journal."""
        view = self._labels.view()
        view.flags.writeable = False
        return view

    def write(self, rows: ArrayLike, values: ArrayLike, k: int) -> Page:
        """Note new labels and return what all of them are then.

        Parameters
        ----------
        rows : array-like of shape (m,), int
            Points, each at most once.
        values : array-like of shape (m,) or one number, int
            Their labels, −1 for none.
        k : int
            The number of clusters from now on.

        Returns
        -------
        Page
            The same as the last one if nothing has changed; ``changed`` of it says how many labels have.
        """
        which = np.atleast_1d(np.asarray(rows, np.int32))
        new = np.broadcast_to(np.asarray(values, self._labels.dtype), which.shape)
        differ = self._labels[which] != new
        which, new = which[differ], np.array(new[differ])
        if self._page is not None and not len(which) and self._page.k == k:
            return self._page
        self._labels[which] = new
        self._rows.append(which)
        self._values.append(new)
        self._since += len(which)
        if self._since >= self.n:
            self._copies.append(self._labels.copy())
            self._copied.append(len(self._rows))  # after the copy, for those who read meanwhile
            self._since = 0
        self._page = Page(self, len(self._rows), k, len(which))
        return self._page

    def page(self) -> Page:
        """Return what the labels are now."""
        return self._page if self._page is not None else self.write((), (), 0)

    def read(self, length: int) -> Labels:
        """Return the labels after the first ``length`` notes, shape (n,)."""
        copy = bisect_right(self._copied, length) - 1
        labels = self._copies[copy].copy()
        first = self._copied[copy]
        if first < length:
            # Where a point occurs more than once its last label stays.
            labels[np.concatenate(self._rows[first:length])] = np.concatenate(self._values[first:length])
        return labels

    def nbytes_of(self, length: int) -> int:
        """Return the bytes of note ``length``, counted from 1."""
        return self._rows[length - 1].nbytes + self._values[length - 1].nbytes


@dataclass(frozen=True, eq=False)
class Page(Packed):
    """The labels of a journal after so many notes.

    Parameters
    ----------
    journal : Journal
    length : int
        How many notes have been made.
    k : int
        Number of clusters.
    changed : int
        How many labels the last of these notes changed.
    """

    journal: Journal
    length: int
    k: int
    changed: int
    _unpacked: Weakly = field(default_factory=Weakly, init=False, repr=False)

    @property
    def n(self) -> int:
        """Number of points."""
        return self.journal.n

    @property
    def nbytes(self) -> int:
        """Bytes of its own note."""
        return self.journal.nbytes_of(self.length)

    def labels(self) -> Labels:
        """Return the labels in input order, shape (n,), read-only, −1 for none."""
        return self._unpacked.get(self._read)

    def _read(self) -> Labels:
        labels = self.journal.read(self.length)
        labels.flags.writeable = False
        return labels
