"""The walk of the filtering kernel: whole regions change hands at once.

Lloyd's iteration asks for the nearest centroid of each of n points. Filtering (Kanungo, Mount, Netanyahu, Piatko, Silverman &
Wu, "An efficient k-means clustering algorithm: analysis and implementation", IEEE TPAMI 24, 2002) asks for that of a box full
of points. It walks down a tree of boxes (:mod:`kmeans_gui.clustering.kernels.tree`) with the centroids that may still be
nearest to some point of the box, the *candidates*. Where only one is left, all points below belong to it: they are not looked
at, their sum was added up beforehand. Only leaves through which a border between two Voronoi cells runs have their points
compared, and with two or three candidates at that.

A candidate z cannot be nearest anywhere in a box of middle m and half extents h if it is farther than the candidate z* nearest
to the middle from even the corner that favors it most:

    min over p in the box of |p − z|² − |p − z*|²  =  |m − z|² − |m − z*|² − 2 Σ_a h_a |z_a − z*_a|  >  0.

Distances are rounded, so the difference must exceed 64 units of rounding of the numbers involved, several times what all
roundings together can amount to. So a tie, or what rounding makes one, is never pruned but always compared point by point.

Two things make later iterations cheaper than the first:

* *Lazy owners.* A box that one centroid has is marked as its own, and nothing below is touched. If it has the same owner in
  the next iteration, nothing at all is written; if it changes hands whole, its sum moves and its labels are filled.
* *Expiry.* Each time that a box is looked at, the least difference by which candidates were pruned and points decided says how
  far the centroids may drift until any of it can change (the bounds of Hamerly, "Making k-means even faster", SDM 2010, for
  boxes). Until then the subtree is skipped. This costs more than it saves while centroids leap, so it begins when less than a
  thousandth of the points changed.

Subtrees are visited in the order of memory, which the processor expects: it makes the walk up to three times as fast.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import bare, inline
from kmeans_gui.clustering.kernels.nearest import find_nearest
from kmeans_gui.clustering.kernels.tree import MIXED, Tree, add_point, span
from kmeans_gui.clustering.step import Floats

FEW = 3
"""Candidates with which the points of a leaf are compared without trying to prune any."""

EPSILON = 2.0**-52
GUARD = 64 * EPSILON
"""By what share of the numbers involved a candidate must be farther to be pruned."""

TINY = 2.0**-900
"""By how much at least: below that, squares lose digits."""

A_BOX = 64
"""Points that could be looked at in the time that a box takes."""


class Scratch(NamedTuple):
    """What one worker needs for a walk; allocated once.

    Parameters
    ----------
    ids : ndarray of shape (levels, k), int64
        The candidates at each level, in ascending order so that ties go to the lowest.
    coordinates : ndarray of shape (levels, d, k)
        Where they are.
    gaps : ndarray of shape (2, k)
        Distances and differences of the candidates of one box.
    stack : ndarray of shape (2 levels, 3), int64
        Boxes to visit: node, level, number of candidates.
    inherited : ndarray of shape (2 levels,)
        Until when what was pruned above each of them stays pruned.
    visited : ndarray of shape (nodes,), int32
        The nodes visited, parents before children.
    pending : ndarray of shape (2 levels,), int64
        Nodes that change hands.
    least, winner, new, second : ndarray of shape (block,)
        For the points of a leaf: the distance to the nearest candidate, which it is, the same as a label, and the distance to
        the second nearest.
    moved : ndarray of shape (d, bins)
        The sum of points that change hands together.
    work : ndarray of shape (1,), int64
        Counts up what has been looked at: one for each point, and as much as ``A_BOX`` for each box.
    """

    ids: NDArray[np.int64]
    coordinates: Floats
    gaps: Floats
    stack: NDArray[np.int64]
    inherited: Floats
    visited: NDArray[np.int32]
    pending: NDArray[np.int64]
    least: Floats
    winner: NDArray[np.int64]
    new: NDArray[np.int16]
    second: Floats
    moved: Floats
    work: NDArray[np.int64]


def scratch(k: int, d: int, bins: int, nodes: int, block: int) -> Scratch:
    """Return what one worker needs for walks below roots of up to ``nodes`` nodes."""
    depth = nodes.bit_length() + 2
    return Scratch(
        ids=np.zeros((depth, k), np.int64),
        coordinates=np.zeros((depth, d, k)),
        gaps=np.zeros((2, k)),
        stack=np.zeros((2 * depth, 3), np.int64),
        inherited=np.zeros(2 * depth),
        visited=np.zeros(nodes, np.int32),
        pending=np.zeros(2 * depth, np.int64),
        least=np.zeros(block),
        winner=np.zeros(block, np.int64),
        new=np.zeros(block, np.int16),
        second=np.zeros(block),
        moved=np.zeros((d, bins)),
        work=np.zeros(1, np.int64),
    )


@inline
def prune(tree: Tree, node: int, level: int, m: int, expiring: bool, own: Scratch) -> tuple[int, float]:
    """Leave those of the ``m`` candidates of a level that may be nearest somewhere in the box of ``node`` on the level below.

    Returns
    -------
    kept : int
        How many are left.
    slack : float
        By how much any candidate pruned here is farther than the nearest one, everywhere in the box; infinite if none was.
        Two centroids that each move less than half as far cannot use it up.
    """
    d = tree.columns.shape[0]
    distance, difference = own.gaps[0, :m], own.gaps[1, :m]
    here, below = own.coordinates[level], own.coordinates[level + 1]
    xs, ys = here[0, :m], here[1, :m]
    x, y = tree.centers[node, 0], tree.centers[node, 1]
    width, height = tree.halves[node, 0], tree.halves[node, 1]
    radius = width * width + height * height
    for q in range(m):
        distance[q] = (xs[q] - x) * (xs[q] - x) + (ys[q] - y) * (ys[q] - y)
    if d == 3:
        zs, z, depth = here[2, :m], tree.centers[node, 2], tree.halves[node, 2]
        radius += depth * depth
        for q in range(m):
            distance[q] += (zs[q] - z) * (zs[q] - z)
    best = 0
    for q in range(1, m):
        best = q if distance[q] < distance[best] else best
    least = distance[best] + GUARD * (distance[best] + 2.0 * radius)
    for q in range(m):
        reach = abs(xs[q] - xs[best]) * (2.0 * width) + abs(ys[q] - ys[best]) * (2.0 * height)
        difference[q] = distance[q] * (1.0 - GUARD) - least - reach
    if d == 3:
        zs, depth = here[2, :m], tree.halves[node, 2]
        for q in range(m):
            difference[q] -= abs(zs[q] - zs[best]) * (2.0 * depth)
    kept = 0
    for q in range(m):
        own.ids[level + 1, kept] = own.ids[level, q]
        for axis in range(d):
            below[axis, kept] = here[axis, q]
        kept += difference[q] <= TINY
    slack = np.inf
    if expiring:
        reach = np.sqrt(radius)
        for q in range(m):
            if difference[q] > TINY:
                # Within the box neither of the two is farther than that, and (a² − b²) = (a − b)(a + b).
                slack = min(slack, difference[q] / (2.0 * (np.sqrt(distance[q]) + reach)))
    return kept, slack


@inline
def relabel(tree: Tree, start: int, stop: int, own: Scratch, anchors: Floats, sums: Floats, counts: NDArray[np.int64]) -> int:
    """Give the points from ``start`` to ``stop`` the labels ``own.new``; return how many that changes.

    Points that go from one centroid to the same other one mostly come in rows: each row's sum is moved once.
    """
    labels, new, moved = tree.labels[start:stop], own.new, own.moved
    changed, i = 0, 0
    while i < stop - start:
        before, after, count = labels[i], new[i], 0
        if before == after:
            i += 1
            continue
        moved[:] = 0.0
        while i < stop - start and labels[i] == before and new[i] == after:
            count += add_point(tree, start + i, anchors, moved)
            labels[i] = after
            i += 1
        changed += count
        counts[before] -= count
        counts[after] += count
        for axis in range(tree.columns.shape[0]):
            for b in range(anchors.shape[0]):
                sums[before, axis, b] -= moved[axis, b]
                sums[after, axis, b] += moved[axis, b]
    return changed


@inline
def hand_over(
    tree: Tree, root: int, winner: int, own: Scratch, anchors: Floats, sums: Floats, counts: NDArray[np.int64]
) -> int:
    """Give all points of ``root`` to the centroid ``winner``; return how many labels that changes."""
    pending, changed, left = own.pending, 0, 1
    pending[0] = root
    while left > 0:
        left -= 1
        node = pending[left]
        owner = tree.owners[node]
        if owner == winner or tree.sizes[node] == 0:
            continue
        if owner == MIXED and node < tree.first_leaf:
            pending[left], pending[left + 1] = 2 * node, 2 * node + 1
            left += 2
            continue
        start, stop = span(tree, node)
        if owner == MIXED:
            own.new[: stop - start] = winner
            changed += relabel(tree, start, stop, own, anchors, sums, counts)
            continue
        for axis in range(tree.columns.shape[0]):
            for b in range(anchors.shape[0]):
                sums[owner, axis, b] -= tree.sums[node, axis, b]
                sums[winner, axis, b] += tree.sums[node, axis, b]
        counts[owner] -= tree.sizes[node]
        counts[winner] += tree.sizes[node]
        changed += tree.sizes[node]
        tree.labels[start:stop] = winner
    tree.owners[root] = winner
    return changed


@inline
def compare_points(
    tree: Tree,
    node: int,
    level: int,
    m: int,
    expiring: bool,
    own: Scratch,
    anchors: Floats,
    sums: Floats,
    counts: NDArray[np.int64],
) -> tuple[int, float]:
    """Give each point of a leaf to the nearest of the candidates; return how many labels changed and the slack."""
    start = (node - tree.first_leaf) * tree.block
    stop = min(start + tree.block, tree.columns.shape[1])
    n = stop - start
    find_nearest(tree.columns, start, stop, own.coordinates[level], own.ids[level], m, own.least, own.winner, own.second)
    slack = decided_by(tree, start, stop, level, m, own) if expiring else np.inf
    labels, new = tree.labels[start:stop], own.new
    for i in range(n):
        new[i] = own.winner[i]
    first, switched, others = new[0], 0, 0
    for i in range(n):
        switched += new[i] != labels[i]
        others += new[i] != first
    changed = 0
    if switched > 0:
        changed = relabel(tree, start, stop, own, anchors, sums, counts)
    tree.owners[node] = first if others == 0 else MIXED
    return changed, slack


@inline
def decided_by(tree: Tree, start: int, stop: int, level: int, m: int, own: Scratch) -> float:
    """Return by how much the second nearest of the ``m`` candidates is farther than the nearest, for any point of a leaf."""
    n, d = stop - start, tree.columns.shape[0]
    second, winner, least = own.second, own.winner, own.least
    xs, ys = tree.columns[0, start:stop], tree.columns[1, start:stop]
    zs = tree.columns[d - 1, start:stop]
    second[:n] = np.inf
    for q in range(m):
        place, name = own.coordinates[level, :, q], own.ids[level, q]
        x, y, z = place[0], place[1], place[d - 1]
        if d == 2:
            for i in range(n):
                distance = (xs[i] - x) * (xs[i] - x) + (ys[i] - y) * (ys[i] - y)
                distance = distance if name != winner[i] else np.inf
                second[i] = distance if distance < second[i] else second[i]
        else:
            for i in range(n):
                distance = (xs[i] - x) * (xs[i] - x) + (ys[i] - y) * (ys[i] - y) + (zs[i] - z) * (zs[i] - z)
                distance = distance if name != winner[i] else np.inf
                second[i] = distance if distance < second[i] else second[i]
    gap, far = np.inf, 0.0
    for i in range(n):
        gap = min(gap, second[i] - least[i])
        far = max(far, second[i])
    return (gap - GUARD * far) / (2.0 * np.sqrt(far)) if far > TINY else -1.0


@inline
def expiry_of(drift: float, slack: float) -> float:
    """Return no more than the drift at which two centroids, each moving half as far as ``slack``, may have used it up."""
    return (drift + 0.499 * slack) * (1.0 - EPSILON)


@bare
def walk(
    tree: Tree,
    root: int,
    m: int,
    drift: float,
    expiring: bool,
    own: Scratch,
    anchors: Floats,
    sums: Floats,
    counts: NDArray[np.int64],
) -> int:
    """Give all points below ``root`` to the nearest of the ``m`` candidates on level 0 of the scratch.

    Parameters
    ----------
    drift : float
        How far the centroids have moved since the run began: the largest moves of all updates, added up.
    expiring : bool
        Whether to keep account of when what is decided expires.
    sums : ndarray of shape (k + 1, d, bins)
        Changed in place, as are ``counts``, shape (k + 1,).

    Returns
    -------
    int
        How many labels changed.
    """
    changed, compared, seen, waiting = 0, 0, 0, 0
    if expiring and tree.expiry[root] > drift:
        return 0
    own.stack[0, 0], own.stack[0, 1], own.stack[0, 2] = root, 0, m
    own.inherited[0] = np.inf
    waiting = 1
    while waiting > 0:
        waiting -= 1
        node, level, m = own.stack[waiting, 0], own.stack[waiting, 1], own.stack[waiting, 2]
        until = own.inherited[waiting]
        own.visited[seen] = node
        seen += 1
        is_leaf = node >= tree.first_leaf
        if not is_leaf or m > FEW:
            m, slack = prune(tree, node, level, m, expiring, own)
            level += 1
            until = min(until, expiry_of(drift, slack))
        if m == 1:
            if tree.owners[node] != own.ids[level, 0]:
                changed += hand_over(tree, node, own.ids[level, 0], own, anchors, sums, counts)
        elif is_leaf:
            more, slack = compare_points(tree, node, level, m, expiring, own, anchors, sums, counts)
            changed += more
            compared += tree.block
            until = min(until, expiry_of(drift, slack))
        else:
            left = 2 * node
            if tree.owners[node] != MIXED:
                tree.owners[left] = tree.owners[left + 1] = tree.owners[node]
                tree.owners[node] = MIXED
            for child in (left + 1, left):
                if tree.sizes[child] > 0 and not (expiring and tree.expiry[child] > drift):
                    own.stack[waiting, 0], own.stack[waiting, 1], own.stack[waiting, 2] = child, level, m
                    own.inherited[waiting] = until
                    waiting += 1
        if expiring:
            tree.expiry[node] = until
    own.work[0] += compared + seen * A_BOX
    if expiring:
        for s in range(seen - 1, -1, -1):
            node = own.visited[s]
            if node < tree.first_leaf and tree.owners[node] == MIXED:
                tree.expiry[node] = tree.expiry[2 * node]
                if tree.sizes[2 * node + 1] > 0:
                    tree.expiry[node] = min(tree.expiry[2 * node], tree.expiry[2 * node + 1])
    return changed


@bare
def walk_roots(
    tree: Tree,
    start: int,
    stop: int,
    candidates: NDArray[np.int64],
    centroids: Floats,
    drift: float,
    expiring: bool,
    own: Scratch,
    anchors: Floats,
    sums: Floats,
    counts: NDArray[np.int64],
) -> int:
    """Give all points below the nodes from ``start`` to ``stop`` to the nearest of the ``candidates``; see :func:`walk`."""
    for q in range(candidates.shape[0]):
        own.ids[0, q] = candidates[q]
        for axis in range(centroids.shape[1]):
            own.coordinates[0, axis, q] = centroids[candidates[q], axis]
    changed = 0
    for root in range(start, stop):
        if tree.sizes[root] > 0:
            changed += walk(tree, root, candidates.shape[0], drift, expiring, own, anchors, sums, counts)
    return changed
