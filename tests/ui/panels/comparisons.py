"""Comparisons of numbers of clusters as the tests want them: results made by hand, and work that waits to be let go."""

from __future__ import annotations

import threading

import numpy as np

from kmeans_gui.clustering.choosing_k import CRITERIA, OF_MIXTURES, Choices
from kmeans_gui.clustering.criteria import Criterion
from kmeans_gui.errors import Cancelled

PATIENCE = 10.0


def found(suggested=(3, 3, 3, 4, 3, None), max_k=6, *, complete=True, nothing="", n=200, sampled=200, known=None, mixed=0):
    """Return results for K = 1 to ``max_k``; six or eight criteria suggest what ``suggested`` says, in their order."""
    ks = np.arange(1, max_k + 1)
    criteria = []
    about = {**CRITERIA, **OF_MIXTURES} if len(suggested) > len(CRITERIA) else CRITERIA
    for (name, (title, better)), k in zip(about.items(), suggested, strict=True):
        values = 1 / ks + 0.5 * (ks == k)
        if name in ("silhouette", "calinski-harabasz", "davies-bouldin"):
            values[0] = np.nan
        if known is not None:
            values[known:] = np.nan
        errors = np.full(max_k, 0.05) if name == "gap" else None
        why = f"{title} has its reasons." if k else ""
        criteria.append(Criterion(name, title, ks, values, errors, k, why, better))
    return Choices(tuple(criteria), {}, n, sampled, complete, nothing, 0.9, mixed)


class Work:
    """Stands in for the comparison: publishes what it is given, and ends when it is let go or stopped."""

    def __init__(self, result, *partial):
        self.result, self.partial = result, partial
        self.go = threading.Event()
        self.calls, self.ended = [], []

    def __call__(self, X, *, cancelled, publish, **values):
        self.calls.append((X, values))
        for choices in self.partial:
            publish(choices)
        for _ in range(int(PATIENCE / 0.005)):
            if self.go.wait(0.005):
                break
            if cancelled():
                self.ended.append("cancelled")
                raise Cancelled
        self.ended.append("done")
        if isinstance(self.result, Exception):
            raise self.result
        return self.result
