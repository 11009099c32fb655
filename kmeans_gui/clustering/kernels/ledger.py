"""The ledger of the filtering kernel: which centroid has which points, and what they add up to.

Labels, the owners of boxes and the exact sums change together, here and nowhere else. A box goes from one centroid to another
with the sum that the tree has of it; points that leave the same centroid for the same other one are added up first and moved
together. None of these additions rounds (:mod:`kmeans_gui.clustering.kernels.exact`), so it does not matter which way is taken.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import inline
from kmeans_gui.clustering.kernels.tree import MIXED, Tree, span
from kmeans_gui.clustering.step import Floats


class Ledger(NamedTuple):
    """What each centroid has; the last row is nobody's.

    Parameters
    ----------
    anchors : ndarray of shape (bins,)
        The bins of the sums.
    sums : ndarray of shape (k + 1, d, bins)
        Each centroid's points, summed exactly.
    counts : ndarray of shape (k + 1,), int64
        How many points each one has.
    """

    anchors: Floats
    sums: Floats
    counts: NDArray[np.int64]


class Movers(NamedTuple):
    """Scratch for points that change hands.

    Parameters
    ----------
    pending : ndarray of shape (2 levels,), int64
        Nodes that change hands.
    new : ndarray of shape (block,), int16
        The label that each point of a leaf is to have.
    which : ndarray of shape (block,), int64
        The points of a leaf whose label changes, counted from its first.
    rest : ndarray of shape (block,)
        What is left of their coordinates to be summed.
    weights : ndarray of shape (block,)
        How many points each of them stands for; ones as long as points have no weights.
    """

    pending: NDArray[np.int64]
    new: NDArray[np.int16]
    which: NDArray[np.int64]
    rest: Floats
    weights: Floats


def movers(levels: int, block: int) -> Movers:
    """Return scratch for a tree of so many levels and points a leaf."""
    return Movers(
        pending=np.zeros(2 * levels, np.int64),
        new=np.zeros(block, np.int16),
        which=np.zeros(block, np.int64),
        rest=np.zeros(block),
        weights=np.ones(block),
    )


@inline
def move_together(tree: Tree, ledger: Ledger, start: int, which: NDArray[np.int64], after: int, own: Movers) -> None:
    """Move the points ``start + which``, all of them from the same centroid, to the centroid ``after``."""
    before, n = tree.labels[start + which[0]], which.shape[0]
    rest, weights, count = own.rest, own.weights, n
    if tree.weights.shape[0] > 0:
        count = 0
        for i in range(n):
            weights[i] = tree.weights[start + which[i]]
            count += int(weights[i])
    ledger.counts[before] -= count
    ledger.counts[after] += count
    for axis in range(tree.columns.shape[0]):
        column = tree.columns[axis, start:]
        for i in range(n):
            rest[i] = column[which[i]]
        for b in range(ledger.anchors.shape[0]):
            anchor, total = ledger.anchors[b], 0.0
            for i in range(n):
                piece = (rest[i] + anchor) - anchor
                rest[i] -= piece
                total += piece * weights[i]
            ledger.sums[before, axis, b] -= total
            ledger.sums[after, axis, b] += total


@inline
def move_points(tree: Tree, ledger: Ledger, start: int, stop: int, own: Movers) -> None:
    """Give the points from ``start`` to ``stop`` the labels ``own.new``."""
    labels, new, which, count = tree.labels[start:stop], own.new, own.which, 0
    for i in range(stop - start):  # listed without branches, which nobody could predict
        which[count] = i
        count += labels[i] != new[i]
    first = 0
    while first < count:
        before, after, last = labels[which[first]], new[which[first]], first + 1
        while last < count and labels[which[last]] == before and new[which[last]] == after:
            last += 1
        move_together(tree, ledger, start, which[first:last], after, own)
        first = last
    for i in range(stop - start):
        labels[i] = new[i]


@inline
def move_node(tree: Tree, ledger: Ledger, node: int, winner: int) -> None:
    """Move all points of ``node``, which has one owner, to the centroid ``winner``."""
    owner = tree.owners[node]
    for axis in range(tree.columns.shape[0]):
        for b in range(ledger.anchors.shape[0]):
            ledger.sums[owner, axis, b] -= tree.sums[node, axis, b]
            ledger.sums[winner, axis, b] += tree.sums[node, axis, b]
    ledger.counts[owner] -= tree.sizes[node]
    ledger.counts[winner] += tree.sizes[node]
    start, stop = span(tree, node)
    tree.labels[start:stop] = winner
    tree.owners[node] = winner


@inline
def relabel_leaf(tree: Tree, ledger: Ledger, node: int, own: Movers) -> int:
    """Give the points of a leaf the labels ``own.new``; return how many labels that changes."""
    start, stop = span(tree, node)
    labels, new = tree.labels[start:stop], own.new
    first, changed, others = new[0], 0, 0
    for i in range(stop - start):
        changed += labels[i] != new[i]
        others += new[i] != first
    if changed > 0:
        weighted = 0
        if tree.weights.shape[0] > 0:
            weights = tree.weights[start:stop]
            for i in range(stop - start):
                weighted += int(weights[i]) if labels[i] != new[i] else 0
        if tree.owners[node] != MIXED and others < changed:
            move_node(tree, ledger, node, first)  # fewer come back than would have to go one by one
        if tree.owners[node] != first or others > 0:
            move_points(tree, ledger, start, stop, own)
        if tree.weights.shape[0] > 0:
            changed = weighted
    tree.owners[node] = first if others == 0 else MIXED
    return changed


@inline
def hand_over(tree: Tree, ledger: Ledger, root: int, winner: int, own: Movers) -> int:
    """Give all points of ``root`` to the centroid ``winner``; return how many labels that changes."""
    pending, changed, left = own.pending, 0, 1
    pending[0] = root
    while left > 0:
        left -= 1
        node = pending[left]
        owner = tree.owners[node]
        if owner == winner or tree.sizes[node] == 0:
            continue
        if owner != MIXED:
            changed += tree.sizes[node]
            move_node(tree, ledger, node, winner)
        elif node >= tree.first_leaf:
            own.new[:] = winner
            changed += relabel_leaf(tree, ledger, node, own)
        else:
            pending[left], pending[left + 1] = 2 * node, 2 * node + 1
            left += 2
    tree.owners[root] = winner
    return changed
