"""Reference points: evenly spread, without clusters, in a box around given points.

Tibshirani, Walther & Hastie ("Estimating the number of clusters in a data set via the gap statistic", JRSS B 63, 2001) propose
two boxes: along the axes of the data, or along the principal axes, which is nearer to the shape of points that lie aslant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kmeans_gui.clustering.step import Floats


@dataclass(frozen=True, eq=False)
class Box:
    """A box.

    Parameters
    ----------
    origin : ndarray of shape (d,)
    axes : ndarray of shape (d, d), or None
        A unit vector along each edge; None if these are the axes of the data.
    low, high : ndarray of shape (d,)
        Where it begins and ends along each of them, from the origin.
    """

    origin: Floats
    axes: Floats | None
    low: Floats
    high: Floats

    @staticmethod
    def around(X: Floats, reference: str) -> Box:
        """Return the box around points, shape (n, d), along the axes ("box") or the principal axes ("pca")."""
        origin = X[0]
        moved = X - origin
        if reference == "box":
            return Box(origin, None, moved.min(axis=0), moved.max(axis=0))
        centered = moved - moved.mean(axis=0)
        largest = float(np.abs(centered).max()) or 1.0
        centered /= largest
        axes = np.linalg.eigh(centered.T @ centered).eigenvectors.T
        along = centered @ axes.T
        return Box(origin + moved.mean(axis=0), axes, along.min(axis=0) * largest, along.max(axis=0) * largest)

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Return ``n`` points from the box."""
        places = self.low + rng.random((n, len(self.low))) * (self.high - self.low)
        drawn: Floats = self.origin + (places if self.axes is None else places @ self.axes)
        return drawn
