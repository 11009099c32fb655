"""Trees for the tests, made by scipy, and moments that show them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.cluster.hierarchy import linkage

from kmeans_gui.clustering import Algorithm, Note, Phase, Step
from kmeans_gui.clustering.overlays import Levels, Tree
from kmeans_gui.clustering.parameters import Float
from kmeans_gui.clustering.step import label_dtype


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


def merging_steps(X, values, seed, cancelled):
    """Merge two clusters a step; each cluster is called by the smallest of its points. There is a curve, too."""
    n = len(X)
    table = linkage(X, "ward")
    names = np.arange(2 * n - 1)
    for i, (a, b) in enumerate(table[:, :2].astype(int)):
        names[n + i] = min(names[a], names[b])
    whole = tree_of(table, 0, labels=names)
    labels, curve = np.arange(n), np.linspace(2, 0, n) ** 3
    for merged in range(n):
        if merged:
            joined = names[whole.children[merged - 1]]
            labels = np.where(labels == joined.max(), joined.min(), labels)
        level = Levels(values=curve, n=n, parameter="reach", level=values["reach"], name="distance to the nearest")
        yield Step(
            index=merged,
            iteration=merged,
            phase=Phase.START if not merged else Phase.DONE if merged == n - 1 else "merge",
            assignment=labels.astype(label_dtype(n)),
            centroids=None,
            objective=float(whole.heights[merged - 1]) if merged else None,
            title=Note("Merge"),
            note=Note("Two clusters merge."),
            overlays=(replace(whole, merged=merged), *((level,) if not merged else ())),
            metric=None,
        )


MERGING = Algorithm(
    name="two-by-two",
    title="Two by two",
    summary="Merges.",
    parameters=(Float(name="reach", label="Reach", default=3.0, maximum=7.0, help="How far."),),
    pseudocode=(("merge", ("start", "merge", "done")),),
    steps=merging_steps,
)
"""A method whose steps carry a tree, and the first one a curve."""
