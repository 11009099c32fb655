"""Bisection: clusters that are split in two by k-means, one after the other, until there are as many as wanted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.assignment import Labels, label_dtype
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels import Halt, choose
from kmeans_gui.clustering.kernels.base import squared
from kmeans_gui.clustering.seeding import STARTS
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import CancelQuestion

_BLOCK = 1 << 16
"""Points between which somebody may cancel."""


@dataclass(frozen=True, eq=False)
class Cluster:
    """The points of a cluster: their rows, shape (m,), the points themselves, shape (m, d), their mean and their inertia."""

    rows: NDArray[np.int32]
    points: Floats
    centroid: Floats
    inertia: float


@dataclass(frozen=True, eq=False)
class Halves:
    """k-means with two centroids.

    Parameters
    ----------
    start : ndarray of shape (2, d)
        Where they started.
    centroids : ndarray of shape (2, d)
        Where they ended.
    labels : ndarray of shape (m,), int
        Whose point each is in the end.
    iterations : int
        How many assignments were made.
    inertia : float
    watched : tuple of (labels, centroids)
        What each assignment gave and where the centroids moved then; empty if nobody wants to know.
    """

    start: Floats
    centroids: Floats
    labels: Labels
    iterations: int
    inertia: float
    watched: tuple[tuple[Labels, Floats], ...]


@dataclass(frozen=True, eq=False)
class Split:
    """Cluster number ``source`` becomes two; the larger half keeps its number, the other gets the next one that is free.

    Parameters
    ----------
    source : int
    before : float
        Its inertia.
    size : int
        How many points it has.
    moved : ndarray of shape (m,), int32
        The rows of the half that gets a new number.
    centroids : ndarray of shape (2, d)
        The means of the two.
    inertia : float
        That of all clusters after it.
    taken : float
        By how much it lowers the inertia.
    halves : Halves
        How it was found, the larger half first; its labels are those of the cluster's points in input order.
    """

    source: int
    before: float
    size: int
    moved: NDArray[np.int32]
    centroids: Floats
    inertia: float
    taken: float
    halves: Halves


class Bisection:
    """The clusters of one run.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    values : mapping
        The parameters.
    seed : int
    watched : bool
        Whether to keep what each iteration of a split did.
    cancelled : callable

    Attributes
    ----------
    clusters : list of Cluster
    """

    def __init__(self, X: Floats, values: Mapping[str, Any], seed: int, watched: bool, cancelled: CancelQuestion) -> None:
        self._values = values
        self._rng = np.random.default_rng(seed)
        self._cancelled = cancelled
        self._watched = watched
        everywhere = np.zeros(len(X), label_dtype(1))
        centroid = choose(X, 1, cancelled).means_of(everywhere)[0]
        rows = np.arange(len(X), dtype=np.int32)
        self.clusters = [Cluster(rows, X, centroid, self._inertia(X, centroid))]
        self._whole: set[int] = set()  # clusters that cannot be split, since all of their points are equal

    def inertia(self) -> float:
        """Return the inertia of all clusters."""
        return math.fsum(cluster.inertia for cluster in self.clusters)

    def centroids(self) -> Floats:
        """Return the means of all clusters, shape (j, d)."""
        return np.array([cluster.centroid for cluster in self.clusters])

    def splits(self) -> Iterator[Split]:
        """Make one split after the other until there are K clusters, or none is left that can be split."""
        while len(self.clusters) < self._values["k"] and len(self._whole) < len(self.clusters):
            source = self._next()
            halves = self._halve(self.clusters[source].points)
            if halves is None:
                self._whole.add(source)
            else:
                yield self._make(source, halves)

    def _next(self) -> int:
        """Return which cluster is split next; of equals the one that comes first."""
        most = self._values["bisecting_strategy"] == "largest_cluster"
        candidates = [j for j in range(len(self.clusters)) if j not in self._whole]
        return max(candidates, key=lambda j: float(len(self.clusters[j].rows)) if most else self.clusters[j].inertia)

    def _make(self, source: int, halves: Halves) -> Split:
        cluster, before = self.clusters[source], self.inertia()
        parts = []
        for half in (0, 1):
            chosen = np.flatnonzero(halves.labels == half)
            points = cluster.points.take(chosen, axis=0)
            centroid = halves.centroids[half]
            parts.append(Cluster(cluster.rows[chosen], points, centroid, self._inertia(points, centroid)))
        self.clusters[source] = parts[0]
        self.clusters.append(parts[1])
        after = self.inertia()
        return Split(
            source=source,
            before=cluster.inertia,
            size=len(cluster.rows),
            moved=parts[1].rows,
            centroids=halves.centroids,
            inertia=after,
            taken=max(before - after, 0.0),
            halves=halves,
        )

    def _halve(self, points: Floats) -> Halves | None:
        """Return the best of some tries to split ``points``, or None if all of them are equal."""
        if not any(np.any(points[block] != points[0]) for block in blocks(len(points), _BLOCK, self._cancelled)):
            return None
        tries = [halves for _ in range(self._values["n_init"]) if (halves := self._try(points)) is not None]
        return min(tries, key=lambda halves: halves.inertia, default=None)

    def _try(self, points: Floats) -> Halves | None:
        """Run k-means with two centroids; None if one of them has no points even after it was moved to the farthest one."""
        kernel = choose(points, 2, self._cancelled)
        start = centroids = np.array(STARTS[self._values["init"]][1](points, 2, self._rng, kernel))
        most, made, moved_away, halt = self._values["max_iter"], 0, 0, Halt.GOING_ON
        watched = []
        while halt is Halt.EMPTY or (halt is Halt.GOING_ON and made < most):
            advance = kernel.advance(centroids, 1 if self._watched else max(most - made, 1))
            made, halt, centroids = made + advance.made, advance.halt, advance.centroids
            if halt is Halt.EMPTY:
                if moved_away == 2:
                    return None
                moved_away += 1
                means, counts = kernel.means()
                means[counts == 0] = points[kernel.farthest(means, 1)]
                centroids = means
            if self._watched and halt is not Halt.SETTLED:
                watched.append((kernel.labels(), centroids))
        labels = kernel.labels()
        if not 0 < np.count_nonzero(labels) < len(labels):
            return None
        inertia = kernel.inertia(centroids)
        if 2 * np.count_nonzero(labels) <= len(labels):
            return Halves(start, centroids, labels, made, inertia, tuple(watched))
        # The larger half comes first.
        turned = tuple((1 - then, places[::-1]) for then, places in watched)
        return Halves(start[::-1], centroids[::-1], 1 - labels, made, inertia, turned)

    def _inertia(self, points: Floats, centroid: Floats) -> float:
        return math.fsum(
            float(squared(points[block], centroid).sum()) for block in blocks(len(points), _BLOCK, self._cancelled)
        )
