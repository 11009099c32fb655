"""Kernel: what all regimes have in common. A regime says how points are assigned; the rest follows from exact sums."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.assignment import Assignment, labels_of
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels.exact import SMALLEST
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.clustering.step import Floats, Labels
from kmeans_gui.errors import CancelQuestion

BLOCK = 1 << 15
"""Points a block in plain numpy: the working arrays of one stay within a second-level cache."""


class Halt(IntEnum):
    """Why :meth:`Kernel.advance` came back."""

    GOING_ON = 0
    """All iterations asked for were made."""
    SETTLED = 1
    """The last assignment changed nothing."""
    EMPTY = 2
    """The last assignment left a centroid without points; it has not been followed by an update."""


GOING_ON, SETTLED, EMPTY = map(int, Halt)
"""The same for compiled loops."""


@dataclass(frozen=True)
class Advance:
    """The outcome of several iterations in a row.

    Parameters
    ----------
    made : int
        How many assignments were made.
    changed : int
        How many labels the last one switched.
    centroids : ndarray of shape (k, d)
        Where the centroids are now.
    halt : Halt
        Why it stopped.
    """

    made: int
    changed: int
    centroids: Floats
    halt: Halt


class Kernel(ABC):
    """The loops over the points of one run. It remembers which point belongs to which centroid.

    Centroids come and go in the units of the data. Ties go to the lowest index; a centroid whose row is NaN takes no points.
    Every kernel gives the same answers, bit for bit.

    Parameters
    ----------
    points : Points
    k : int
    cancelled : callable
        Asked every few milliseconds; True ends the work with :class:`kmeans_gui.errors.Cancelled`.

    Attributes
    ----------
    _sums : ndarray of shape (k + 1, d, bins)
        Each centroid's points, summed exactly. The last row is nobody's: there every point starts.
    _counts : ndarray of shape (k + 1,), int64
        How many points each centroid has.
    """

    def __init__(self, points: Points, k: int, cancelled: CancelQuestion) -> None:
        self.points = points
        self.k = k
        self.cancelled = cancelled
        self._sums = np.zeros((k + 1, points.d, len(points.anchors)))
        self._counts = np.zeros(k + 1, np.int64)
        self._counts[k] = points.n

    @abstractmethod
    def _assign(self, centroids: Floats) -> int:
        """Give each point to the nearest of the scaled ``centroids``, keep the sums, return how many labels changed."""

    @abstractmethod
    def assignment(self) -> Assignment:
        """Return whose point each one is, −1 before the first assignment: a copy that later assignments leave alone."""

    def prepare(self) -> None:  # noqa: B027  most have nothing to prepare
        """Do now what would otherwise be done at the first assignment."""

    def labels(self) -> Labels:
        """Return whose point each one is, shape (n,), in input order."""
        return labels_of(self.assignment())

    @abstractmethod
    def adopt(self, labels: Labels) -> None:
        """Go on from ``labels``, shape (n,), in input order; −1 for nobody's."""

    def far_points(self, first: int, draws: Floats) -> NDArray[np.intp]:
        """Return the rows of k points far from each other, by greedy k-means++.

        Parameters
        ----------
        first : int
            Place of the first one in the order of ``Points.order``.
        draws : ndarray of shape (k − 1, trials)
            Random numbers from [0, 1).
        """
        rows, columns = self.points.order(self.cancelled)
        places = self.points.loops.choose_far_points(columns, first, draws, self.cancelled)
        return np.asarray(places if rows is None else rows[places], np.intp)

    def assign(self, centroids: Floats) -> int:
        """Give each point to its nearest centroid; return how many labels that changed."""
        return self._assign(np.ascontiguousarray(centroids * self.points.scale))

    def means(self) -> tuple[Floats, NDArray[np.int64]]:
        """Return the mean of each centroid's points, shape (k, d), NaN where there are none, and the counts, shape (k,)."""
        return self._means_of(self._sums, self._counts)

    def means_of(self, labels: Labels) -> Floats:
        """Return the mean of each label's points, shape (k, d), whatever has been assigned."""
        sums, counts = self._sums_of(labels)
        return self._means_of(sums, counts)[0]

    def _adopt_sums(self, labels: Labels) -> None:
        self._sums[:], self._counts[:] = self._sums_of(labels)

    def _sums_of(self, labels: Labels) -> tuple[Floats, NDArray[np.int64]]:
        sums, counts = np.zeros_like(self._sums), np.zeros_like(self._counts)
        for block in self._blocks():
            own = labels[block].astype(np.int16)
            own[own < 0] = self.k  # nobody's row is the last
            self.points.loops.add_labeled(self.points.X[block], self.points.scale, own, self.points.anchors, sums, counts)
        return sums, counts

    def _means_of(self, sums: Floats, counts: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
        centroids = np.full((self.k, self.points.d), np.nan)
        self.points.loops.move_to_means(sums, counts, centroids)
        return centroids / self.points.scale, counts[: self.k].copy()

    def inertia(self, centroids: Floats) -> float:
        """Return the sum of squared distances between the points and the ``centroids`` that they are assigned to."""
        scale = self.points.scale
        scaled, value = centroids * scale, math.nan
        if self.points.finest >= SMALLEST:
            squares = self.points.squares(self.cancelled)
            value = self.points.loops.inertia(self._sums, self._counts, squares, scaled)
        if not math.isfinite(value):  # some exact square is too small or too large to exist
            value = self._inertia_by_points(scaled)
        return value / scale / scale

    def _inertia_by_points(self, centroids: Floats) -> float:
        labels = self.labels()

        def squares(block: slice) -> list[float]:
            with np.errstate(over="ignore"):  # infinite is what it is then
                difference = self.points.X[block] * self.points.scale - centroids[labels[block]]
                return (difference**2).ravel().tolist()

        return math.fsum(square for block in self._blocks() for square in squares(block))

    def bring_nearer(self, center: Floats, nearest: Floats) -> None:
        """Lower ``nearest``, shape (n,), in place to each point's squared distance from ``center``, where that is less.

        Distances are those of scaled points: of use to be compared.
        """
        scale = self.points.scale
        for block in self._blocks():
            self.points.loops.bring_nearer(self.points.X[block], scale, center * scale, nearest[block])

    def farthest(self, centroids: Floats, count: int) -> list[int]:
        """Return the ``count`` points farthest from their centroids, farthest first; of equals the one that comes first."""
        scale = self.points.scale
        labels = self.labels()
        distances = np.empty(self.points.n)
        for block in self._blocks():
            distances[block] = squared(self.points.X[block] * scale, centroids[labels[block]] * scale)
        rows = []
        for _ in range(count):
            rows.append(int(np.argmax(distances)))
            distances[rows[-1]] = -1.0
        return rows

    def advance(self, centroids: Floats, most: int) -> Advance:
        """Make up to ``most`` iterations in a row: assign and update, until one changes nothing or empties a cluster."""
        for made in range(1, most + 1):
            changed = self.assign(centroids)
            if not changed:
                return Advance(made, 0, centroids, Halt.SETTLED)
            moved, counts = self.means()
            if np.any((counts == 0) & ~np.isnan(centroids[:, 0])):
                return Advance(made, changed, centroids, Halt.EMPTY)
            centroids = moved
        return Advance(most, changed, centroids, Halt.GOING_ON)

    def _blocks(self) -> Iterator[slice]:
        return blocks(self.points.n, BLOCK, self.cancelled)


def squared(points: Floats, centers: Floats) -> Floats:
    """Return the squared distances of ``points``, shape (n, d), from a center of shape (d,) or from one each, shape (n, d).

    The axes are added in order and every operation is rounded: this is the number that assignments compare, in all kernels.
    """
    total: Floats = (points[:, 0] - centers[..., 0]) ** 2
    for axis in range(1, points.shape[1]):
        total += (points[:, axis] - centers[..., axis]) ** 2
    return total
