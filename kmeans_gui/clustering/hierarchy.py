"""Hierarchies: which clusters merge in which order, and what cuts of that tree look like.

Whatever finds the merges names two points, one of either cluster, and how far apart the clusters are; here that becomes a tree.
Clusters 0 … l − 1 are its leaves, l + i is what merge i makes.

Colors are given from the top: the root has 0; at each split, from the highest downwards, the larger part keeps the number of
the whole and the other one gets the next. So a cut into c clusters has exactly the labels 0 … c − 1, and each merge changes the
labels of its smaller part only. Points are ordered such that each cluster is a slice of that order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels.warming import at_hand
from kmeans_gui.clustering.neighborhoods import FAMILY
from kmeans_gui.clustering.overlays import Floats
from kmeans_gui.errors import CancelQuestion

Ints = NDArray[np.int64]

_MERGES = 1 << 12
"""Merges that are looked at in one go."""


@dataclass(frozen=True)
class Hierarchy:
    """A tree of clusters.

    Parameters
    ----------
    children : ndarray of shape (m, 2), int64
    heights : ndarray of shape (m,), float64
    sizes : ndarray of shape (l + m,), int64
        How many points each cluster has.
    labels : ndarray of shape (l + m,), int64
        The number that each cluster has while it stands by itself.
    firsts : ndarray of shape (l + m,), int64
        Where each cluster begins in ``order``.
    order : ndarray of shape (n,), int64
        The points, so that each cluster is a slice.
    """

    children: Ints
    heights: Floats
    sizes: Ints
    labels: Ints
    firsts: Ints
    order: Ints

    @property
    def leaves(self) -> int:
        """How many leaves there are."""
        return len(self.children) + 1

    def standing(self, made: int, since: int | None = None) -> Ints:
        """Return the clusters that there are after ``made`` merges; if ``since`` is given, those of later merges than that."""
        first = 0 if since is None else self.leaves + since
        merged = self.children[:made].ravel()
        stand = np.ones(self.leaves + made - first, np.bool_)
        stand[merged[merged >= first] - first] = False
        return first + np.flatnonzero(stand)

    def points_of(self, clusters: Ints) -> tuple[Ints, Ints]:
        """Return the points of some clusters that do not overlap, and the number of the cluster of each."""
        sizes = self.sizes[clusters]
        ends = np.cumsum(sizes)
        places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self.firsts[clusters] - (ends - sizes), sizes)
        return self.order[places], np.repeat(self.labels[clusters], sizes)

    def recolored(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Return whose labels the merges from ``first`` to before ``last`` may change, and what they are afterwards."""
        parts = self.children[first:last]
        one, other = self.labels[parts].T
        smaller = np.where(one > other, parts[:, 0], parts[:, 1])
        # Of parts within parts, the outermost alone: those that begin where all before them in the order have ended.
        smaller = smaller[np.lexsort((-self.sizes[smaller], self.firsts[smaller]))]
        ends = np.maximum.accumulate(self.firsts[smaller] + self.sizes[smaller])
        smaller = smaller[self.firsts[smaller] >= np.concatenate([[0], ends[:-1]])]
        tops = self.standing(last, first)
        tops = tops[np.argsort(self.firsts[tops])]
        within = tops[np.searchsorted(self.firsts[tops], self.firsts[smaller], side="right") - 1]
        return self.points_of(smaller)[0], np.repeat(self.labels[within], self.sizes[smaller])

    def cut(self, k: int) -> Ints:
        """Return the labels of all points when the tree is cut into ``k`` clusters, shape (n,)."""
        rows, numbers = self.points_of(self.standing(self.leaves - k))
        labels = np.empty(len(rows), np.int64)
        labels[rows] = numbers
        return labels

    def means(self, X: Floats) -> Floats:
        """Return the mean of each cluster, shape (l + m, d)."""
        middle = X.mean(axis=0)
        sums = np.zeros((len(X) + 1, X.shape[1]))
        np.cumsum(X[self.order] - middle, axis=0, out=sums[1:])
        means: Floats = (sums[self.firsts + self.sizes] - sums[self.firsts]) / self.sizes[:, None] + middle
        return means


def build(pairs: Ints, heights: Floats, members: NDArray[np.integer] | None, cancelled: CancelQuestion) -> Hierarchy:
    """Return the tree of merges in the order in which they are made.

    Parameters
    ----------
    pairs : ndarray of shape (m, 2), int64
        A leaf of either cluster.
    heights : ndarray of shape (m,), float64
    members : ndarray of shape (n,), int, or None
        The leaf of each point; every leaf has some. None if each point is a leaf of its own.
    cancelled : callable

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    leaves = len(pairs) + 1
    sizes, lowest = np.zeros(2 * leaves - 1, np.int64), np.empty(2 * leaves - 1, np.int64)
    if members is None:
        sizes[:leaves], lowest[:leaves] = 1, np.arange(leaves)
    else:
        sizes[:leaves] = np.bincount(members, minlength=leaves)
        lowest[members[::-1]] = np.arange(len(members))[::-1]  # where a leaf occurs more than once, its last value stays
    parents, children = np.arange(2 * leaves - 1), np.empty((leaves - 1, 2), np.int64)
    labels, firsts = np.zeros(2 * leaves - 1, np.int64), np.zeros(2 * leaves - 1, np.int64)
    family = at_hand(FAMILY)
    join: Callable[..., Any] = join_clusters if family is None else family.join_clusters
    split: Callable[..., Any] = split_clusters if family is None else family.split_clusters
    for some in blocks(leaves - 1, _MERGES, cancelled):
        join(pairs, children, parents, sizes, lowest, some.start, some.stop)
    for some in blocks(leaves - 1, _MERGES, cancelled):
        split(children, sizes, lowest, labels, firsts, leaves - 1 - some.stop, leaves - 1 - some.start)
    if members is None:
        order = np.empty(leaves, np.int64)
        order[firsts[:leaves]] = np.arange(leaves)
    else:
        order = np.argsort(firsts[members], kind="stable")
    return Hierarchy(children, heights, sizes, labels, firsts, order)


def join_clusters(pairs: Ints, children: Ints, parents: Ints, sizes: Ints, lowest: Ints, first: int, last: int) -> None:
    """Write which clusters the merges from ``first`` to before ``last`` join, how large they are and their lowest points."""
    leaves = len(children) + 1
    for merge in range(first, last):
        made = leaves + merge
        for side in range(2):
            top = pairs[merge, side]
            while parents[top] != top:
                parents[top] = parents[parents[top]]
                top = parents[top]
            children[merge, side] = top
        one, other = min(children[merge, 0], children[merge, 1]), max(children[merge, 0], children[merge, 1])
        children[merge, 0], children[merge, 1] = one, other
        parents[one] = parents[other] = made
        sizes[made] = sizes[one] + sizes[other]
        lowest[made] = min(lowest[one], lowest[other])


def split_clusters(children: Ints, sizes: Ints, lowest: Ints, labels: Ints, firsts: Ints, first: int, last: int) -> None:
    """Write the labels and slices of the parts of merges, from the one before ``last`` down to ``first``."""
    merges = len(children)
    for merge in range(last - 1, first - 1, -1):
        whole = merges + 1 + merge
        large, small = children[merge, 0], children[merge, 1]
        if sizes[small] > sizes[large] or (sizes[small] == sizes[large] and lowest[small] < lowest[large]):
            large, small = small, large
        labels[large], labels[small] = labels[whole], merges - merge
        firsts[large], firsts[small] = firsts[whole], firsts[whole] + sizes[large]
