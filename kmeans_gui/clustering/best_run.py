"""The best of several runs of k-means with one number of clusters, shared out over the processor's cores."""

from __future__ import annotations

import numpy as np

from kmeans_gui import clustering
from kmeans_gui.clustering.kernels import threads
from kmeans_gui.clustering.step import Floats, Step
from kmeans_gui.errors import CancelQuestion

FEW = 1 << 12
"""Below so many points, many runs are made at a time: the calls would take longer than the loops."""


def best_run(X: Floats, k: int, seeds: range, cancelled: CancelQuestion) -> tuple[float, int]:
    """Return the least inertia of the runs with one K, and the seed of that run."""
    if len(X) < FEW:
        runs = clustering.run_many(clustering.DEFAULT, X, k=k, restarts=len(seeds), seed=seeds.start, cancelled=cancelled)
        return float(runs.objectives[runs.best]), seeds[runs.best]
    inertias = np.empty(len(seeds))

    def make(worker: int, i: int) -> int:
        inertias[i] = inertia_of(clustering.fit(clustering.DEFAULT, X, k=k, seed=seeds[i], cancelled=cancelled))
        return 1

    threads.share(make, len(seeds), min(threads.available(), len(seeds)), cancelled)
    best = int(np.argmin(inertias))
    return float(inertias[best]), seeds[best]


def inertia_of(step: Step) -> float:
    """Return the inertia that a run of k-means ends with."""
    assert step.objective is not None
    return step.objective
