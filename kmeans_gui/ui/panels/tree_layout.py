"""Tree layout: where the branches of a dendrogram stand, and which of its lines can be seen. No Qt.

Leaves stand in the order in which the tree is walked, the first child of each merge on the left, as scipy's ``dendrogram`` has
them: no two branches cross, and the leaves of a cluster are a slice. The stem of a cluster stands midway between those of its
children. All places are worked out once for each tree, in two passes over its merges: up for sizes and stems, down for places.

A tree of a million leaves has a thousand times as many lines as there are pixels across. :func:`sketch` leaves out what lies
within a subtree narrower than a line or two, of which a stem as high as the subtree remains, and draws only once what falls on
the same pixels: in a long chain of merges nearly everything does.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.overlays import Floats, Tree
from kmeans_gui.data.dataset import Rows
from kmeans_gui.errors import Cancelled, CancelQuestion

Ints = NDArray[np.integer]

NARROW = 1.5
"""A subtree of no more pixels than this is drawn as a stem."""

HEADROOM = 1.06
"""How much higher than the tree the picture is."""

_PIECE = 50_000
"""Merges converted at a time, so that other threads need not wait."""


def _never() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class TreeLayout:
    """The places of all clusters of a tree, the leaves first, then what each merge makes.

    Parameters
    ----------
    leaves : int
        Number of leaves.
    children : ndarray of shape (m, 2), int
    first, size : ndarray of shape (leaves + m,), int
        The leaves of a cluster stand at the places first … first + size − 1.
    stem : ndarray of shape (leaves + m,), float64
        Where the cluster's own stem stands; leaf number p from the left stands at p + 1/2.
    height : ndarray of shape (leaves + m,), float64
        At which height a cluster is made; 0 for leaves.
    peak : ndarray of shape (leaves + m,), float64
        The greatest height in the cluster: its own, but for inversions.
    parent : ndarray of shape (leaves + m,), int
        The cluster that it becomes a part of, leaves + m if there is none.
    order : ndarray of shape (leaves,), int
        The leaves from left to right.
    level : ndarray of shape (m,), float64
        The greatest height among the first merges up to each one.
    """

    leaves: int
    children: Ints
    first: Ints
    size: Ints
    stem: Floats
    height: Floats
    peak: Floats
    parent: Ints
    order: Rows
    level: Floats

    @property
    def highest(self) -> float:
        """The greatest height of all."""
        return float(self.level[-1]) if len(self.level) else 0.0

    @property
    def top(self) -> float:
        """The height of the picture; 1 if all is at height 0."""
        return HEADROOM * self.highest or 1.0

    def merges_below(self, height: float) -> int:
        """Return how many merges, from the first on, lie at or below a height."""
        return int(np.searchsorted(self.level, height, "right"))

    def cut_above(self, merged: int) -> float:
        """Return the height of the line that cuts the tree where the first ``merged`` merges are made."""
        below = float(self.level[merged - 1]) if merged else 0.0
        above = float(self.level[merged]) if merged < len(self.level) else HEADROOM * self.highest
        return (below + above) / 2

    def clusters_at(self, merged: int) -> Ints:
        """Return the clusters that there are after the first ``merged`` merges, from left to right."""
        made = self.leaves + merged
        clusters = np.flatnonzero(self.parent[:made] >= made)
        beginning = np.full(self.leaves, -1, np.intp)  # the cluster that begins at each place; sorting would take longer
        beginning[self.first[clusters]] = clusters
        return beginning[beginning >= 0]

    def branch_at(self, place: float, height: float) -> int | None:
        """Return the largest cluster made at or below ``height`` that has the leaf at ``place``; None beside the tree."""
        leaf = int(np.floor(place))
        if not 0 <= leaf < self.leaves:
            return None
        merges = slice(self.leaves, None)
        first = self.first[merges]
        found = np.flatnonzero((first <= leaf) & (leaf < first + self.size[merges]) & (self.peak[merges] <= height))
        return self.leaves + int(found[-1]) if found.size else int(self.order[leaf])

    def rows_under(self, branch: int, members: Ints | None) -> Rows:
        """Return the points under a branch; ``members`` as :class:`Tree` has them."""
        start = int(self.first[branch])
        stop = start + int(self.size[branch])
        if members is None:
            return self.order[start:stop]
        under = np.zeros(self.leaves, bool)
        under[self.order[start:stop]] = True
        return np.flatnonzero(under[members])


def lay_out(tree: Tree, cancelled: CancelQuestion = _never) -> TreeLayout:
    """Work out the places of all clusters.

    Raises
    ------
    Cancelled
        If ``cancelled`` says so.
    """
    leaves, children = tree.leaves, np.asarray(tree.children).reshape(-1, 2)
    count = len(tree.labels)
    parent = np.full(count, count, np.intp)
    parent[children[:, 0]] = parent[children[:, 1]] = np.arange(leaves, count)
    size, stem, peak = _climb(leaves, children, tree.heights, cancelled)
    first = np.frombuffer(_descend(leaves, children, size, np.flatnonzero(parent == count), cancelled), np.int64)
    order = np.empty(leaves, np.intp)
    order[first[:leaves]] = np.arange(leaves)
    return TreeLayout(
        leaves=leaves,
        children=children,
        first=first,
        size=np.frombuffer(size, np.int64),
        stem=first + np.frombuffer(stem),
        height=np.concatenate([np.zeros(leaves), tree.heights]),
        peak=np.frombuffer(peak),
        parent=parent,
        order=order,
        level=np.maximum.accumulate(tree.heights) if len(tree.heights) else np.empty(0),
    )


def _climb(
    leaves: int, children: Ints, heights: Floats, cancelled: CancelQuestion
) -> tuple[array[int], array[float], array[float]]:
    """Return of each cluster: its leaves, where its stem stands from its own left edge, and its greatest height."""
    size, stem, peak = array("q", [1]) * leaves, array("d", [0.5]) * leaves, array("d", [0.0]) * leaves
    for piece in _pieces(len(children)):
        _ask(cancelled)
        for (left, right), height in zip(children[piece].tolist(), heights[piece].tolist(), strict=True):
            width = size[left]
            size.append(width + size[right])
            stem.append((stem[left] + width + stem[right]) / 2)
            peak.append(max(height, peak[left], peak[right]))
    return size, stem, peak


def _descend(leaves: int, children: Ints, size: array[int], roots: Ints, cancelled: CancelQuestion) -> array[int]:
    """Return the place of the first leaf of each cluster. Trees of a forest stand side by side."""
    first, place = array("q", [0]) * len(size), 0
    for root in roots.tolist():
        first[root] = place
        place += size[root]
    cluster = len(size)
    for piece in reversed(_pieces(len(children))):
        _ask(cancelled)
        for left, right in reversed(children[piece].tolist()):
            cluster -= 1
            first[left] = first[cluster]
            first[right] = first[cluster] + size[left]
    return first


def _pieces(count: int) -> list[slice]:
    return [slice(start, start + _PIECE) for start in range(0, count, _PIECE)]


def _ask(cancelled: CancelQuestion) -> None:
    if cancelled():
        raise Cancelled


@dataclass(frozen=True, eq=False)
class Sketch:
    """The lines of a dendrogram that can be seen at some size.

    Parameters
    ----------
    lines : ndarray of shape (s, 4), float64
        x and y of one end, x and y of the other, in logical pixels from the lower left corner; y grows upwards. They lie in
        the middle of device pixels, where they are sharp.
    owners : ndarray of shape (s,), int
        The cluster in whose color each is drawn.
    """

    lines: Floats
    owners: Ints


def sketch(layout: TreeLayout, width: float, height: float, ratio: float = 1.0) -> Sketch:
    """Return the lines that can be seen on ``width`` × ``height`` logical pixels, ``ratio`` device pixels to each of them."""
    across, up = width / max(layout.leaves, 1), height / layout.top
    wide = layout.size * across > NARROW
    merges = layout.leaves + np.flatnonzero(wide[layout.leaves :])
    x, y = _pixels(layout.stem * across, ratio), _pixels(layout.height * up, ratio)
    left, right = layout.children[merges - layout.leaves].T
    narrow = np.concatenate([left[~wide[left]], right[~wide[right]], _narrow_roots(layout, wide)])
    narrow = narrow[narrow >= layout.leaves]  # a leaf by itself has no height
    # In a chain, most forks fall on the same pixels as the next one.
    alike = np.ones(max(len(merges) - 1, 0), bool)
    for places in (x[left], x[right], y[left], y[right], y[merges]):
        alike &= places[1:] == places[:-1]
    distinct = ~np.append(alike, False)[: len(merges)]
    merges, left, right = merges[distinct], left[distinct], right[distinct]
    uprights = _unique(
        np.concatenate([x[left], x[right], x[narrow]]),
        np.concatenate([y[left], y[right], np.zeros_like(narrow)]),
        np.concatenate([y[merges], y[merges], y[narrow]]),
        np.concatenate([merges, merges, narrow]),
    )
    bars = _unique(y[merges], x[left], x[right], merges)
    (x0, y0, y1, of_uprights), (y2, x2, x3, of_bars) = uprights, bars
    lines = np.concatenate([np.column_stack([x0, y0, x0, y1]), np.column_stack([x2, y2, x3, y2])])
    return Sketch((lines + 0.5) / ratio, np.concatenate([of_uprights, of_bars]))


def _narrow_roots(layout: TreeLayout, wide: NDArray[np.bool_]) -> Ints:
    return np.flatnonzero((layout.parent == len(layout.parent)) & ~wide)


def _pixels(places: Floats, ratio: float) -> Ints:
    return np.floor(places * ratio).astype(np.int64)


def _unique(at: Ints, start: Ints, stop: Ints, owners: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Return each line once, with the latest merge among its owners. Fewer than 2^20 pixels each way are taken for granted."""
    keys = (at << 40) + (start << 20) + stop
    latest_first = np.argsort(-owners, kind="stable")
    kept = latest_first[np.unique(keys[latest_first], return_index=True)[1]]
    return at[kept], start[kept], stop[kept], owners[kept]
