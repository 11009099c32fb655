"""Neighborhoods: who is within a radius of whom, and which clusters by density follow from that.

A point with enough neighbors is a *core* point. Core points that are neighbors belong to the same cluster, and so does whoever
else is a neighbor of one; the first such cluster, if there are several (Ester, Kriegel, Sander & Xu, "A density-based algorithm
for discovering clusters", KDD 1996; Schubert, Sander, Ester, Kriegel & Xu, "DBSCAN revisited, revisited", ACM TODS 42, 2017).

Two points are neighbors if the rounded sum of the squares of their differences, axis after axis, is no more than the rounded
square of the radius, as scikit-learn has it. No list of all neighbors is kept, which could take n² numbers: points are counted
first, then joined.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels.warming import at_hand, begin
from kmeans_gui.clustering.magnitude import scale_of, scaled_length
from kmeans_gui.clustering.overlays import Floats
from kmeans_gui.errors import Cancelled, CancelQuestion

FAMILY = "kmeans_gui.clustering.kernels.relatives.family"
"""The module with the compiled loops."""

AT_ONCE = 20_000
"""Points up to which plain numpy does the work if the compiled loops are not loaded yet; for more, it pays to wait for them."""

Rows = NDArray[np.integer]

_ROWS = 1 << 10
_PAIRS = 1 << 18
"""Points whose neighbors are counted in one go, and pairs of neighbors that are looked at."""

_EACH = 16
"""One point of so many is asked how many neighbors it has, so that its block is cut into parts with few enough pairs."""

_KEPT = 1 << 23
"""Pairs of neighbors that are kept rather than found twice, at most."""

_PIECE = 1 << 16
_ASKED = 1 << 8
"""Points of one search tree, and points that it is asked about in one go, at most."""

_WIDER = 1 + 1e-9
"""By how much more a search tree, which rounds in its own way, is asked for."""

_POWERS = {"euclidean": 2.0, "manhattan": 1.0, "chebyshev": np.inf, "cosine": 2.0}


@dataclass(frozen=True)
class Space:
    """Points laid out so that distances are Minkowski's.

    The cosine distance of two points is half of the squared distance of their directions. The origin has none: it gets a
    coordinate of its own, by which it is at distance 1 from all others.

    Parameters
    ----------
    points : ndarray of shape (n, d), float64
    metric : str
    origins : ndarray of shape (n,), bool, or None
        Which points are the origin, if that matters and there are several.
    scale : float
        The power of two that the points were multiplied by, so that squares of their distances are in range.
    """

    points: Floats
    metric: str
    origins: NDArray[np.bool_] | None = None
    scale: float = 1.0

    @staticmethod
    def of(X: Floats, metric: str) -> Space:
        """Return the space of the points ``X`` for a key of :data:`kmeans_gui.clustering.distances.METRICS`."""
        if metric != "cosine":
            scale = scale_of(X) if metric == "euclidean" else 1.0
            return Space(X if scale == 1 else X * scale, metric, scale=scale)
        largest = np.abs(X).max(axis=1, keepdims=True)
        origins = largest[:, 0] == 0
        scaled = X / np.where(largest == 0, 1.0, largest)  # their squares neither overflow nor vanish
        lengths = np.sqrt(np.square(scaled).sum(axis=1, keepdims=True))
        directions = scaled / np.where(lengths == 0, 1.0, lengths)
        if origins.any():
            directions = np.column_stack([directions, origins.astype(np.float64)])
        return Space(np.ascontiguousarray(directions), metric, origins if np.count_nonzero(origins) > 1 else None)

    @property
    def power(self) -> float:
        """Minkowski's p."""
        return _POWERS[self.metric]

    def radius(self, distance: float) -> float:
        """Return how far apart in this space points at some distance are."""
        return float(np.sqrt(2 * distance)) if self.metric == "cosine" else scaled_length(distance, self.scale)

    def distances(self, radii: Floats) -> Floats:
        """Return at what distance points so far apart in this space are."""
        return np.square(radii) / 2 if self.metric == "cosine" else radii / self.scale

    def limit(self, distance: float) -> float:
        """Return what :meth:`are_near` compares with."""
        if self.metric == "cosine":
            return 2 * distance
        return self.radius(distance) ** 2 if self.metric == "euclidean" else distance

    def are_near(self, a: Rows, b: Rows, distance: float) -> NDArray[np.bool_]:
        """Return for each pair of points whether they are neighbors."""
        total = np.zeros(len(a))
        for axis in range(self.points.shape[1]):
            apart = np.abs(self.points[a, axis] - self.points[b, axis])
            if self.power == 2:
                total += apart * apart
            else:
                total = total + apart if self.power == 1 else np.maximum(total, apart)
        near = total <= self.limit(distance)
        if self.origins is not None and distance < 1:
            near &= (a == b) | ~(self.origins[a] & self.origins[b])
        return near


class Neighborhoods(ABC):
    """Who is within the radius of whom.

    Attributes
    ----------
    core : ndarray of shape (n,), bool
        Which points have enough neighbors, themselves included.
    labels : ndarray of shape (n,), int32
        The cluster of each point, −1 for noise. Clusters are numbered by their first core point.
    """

    core: NDArray[np.bool_]
    labels: NDArray[np.int32]

    @abstractmethod
    def around(self, row: int) -> Rows:
        """Return the neighbors of a point, ascending, itself included."""

    @abstractmethod
    def wave(self, rows: Rows) -> Rows:
        """Return the neighbors of the core points among ``rows`` that belong to their cluster and were not returned before.

        They are ascending. The first wave of a cluster starts from one of its points, each other one from the last one.
        """


def loops(n: int, cancelled: CancelQuestion) -> ModuleType | None:
    """Return the compiled loops, None if there are none; for many points, wait until they are loaded.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    if n > AT_ONCE:
        loading = begin(FAMILY)
        while loading.is_alive():
            if cancelled():
                raise Cancelled
            loading.join(0.02)
    return at_hand(FAMILY)


def find(space: Space, eps: float, wanted: int, cancelled: CancelQuestion) -> Neighborhoods:
    """Return the neighborhoods of radius ``eps``; a core point has ``wanted`` neighbors.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    if (family := loops(len(space.points), cancelled)) is not None:
        found: Neighborhoods | None = family.on_grid(space, eps, wanted, cancelled)
        if found is not None:
            return found
    return Pairs(space, eps, wanted, cancelled)


def asked_at_once(d: int) -> int:
    """Return about how many points a search tree can be asked about in some 10 ms: with many axes, it searches nearly all."""
    return max(min(_ASKED, 8 * _ASKED // d**2), 1)


def nth_distances(space: Space, rows: Rows, nth: int, cancelled: CancelQuestion) -> Floats:
    """Return how far each of ``rows`` is from its ``nth`` nearest point, itself being the first; or from the last there is.

    All points are searched piece by piece, with a tree for each, so that it can be cancelled.
    """
    from scipy.spatial import cKDTree

    n = len(space.points)
    nth = min(nth, n)
    best = np.full((len(rows), nth), np.inf)
    for piece in blocks(n, _PIECE, cancelled):
        tree = cKDTree(space.points[piece], balanced_tree=False, compact_nodes=False)
        for some in blocks(len(rows), asked_at_once(space.points.shape[1]), cancelled):
            near, _ = tree.query(space.points[rows[some]], k=range(1, min(nth, tree.n) + 1), p=space.power)
            best[some] = np.sort(np.hstack([best[some], near]), axis=1)[:, :nth]
    return space.distances(best[:, -1])


class Pairs(Neighborhoods):
    """Neighborhoods for any metric and any number of coordinates, by pairs from a search tree, some at a time."""

    def __init__(self, space: Space, eps: float, wanted: int, cancelled: CancelQuestion) -> None:
        from scipy.spatial import cKDTree

        self._space, self._eps, self._cancelled = space, eps, cancelled
        self._reach = space.radius(eps) * _WIDER
        self._tree: Any = cKDTree(space.points, balanced_tree=False, compact_nodes=False)
        n = len(space.points)
        counts = np.zeros(n, np.int64)
        kept: list[tuple[Rows, Rows]] | None = []
        for a, b in self._pairs(self._tree.indices):  # those that lie together in a row
            counts += np.bincount(a, minlength=n)
            if kept is not None:
                kept.append((a, b))
                kept = kept if len(kept) * _PAIRS <= _KEPT else None
        self.core = counts >= wanted
        self._label(self._pairs(self._tree.indices) if kept is None else kept)
        self._taken = np.zeros(n, np.bool_)

    def _label(self, pairs: Iterable[tuple[Rows, Rows]]) -> None:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        n = len(self.core)
        component, border = np.arange(n), [np.empty((2, 0), np.int32)]
        for a, b in pairs:
            joined = self.core[a] & self.core[b] & (a < b)
            ends = component[a[joined]], component[b[joined]]
            graph = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(n, n))
            component = connected_components(graph, directed=False)[1][component]
            border.append(np.array([a, b], np.int32)[:, ~self.core[a] & self.core[b]])
        cores = np.flatnonzero(self.core)
        _, first, of = np.unique(component[cores], return_index=True, return_inverse=True)
        numbers = np.empty(len(first), np.int32)
        numbers[np.argsort(first)] = np.arange(len(first))
        labels = np.full(n, n, np.int32)
        labels[cores] = numbers[of]
        rows, neighbors = np.hstack(border)
        np.minimum.at(labels, rows, labels[neighbors])
        labels[labels == n] = -1
        self.labels = labels

    def _pairs(self, rows: Rows) -> Iterator[tuple[Rows, Rows]]:
        """Yield all pairs of one of ``rows`` with a neighbor, some at a time."""
        from scipy.spatial import cKDTree

        points = self._space.points
        for block in blocks(len(rows), _ROWS, self._cancelled):
            some = rows[block]
            # Those after one in the tree's order lie around it, so they have about as many neighbors.
            asked = points[some[::_EACH]]
            lengths = self._tree.query_ball_point(asked, self._reach, p=self._space.power, return_length=True)
            parts = np.cumsum(np.repeat(lengths, _EACH)[: len(some)]) // _PAIRS
            for part in np.split(some, np.flatnonzero(np.diff(parts)) + 1):
                for _ in blocks(1, 1, self._cancelled):
                    few = cKDTree(points[part])
                    found = few.sparse_distance_matrix(self._tree, self._reach, p=self._space.power, output_type="ndarray")
                    a, b = part[found["i"]], found["j"]
                    near = self._space.are_near(a, b, self._eps)
                    yield a[near], b[near]

    def around(self, row: int) -> Rows:
        """Return the neighbors of a point, ascending, itself included."""
        near = np.array(self._tree.query_ball_point(self._space.points[row], self._reach, p=self._space.power), np.intp)
        return np.sort(near[self._space.are_near(np.full(len(near), row), near, self._eps)])

    def wave(self, rows: Rows) -> Rows:
        """Return whom the core points among ``rows`` take."""
        self._taken[rows] = True
        found = [np.empty(0, np.intp)]
        for a, b in self._pairs(rows[self.core[rows]]):
            fresh = np.unique(b[~self._taken[b] & (self.labels[a] == self.labels[b])])
            self._taken[fresh] = True
            found.append(fresh)
        return np.sort(np.concatenate(found))
