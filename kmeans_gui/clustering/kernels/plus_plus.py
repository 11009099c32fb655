"""Greedy k-means++ in plain numpy: the definition that compiled loops repeat bit for bit.

k-means++ (Arthur & Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007) takes a first point as it comes
and each further one with a probability proportional to its squared distance from the nearest one chosen so far. The greedy
variant of section 6, which scikit-learn uses as well, draws several candidates each time and keeps the one after which the
potential, the sum of those squared distances, is lowest.

Which point a draw hits hangs on the last bit of sums over all points, so the sums are part of the definition. They are formed
as follows, every addition rounded, so that a processor can add several values at once and so that a part of which nothing
changed need not be added up again:

* a *block* is 256 consecutive points, with zeros behind the last point. It is folded: the second half is added to the first,
  value by value, again and again, until one value is left;
* a *superblock* is 64 consecutive blocks, whose sums are added from left to right;
* the total is the superblocks' sums, added from left to right.

A draw r from [0, 1) aims at r × total. Of the superblocks it takes the first whose running sum, from left to right, exceeds the
aim; what the aim exceeds the running sum before it by is the aim among the superblock's blocks, and then among the block's
points. Where rounding leaves an aim that no running sum exceeds, the place at which the running sum comes to its end is taken.
In either case the running sum grows there, so that a point at distance 0 from a chosen one is never drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import Cancelled, CancelQuestion

BLOCK = 256
SUPERBLOCK = 64
"""Blocks a superblock: 16 384 points, whose working arrays stay within a second-level cache."""

Places = NDArray[np.int64]


def choose_far_points(columns: Floats, first: int, draws: Floats, cancelled: CancelQuestion = lambda: False) -> Places:
    """Choose k points far from each other by greedy k-means++.

    Once every point is at distance 0 from a chosen one, because there are fewer distinct points than k or because the squares
    of what remains underflow, the lowest places not yet chosen fill up the rest: no place is returned twice.

    Parameters
    ----------
    columns : ndarray of shape (d, n), float64, C-contiguous
        The points, one axis a row, scaled to lie within (−1, 1).
    first : int
        Place of the first point chosen.
    draws : ndarray of shape (k − 1, trials), float64
        Random numbers from [0, 1): a row for each further point, a candidate for each number. k ≤ n, and at least one trial.
    cancelled : callable
        Asked every few milliseconds; True ends the work.

    Returns
    -------
    ndarray of shape (k,), int64
        The places of the points chosen, in the order in which they were.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    points = Chances(columns, cancelled)
    chosen = [first]
    points.settle(first)
    for row in draws:
        if points.total == 0.0:
            break
        candidates = [points.drawn(draw) for draw in row]
        potentials = [points.potential(candidate) for candidate in candidates]
        chosen.append(candidates[int(np.argmin(potentials))])
        if len(chosen) <= len(draws):
            points.settle(chosen[-1])
    return filled_up(np.array(chosen, np.int64), 1 + len(draws))


def filled_up(chosen: Places, k: int) -> Places:
    """Return ``chosen``, followed by the lowest other places until there are ``k``."""
    if len(chosen) == k:
        return chosen
    spare = np.setdiff1d(np.arange(k), chosen)
    return np.concatenate([chosen, spare[: k - len(chosen)]])


class Chances:
    """The points with what is known of them: their squared distances from the nearest one chosen, and the sums of those.

    Parameters
    ----------
    columns : ndarray of shape (d, n), float64, C-contiguous
        The points, as :func:`choose_far_points` takes them.
    cancelled : callable

    Attributes
    ----------
    total : float
        The sum of the squared distances, infinite before the first point is chosen.
    """

    def __init__(self, columns: Floats, cancelled: CancelQuestion) -> None:
        n = columns.shape[1]
        size = BLOCK * SUPERBLOCK
        self._columns = columns
        self._cancelled = cancelled
        self._superblocks = [slice(start, min(start + size, n)) for start in range(0, n, size)]
        self._nearest = np.full(n, np.inf)
        self._sums = np.empty(len(self._superblocks))
        self.total = np.inf

    def settle(self, chosen: int) -> None:
        """Take note that the point at the place ``chosen`` is one of those chosen."""
        for i, (points, nearest) in enumerate(self._with(chosen)):
            self._nearest[points] = nearest
            self._sums[i] = np.cumsum(_block_sums(nearest))[-1]
        self.total = float(np.cumsum(self._sums)[-1])

    def potential(self, candidate: int) -> float:
        """Return what the total would be with the point at the place ``candidate`` among those chosen."""
        sums = [np.cumsum(_block_sums(nearest))[-1] for _, nearest in self._with(candidate)]
        return float(np.cumsum(sums)[-1])  # not np.sum, which adds in an order of its own

    def chance(self, place: int) -> float:
        """Return how likely the point at ``place`` is to be drawn next."""
        return float(self._nearest[place]) / self.total if self.total else 0.0

    def largest(self) -> float:
        """Return how likely the likeliest point is to be drawn next."""
        return self.chance(int(np.argmax(self._nearest)))

    def drawn(self, draw: float) -> int:
        """Return the place of the point that a random number from [0, 1) hits."""
        superblock, aim = _hit(self._sums, draw * self.total)
        points = self._superblocks[superblock]
        nearest = self._nearest[points]
        block, aim = _hit(_block_sums(nearest), aim)
        place, _ = _hit(nearest[block * BLOCK : (block + 1) * BLOCK], aim)
        return points.start + block * BLOCK + place

    def _with(self, place: int) -> Iterator[tuple[slice, Floats]]:
        """Yield each superblock's points and how far they are from the nearest chosen one if ``place`` is chosen too."""
        for points in self._superblocks:
            if self._cancelled():
                raise Cancelled
            distance = (self._columns[0, points] - self._columns[0, place]) ** 2
            for column in self._columns[1:]:
                distance += (column[points] - column[place]) ** 2
            yield points, np.minimum(distance, self._nearest[points], out=distance)


def _block_sums(values: Floats) -> Floats:
    """Return the sum of each block of a superblock."""
    blocks = -(-len(values) // BLOCK)
    padded = np.zeros(blocks * BLOCK)
    padded[: len(values)] = values
    folded = padded.reshape(blocks, BLOCK)
    while (half := folded.shape[1] // 2) > 0:
        folded = folded[:, :half] + folded[:, half:]
    return folded[:, 0]


def _hit(sums: Floats, aim: float) -> tuple[int, float]:
    """Return the first place where the running sum exceeds ``aim``, and what ``aim`` exceeds the running sum before it by."""
    running = np.cumsum(sums)
    # An aim past the end is moved to just before it, where the place that comes to the end is the first to exceed it.
    place = int(np.searchsorted(running, min(aim, np.nextafter(running[-1], 0.0)), side="right"))
    return place, aim - float(running[place - 1]) if place else aim
