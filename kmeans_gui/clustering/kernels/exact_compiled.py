"""Compiled loops for exact sums; :mod:`kmeans_gui.clustering.kernels.exact` explains the method and has the plain version."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import inline, jit
from kmeans_gui.clustering.step import Floats

LANES = 64
"""Numbers treated at a time: so many independent sums that the compiler can use the widest registers."""

DEPTH = 256
"""Squares that a lane of :func:`add_chunk` can add up without rounding."""

CHUNK = DEPTH * LANES

MANY = 1024
"""Numbers from which on it pays to find bins for them before they are added."""

HUGE = 2.0**900
"""Numbers from there on are not put into bins: an anchor might be infinite."""


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
def add_products(values: Floats, scale: float, anchors: Floats, bins: Floats) -> None:
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
def add_chunk(values: Floats, scale: float, anchors: Floats, bins: Floats) -> None:
    """Do the same for ``CHUNK`` values, in half the time where most digits are worth 2⁻⁶⁶ or more.

    A value is cut into a + b + c, multiples of 2⁻²², 2⁻⁴⁴ and 2⁻⁶⁶ with |a| ≤ 1, |b| ≤ 2⁻²³ and |c| ≤ 2⁻⁴⁵. Products of two
    pieces are then integers below 2⁴⁵ times a quantum that depends only on which pieces they are: a lane adds up ``DEPTH`` of
    them before bins are needed. The few values that have finer digits are squared one by one.
    """
    first, second, third = 1.5 * 2.0 ** (52 - 22), 1.5 * 2.0 ** (52 - 44), 1.5 * 2.0 ** (52 - 66)
    a, b, c = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    sums = np.zeros((5, LANES))
    aa, ab, ac_bb, bc, cc = sums[0], sums[1], sums[2], sums[3], sums[4]
    finer, count = np.empty(CHUNK), 0
    for start in range(0, CHUNK, LANES):
        part = values[start : start + LANES]
        remains = 0
        for i in range(LANES):
            x = part[i] * scale
            a[i] = (x + first) - first
            rest = x - a[i]
            b[i] = (rest + second) - second
            rest -= b[i]
            c[i] = (rest + third) - third
            remains += rest != c[i]
        if remains > 0:
            for i in range(LANES):
                x = part[i] * scale
                if (x - a[i]) - b[i] != c[i]:
                    finer[count] = x
                    count += 1
                    a[i] = b[i] = c[i] = 0.0
        for i in range(LANES):
            aa[i] += a[i] * a[i]
            ab[i] += a[i] * b[i]
            ac_bb[i] += (a[i] + a[i]) * c[i] + b[i] * b[i]
            bc[i] += b[i] * c[i]
            cc[i] += c[i] * c[i]
    ab *= 2.0
    bc *= 2.0
    add_values(sums.reshape(-1), anchors, bins)
    add_products(finer[:count], 1.0, anchors, bins)


@jit
def add_squares(values: Floats, scale: float, anchors: Floats, bins: Floats) -> None:
    """Add the squares of ``values · scale``, shape (n,), to ``bins``, shape (bins,)."""
    whole = values.shape[0] - values.shape[0] % CHUNK
    for start in range(0, whole, CHUNK):
        add_chunk(values[start : start + CHUNK], scale, anchors, bins)
    add_products(values[whole:], scale, anchors, bins)


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


@jit
def grow_by_all(partials: Floats, used: int, values: Floats) -> int:
    """Add ``values``, shape (n,), to a number kept as partials; return how many there are then.

    Many values are first summed in bins of their own, so that the number grows by one value a bin.
    """
    n, untamed = values.shape[0], 0
    for i in range(n):
        untamed += not (abs(values[i]) < HUGE)  # NaN, too
    if n < MANY or untamed > 0:
        for i in range(n):
            used = grow(partials, used, values[i])
            if not np.isfinite(partials[used - 1]):  # it stays so, and from now on the partials would be more with each value
                break
        return used
    largest, finest = measure(values)
    if largest == 0.0:
        return used
    width = 53 - math.frexp(float(n))[1]  # as in exact.anchors_for
    top, bottom = math.frexp(largest)[1] + 1, math.frexp(finest)[1] - 1
    bins = np.zeros(-((bottom - top) // width))
    anchors = np.empty_like(bins)
    for b in range(bins.shape[0]):
        anchors[b] = math.ldexp(1.5, 52 + max(top - (b + 1) * width, -1074))
    add_values(values, anchors, bins)
    for b in range(bins.shape[0]):
        used = grow(partials, used, bins[b])
    return used


@jit
def inertia(sums: Floats, counts: NDArray[np.int64], squares: Floats, centroids: Floats) -> float:
    """Return the sum of squared distances between the points and their centroids, correctly rounded."""
    d, bins = sums.shape[1], sums.shape[2]
    partials = np.empty(2200)  # non-overlapping numbers each own a bit, and float64 has 2,098 of them
    used = grow_by_all(partials, 0, squares)
    terms, own = np.empty((2 * bins + 4, d)), np.empty(d)
    for j in range(centroids.shape[0]):
        if counts[j] == 0:
            continue
        n, c = float(counts[j]), centroids[j]
        for b in range(bins):
            own[:] = sums[j, :, b]
            products, lost = terms[2 * b], terms[2 * b + 1]
            for axis in range(d):
                products[axis], lost[axis] = two_product(-2.0 * c[axis], own[axis])
        high, high_lost, low, low_lost = terms[2 * bins], terms[2 * bins + 1], terms[2 * bins + 2], terms[2 * bins + 3]
        for axis in range(d):
            square, rest = two_product(c[axis], c[axis])
            high[axis], high_lost[axis] = two_product(square, n)
            low[axis], low_lost[axis] = two_product(rest, n)
        used = grow_by_all(partials, used, terms.reshape(-1))
        if used > 0 and not np.isfinite(partials[used - 1]):
            return np.nan
    value = rounded(partials, used)
    return max(value, 0.0) if np.isfinite(value) else np.nan
