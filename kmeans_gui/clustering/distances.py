"""Distances: the metrics that a method may go by, and the two questions that methods ask of them.

Each is one entry in ``METRICS``, under the name that scikit-learn gives it. Work on many points is done block by block, between
which it can be cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.magnitude import scale_of
from kmeans_gui.clustering.overlays import Floats
from kmeans_gui.clustering.parameters import Choice
from kmeans_gui.errors import CancelQuestion

METRICS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "euclidean": ("Euclidean", "euclidean"),
        "manhattan": ("Manhattan", "cityblock"),
        "chebyshev": ("Chebyshev", "chebyshev"),
        "cosine": ("Cosine", "cosine"),
    }
)
"""Name → (words in the form, scipy's name). The cosine distance of the origin, which has no direction, is 1 from all else."""

_BLOCK = 1 << 18
"""Distances that are worked out in one go."""


def metric_parameter(default: str = "euclidean", help: str = "How far apart two points are.") -> Choice:  # noqa: A002
    """Return the parameter ``metric`` with all of ``METRICS`` to choose from."""
    words = {name: words for name, (words, _) in METRICS.items()}
    return Choice(name="metric", label="Distance", default=default, options=words, help=help)


def between(A: Floats, B: Floats, metric: str) -> Floats:
    """Return the distance of each row of ``A``, shape (m, d), from each of ``B``, shape (k, d), as an array of shape (m, k).

    For few rows: nothing is cut into blocks. The distance from a row with NaN is NaN.
    """
    from scipy.spatial.distance import cdist

    scale = scale_of(A, B) if metric == "euclidean" else 1.0
    if scale != 1:
        A, B = A * scale, B * scale
    elif metric == "cosine":
        A, B = _unscaled(A), _unscaled(B)
    distances: Floats = cdist(A, B, METRICS[metric][1])
    if metric == "cosine":
        distances[~np.any(A, axis=1)] = 1.0
        distances[:, ~np.any(B, axis=1)] = 1.0
    return distances if scale == 1 else distances / scale


def _unscaled(rows: Floats) -> Floats:
    """Return the rows, each divided by a power of two, so that their squares neither overflow nor vanish."""
    exponents = np.frexp(np.abs(rows).max(axis=1, keepdims=True))[1]
    shrunk: Floats = np.ldexp(rows, -exponents)
    return shrunk


def nearest(X: Floats, centers: Floats, metric: str, cancelled: CancelQuestion) -> tuple[NDArray[np.intp], Floats]:
    """Return which of ``centers``, shape (k, d), is nearest to each row of ``X``, shape (n, d), and how far it is.

    Returns
    -------
    labels : ndarray of shape (n,), int
        Ties go to the lowest index; a center whose row is NaN takes no points.
    distances : ndarray of shape (n,), float64

    Raises
    ------
    Cancelled
        Between two blocks, if ``cancelled`` said so.
    """
    labels, distances = np.empty(len(X), np.intp), np.empty(len(X))
    alive = np.flatnonzero(~np.isnan(centers).any(axis=1))
    for block in blocks(len(X), max(_BLOCK // max(len(alive), 1), 1), cancelled):
        table = between(X[block], centers[alive], metric)
        best = table.argmin(axis=1)
        labels[block], distances[block] = alive[best], table[np.arange(len(best)), best]
    return labels, distances
