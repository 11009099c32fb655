"""Labels packed as runs, so that every assignment of a long run over millions of points fits into memory.

Points never move during a run, so they are sorted once along a space-filling curve
(:mod:`kmeans_gui.clustering.spatial_order`): neighbors on the curve are neighbors in space. The points nearest to one centroid
fill a convex cell, hence along the curve the label changes only where the curve crosses the border of a cell, and between two
crossings it stays the same. So a list of such stretches, where each begins and which label it has, says it all (run-length
encoding: Golomb, "Run-length encodings", IEEE Transactions on Information Theory 12, 1966). The borders of k cells in the plane
pass by some √(k n) of n points, which makes ten million labels one or two hundred kilobytes.

Labels that follow no cells, as those given by hand, may take more room as runs than as they are; then they are kept plainly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.assignment import Labels, Packed, Weakly, label_dtype

Places = NDArray[np.int32]

_BLOCK = 1 << 16
"""Points that are looked at in one go: temporary arrays of so many stay within a second-level cache."""


@dataclass(frozen=True, eq=False)
class LabelRuns(Packed):
    """The labels of n points as r runs of equal labels along a curve through the points.

    Parameters
    ----------
    starts : ndarray of shape (r,), int32
        The place on the curve where each run begins, ascending from 0. Each ends where the next one begins, the last at n.
    values : ndarray of shape (r,), int16
        The label of each run, −1 for none.
    rows : ndarray of shape (n,), int32
        The row in the input of the point at each place on the curve. All assignments of a run share this one array.
    k : int
        Number of clusters, those without points included.
    """

    starts: Places
    values: NDArray[np.int16]
    rows: Places
    k: int
    _unpacked: Weakly = field(default_factory=Weakly, init=False, repr=False)

    def __post_init__(self) -> None:
        for array in (self.starts, self.values, self.rows):
            array.flags.writeable = False

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self.rows)

    @property
    def nbytes(self) -> int:
        """Bytes of the runs, without the rows, which are shared."""
        return self.starts.nbytes + self.values.nbytes

    def labels(self) -> Labels:
        """Return the labels in input order, shape (n,), of type ``label_dtype(k)``, read-only.

        As long as somebody holds that array, asking again returns the same one and takes no time.
        """
        return self._unpacked.get(self._unpack)

    def label(self, row: int) -> int:
        """Return the label of one point, without unpacking the others."""
        place = int(np.argmax(self.rows == row))
        return int(self.values[np.searchsorted(self.starts, place, side="right") - 1])

    def on_curve(self) -> Labels:
        """Return the labels in the order of the curve, shape (n,), of type ``label_dtype(k)``."""
        values, lengths = self.values.astype(label_dtype(self.k)), self._lengths()
        labels = np.empty_like(values, shape=self.n)
        # Some runs at a time, since numpy repeats numbers without letting another thread in.
        blocks = np.arange(0, self.n, _BLOCK, dtype=self.starts.dtype)  # of another type, all starts would be copied
        cuts = np.unique(np.append(np.searchsorted(self.starts, blocks), len(values)))
        for first, last in pairwise(cuts.tolist()):
            piece = np.repeat(values[first:last], lengths[first:last])
            labels[self.starts[first] : self.starts[first] + len(piece)] = piece
        return labels

    def counts(self) -> NDArray[np.intp]:
        """Return how many points have each label, shape (k,), without unpacking."""
        having = self.values >= 0
        # Weighted counts are floats, exact up to 2**53.
        return np.bincount(self.values[having], weights=self._lengths()[having], minlength=self.k).astype(np.intp)

    def switched_from(self, before: LabelRuns) -> NDArray[np.bool_]:
        """Return which points had another label ``before``, and had one at all; shape (n,), in input order.

        They are compared run by run, so the two must share their ``rows``.
        """
        switched = np.zeros(self.n, np.bool_)
        switched[self.rows[self.places_switched_from(before)]] = True
        return switched

    def places_switched_from(self, before: LabelRuns) -> NDArray[np.intp]:
        """Return the places on the curve, ascending, of the points that had another label ``before``, and had one at all.

        It takes as long as there are runs and such points, however many there are of others.
        """
        assert self.rows is before.rows
        cuts = np.union1d(self.starts, before.starts)
        now, then = self._values_at(cuts), before._values_at(cuts)
        which = (now != then) & (then >= 0)
        starts, lengths = cuts[which], np.diff(cuts, append=self.n)[which]
        ends = np.cumsum(lengths)
        places: NDArray[np.intp] = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths)
        return places

    def _values_at(self, places: NDArray[np.integer]) -> NDArray[np.int16]:
        return self.values[np.searchsorted(self.starts, places, side="right") - 1]

    def _lengths(self) -> Places:
        return np.diff(self.starts, append=np.int32(self.n))

    def _unpack(self) -> Labels:
        on_curve = self.on_curve()
        labels = np.empty_like(on_curve)
        for block in _blocks(self.n):
            # numpy takes another way for indices of its own type, which is twice as fast.
            labels[self.rows[block].astype(np.intp)] = on_curve[block]
        labels.flags.writeable = False
        return labels


def _blocks(n: int) -> Iterator[slice]:
    return (slice(first, first + _BLOCK) for first in range(0, n, _BLOCK))
