"""Trees for the tests, made by scipy, and moments that show them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.cluster.hierarchy import linkage

from kmeans_gui.clustering.overlays import Tree


def points(n=30, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)) + rng.integers(0, 3, (n, 1)) * 4


def tree_of(table, merged=0, **fields):
    """Return a tree as scipy's table of merges has it; each cluster is called by its own number."""
    m = len(table)
    values = {"labels": np.arange(2 * m + 1), "merged": merged, "name": "merge distance", "step_of": lambda made: made}
    return Tree(children=table[:, :2].astype(int), heights=table[:, 2].copy(), **{**values, **fields})


def linked(n=30, merged=0, method="ward", seed=0, **fields):
    return tree_of(linkage(points(n, seed), method), merged, **fields)


def by_hand(children, heights, merged=0, leaves=None, **fields):
    children = np.array(children, int).reshape(-1, 2)
    leaves = len(children) + 1 if leaves is None else leaves
    values = {"labels": np.arange(leaves + len(children)), "name": "merge distance", "step_of": lambda made: made}
    return Tree(children=children, heights=np.array(heights, float), merged=merged, **{**values, **fields})


def showing(shown, *overlays):
    """Return a moment like ``shown`` whose step has other overlays."""
    return replace(shown, step=replace(shown.step, overlays=overlays))
