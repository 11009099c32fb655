"""Silhouette layout: which bar of a silhouette plot stands on which row of pixels. Numbers only.

The points of a cluster stand below each other, the best placed on top, the clusters in the order of their numbers. Where there
are more points than rows of pixels, each row shows the point in the middle of those that share it; since they are sorted, they
are much alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.metrics import Silhouettes

Ints = NDArray[np.intp]

_GAPS = ((24, 3), (80, 1))
"""How many pixels lie between clusters if there are at most so many of them; between more there are none."""


@dataclass(frozen=True, eq=False)
class SilhouetteLayout:
    """The bars from the top down.

    Parameters
    ----------
    order : ndarray of shape (m,), intp
        Places in the :class:`~kmeans_gui.clustering.metrics.Silhouettes`, from the topmost point down.
    clusters : ndarray of shape (c,), intp
        The clusters that have points, in the order of their numbers.
    edges : ndarray of shape (c + 1,), intp
        Where in ``order`` each cluster begins; the last one is m.
    means : ndarray of shape (c,), float64
        The mean of each cluster.
    tops : ndarray of shape (c + 1,), float64
        At which row of pixels each cluster begins; the last one is where the last cluster ends and a gap after it.
    gap : int
        Rows of pixels that stay free below each cluster.
    at : ndarray of shape (height,), intp
        The place in ``order`` of the point that each row of pixels shows; −1 for none.
    """

    order: Ints
    clusters: Ints
    edges: Ints
    means: Floats
    tops: Floats
    gap: int
    at: Ints

    def band(self, cluster: int) -> tuple[float, float]:
        """Return where one of the clusters begins and ends, in rows of pixels."""
        return float(self.tops[cluster]), float(self.tops[cluster + 1] - self.gap)

    def sharing(self, first: int, last: int) -> slice:
        """Return the part of ``order`` that the rows of pixels from ``first`` to ``last`` stand for.

        A point belongs to the row that its middle is in; a row that is narrower than a point has the one that it shows.
        """
        first, last = sorted(min(max(row, 0), len(self.at) - 1) for row in (first, last))
        start, stop = self._above(first), self._above(last + 1)
        if self.at[first] >= 0:
            start = min(start, int(self.at[first]))
        return slice(start, max(stop, int(self.at[last]) + 1))

    def _above(self, row: int) -> int:
        """Return how many points have their middles above the upper edge of a row of pixels."""
        if not len(self.clusters):
            return 0
        cluster = min(max(int(np.searchsorted(self.tops, row, "right")) - 1, 0), len(self.clusters) - 1)
        top, end = self.band(cluster)
        first, past = self.edges[cluster : cluster + 2].tolist()
        share = min((row - top) / max(end - top, 1e-9), 1.0)
        return int(first + max(np.ceil(share * (past - first) - 0.5), 0))


def lay_out(silhouettes: Silhouettes, height: int) -> SilhouetteLayout:
    """Return where the bars stand on ``height`` rows of pixels; points without a cluster have none."""
    labels, values = np.asarray(silhouettes.labels, np.intp), silhouettes.values
    order = np.lexsort((-values, labels))[np.count_nonzero(labels < 0) :]
    clusters, firsts = np.unique(labels[order], return_index=True)
    edges = np.append(firsts, len(order))
    sizes = np.diff(edges)
    means = np.add.reduceat(values[order], firsts) / sizes if len(order) else np.empty(0)
    gap = next((pixels for most, pixels in _GAPS if len(clusters) <= most), 0)
    room = max(height - gap * (len(clusters) - 1), 1)
    tops = edges * (room / max(len(order), 1)) + gap * np.arange(len(edges))
    return SilhouetteLayout(order, clusters, edges, means, tops, gap, _shown(edges, tops, gap, height))


def _shown(edges: Ints, tops: Floats, gap: int, height: int) -> Ints:
    """Return which point each row of pixels shows."""
    middles = np.arange(height) + 0.5
    cluster = np.searchsorted(tops, middles, "right") - 1
    if len(edges) < 2:
        return np.full(height, -1)
    cluster = np.clip(cluster, 0, len(edges) - 2)
    ends = tops[cluster + 1] - gap
    share = (middles - tops[cluster]) / np.maximum(ends - tops[cluster], 1e-9)
    first, past = edges[cluster], edges[cluster + 1]
    place = np.minimum(first + np.floor(share * (past - first)).astype(np.intp), past - 1)
    return np.where(share < 1, place, -1)
