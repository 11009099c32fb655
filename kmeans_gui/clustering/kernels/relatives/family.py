"""The compiled loops, all in one place. To be imported by :mod:`kmeans_gui.clustering.kernels.warming` alone."""

from __future__ import annotations

from kmeans_gui.clustering.kernels.relatives import grid
from kmeans_gui.clustering.kernels.relatives.grid import on_grid

__all__ = ["exercise", "on_grid"]


def exercise() -> None:
    """Run each loop once, so that all are compiled or taken from the cache."""
    grid.exercise()
