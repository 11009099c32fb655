"""Atlas: the minima in which many runs ended, told apart, and how often each was found.

Lloyd's iteration ends in a local minimum that hangs on its start. How many there are, how much worse the others are than the
best, and how large a part of all starts leads to each says more of a method of starting than any single run (Steinley, "Local
optima in K-means clustering: what you don't know may hurt you", 2003).

Two runs found the same minimum if they ended in the same partition: the same points together, whatever the clusters' numbers.
Where sums are exact, as in this program, equal partitions have equal means to the last bit, so that equal centroids of equal
sizes tell without a look at a point. Methods that creep up to their end stop beside each other; only those whose clusters have
the same sizes and whose objectives are near each other can have ended in one partition, and of these alone the labels are
asked for.

Ways to start are compared by how often each leads to the best minimum that any of them found (:func:`compare_ways`).
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.restarts import Restarts
from kmeans_gui.clustering.step import Floats, Labels
from kmeans_gui.errors import Cancelled, CancelQuestion

NEAR = 1e-3
"""Runs whose objectives differ by a larger share than this are not taken to have ended in the same place."""

ROUNDING = 1e-12
"""Minima whose objectives differ by no larger share than this are equally good."""


@dataclass(frozen=True, eq=False)
class Minimum:
    """One of the places where runs ended.

    Parameters
    ----------
    runs : ndarray of shape (m,), intp
        Which restarts ended there, the representative first, the others ascending.
    share : float
        How many of all runs that is, above 0 up to 1.
    seed : int
        The seed of the representative, a run with the best objective among them.
    objective : float
        The objective in which that one ended.
    centroids : ndarray of shape (k, d), float64
        Where its centroids ended; the row of a dropped one is NaN.
    """

    runs: NDArray[np.intp]
    share: float
    seed: int
    objective: float
    centroids: Floats

    @property
    def representative(self) -> int:
        """The restart that stands for all of them."""
        return int(self.runs[0])


@dataclass(frozen=True, eq=False)
class Atlas:
    """All minima that were found.

    Parameters
    ----------
    minima : tuple of Minimum
        The best first.
    restarts : Restarts
        The runs that found them.
    """

    minima: tuple[Minimum, ...]
    restarts: Restarts

    @property
    def found_best(self) -> float:
        """The share of the runs that found the best minimum."""
        return self.minima[0].share

    @property
    def ratio(self) -> float | None:
        """How many times the best objective the worst one is; None where that says nothing, see :func:`_times`."""
        return _times(self.minima[-1].objective, self.minima[0].objective)

    def minimum_of_runs(self) -> NDArray[np.intp]:
        """Return in which of the minima each restart ended, shape (r,)."""
        numbers = np.empty(len(self.restarts), np.intp)
        for number, minimum in enumerate(self.minima):
            numbers[minimum.runs] = number
        return numbers


@dataclass(frozen=True, eq=False)
class Comparison:
    """Where runs ended that started in several ways.

    Parameters
    ----------
    atlases : mapping of str to Atlas
        The minima that each way led to.
    best : float
        The best objective that any way led to.
    is_best : mapping of str to ndarray of shape (m,), bool
        Which of a way's m minima are the best one of all ways, or as good.
    """

    atlases: Mapping[str, Atlas]
    best: float
    is_best: Mapping[str, NDArray[np.bool]]

    def share(self, way: str) -> float:
        """Return the share of a way's runs that found the best minimum of all ways; 0 if none did."""
        runs = [len(minimum.runs) for minimum, best in zip(self.atlases[way].minima, self.is_best[way], strict=True) if best]
        return sum(runs) / len(self.atlases[way].restarts)

    def ratio(self, way: str) -> float | None:
        """Return how many times the best objective of all ways a way's worst one is; None where that says nothing."""
        return _times(self.atlases[way].minima[-1].objective, self.best)


def _times(worst: float, best: float) -> float | None:
    """Return worst / best; None if the best is not above 0, or the higher of the two, as where the method raises it."""
    return worst / best if 0 < best <= worst else None


def chart_minima(restarts: Restarts, *, rises: bool = False, cancelled: CancelQuestion = lambda: False) -> Atlas:
    """Tell apart the minima in which ``restarts`` ended.

    Parameters
    ----------
    restarts : Restarts
        At least one run.
    rises : bool
        Whether the method raises its objective, so that the highest one is the best.
    cancelled : callable

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    sign = -1.0 if rises else 1.0
    groups = _by_partition(restarts, _by_centroids(restarts), cancelled)
    minima = sorted((_minimum(restarts, runs, sign) for runs in groups), key=lambda m: (sign * m.objective, m.representative))
    return Atlas(tuple(minima), restarts)


def compare_ways(atlases: Mapping[str, Atlas], *, rises: bool = False, cancelled: CancelQuestion = lambda: False) -> Comparison:
    """Find out which of the minima that several ways to start led to is the best, and who else found it.

    Parameters
    ----------
    atlases : mapping of str to Atlas
        At least one, all of the same points, algorithm and parameters but for the way to start.
    rises : bool
        Whether the method raises its objective, so that the highest one is the best.
    cancelled : callable

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    sign = -1.0 if rises else 1.0
    first = min(atlases.values(), key=lambda atlas: sign * atlas.minima[0].objective)
    best = first.minima[0]

    @cache
    def best_partition() -> bytes:
        return _partition(first, best, cancelled)

    def is_as_good(atlas: Atlas, minimum: Minimum) -> bool:
        if math.isclose(minimum.objective, best.objective, rel_tol=ROUNDING):
            return True
        return (
            math.isclose(minimum.objective, best.objective, rel_tol=NEAR)
            and _sizes(atlas.restarts, minimum.representative) == _sizes(first.restarts, best.representative)
            and _partition(atlas, minimum, cancelled) == best_partition()
        )

    is_best = {way: np.array([is_as_good(atlas, minimum) for minimum in atlas.minima]) for way, atlas in atlases.items()}
    return Comparison(dict(atlases), best.objective, is_best)


def _partition(atlas: Atlas, minimum: Minimum, cancelled: CancelQuestion) -> bytes:
    if cancelled():
        raise Cancelled
    return fingerprint(atlas.restarts.fit(seed=minimum.seed, cancelled=cancelled).labels)


def _sizes(restarts: Restarts, i: int) -> bytes:
    """Return what tells the sizes of restart ``i``'s clusters from others, whatever their numbers."""
    return np.sort(restarts.sizes[i]).tobytes()


def _minimum(restarts: Restarts, runs: list[int], sign: float) -> Minimum:
    rows = np.sort(np.array(runs, np.intp))
    best = int(np.argmin(sign * restarts.objectives[rows]))
    first = int(rows[best])
    return Minimum(
        runs=np.concatenate([rows[best : best + 1], np.delete(rows, best)]),
        share=len(rows) / len(restarts),
        seed=int(restarts.seeds[first]),
        objective=float(restarts.objectives[first]),
        centroids=restarts.centroids[first],
    )


def _by_centroids(restarts: Restarts) -> list[list[int]]:
    """Put the runs together that ended with the very same centroids, each with as many points."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for i, sizes in enumerate(restarts.sizes):
        held = sizes > 0
        rows = np.column_stack([restarts.centroids[i, held], sizes[held]]) + 0.0  # so that −0 is 0
        groups[rows[np.lexsort(rows.T)].tobytes()].append(i)
    return list(groups.values())


def _by_partition(restarts: Restarts, groups: list[list[int]], cancelled: CancelQuestion) -> Iterator[list[int]]:
    """Put those groups of runs together whose points lie together in the same way."""
    for alike in _comparable(restarts, groups):
        if len(alike) == 1:
            yield alike[0]
            continue
        merged: dict[bytes, list[int]] = defaultdict(list)
        for runs in alike:
            if cancelled():
                raise Cancelled
            last = restarts.fit(seed=int(restarts.seeds[runs[0]]), cancelled=cancelled)
            merged[fingerprint(last.labels)] += runs
        yield from merged.values()


def _comparable(restarts: Restarts, groups: list[list[int]]) -> Iterator[list[list[int]]]:
    """Yield the groups that may have ended in one partition: of the same sizes, and with objectives that lie close together."""
    by_sizes: dict[bytes, list[list[int]]] = defaultdict(list)
    for runs in groups:
        by_sizes[_sizes(restarts, runs[0])].append(runs)
    for same in by_sizes.values():
        same.sort(key=lambda runs: float(restarts.objectives[runs[0]]))
        alike, last = [same[0]], float(restarts.objectives[same[0][0]])
        for runs in same[1:]:
            objective = float(restarts.objectives[runs[0]])
            if not math.isclose(objective, last, rel_tol=NEAR):
                yield alike
                alike = []
            alike.append(runs)
            last = objective
        yield alike


def fingerprint(labels: Labels) -> bytes:
    """Return what tells a partition from others, whatever its clusters' numbers; of 16 bytes.

    >>> import numpy as np
    >>> fingerprint(np.array([2, 2, 0, 1])) == fingerprint(np.array([0, 0, 1, 2])) != fingerprint(np.array([0, 1, 1, 2]))
    True
    """
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int32)
    order[np.argsort(first)] = np.arange(len(first))
    return hashlib.blake2b(order[inverse].tobytes(), digest_size=16).digest()
