"""Peer: the same run made by scikit-learn, from the same start, and what differs.

Both iterate from the very same centroids until no label changes. What may differ: scikit-learn computes in floating point sums
whose rounding hangs on order and threads, expands squared distances, and gives an empty cluster the farthest points by rules
of its own.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kmeans_gui import clustering
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import Cancelled, CancelQuestion, UserError

MOST = 1_000_000
"""Points of which a run is compared: scikit-learn's cannot be stopped."""

ENOUGH, PATIENCE = 0.05, 3.0
"""Seconds for which a run is repeated at least, and after which its first time has to do."""


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs from one start.

    Parameters
    ----------
    labels : int
        How many points have another label.
    centroids : float
        The farthest that a centroid is from its peer, in data units.
    inertia : tuple of float
        Ours and theirs.
    iterations : tuple of int
        Ours and theirs.
    seconds : tuple of float
        Ours and theirs, at the quickest of a few times; ours includes finding the start.
    """

    labels: int
    centroids: float
    inertia: tuple[float, float]
    iterations: tuple[int, int]
    seconds: tuple[float, float]


def compare(X: Floats, *, seed: int = 0, cancelled: CancelQuestion = lambda: False, **parameters: Any) -> Comparison:
    """Run k-means on ``X``, shape (n, d), here and in scikit-learn, and return what differs.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    seed : int
        The start follows from it unless it is given.
    cancelled : callable
        Not asked while scikit-learn is at work.
    **parameters
        Those of the run; of several runs it is the first.

    Raises
    ------
    UserError
        If the run cannot be made, or if there are more than ``MOST`` points.
    Cancelled
        If ``cancelled`` said so.
    """
    if len(X) > MOST:
        raise UserError(f"scikit-learn's run cannot be stopped, so it is compared on up to {MOST:,} points only.")
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    values = {**parameters, "n_init": 1}
    start = next(clustering.steps(clustering.DEFAULT, X, seed=seed, cancelled=cancelled, **values)).centroids
    assert start is not None
    ours, our_time = _timed(lambda: clustering.fit(clustering.DEFAULT, X, seed=seed, cancelled=cancelled, **values))
    if cancelled():
        raise Cancelled
    peer = KMeans(n_clusters=len(start), init=start, n_init=1, max_iter=values.get("max_iter", 300), tol=values.get("tol", 0.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs, their_time = _timed(lambda: peer.fit(X))
    apart = np.sqrt(((ours.centroids - theirs.cluster_centers_) ** 2).sum(axis=1))
    return Comparison(
        labels=int(np.count_nonzero(ours.labels != theirs.labels_)),
        centroids=float(np.nanmax(apart, initial=0.0)),
        inertia=(float(ours.objective), float(theirs.inertia_)),
        iterations=(ours.iterations, int(theirs.n_iter_)),
        seconds=(our_time, their_time),
    )


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what ``work`` returns, and the seconds that the quickest of a few calls took: the first may load libraries."""
    times: list[float] = []
    while sum(times) < ENOUGH or (len(times) < 2 and sum(times) < PATIENCE):
        begun = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - begun)
    return result, min(times)
