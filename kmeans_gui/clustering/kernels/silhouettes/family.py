"""The compiled loops, all in one place. To be imported by :mod:`kmeans_gui.clustering.kernels.warming` alone."""

from __future__ import annotations

from kmeans_gui.clustering.kernels.silhouettes.pairs import exercise, measure

__all__ = ["exercise", "measure"]
