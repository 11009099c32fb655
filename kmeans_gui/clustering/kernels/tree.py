"""A tree over points in spatial order: what the filtering kernel walks.

Along a space-filling curve, neighbors in the list are neighbors in space, so consecutive points make compact groups and no
splitting planes are needed: leaves are blocks of consecutive points, and the tree above them is that of a binary heap, without
pointers. Node i has the children 2i and 2i + 1, the leaves are the nodes from P on, where P is a power of two, and the points
of every subtree are a slice. A node knows the box of its points and their exact sum, so that all of them can change hands in a
few additions; that is the mrkd-tree of Pelleg & Moore ("Accelerating exact k-means algorithms with geometric reasoning", KDD
1999) without its splits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import bare, jit
from kmeans_gui.clustering.step import Floats

LANES = 16
"""Values measured side by side, so that the compiler can use the widest registers."""

MIXED = -1
"""The owner of a node whose points belong to several centroids."""


class Tree(NamedTuple):
    """The tree, and whose its points are.

    Parameters
    ----------
    columns : ndarray of shape (d, n)
        The points in spatial order.
    weights : ndarray of shape (n,) or (0,)
        How many points each one stands for; empty if each stands for itself.
    block : int
        Points a leaf.
    first_leaf : int
        P: nodes from here on are leaves.
    centers, halves : ndarray of shape (2P, d)
        The middle of each node's box, and how far it extends to either side.
    sums : ndarray of shape (2P, d, bins)
        Each node's points, summed exactly.
    sizes : ndarray of shape (2P,), int64
        How many points each node stands for; 0 for nodes behind the last point.
    owners : ndarray of shape (2P,), int32
        The centroid that has all points of a node, or ``MIXED``. What lies below a node that has one owner is out of date.
    expiry : ndarray of shape (2P,)
        As long as the centroids' drift is no more than that, no label in the node can change.
    labels : ndarray of shape (n,), int16
        The centroid of each point, in spatial order; always up to date.
    """

    columns: Floats
    weights: Floats
    block: int
    first_leaf: int
    centers: Floats
    halves: Floats
    sums: Floats
    sizes: NDArray[np.int64]
    owners: NDArray[np.int32]
    expiry: Floats
    labels: NDArray[np.int16]


def plant(columns: Floats, weights: Floats, block: int, bins: int, k: int) -> Tree:
    """Return a tree over ``columns`` that is yet to be measured; all points are nobody's, whose label is ``k``."""
    d, n = columns.shape
    leaves = -(-n // block)
    first_leaf = 1 << (leaves - 1).bit_length()
    return Tree(
        columns=columns,
        weights=weights,
        block=block,
        first_leaf=first_leaf,
        centers=np.zeros((2 * first_leaf, d)),
        halves=np.zeros((2 * first_leaf, d)),
        sums=np.zeros((2 * first_leaf, d, bins)),
        sizes=np.zeros(2 * first_leaf, np.int64),
        owners=np.full(2 * first_leaf, k, np.int32),
        expiry=np.full(2 * first_leaf, -1.0),
        labels=np.full(n, k, np.int16),
    )


@jit
def list_firsts(columns: Floats, firsts: NDArray[np.int32]) -> int:
    """List the place of the first of each run of equal points; stop when ``firsts`` is full. Return how many are listed."""
    count = 0
    for i in range(columns.shape[1]):
        axis = 0
        while i > 0 and axis < columns.shape[0] and columns[axis, i] == columns[axis, i - 1]:
            axis += 1
        if axis < columns.shape[0]:
            firsts[count] = i
            count += 1
            if count == firsts.shape[0]:
                break
    return count


@jit
def measure_leaves(tree: Tree, anchors: Floats, start: int, stop: int) -> None:
    """Measure the leaves from the ``start``-th to the ``stop``-th: box, sum and size.

    For the time being ``centers`` and ``halves`` hold the lower and the upper corner of the box.
    """
    values, weights = np.empty(tree.block), np.ones(tree.block)
    low, high, rest, sums = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty((anchors.shape[0], LANES))
    for leaf in range(start, stop):
        node = tree.first_leaf + leaf
        begin = leaf * tree.block
        n = min(tree.block, tree.columns.shape[1] - begin)
        if tree.weights.shape[0] > 0:
            weights[:n] = tree.weights[begin : begin + n]
        weights[n:] = 0.0
        tree.sizes[node] = int(weights.sum())
        for axis in range(tree.columns.shape[0]):
            values[:n] = tree.columns[axis, begin : begin + n]
            values[n:] = values[0]
            _measure(values, weights, anchors, low, high, rest, sums)
            tree.centers[node, axis], tree.halves[node, axis] = low.min(), high.max()
            for b in range(anchors.shape[0]):
                tree.sums[node, axis, b] = sums[b].sum()


@bare
def _measure(values: Floats, weights: Floats, anchors: Floats, low: Floats, high: Floats, rest: Floats, sums: Floats) -> None:
    """Find the least and largest value and the exact weighted sum of a leaf along one axis, in ``LANES`` parts each."""
    low[:] = values[0]
    high[:] = values[0]
    sums[:] = 0.0
    for start in range(0, values.shape[0], LANES):
        value, weight = values[start : start + LANES], weights[start : start + LANES]
        for i in range(LANES):
            low[i] = value[i] if value[i] < low[i] else low[i]
            high[i] = value[i] if value[i] > high[i] else high[i]
            rest[i] = value[i]
        for b in range(anchors.shape[0]):
            anchor, total = anchors[b], sums[b]
            for i in range(LANES):
                piece = (rest[i] + anchor) - anchor
                rest[i] -= piece
                total[i] += piece * weight[i]


@jit
def measure_inner_nodes(tree: Tree) -> None:
    """Measure the inner nodes from their children, and turn the corners of all boxes into middles and extents."""
    for node in range(tree.first_leaf - 1, 0, -1):
        left, right = 2 * node, 2 * node + 1
        tree.sizes[node] = tree.sizes[left] + tree.sizes[right]
        for axis in range(tree.columns.shape[0]):
            tree.centers[node, axis] = tree.centers[left, axis]
            tree.halves[node, axis] = tree.halves[left, axis]
            if tree.sizes[right] > 0:
                tree.centers[node, axis] = min(tree.centers[left, axis], tree.centers[right, axis])
                tree.halves[node, axis] = max(tree.halves[left, axis], tree.halves[right, axis])
            for b in range(tree.sums.shape[2]):
                tree.sums[node, axis, b] = tree.sums[left, axis, b] + tree.sums[right, axis, b]
    for node in range(1, 2 * tree.first_leaf):
        for axis in range(tree.columns.shape[0]):
            low, high = tree.centers[node, axis], tree.halves[node, axis]
            middle = 0.5 * low + 0.5 * high
            tree.centers[node, axis] = middle
            # A little more than the larger side, so that the rounding of the middle cannot leave a point outside.
            tree.halves[node, axis] = max(high - middle, middle - low) * (1.0 + 1e-15)


@bare
def span(tree: Tree, node: int) -> tuple[int, int]:
    """Return the slice of the points of ``node``."""
    first, last = node, node
    while first < tree.first_leaf:
        first, last = 2 * first, 2 * last + 1
    start = (first - tree.first_leaf) * tree.block
    return start, min((last - tree.first_leaf + 1) * tree.block, tree.columns.shape[1])


@jit
def find_owners(tree: Tree) -> None:
    """Find the owner of every node anew from the labels."""
    for node in range(2 * tree.first_leaf - 1, 0, -1):
        tree.expiry[node] = -1.0
        if tree.sizes[node] == 0:
            continue
        if node >= tree.first_leaf:
            start, stop = span(tree, node)
            owner = int(tree.labels[start])
            for i in range(start, stop):
                if tree.labels[i] != owner:
                    owner = MIXED
                    break
            tree.owners[node] = owner
        else:
            left, right = tree.owners[2 * node], tree.owners[2 * node + 1]
            tree.owners[node] = left if tree.sizes[2 * node + 1] == 0 or left == right else MIXED
