"""Kernels: the loops over all points, behind one door.

An algorithm asks :func:`choose` for a kernel and calls its methods; it never loops over points itself. Every kernel gives the
same answers: ties go to the lowest index, and a centroid whose row is NaN takes no points. There is one today, in plain numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.numpy_blocks import NumpyBlocks
from kmeans_gui.clustering.step import Floats, Labels

Cancelled = Callable[[], bool]
"""Asked between blocks; True ends the work with :class:`kmeans_gui.errors.Cancelled`."""


class Kernel(Protocol):
    """The loops that centroid-based algorithms are made of."""

    def squared_distances(self, X: Floats, center: Floats) -> Floats:
        """Return each point's squared distance from one center, shape (n,)."""

    def assign(self, X: Floats, centroids: Floats) -> Labels:
        """Return the index of each point's nearest centroid, shape (n,); ties to the lowest index."""

    def means(self, X: Floats, labels: Labels, k: int) -> tuple[Floats, NDArray[np.intp]]:
        """Return the mean of each label's points, shape (k, d), NaN where there are none, and the counts, shape (k,)."""

    def inertia(self, X: Floats, labels: Labels, centroids: Floats) -> float:
        """Return the sum of squared distances between the points and their centroids."""


def choose(cancelled: Cancelled = lambda: False) -> Kernel:
    """Return the kernel for the work at hand; ``cancelled`` is asked between blocks."""
    return NumpyBlocks(cancelled)
