"""The compiled loops of :mod:`kmeans_gui.clustering.kernels.high_d`, which explains the method and derives the constants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import inline, jit
from kmeans_gui.clustering.step import Floats

Singles = NDArray[np.float32]
Indices = NDArray[np.int64]

UNIT = 2.0**-24
"""The unit roundoff of float32."""

MORE = np.float32(1.0 + 2.0**-20)
"""Makes up for a few float32 roundings of an upper bound,"""
LESS = np.float32(1.0 - 2.0**-20)
"""and of a lower one."""

LANES = 16
"""Numbers treated at a time: independent sums, for the compiler to use the widest registers."""

TRIAL = 64
"""Rows after which a block whose bounds decide nothing is given up."""

PAIR = 8
"""How many single distances cost as much as all k by a matrix product, is k over this."""


class Rows(NamedTuple):
    """The points and what is known of them."""

    exact: Floats
    """Shape (n, d): as they were given."""
    scale: float
    rounded: Singles
    """Shape (n, d): scaled, from their middle."""
    norms: Singles
    """Shape (n,): the lengths of ``rounded``."""
    labels: NDArray[np.int16]
    """Shape (n,)."""
    upper: Singles
    """Shape (n,): no less than the distance from the own centroid."""
    lower: Singles
    """Shape (n, k), or (0, 0) where none are kept: no more than the distance from each centroid, plus its ``drift``."""


class Centers(NamedTuple):
    """The centroids of an assignment and how they lie to those of the last one."""

    exact: Floats
    """Shape (k, d): scaled."""
    rounded: Singles
    """Shape (k, d): from the middle of the points; zeros for those that take none."""
    norms: Singles
    """Shape (k,): the lengths of ``rounded``; ``ASIDE`` for those that take no points."""
    halves: Singles
    """Shape (k, k): no more than half the distance between two; infinite from each to itself."""
    moves: Singles
    """Shape (k,): no less than how far each has moved."""
    drift_low: Singles
    """Shape (k,): no more than how far each has moved altogether."""
    drift_high: Singles
    """Shape (k,): no less than that."""


@jit
def center(X: Floats, scale: float, middle: Floats, rounded: Singles, norms: Singles) -> None:
    """Fill ``rounded``, shape (n, d), with ``X · scale − middle`` and ``norms``, shape (n,), with the lengths."""
    lanes = np.empty(LANES)
    d = X.shape[1]
    whole = d - d % LANES
    for i in range(X.shape[0]):
        x, out = X[i], rounded[i]
        for axis in range(d):
            out[axis] = x[axis] * scale - middle[axis]
        lanes[:] = 0.0
        for start in range(0, whole, LANES):
            part = out[start : start + LANES]
            for lane in range(LANES):
                value = np.float64(part[lane])
                lanes[lane] += value * value
        for axis in range(whole, d):
            lanes[0] += np.float64(out[axis]) * np.float64(out[axis])
        norms[i] = np.sqrt(lanes.sum())


@jit
def squared_between(a: Singles, b: Singles, lanes: Singles) -> np.float32:
    """Return the squared distance of two rounded rows, shape (d,), added up in no particular order."""
    d = a.shape[0]
    whole = d - d % LANES
    lanes[:] = 0.0
    for start in range(0, whole, LANES):
        p, q = a[start : start + LANES], b[start : start + LANES]
        for lane in range(LANES):
            t = p[lane] - q[lane]
            lanes[lane] += t * t
    total = np.float32(0.0)
    for axis in range(whole, d):
        t = a[axis] - b[axis]
        total += t * t
    for lane in range(LANES):
        total += lanes[lane]
    return total


@jit
def first_of_least(x: Floats, scale: float, centers: Floats, candidates: Indices, count: int, sums: Floats) -> int:
    """Return the first of the nearest of ``count`` candidates: here the distances are those that the kernels agree on.

    Several candidates at a time, since within a distance each addition has to wait for the one before.
    """
    best, nearest = np.inf, 0
    for start in range(0, count, LANES):
        some = min(LANES, count - start)
        sums[:some] = 0.0
        names = candidates[start : start + some]
        for axis in range(x.shape[0]):
            value = x[axis] * scale
            for lane in range(some):
                t = value - centers[names[lane], axis]
                sums[lane] += t * t
        for lane in range(some):
            if sums[lane] < best:
                best, nearest = sums[lane], names[lane]
    return nearest


@jit
def settle(rows: Rows, centers: Centers, products: Singles, active: Indices, count: int) -> None:
    """Give ``count`` points to their nearest centroid, by their products with all of them, and renew their bounds.

    Parameters
    ----------
    rows : Rows
        ``labels``, ``upper`` and ``lower`` are changed.
    centers : Centers
    products : ndarray of shape (count, k), float32
        Of the rounded points and centroids.
    active : ndarray of shape (count or more,)
        Which points they are.
    count : int
    """
    k = products.shape[1]
    two, zero = np.float32(2.0), np.float32(0.0)
    of_product, of_rest, least_error = errors(centers.rounded.shape[1])
    squares = centers.norms * centers.norms
    slopes = (of_product + two * of_rest) * centers.norms
    offsets = of_rest * squares + least_error
    low, high = np.empty(k, np.float32), np.empty(k, np.float32)
    ordered = high.view(np.int32)
    candidates, sums = np.empty(k, np.int64), np.empty(LANES)
    for r in range(count):
        i = active[r]
        product, norm = products[r], rows.norms[i]
        square = norm * norm
        share = of_rest * square
        for j in range(k):
            distance = (squares[j] - two * product[j]) + square
            error = (offsets[j] + norm * slopes[j]) + share
            low[j] = distance - error
            high[j] = distance + error
        # Non-negative floats are ordered as their bits are, and the least integer is found several at a time.
        place = ordered[0]
        for j in range(k):
            place = min(place, ordered[j])
        ordered[0] = place
        least = high[0]
        found, name = 0, 0
        for j in range(k):
            near = low[j] <= least
            found += near
            name += j if near else 0
        if found > 1:
            found = 0
            for j in range(k):
                candidates[found] = j
                found += low[j] <= least
            name = first_of_least(rows.exact[i], rows.scale, centers.exact, candidates, found, sums)
        rows.labels[i] = name
        if rows.lower.shape[0]:
            rows.upper[i] = np.sqrt(least) * MORE
            lower = rows.lower[i]
            for j in range(k):
                lower[j] = (np.sqrt(max(low[j], zero)) + centers.drift_low[j]) * LESS


@jit
def screen(rows: Rows, centers: Centers, start: int, stop: int, active: Indices) -> int:
    """Settle those of the points from ``start`` to ``stop`` for which the bounds, or a few distances, are enough.

    Returns
    -------
    int
        How many of them are left; ``active`` is filled with their indices. All, if the bounds are good for nothing here.
    """
    k, d = centers.rounded.shape
    _, _, least_error = errors(d)
    relative, rest = np.float32((d + 8) * UNIT), np.float32(2.0 * UNIT)
    least_error = np.sqrt(least_error)
    lanes, sums = np.empty(LANES, np.float32), np.empty(LANES)
    candidates = np.empty(k, np.int64)
    left = 0
    for i in range(start, stop):
        if i == start + TRIAL and left > TRIAL // 2:
            for r in range(stop - start):
                active[r] = start + r
            return stop - start
        own = rows.labels[i]
        lower, halves = rows.lower[i], centers.halves[own]
        upper = (rows.upper[i] + centers.moves[own]) * MORE
        rows.upper[i] = upper
        found = 0
        for j in range(k):
            found += max(lower[j] - centers.drift_high[j], halves[j]) <= upper
        if found == 0:
            continue
        point, norm = rows.rounded[i], rows.norms[i]
        distance = np.sqrt(squared_between(point, centers.rounded[own], lanes))
        error = distance * relative + (norm + centers.norms[own]) * rest + least_error
        upper = min(upper, (distance + error) * MORE)
        rows.upper[i] = upper
        lower[own] = (max(distance - error, np.float32(0.0)) + centers.drift_low[own]) * LESS
        found = 0
        for j in range(k):
            candidates[found] = j
            found += (max(lower[j] - centers.drift_high[j], halves[j]) <= upper) | (j == own)
        if found == 1:
            continue
        if found > k // PAIR + 1:
            active[left] = i
            left += 1
            continue
        kept = 0
        for c in range(found):
            j = candidates[c]
            if j != own and lower[j] - centers.drift_high[j] <= upper:
                distance = np.sqrt(squared_between(point, centers.rounded[j], lanes))
                error = distance * relative + (norm + centers.norms[j]) * rest + least_error
                upper = min(upper, (distance + error) * MORE)
                lower[j] = (max(distance - error, np.float32(0.0)) + centers.drift_low[j]) * LESS
        for c in range(found):
            j = candidates[c]
            candidates[kept] = j
            kept += lower[j] - centers.drift_high[j] <= upper
        rows.upper[i] = upper
        name = candidates[0]
        if kept > 1:
            name = first_of_least(rows.exact[i], rows.scale, centers.exact, candidates, kept, sums)
        rows.labels[i] = name
    return left


@inline
def errors(d: int) -> tuple[np.float32, np.float32, np.float32]:
    """Return what the error of a squared distance by a product is made of: see :mod:`high_d`."""
    return np.float32(2.02 * d * UNIT), np.float32(12.0 * UNIT), np.float32(d * 2.0**-122)


@jit
def move(
    X: Floats,
    scale: float,
    moved: Indices,
    old: NDArray[np.int16],
    new: NDArray[np.int16],
    first: int,
    stop: int,
    anchors: Floats,
    sums: Floats,
) -> None:
    """Move points from the sums of their old labels to those of their new ones, as far as the axes ``first`` … ``stop`` go.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    scale : float
    moved : ndarray of int
        The points that changed.
    old, new : ndarray of shape (n,), int16
    first, stop : int
    anchors : ndarray of shape (bins,)
    sums : ndarray of shape (k + 1, bins, d)
        Changed in place.
    """
    rest = np.empty(stop - first)
    for i in moved:
        x = X[i, first:stop]
        for axis in range(stop - first):
            rest[axis] = x[axis] * scale
        for b in range(anchors.shape[0]):
            anchor = anchors[b]
            leave, enter = sums[old[i], b, first:stop], sums[new[i], b, first:stop]
            for axis in range(stop - first):
                piece = (rest[axis] + anchor) - anchor
                rest[axis] -= piece
                leave[axis] -= piece
                enter[axis] += piece
