"""Merges and trees by compiled loops: what :mod:`kmeans_gui.clustering.linkage` and ``hierarchy`` do, with the same results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_gui.clustering import hierarchy
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.hierarchy import Ints
from kmeans_gui.clustering.kernels.compiled import jit
from kmeans_gui.clustering.kernels.relatives import chains, spanning
from kmeans_gui.clustering.linkage import Centroids, Merges, Slots, Table, Ward
from kmeans_gui.clustering.neighborhoods import Space
from kmeans_gui.errors import Cancelled, CancelQuestion

join_clusters = jit(hierarchy.join_clusters)
split_clusters = jit(hierarchy.split_clusters)

BUDGET = 1 << 22
"""Distances that are looked at in one go: some milliseconds."""

NODES = 1 << 16
ROWS = 1 << 9


def merge_all(slots: Slots, cancelled: CancelQuestion) -> Merges:
    """Make all merges of ``slots`` and return them as they were found."""
    n = len(slots.sizes)
    state, chain = np.array([0, 0, n]), np.empty(n, np.int64)
    if isinstance(slots, Centroids):
        for block in blocks(n, ROWS, cancelled):
            chains.look_around(slots.centers, slots.sizes, slots.nearest, slots.gaps, block.start, block.stop)
    while state[chains.MADE] < n - 1:
        _ask(cancelled)
        _go_on(slots, chain, state)
        if 2 * state[chains.ALIVE] <= len(slots.sizes):
            kept = np.flatnonzero(slots.sizes)
            length = state[chains.LENGTH]
            chain[:length] = np.searchsorted(kept, chain[:length])
            if isinstance(slots, Table):
                _shrink(slots, kept)
            slots.shrink(kept)
    return slots.pairs, slots.heights


_NOTHING = np.empty((0, 0))


def _shrink(slots: Table, kept: Ints) -> None:
    """Move the distances of the slots ``kept`` together, in the memory that there is."""
    smaller = slots.table.reshape(-1)[: len(kept) ** 2].reshape(len(kept), len(kept))
    chains.shrink(slots.table, smaller, kept)
    slots.table = smaller


def _go_on(slots: Slots, chain: Ints, state: Ints) -> None:
    sizes, names, pairs, heights = slots.sizes, slots.names, slots.pairs, slots.heights
    if isinstance(slots, Centroids):
        chains.join_centers(slots.centers, sizes, slots.nearest, slots.gaps, names, state, pairs, heights, BUDGET)
    elif isinstance(slots, Ward):
        chains.follow_chain(chains.WARD, slots.centers, sizes, _NOTHING, names, chain, state, pairs, heights, BUDGET)
    elif isinstance(slots, Table):
        kind = chains.AVERAGE if slots.linkage == "average" else chains.COMPLETE
        chains.follow_chain(kind, _NOTHING, sizes, slots.table, names, chain, state, pairs, heights, BUDGET)


def _ask(cancelled: CancelQuestion) -> None:
    if cancelled():
        raise Cancelled


def spanning_tree(space: Space, cancelled: CancelQuestion) -> Merges:
    """Return the edges of a minimum spanning tree and how long they are, squared for the power 2."""
    power = 0 if np.isinf(space.power) else int(space.power)
    n, d = space.points.shape
    depth = max(int(np.ceil(np.log2(n / spanning.LEAF))), 0)
    order, input_points = np.arange(n), space.points.copy()  # which may not be written to: loops are compiled for what may
    for level in range(depth):
        _ask(cancelled)
        spanning.split_level(input_points, order, level)
    _ask(cancelled)
    points = input_points[order]
    low, high = np.empty((2 << depth, d)), np.empty((2 << depth, d))
    spanning.measure(points, depth, low, high)
    pairs, heights = np.empty((n - 1, 2), np.int64), np.empty(n - 1)
    components, parents, owners = np.arange(n), np.arange(n), np.empty(2 << depth, np.int64)
    nearest, gaps, least, winners = np.full(n, -1), np.zeros(n), np.empty(n), np.empty(n, np.int64)
    made = 0
    while made < n - 1:
        _ask(cancelled)
        spanning.tell_owners(components, depth, owners)
        spanning.begin_round(components, nearest, gaps, least, winners)
        asked = 0
        while asked < n:
            _ask(cancelled)
            asked = spanning.find_outside(
                points, depth, low, high, owners, power, components, nearest, gaps, least, winners, asked, NODES
            )
        _ask(cancelled)
        made = spanning.join_components(components, parents, nearest, gaps, winners, pairs, heights, made)
    return order[pairs], heights


def exercise() -> None:
    """Run each loop once."""
    points = np.random.default_rng(0).random((200, 2))
    never: Callable[[], bool] = lambda: False  # noqa: E731
    merge_all(Ward(points.T.copy()), never)
    merge_all(Centroids(points.T.copy()), never)
    merge_all(Table(np.abs(points[:, :1] - points[:, 0]), "average"), never)
    pairs, _ = spanning_tree(Space(points, "euclidean"), never)
    children, labels = np.empty((199, 2), np.int64), np.zeros((4, 399), np.int64)
    join_clusters(pairs, children, np.arange(399), labels[0], labels[1], 0, 199)
    split_clusters(children, labels[0], labels[1], labels[2], labels[3], 0, 199)
