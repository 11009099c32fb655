"""What surrounds the walks of the filtering kernel: the candidates they begin with, iterations in a row, and their outcome."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.base import EMPTY, GOING_ON, SETTLED
from kmeans_gui.clustering.kernels.compiled import jit
from kmeans_gui.clustering.kernels.exact_compiled import move_to_means
from kmeans_gui.clustering.kernels.ledger import Ledger
from kmeans_gui.clustering.kernels.tree import MIXED, Tree, span
from kmeans_gui.clustering.kernels.walk import EPSILON, Clock, Scratch, walk_roots
from kmeans_gui.clustering.step import Floats


@jit
def choose_candidates(centroids: Floats) -> tuple[NDArray[np.int64], bool]:
    """Return the centroids that may take points, and whether all of those in use may.

    Of several in the same place only the first may, so that they do not keep each other from being pruned; NaN is not in use.
    """
    k, d = centroids.shape
    candidates = np.empty(k, np.int64)
    m, all_may = 0, True
    for j in range(k):
        fresh = not np.isnan(centroids[j, 0])
        if fresh:
            for q in range(m):
                axis = 0
                while axis < d and centroids[candidates[q], axis] == centroids[j, axis]:
                    axis += 1
                if axis == d:
                    fresh, all_may = False, False
                    break
        if fresh:
            candidates[m] = j
            m += 1
    return candidates[:m], all_may


@jit
def farthest_move(before: Floats, after: Floats) -> float:
    """Return no less than the farthest that a centroid has moved."""
    farthest = 0.0
    for j in range(before.shape[0]):
        square = 0.0
        for axis in range(before.shape[1]):
            square += (after[j, axis] - before[j, axis]) ** 2
        if square > farthest:  # never true of NaN
            farthest = square
    # What may be missing of squares too small to be represented is added.
    return float(np.sqrt(farthest)) * (1.0 + 1e-12) + 2.0**-500


@jit
def drifted(drift: float, before: Floats, after: Floats) -> float:
    """Return no less than ``drift`` and the farthest move together."""
    return (drift + farthest_move(before, after)) * (1.0 + EPSILON)


class Plan(NamedTuple):
    """How far to go without being asked.

    Parameters
    ----------
    roots : int
        The walks begin at the nodes from ``roots`` to 2 ``roots``.
    most : int
        The most iterations.
    work : int
        About how many points to look at.
    settling : float
        The number of labels changed below which the next walk keeps account of expiry.
    """

    roots: int
    most: int
    work: int
    settling: float


@jit
def iterate(
    tree: Tree, ledger: Ledger, own: Scratch, centroids: Floats, drift: Floats, expiring: bool, plan: Plan
) -> tuple[int, int, int, bool]:
    """Assign and update as often as planned, unless something happens.

    Parameters
    ----------
    centroids : ndarray of shape (k, d)
        Changed in place.
    drift : ndarray of shape (1,)
        Changed in place.
    expiring : bool
        Whether the first walk keeps account of expiry.

    Returns
    -------
    made, changed : int
        How often it assigned, and how many labels changed last.
    halt : int
        A ``Halt``.
    expiring : bool
        Whether the next walk should keep account of expiry.
    """
    changed, made = 0, 0
    before = np.empty_like(centroids)
    own.work[0] = 0
    while made < plan.most and own.work[0] < plan.work:
        candidates, all_may = choose_candidates(centroids)
        clock = Clock(drift[0], expiring and all_may)
        changed = walk_roots(tree, ledger, own, plan.roots, 2 * plan.roots, candidates, centroids, clock)
        made += 1
        if changed == 0:
            return made, changed, SETTLED, expiring
        expiring = changed < plan.settling
        for j in range(centroids.shape[0]):
            if ledger.counts[j] == 0 and not np.isnan(centroids[j, 0]):
                return made, changed, EMPTY, expiring
        before[:] = centroids
        move_to_means(ledger.sums, ledger.counts, centroids)
        drift[0] = drifted(drift[0], before, centroids)
    return made, changed, GOING_ON, expiring


@jit
def list_runs(tree: Tree, roots: int, pending: NDArray[np.int64], starts: NDArray[np.int32], values: NDArray[np.int16]) -> int:
    """List the runs of equal labels in spatial order; return how many there are.

    What belongs to one centroid whole is not looked at. Runs beyond the length of ``starts`` are counted but not listed.
    ``pending`` is scratch for the nodes from ``roots`` to 2 ``roots`` and what waits below one of them.
    """
    runs, last = 0, -1
    left = roots
    for root in range(roots):
        pending[root] = 2 * roots - 1 - root
    while left > 0:
        left -= 1
        node = pending[left]
        if tree.sizes[node] == 0:
            continue
        if tree.owners[node] == MIXED and node < tree.first_leaf:
            pending[left], pending[left + 1] = 2 * node + 1, 2 * node
            left += 2
            continue
        start, stop = span(tree, node)
        if tree.owners[node] != MIXED:
            stop = start + 1
        for i in range(start, stop):
            if tree.labels[i] != last:
                last = tree.labels[i]
                if runs < starts.shape[0]:
                    starts[runs], values[runs] = i, last
                runs += 1
    return runs
