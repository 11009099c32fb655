"""The algorithms: one file each, and the explicit registry.

To add one, write a file that ends in an :class:`~kmeans_gui.clustering.algorithms.base.Algorithm` and add its line to
``REGISTRY``. The form, the command line, the session file, the help and the contract tests follow from its parameters; the
drawing follows from what its steps carry.
"""

from __future__ import annotations

from kmeans_gui.clustering.algorithms import (
    agglomerative,
    bisecting,
    dbscan,
    fuzzy_cmeans,
    gaussian_mixture,
    hartigan_wong,
    kmeans_plus_plus,
    kmedians,
    kmedoids,
    lloyd,
    macqueen,
    mean_shift,
    minibatch,
)
from kmeans_gui.clustering.algorithms.base import Algorithm

REGISTRY: dict[str, Algorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        lloyd.ALGORITHM,
        kmeans_plus_plus.ALGORITHM,
        minibatch.ALGORITHM,
        kmedians.ALGORITHM,
        gaussian_mixture.ALGORITHM,
        dbscan.ALGORITHM,
        agglomerative.ALGORITHM,
        bisecting.ALGORITHM,
        kmedoids.ALGORITHM,
        hartigan_wong.ALGORITHM,
        macqueen.ALGORITHM,
        fuzzy_cmeans.ALGORITHM,
        mean_shift.ALGORITHM,
    )
}  # fmt: skip

DEFAULT = lloyd.ALGORITHM.name
"""What a new session and the command line start with."""

__all__ = ["DEFAULT", "REGISTRY", "Algorithm"]
