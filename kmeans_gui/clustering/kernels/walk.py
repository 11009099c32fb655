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
from kmeans_gui.clustering.kernels.ledger import Ledger, Movers, hand_over, movers, relabel_leaf
from kmeans_gui.clustering.kernels.nearest import find_nearest
from kmeans_gui.clustering.kernels.tree import MIXED, Tree, span
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


class Clock(NamedTuple):
    """What time it is for what was decided earlier.

    Parameters
    ----------
    drift : float
        How far the centroids have moved since the run began: the largest moves of all updates, added up.
    expiring : bool
        Whether to keep account of when what is decided expires.
    """

    drift: float
    expiring: bool


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
    least, winner, second : ndarray of shape (block,)
        For the points of a leaf: the distance to the nearest candidate, which it is, and the distance to the second nearest.
    movers : Movers
    work : ndarray of shape (1,), int64
        Counts up what has been looked at: one for each point, and as much as ``A_BOX`` for each box.
    """

    ids: NDArray[np.int64]
    coordinates: Floats
    gaps: Floats
    stack: NDArray[np.int64]
    inherited: Floats
    visited: NDArray[np.int32]
    least: Floats
    winner: NDArray[np.int64]
    second: Floats
    movers: Movers
    work: NDArray[np.int64]


def scratch(k: int, d: int, nodes: int, block: int) -> Scratch:
    """Return what one worker needs for walks below roots of up to ``nodes`` nodes."""
    depth = nodes.bit_length() + 2
    return Scratch(
        ids=np.zeros((depth, k), np.int64),
        coordinates=np.zeros((depth, d, k)),
        gaps=np.zeros((2, k)),
        stack=np.zeros((2 * depth, 3), np.int64),
        inherited=np.zeros(2 * depth),
        visited=np.zeros(nodes, np.int32),
        least=np.zeros(block),
        winner=np.zeros(block, np.int64),
        second=np.zeros(block),
        movers=movers(depth, block),
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
def compare_points(tree: Tree, ledger: Ledger, own: Scratch, node: int, level: int, m: int, clock: Clock) -> tuple[int, float]:
    """Give each point of a leaf to the nearest of the candidates; return how many labels changed and the slack."""
    start, stop = span(tree, node)
    find_nearest(tree.columns, start, stop, own.coordinates[level], own.ids[level], m, own.least, own.winner, own.second)
    slack = decided_by(tree, start, stop, level, m, own) if clock.expiring else np.inf
    winner, new = own.winner, own.movers.new
    for i in range(stop - start):
        new[i] = winner[i]
    return relabel_leaf(tree, ledger, node, own.movers), slack


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
def expiry_of(clock: Clock, slack: float) -> float:
    """Return no more than the drift at which two centroids, each moving half as far as ``slack``, may have used it up."""
    return (clock.drift + 0.499 * slack) * (1.0 - EPSILON)


@inline
def is_due(tree: Tree, node: int, clock: Clock) -> bool:
    """Whether labels below ``node`` may change."""
    return tree.sizes[node] > 0 and not (clock.expiring and tree.expiry[node] > clock.drift)


@inline
def wait(own: Scratch, place: int, node: int, level: int, m: int, until: float) -> None:
    """Put ``node`` on the stack with the ``m`` candidates of a level, settled from above until the drift is ``until``."""
    own.stack[place, 0], own.stack[place, 1], own.stack[place, 2] = node, level, m
    own.inherited[place] = until


@bare
def walk(tree: Tree, ledger: Ledger, own: Scratch, root: int, m: int, clock: Clock) -> int:
    """Give all points below ``root`` to the nearest of the ``m`` candidates on level 0; return how many labels change."""
    if not is_due(tree, root, clock):
        return 0
    changed, compared, seen, waiting = 0, 0, 0, 1
    wait(own, 0, root, 0, m, np.inf)
    while waiting > 0:
        waiting -= 1
        node, level, m = own.stack[waiting, 0], own.stack[waiting, 1], own.stack[waiting, 2]
        until = own.inherited[waiting]
        own.visited[seen] = node
        seen += 1
        is_leaf = node >= tree.first_leaf
        if not is_leaf or m > FEW:
            m, slack = prune(tree, node, level, m, clock.expiring, own)
            level += 1
            until = min(until, expiry_of(clock, slack))
        if m == 1:
            if tree.owners[node] != own.ids[level, 0]:
                changed += hand_over(tree, ledger, node, own.ids[level, 0], own.movers)
        elif is_leaf:
            more, slack = compare_points(tree, ledger, own, node, level, m, clock)
            changed += more
            compared += tree.block
            until = min(until, expiry_of(clock, slack))
        else:
            left = 2 * node
            if tree.owners[node] != MIXED:
                tree.owners[left] = tree.owners[left + 1] = tree.owners[node]
                tree.owners[node] = MIXED
            for child in (left + 1, left):
                if is_due(tree, child, clock):
                    wait(own, waiting, child, level, m, until)
                    waiting += 1
        if clock.expiring:
            tree.expiry[node] = until
    own.work[0] += compared + seen * A_BOX
    if clock.expiring:
        renew_expiry(tree, own.visited[:seen])
    return changed


@inline
def renew_expiry(tree: Tree, visited: NDArray[np.int32]) -> None:
    """Let the visited nodes of several owners expire as soon as one of their children does."""
    for s in range(visited.shape[0] - 1, -1, -1):
        node = visited[s]
        if node < tree.first_leaf and tree.owners[node] == MIXED:
            tree.expiry[node] = tree.expiry[2 * node]
            if tree.sizes[2 * node + 1] > 0:
                tree.expiry[node] = min(tree.expiry[2 * node], tree.expiry[2 * node + 1])


@bare
def walk_roots(
    tree: Tree,
    ledger: Ledger,
    own: Scratch,
    start: int,
    stop: int,
    candidates: NDArray[np.int64],
    centroids: Floats,
    clock: Clock,
) -> int:
    """Give all points below the nodes from ``start`` to ``stop`` to the nearest of the ``candidates``; see :func:`walk`."""
    for q in range(candidates.shape[0]):
        own.ids[0, q] = candidates[q]
        for axis in range(centroids.shape[1]):
            own.coordinates[0, axis, q] = centroids[candidates[q], axis]
    changed = 0
    for root in range(start, stop):
        changed += walk(tree, ledger, own, root, candidates.shape[0], clock)
    return changed
