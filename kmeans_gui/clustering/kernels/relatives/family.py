"""The compiled loops, all in one place. To be imported by :mod:`kmeans_gui.clustering.kernels.warming` alone."""

from __future__ import annotations

from kmeans_gui.clustering.kernels.relatives import grid, trees
from kmeans_gui.clustering.kernels.relatives.grid import on_grid
from kmeans_gui.clustering.kernels.relatives.trees import join_clusters, merge_all, spanning_tree, split_clusters

__all__ = ["exercise", "join_clusters", "merge_all", "on_grid", "spanning_tree", "split_clusters"]


def exercise() -> None:
    """Run each loop once, so that all are compiled or taken from the cache."""
    grid.exercise()
    trees.exercise()
