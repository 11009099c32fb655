"""The minimum spanning tree of points, by Borůvka's method on a tree of boxes (Borůvka, "O jistém problému minimálním", 1926;
March, Ram & Gray, "Fast Euclidean minimum spanning tree", KDD 2010).

At first each point is a component of its own. In each round every component is joined with the one nearest to it, which at
least halves their number. Who is nearest to a component is found by asking each of its points for the nearest one outside, in
a tree of boxes: boxes with points of the same component alone are passed over, and so are those farther off than what the
component has found so far. What a point was told remains true as long as the one that it found is outside, and if it found none
near enough there never will be one.

The tree needs no pointers: points are sorted such that node i of level l, counted from 1 at the root, holds the i-th of 2^l
equal slices of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import inline, jit
from kmeans_gui.clustering.step import Floats

Ints = NDArray[np.int64]

LEAF = 12
"""Points in a leaf, at most about."""


@inline
def added(total: float, apart: float, power: int) -> float:
    """Return what a difference along one more axis makes of a distance, or of its square for the power 2."""
    if power == 2:
        return total + apart * apart
    return total + apart if power == 1 else max(total, apart)


@jit
def split_level(points: Floats, order: Ints, level: int) -> None:
    """Sort the points of each node of a level so that the halves along its longest axis are those of its two parts."""
    n, d = points.shape
    for node in range(1 << level):
        begin, end = (n * node) >> level, (n * (node + 1)) >> level
        longest, axis = -1.0, 0
        for a in range(d):
            low = high = points[order[begin], a]
            for place in range(begin + 1, end):
                low, high = min(low, points[order[place], a]), max(high, points[order[place], a])
            if high - low > longest:
                longest, axis = high - low, a
        select(points[:, axis], order, begin, end - 1, (n * (2 * node + 1)) >> (level + 1))


@jit
def select(values: Floats, order: Ints, first: int, last: int, middle: int) -> None:
    """Sort ``order[first : last + 1]`` so that no value before ``middle`` is larger than one from there on (Hoare 1961)."""
    while first < last:
        pivot = values[order[(first + last) // 2]]
        i, j = first, last
        while i <= j:
            while values[order[i]] < pivot:
                i += 1
            while values[order[j]] > pivot:
                j -= 1
            if i <= j:
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if middle <= j:
            last = j
        elif middle >= i:
            first = i
        else:
            return


@jit
def measure(points: Floats, depth: int, low: Floats, high: Floats) -> None:
    """Write the box of each node; node i of level l is at 2^l + i. Points are in the tree's order."""
    n, d = points.shape
    for node in range((2 << depth) - 1, 0, -1):
        for a in range(d):
            if node >= 1 << depth:
                begin, end = (n * (node - (1 << depth))) >> depth, (n * (node - (1 << depth) + 1)) >> depth
                low[node, a], high[node, a] = points[begin, a], points[begin, a]
                for p in range(begin + 1, end):
                    low[node, a], high[node, a] = min(low[node, a], points[p, a]), max(high[node, a], points[p, a])
            else:
                low[node, a] = min(low[2 * node, a], low[2 * node + 1, a])
                high[node, a] = max(high[2 * node, a], high[2 * node + 1, a])


@jit
def tell_owners(components: Ints, depth: int, owners: Ints) -> None:
    """Write for each node the component that all its points are of, or −1."""
    n = len(components)
    for node in range((2 << depth) - 1, 0, -1):
        if node >= 1 << depth:
            begin, end = (n * (node - (1 << depth))) >> depth, (n * (node - (1 << depth) + 1)) >> depth
            owners[node] = components[begin]
            for p in range(begin + 1, end):
                if components[p] != owners[node]:
                    owners[node] = -1
        else:
            owners[node] = owners[2 * node] if owners[2 * node] == owners[2 * node + 1] else -1


@jit
def begin_round(components: Ints, nearest: Ints, gaps: Floats, least: Floats, winners: Ints) -> None:
    """Let each component begin with the nearest of what its points already know."""
    least[:] = np.inf
    winners[:] = -1
    for p in range(len(components)):
        if nearest[p] >= 0:
            if components[nearest[p]] == components[p]:
                nearest[p] = -1
            elif gaps[p] < least[components[p]]:
                least[components[p]], winners[components[p]] = gaps[p], p


@inline
def box_gap(points: Floats, p: int, low: Floats, high: Floats, node: int, power: int) -> float:
    """Return how far a point is at least from all points of a node; rounding cannot make it more."""
    total = 0.0
    for a in range(points.shape[1]):
        total = added(total, max(low[node, a] - points[p, a], points[p, a] - high[node, a], 0.0), power)
    return total


@jit
def find_outside(
    points: Floats,
    depth: int,
    low: Floats,
    high: Floats,
    owners: Ints,
    power: int,
    components: Ints,
    nearest: Ints,
    gaps: Floats,
    least: Floats,
    winners: Ints,
    first: int,
    budget: int,
) -> int:
    """Ask the points from ``first`` on for the nearest one outside, as far as that matters; return the next point."""
    n, d = points.shape
    nodes, node_gaps = np.empty(2 * depth + 4, np.int64), np.empty(2 * depth + 4)
    for p in range(first, n):
        if budget < 0:
            return p
        own = components[p]
        bound = least[own]
        if nearest[p] >= 0 or gaps[p] >= bound:
            continue
        found, top = -1, 1
        nodes[0], node_gaps[0] = 1, 0.0
        while top > 0:
            top -= 1
            node = nodes[top]
            if node_gaps[top] >= bound or owners[node] == own:
                continue
            budget -= 1
            if node >= 1 << depth:
                for q in range((n * (node - (1 << depth))) >> depth, (n * (node - (1 << depth) + 1)) >> depth):
                    if components[q] != own:
                        gap = 0.0
                        for a in range(d):
                            gap = added(gap, abs(points[p, a] - points[q, a]), power)
                        if gap < bound:
                            bound, found = gap, q
                continue
            near, far = 2 * node, 2 * node + 1
            near_gap, far_gap = box_gap(points, p, low, high, near, power), box_gap(points, p, low, high, far, power)
            if far_gap < near_gap:
                near, far, near_gap, far_gap = far, near, far_gap, near_gap
            nodes[top], node_gaps[top] = far, far_gap
            nodes[top + 1], node_gaps[top + 1] = near, near_gap
            top += 2
        gaps[p], nearest[p] = bound, found
        if found >= 0:
            least[own], winners[own] = bound, p
    return len(points)


@jit
def join_components(
    components: Ints, parents: Ints, nearest: Ints, gaps: Floats, winners: Ints, pairs: Ints, heights: Floats, made: int
) -> int:
    """Join each component with the one nearest to it; return how many edges the spanning tree has by then."""
    for component in range(len(winners)):
        p = winners[component]
        if p < 0:
            continue
        one, other = root_of(parents, components[p]), root_of(parents, components[nearest[p]])
        if one != other:
            parents[max(one, other)] = min(one, other)
            pairs[made, 0], pairs[made, 1], heights[made] = p, nearest[p], gaps[p]
            made += 1
    for p in range(len(components)):
        components[p] = root_of(parents, components[p])
    return made


@jit
def root_of(parents: Ints, component: int) -> int:
    """Return the component that stands for all that are joined with it, and shorten the way to it."""
    while parents[component] != component:
        parents[component] = parents[parents[component]]
        component = parents[component]
    return int(component)
