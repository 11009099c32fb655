"""Compiled loops for exact sums; :mod:`kmeans_gui.clustering.kernels.exact` explains the method and has the plain version."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import inline, jit
from kmeans_gui.clustering.step import Floats

LANES = 64
"""Numbers treated at a time: so many independent sums that the compiler can use the widest registers."""


@inline
def two_sum(a: float, b: float) -> tuple[float, float]:
    """Return a + b rounded and what the rounding lost (Knuth 1969)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@inline
def two_product(a: float, b: float) -> tuple[float, float]:
    """Return a·b rounded and what the rounding lost (Dekker 1971)."""
    rounded = a * b
    t = 134217729.0 * a
    a_high = t - (t - a)
    a_low = a - a_high
    t = 134217729.0 * b
    b_high = t - (t - b)
    b_low = b - b_high
    return rounded, ((a_high * b_high - rounded) + a_high * b_low + a_low * b_high) + a_low * b_low


@jit
def grow(partials: Floats, used: int, x: float) -> int:
    """Add ``x`` to a number kept as ``used`` non-overlapping partials, smallest first; return how many there are then.

    Shewchuk, "Adaptive precision floating-point arithmetic", Discrete Comput. Geom. 18, 1997; zeros are left out.
    """
    kept = 0
    for i in range(used):
        x, lost = two_sum(partials[i], x)
        if lost != 0.0:
            partials[kept] = lost
            kept += 1
    partials[kept] = x
    return kept + 1


@jit
def rounded(partials: Floats, used: int) -> float:
    """Return the correctly rounded value of non-overlapping partials, smallest first."""
    if used == 0:
        return 0.0
    i = used - 1
    total, lost = float(partials[i]), 0.0
    while i > 0 and lost == 0.0:
        i -= 1
        total, lost = two_sum(total, partials[i])
    # Half-way cases are decided by the partials below: the loss and the next partial push the same way.
    if i > 0 and ((lost < 0.0 and partials[i - 1] < 0.0) or (lost > 0.0 and partials[i - 1] > 0.0)):
        twice = 2.0 * lost
        up = total + twice
        if up - total == twice:
            total = up
    return total


@jit
def move_to_means(sums: Floats, counts: NDArray[np.int64], centroids: Floats) -> None:
    """Move each centroid that has points to their mean, in place.

    Parameters
    ----------
    sums : ndarray of shape (k or more, d, bins)
    counts : ndarray of shape (k or more,)
    centroids : ndarray of shape (k, d)
    """
    bins = sums.shape[2]
    partials = np.empty(bins)
    for j in range(centroids.shape[0]):
        if counts[j] == 0:
            continue
        if bins <= 2:  # a single addition rounds correctly; adding a bin to zero does not round at all
            first, second = sums[j, :, 0], sums[j, :, bins - 1]
            rest = 1.0 if bins == 2 else 0.0
            for axis in range(centroids.shape[1]):
                centroids[j, axis] = (first[axis] + second[axis] * rest) / counts[j]
            continue
        for axis in range(centroids.shape[1]):
            used = 0
            for b in range(bins):
                used = grow(partials, used, sums[j, axis, b])
            centroids[j, axis] = rounded(partials, used) / counts[j]


@jit
def inertia(sums: Floats, counts: NDArray[np.int64], squares: Floats, centroids: Floats) -> float:
    """Return the sum of squared distances between the points and their centroids, correctly rounded."""
    partials = np.empty(2200)  # non-overlapping numbers each own a bit, and float64 has 2,098 of them
    used = 0
    for b in range(squares.shape[0]):
        used = grow(partials, used, squares[b])
    for j in range(centroids.shape[0]):
        if counts[j] == 0:
            continue
        for axis in range(centroids.shape[1]):
            c = centroids[j, axis]
            for b in range(sums.shape[2]):
                high, low = two_product(-2.0 * c, sums[j, axis, b])
                used = grow(partials, used, high)
                used = grow(partials, used, low)
            high, low = two_product(c, c)
            part, rest = two_product(high, float(counts[j]))
            used = grow(partials, used, part)
            used = grow(partials, used, rest)
            part, rest = two_product(low, float(counts[j]))
            used = grow(partials, used, part)
            used = grow(partials, used, rest)
    value = rounded(partials, used)
    return max(value, 0.0) if np.isfinite(value) else np.nan


@jit
def add_labeled(
    X: Floats, scale: float, labels: NDArray[np.int16], anchors: Floats, sums: Floats, counts: NDArray[np.int64]
) -> None:
    """Add the points ``X · scale``, shape (n, d), to the bins of their labels and count them."""
    for i in range(X.shape[0]):
        counts[labels[i]] += 1
        for axis in range(X.shape[1]):
            rest = X[i, axis] * scale
            for b in range(anchors.shape[0]):
                piece = (rest + anchors[b]) - anchors[b]
                rest -= piece
                sums[labels[i], axis, b] += piece


@jit
def add_values(values: Floats, anchors: Floats, bins: Floats) -> None:
    """Add ``values``, shape (n,), to ``bins``, shape (bins,)."""
    rest, sums = np.empty(LANES), np.zeros((anchors.shape[0], LANES))
    for start in range(0, values.shape[0], LANES):
        part = values[start : start + LANES]
        n = part.shape[0]
        for i in range(n):
            rest[i] = part[i]
        for b in range(anchors.shape[0]):
            anchor, lane = anchors[b], sums[b]
            for i in range(n):
                piece = (rest[i] + anchor) - anchor
                rest[i] -= piece
                lane[i] += piece
    for b in range(anchors.shape[0]):
        for i in range(LANES):
            bins[b] += sums[b, i]


@jit
def add_squares(values: Floats, scale: float, anchors: Floats, bins: Floats) -> None:
    """Add the squares of ``values · scale``, shape (n,), to ``bins``, shape (bins,)."""
    high, low, sums = np.empty(LANES), np.empty(LANES), np.zeros((anchors.shape[0], LANES))
    for start in range(0, values.shape[0], LANES):
        part = values[start : start + LANES]
        n = part.shape[0]
        for i in range(n):
            high[i], low[i] = two_product(part[i] * scale, part[i] * scale)
        for b in range(anchors.shape[0]):
            anchor, lane = anchors[b], sums[b]
            for i in range(n):
                piece = (high[i] + anchor) - anchor
                high[i] -= piece
                other = (low[i] + anchor) - anchor
                low[i] -= other
                lane[i] += piece + other
    for b in range(anchors.shape[0]):
        for i in range(LANES):
            bins[b] += sums[b, i]


@jit
def measure(values: Floats) -> tuple[float, float]:
    """Return the largest magnitude among ``values``, shape (n,), and the lowest bit set in any: see :func:`exact.measure`."""
    bits = values.view(np.int64)
    finest, largest = np.full(LANES, np.inf), np.zeros(LANES)
    digit, without = np.empty(LANES), np.empty(LANES, np.int64)
    for start in range(0, values.shape[0], LANES):
        part, word = values[start : start + LANES], bits[start : start + LANES]
        n = part.shape[0]
        for i in range(n):
            without[i] = 0 if word[i] & 0xFFFFFFFFFFFFF == 0 else word[i] & (word[i] - 1)
        floats = without.view(np.float64)
        for i in range(n):
            magnitude = abs(part[i])
            largest[i] = magnitude if magnitude > largest[i] else largest[i]
            digit[i] = abs(part[i] - floats[i])
            digit[i] = digit[i] if digit[i] > 0.0 else np.inf
            finest[i] = digit[i] if digit[i] < finest[i] else finest[i]
    return largest.max(), finest.min()


@inline
def move_value(x: float, anchors: Floats, leave: Floats, enter: Floats) -> None:
    """Take the pieces of ``x`` out of the bins ``leave`` and put them into the bins ``enter``."""
    rest = x
    for b in range(anchors.shape[0]):
        piece = (rest + anchors[b]) - anchors[b]
        rest -= piece
        leave[b] -= piece
        enter[b] += piece
