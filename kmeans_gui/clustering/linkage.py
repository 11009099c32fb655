"""Linkage: which clusters are the nearest to each other, again and again until there is one.

How far apart two clusters are: the nearest of their points (single), the farthest (complete), all pairs on average (average),
the means (centroid), or the means weighted by how much joining the clusters raises the inertia (Ward, "Hierarchical grouping to
optimize an objective function", Journal of the American Statistical Association 58, 1963). Heights are scipy's.

**Ward, average, complete: chains of nearest neighbors** (Murtagh 1983; Müllner, "Modern hierarchical, agglomerative clustering
algorithms", arXiv:1109.2378, 2011). Go from any cluster to its nearest one, from there to the nearest of that, until two are
nearest to each other, and merge them. Since with these linkages no merge brings clusters nearer to others, the merges are right
whenever they are found; sorted by height they come in the order of the method. That takes some 3n rows of distances. Ward's
follow from means and sizes; for the others a table of all distances is kept and brought up to date (Lance & Williams 1967):
all of it, not the half that would do, since rows are read much faster than columns.

**Single: the minimum spanning tree**, whose edges, sorted, are the merges (Gower & Ross 1969).

**Centroid: always the nearest two.** Each mean remembers the nearest of those behind it, so that few have to look again after a
merge. A merge may be lower than the one before it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.distances import between
from kmeans_gui.clustering.hierarchy import Ints
from kmeans_gui.clustering.kernels.warming import at_hand
from kmeans_gui.clustering.neighborhoods import FAMILY, Space
from kmeans_gui.clustering.overlays import Floats
from kmeans_gui.errors import Cancelled, CancelQuestion

Merges = tuple[Ints, Floats]
"""A point of either cluster, shape (n − 1, 2), and the heights, shape (n − 1,), in the order of the method."""

_DISTANCES = 1 << 18


def link(X: Floats, linkage: str, metric: str, cancelled: CancelQuestion) -> Merges:
    """Return the merges of the points ``X``. For ``ward`` and ``centroid`` the metric is euclidean.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    family = at_hand(FAMILY)
    if linkage == "single":
        space = Space.of(X, metric)
        pairs, gaps = spanning_tree(space, cancelled) if family is None else family.spanning_tree(space, cancelled)
        heights = space.distances(np.sqrt(gaps) if space.power == 2 else gaps)
        if space.origins is not None:
            heights[space.origins[pairs].all(axis=1)] = 1.0
        return _sorted(pairs, heights)
    if linkage in ("ward", "centroid"):
        centers, scale = _centers(X)
        slots: Slots = Ward(centers) if linkage == "ward" else Centroids(centers)
        pairs, squares = slots.run(cancelled) if family is None else family.merge_all(slots, cancelled)
        heights = np.sqrt(squares) * scale
        return (pairs, heights) if linkage == "centroid" else _sorted(pairs, heights)
    table = Table(_distances(X, metric, cancelled), linkage)
    return _sorted(*(table.run(cancelled) if family is None else family.merge_all(table, cancelled)))


def _sorted(pairs: Ints, heights: Floats) -> Merges:
    order = np.argsort(heights, kind="stable")
    return pairs[order], heights[order]


def _centers(X: Floats) -> tuple[Floats, float]:
    """Return the points around their mean, axes as rows, divided by a power of two, and that: squares are then in range."""
    centers = np.ascontiguousarray((X - X.mean(axis=0)).T)
    scale = float(2.0 ** np.frexp(np.abs(centers).max())[1])
    return centers / scale, scale


def _distances(X: Floats, metric: str, cancelled: CancelQuestion) -> Floats:
    """Return the distances of all points from each other, shape (n, n)."""
    n = len(X)
    table = np.empty((n, n))
    for block in blocks(n, max(_DISTANCES // n, 1), cancelled):
        table[block] = between(X[block], X, metric)
    return table


def spanning_tree(space: Space, cancelled: CancelQuestion) -> Merges:
    """Return the edges of a minimum spanning tree and how long they are, squared for the power 2 (Prim 1957)."""
    points = np.ascontiguousarray(space.points.T)
    n = points.shape[1]
    pairs, gaps = np.empty((n - 1, 2), np.int64), np.empty(n - 1)
    least, nearest = np.full(n, np.inf), np.zeros(n, np.int64)
    inside = np.zeros(n, np.bool_)
    newest = 0
    for made in range(n - 1):
        if cancelled():
            raise Cancelled
        inside[newest] = True
        away = _gaps(points, newest, space.power)
        nearer = (away < least) & ~inside
        least[nearer], nearest[nearer] = away[nearer], newest
        least[newest] = np.inf
        newest = int(np.argmin(least))
        pairs[made], gaps[made] = (newest, nearest[newest]), least[newest]
    return pairs, gaps


def _gaps(points: Floats, i: int, power: float = 2) -> Floats:
    """Return how far all points, whose axes are rows, are from one, squared for the power 2."""
    total = np.zeros(points.shape[1])
    for along in points:
        apart = np.abs(along[i] - along)
        total = np.maximum(total, apart) if np.isinf(power) else total + (apart * apart if power == 2 else apart)
    return total


class Slots:
    """Clusters on their way, each in a slot; those that were merged into another leave theirs empty, with the size 0.

    Attributes
    ----------
    sizes : ndarray of shape (s,), float64
        How many points each cluster has.
    names : ndarray of shape (s,), int64
        One of them.
    """

    def __init__(self, n: int) -> None:
        self.sizes, self.names = np.ones(n), np.arange(n)
        self.pairs, self.heights = np.empty((n - 1, 2), np.int64), np.empty(n - 1)

    def run(self, cancelled: CancelQuestion) -> Merges:
        """Make all merges and return them as they were found."""
        raise NotImplementedError

    def shrink(self, kept: Ints) -> None:
        """Move the slots ``kept``, ascending, together."""
        self.sizes, self.names = self.sizes[kept], self.names[kept]


class _Chained(Slots):
    """Clusters that are merged along chains of nearest neighbors."""

    def row(self, x: int) -> Floats:
        """Return how far ``x`` is from each slot; a copy."""
        raise NotImplementedError

    def merge(self, x: int, y: int) -> None:
        """Put ``x`` into the slot of ``y``."""
        raise NotImplementedError

    def run(self, cancelled: CancelQuestion) -> Merges:
        """Make all merges and return them as they were found."""
        chain: list[int] = []
        made = 0
        while made < len(self.heights):
            if cancelled():
                raise Cancelled
            if not chain:
                chain.append(int(np.argmax(self.sizes > 0)))
            x = chain[-1]
            row = self.row(x)
            row[self.sizes == 0] = row[x] = np.inf
            y = int(np.argmin(row))
            if len(chain) > 1 and not row[y] < row[chain[-2]]:
                y = chain[-2]  # of several that are nearest, where the chain came from
                self.pairs[made], self.heights[made] = self.names[[x, y]], row[y]
                self.merge(x, y)
                self.sizes[x], self.sizes[y] = 0, self.sizes[x] + self.sizes[y]
                made += 1
                del chain[-2:]
            else:
                chain.append(y)
        return self.pairs, self.heights


class Ward(_Chained):
    """Means, by which Ward's distances are worked out: squares, in the scale of the points ``centers`` of shape (d, n)."""

    def __init__(self, centers: Floats) -> None:
        super().__init__(centers.shape[1])
        self.centers = centers

    def row(self, x: int) -> Floats:
        """Return how far ``x`` is from each slot; a copy."""
        size = self.sizes[x]
        weighted: Floats = _gaps(self.centers, x) * (2 * size * self.sizes / (size + self.sizes))
        return weighted

    def merge(self, x: int, y: int) -> None:
        """Put ``x`` into the slot of ``y``."""
        _merge_centers(self.centers, self.sizes, x, y)

    def shrink(self, kept: Ints) -> None:
        """Move the slots ``kept``, ascending, together."""
        super().shrink(kept)
        self.centers = np.take(self.centers, kept, axis=1)


class Table(_Chained):
    """The distances of all clusters from each other, shape (s, s)."""

    def __init__(self, table: Floats, linkage: str) -> None:
        super().__init__(len(table))
        self.table, self.linkage = table, linkage

    def row(self, x: int) -> Floats:
        """Return how far ``x`` is from each slot; a copy."""
        row: Floats = self.table[x].copy()
        return row

    def merge(self, x: int, y: int) -> None:
        """Put ``x`` into the slot of ``y``."""
        from_x, from_y = self.table[x], self.table[y]
        if self.linkage == "average":
            from_y[:] = (self.sizes[x] * from_x + self.sizes[y] * from_y) / (self.sizes[x] + self.sizes[y])
        else:
            np.maximum(from_x, from_y, out=from_y)
        self.table[:, y] = from_y


class Centroids(Slots):
    """Means of which always the nearest two are merged; heights are squares, in the scale of the points ``centers``."""

    def __init__(self, centers: Floats) -> None:
        super().__init__(centers.shape[1])
        self.centers = centers
        self.gaps, self.nearest = np.full(centers.shape[1], np.inf), np.zeros(centers.shape[1], np.int64)

    def run(self, cancelled: CancelQuestion) -> Merges:
        """Make all merges and return them as they were found."""
        for i in range(len(self.sizes)):
            if cancelled():
                raise Cancelled
            self._look_behind(i)
        for made in range(len(self.heights)):
            if cancelled():
                raise Cancelled
            x = int(np.argmin(self.gaps))
            y = int(self.nearest[x])
            self.pairs[made], self.heights[made] = self.names[[x, y]], self.gaps[x]
            _merge_centers(self.centers, self.sizes, x, y)
            self.sizes[x], self.sizes[y] = 0, self.sizes[x] + self.sizes[y]
            self.gaps[x] = np.inf
            self._look_again(x, y)
        return self.pairs, self.heights

    def _look_again(self, x: int, y: int) -> None:
        lost = (self.sizes[:y] > 0) & ((self.nearest[:y] == x) | (self.nearest[:y] == y))
        away = _gaps(self.centers[:, : y + 1], y)[:y]
        nearer = (self.sizes[:y] > 0) & ~lost & (away < self.gaps[:y])
        self.gaps[:y][nearer], self.nearest[:y][nearer] = away[nearer], y
        for i in (*np.flatnonzero(lost).tolist(), y):
            self._look_behind(i)

    def _look_behind(self, i: int) -> None:
        away = _gaps(self.centers[:, i:], 0)[1:]
        away[self.sizes[i + 1 :] == 0] = np.inf
        if len(away) and (least := int(np.argmin(away))) >= 0 and away[least] < np.inf:
            self.gaps[i], self.nearest[i] = away[least], i + 1 + least
        else:
            self.gaps[i] = np.inf

    def shrink(self, kept: Ints) -> None:
        """Move the slots ``kept``, ascending, together."""
        now = np.zeros(len(self.sizes), np.int64)
        now[kept] = np.arange(len(kept))
        super().shrink(kept)
        self.centers = np.take(self.centers, kept, axis=1)
        self.gaps, self.nearest = self.gaps[kept], now[self.nearest[kept]]


def _merge_centers(centers: Floats, sizes: Any, x: int, y: int) -> None:
    centers[:, y] = (sizes[x] * centers[:, x] + sizes[y] * centers[:, y]) / (sizes[x] + sizes[y])
