"""Silhouettes of several partitions of the same points at once (Rousseeuw, J. Comp. Appl. Math. 20, 1987, 53–65).

The silhouette of a point is (b − a) / max(a, b): a is its mean distance from the other points of its cluster, b that from the
points of the nearest other cluster, which is the one where it is least. It is 0 for a point alone in its cluster.

All distances are needed, and they take the time: n² square roots. So they are computed once for all partitions. Points that are
together in every partition form a *cell*; the distances from a point are summed by cell, and the sums of each partition's
clusters are sums over cells, of which there are few. Points are sorted by cells, so that those of one follow upon each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels.warming import at_hand
from kmeans_gui.clustering.step import Floats, Labels
from kmeans_gui.errors import CancelQuestion

FAMILY = "kmeans_gui.clustering.kernels.silhouettes.family"
"""The module with the compiled loops."""

_PAIRS = 1 << 18
"""Distances that are computed in one go."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cells:
    """Points sorted by cells.

    Parameters
    ----------
    order : ndarray of shape (n,)
        The row of the input at each place.
    columns : ndarray of shape (d, n), C-contiguous
        The points in that order, times a power of two, so that squares neither overflow nor vanish.
    starts : ndarray of shape (c + 1,)
        The place where each cell begins, and n.
    clusters : ndarray of shape (p, c)
        The cluster of each cell, for each partition.
    sizes : ndarray of shape (p, k)
        How many points each cluster has; 0 for those beyond a partition's own.
    """

    order: Ints
    columns: Floats
    starts: Ints
    clusters: Ints
    sizes: Ints


def silhouette_values(X: Floats, partitions: Sequence[Labels], cancelled: CancelQuestion) -> Floats:
    """Return the silhouette of each point in each partition.

    Parameters
    ----------
    X : ndarray of shape (n, d), float64
    partitions : sequence of ndarray of shape (n,)
        Labels from 0; each partition has at least two clusters with points.
    cancelled : callable

    Returns
    -------
    ndarray of shape (p, n), float64

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    cells = _cells(X, partitions)
    family = at_hand(FAMILY)
    measure = _measure if family is None else family.measure
    values = np.empty((len(partitions), len(X)))
    values[:, cells.order] = measure(cells, cancelled)
    return values


def _cells(X: Floats, partitions: Sequence[Labels]) -> Cells:
    labels = np.array(partitions, np.int64)
    n = labels.shape[1]
    cell = np.zeros(n, np.int64)
    for partition in labels:
        _, cell = np.unique(cell * (partition.max() + 1) + partition, return_inverse=True)
    order = np.argsort(cell, kind="stable")
    starts = np.append(np.flatnonzero(np.diff(cell[order], prepend=-1)), n)
    largest = float(np.abs(X).max())
    scale = 2.0 ** -np.frexp(largest)[1]
    return Cells(
        order=order,
        columns=np.multiply(X[order].T, scale, order="C"),
        starts=starts,
        clusters=np.ascontiguousarray(labels[:, order[starts[:-1]]]),
        sizes=np.array([np.bincount(partition, minlength=labels.max() + 1) for partition in labels]),
    )


def _measure(cells: Cells, cancelled: CancelQuestion) -> Floats:
    """Return the silhouettes, shape (p, n), of points in the order of the cells, by plain numpy."""
    n = cells.columns.shape[1]
    labels = np.repeat(cells.clusters, np.diff(cells.starts), axis=1)
    values = np.empty(labels.shape)
    for rows in blocks(n, max(_PAIRS // n, 1), cancelled):
        distances = np.sqrt(sum((axis[rows, None] - axis) ** 2 for axis in cells.columns))
        sums = np.add.reduceat(distances, cells.starts[:-1], axis=1)
        for partition, (clusters, sizes) in enumerate(zip(cells.clusters, cells.sizes, strict=True)):
            by_cluster = np.argsort(clusters, kind="stable")
            firsts = np.flatnonzero(np.diff(clusters[by_cluster], prepend=-1))
            inhabited = clusters[by_cluster[firsts]]
            totals = np.full((len(sums), len(sizes)), np.inf)
            totals[:, inhabited] = np.add.reduceat(sums[:, by_cluster], firsts, axis=1)
            values[partition, rows] = _silhouettes(totals, labels[partition, rows], sizes)
    return values


def _silhouettes(totals: Floats, own: Ints, sizes: Ints) -> Floats:
    """Return silhouettes from the sums of distances by cluster, shape (m, k), the points' own clusters and all sizes."""
    each = np.arange(len(own))
    within = totals[each, own] / np.maximum(sizes[own] - 1, 1)
    means = totals / np.maximum(sizes, 1)
    means[each, own] = np.inf
    nearest = means.min(axis=1)
    larger = np.maximum(within, nearest)
    defined = (sizes[own] > 1) & (larger > 0)
    return np.where(defined, (nearest - within) / np.where(defined, larger, 1.0), 0.0)
