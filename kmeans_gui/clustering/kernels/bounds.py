"""The compiled loops of :mod:`kmeans_gui.clustering.kernels.high_d`, which explains the method and derives the error bounds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.compiled import bare, inline, jit, reordered
from kmeans_gui.clustering.step import Floats

Singles = NDArray[np.float32]
Indices = NDArray[np.int64]
Shares = tuple[np.float32, np.float32, np.float32]
UNIT = 2.0**-24
"""The unit roundoff of float32."""

MORE = np.float32(1.0 + 2.0**-20)
"""Raises an upper bound by more than the few roundings that it went through,"""
LESS = np.float32(1.0 - 2.0**-20)
"""and this lowers a lower one."""

GROUP = 16
"""Distances added up side by side."""

TRIAL = 64
"""Points after which bounds that decide little are no longer looked at within a block."""

PRODUCTS = 4
"""So many products with centroids cost as much as one distance, since a matrix product makes them all at once."""


class Rows(NamedTuple):
    """The points and what is known of them."""

    exact: Floats
    """Shape (n, d): as they were given."""
    scale: float
    rounded: Singles
    """Shape (n, d): scaled, from the middle."""
    norms: Singles
    """Shape (n,): how far each lies from the middle."""
    labels: NDArray[np.int16]
    """Shape (n,)."""
    upper: Singles
    """Shape (n,): no less than the distance from the own centroid was at the last assignment."""
    lower: Singles
    """Shape (n, k): no more than the distance from each centroid plus how far that has moved; (0, 0) if not kept."""


class Centers(NamedTuple):
    """The centroids of an assignment, and how far they are from each other and from where they were."""

    exact: Floats
    """Shape (k, d): scaled."""
    rounded: Singles
    """Shape (k, d): from the middle; zeros for those that take no points."""
    norms: Singles
    """Shape (k,): how far each lies from the middle; for those that take no points, farther than any other."""
    halves: Singles
    """Shape (k, k): no more than half the distance between two; 0 for each and itself."""
    bounded: bool
    """Whether the bounds of the points hold for these, when they are corrected by:"""
    moves: Singles
    """Shape (k,): no less than how far each has moved since the last assignment."""
    least_path: Singles
    """Shape (k,): no more than how far each has moved since bounds are kept, all moves added up."""
    most_path: Singles
    """Shape (k,): no less than that."""


class Scratch(NamedTuple):
    """Arrays to work in: those of one thread."""

    active: Indices
    """Shape (block,): the points that bounds do not settle."""
    products: Singles
    """Shape (block, k): theirs with the centroids."""
    candidates: Indices
    """Shape (k,)."""
    low: Singles
    """Shape (k,)."""
    high: Singles
    """Shape (k,)."""
    sums: Floats
    """Shape (GROUP,)."""


def scratch(block: int, k: int) -> Scratch:
    """Return arrays for up to ``block`` points at a time."""
    return Scratch(
        active=np.empty(block, np.int64),
        products=np.empty((block, k), np.float32),
        candidates=np.empty(k, np.int64),
        low=np.empty(k, np.float32),
        high=np.empty(k, np.float32),
        sums=np.empty(GROUP),
    )


@reordered
def center(X: Floats, scale: float, middle: Floats, rounded: Singles, norms: Singles) -> None:
    """Fill ``rounded``, shape (n, d), with ``X · scale − middle`` and ``norms``, shape (n,), with the lengths of the rows."""
    for i in range(X.shape[0]):
        x, row = X[i], rounded[i]
        square = 0.0
        for axis in range(X.shape[1]):
            away = x[axis] * scale - middle[axis]
            row[axis] = away
            square += away * away
        norms[i] = np.sqrt(square)


@reordered
def distances_between(a: Floats, b: Floats, distances: Floats) -> None:
    """Fill ``distances``, shape (k,), with those of the rows of ``a`` from the rows of ``b``, both of shape (k, d)."""
    for j in range(a.shape[0]):
        left, right = a[j], b[j]
        square = 0.0
        for axis in range(left.shape[0]):
            square += (left[axis] - right[axis]) * (left[axis] - right[axis])
        distances[j] = np.sqrt(square)


@reordered
def squared_between(a: Singles, b: Singles) -> np.float32:
    """Return the squared distance of two rows, shape (d,), in float32."""
    total = np.float32(0.0)
    for axis in range(a.shape[0]):
        total += (a[axis] - b[axis]) * (a[axis] - b[axis])
    return total


@inline
def error_shares(d: int) -> tuple[np.float32, np.float32, np.float32]:
    """Return the shares of |p||q|, of (|p| + |q|)² and of 1 in the error of a squared distance that comes from a product."""
    steps = (d + 2) * UNIT
    return np.float32(2.02 * steps / (1.0 - steps)), np.float32(8.0 * UNIT), np.float32(d * 2.0**-122)


@inline
def interval(product: np.float32, p: np.float32, q: np.float32, shares: Shares) -> tuple[np.float32, np.float32]:
    """Return what a squared distance lies between, by the product of two rows of the lengths ``p`` and ``q``."""
    square = (q * q - np.float32(2.0) * product) + p * p
    error = shares[0] * p * q + shares[1] * (p + q) * (p + q) + shares[2]
    return square - error, square + error


@inline
def error_between(distance: np.float32, p: np.float32, q: np.float32, d: int) -> np.float32:
    """Return the error of a ``distance`` that comes from :func:`squared_between`."""
    return distance * np.float32((d + 8) * UNIT) + (p + q) * np.float32(2.0 * UNIT) + np.float32(np.sqrt(d) * 2.0**-61)


@bare
def halve(products: Singles, norms: Singles, first: int, d: int) -> None:
    """Turn the products of some centroids with all of them into no more than half their distances.

    Parameters
    ----------
    products : ndarray of shape (m, k), float32
        Changed in place.
    norms : ndarray of shape (k,), float32
    first : int
        Which centroid the first row belongs to.
    d : int
    """
    shares = error_shares(d)
    for i in range(products.shape[0]):
        row, norm = products[i], norms[first + i]
        for j in range(row.shape[0]):
            low, _ = interval(row[j], norm, norms[j], shares)
            row[j] = np.float32(0.5) * np.sqrt(max(low, np.float32(0.0))) * LESS
        row[first + i] = 0.0


@bare
def first_of_least(x: Floats, scale: float, centers: Floats, candidates: Indices, count: int, sums: Floats) -> int:
    """Return the first of the nearest of ``count`` candidates, by the distances that all kernels agree on.

    Each addition has to wait for the one before, so several candidates are added up side by side.
    """
    least, nearest = np.inf, 0
    for start in range(0, count, GROUP):
        names = candidates[start : min(start + GROUP, count)]
        sums[:] = 0.0  # adding the first square to zero rounds nothing
        for axis in range(x.shape[0]):
            value = x[axis] * scale
            for c in range(names.shape[0]):
                away = value - centers[names[c], axis]
                sums[c] += away * away
        for c in range(names.shape[0]):
            if sums[c] < least:
                least, nearest = sums[c], names[c]
    return nearest


@bare
def settle_by_definition(rows: Rows, centers: Floats, start: int, stop: int, desk: Scratch) -> None:
    """Give the points from ``start`` to ``stop`` to the nearest of ``centers``, shape (k, d), wherever those may be."""
    k = centers.shape[0]
    for j in range(k):
        desk.candidates[j] = j
    for i in range(start, stop):
        rows.labels[i] = first_of_least(rows.exact[i], rows.scale, centers, desk.candidates, k, desk.sums)


@bare
def settle(rows: Rows, centers: Centers, count: int, desk: Scratch) -> None:
    """Give the first ``count`` active points to their nearest centroid, by their products with all; renew their bounds."""
    k = centers.exact.shape[0]
    shares = error_shares(centers.rounded.shape[1])
    low, high, candidates = desk.low, desk.high, desk.candidates
    ordered = high.view(np.int32)
    for r in range(count):
        i, products = desk.active[r], desk.products[r]
        norm = rows.norms[i]
        for j in range(k):
            low[j], high[j] = interval(products[j], norm, centers.norms[j], shares)
        # Floats that are not negative are ordered as their bits are, and of integers the least is found several at a time.
        least_bits = ordered[0]
        for j in range(k):
            least_bits = min(least_bits, ordered[j])
        ordered[0] = least_bits
        least = high[0]
        found, name = 0, 0
        for j in range(k):
            found += low[j] <= least
            name += j if low[j] <= least else 0
        if found > 1:
            found = 0
            for j in range(k):
                candidates[found] = j
                found += low[j] <= least
            name = first_of_least(rows.exact[i], rows.scale, centers.exact, candidates, found, desk.sums)
        rows.labels[i] = name
        if rows.lower.shape[0] > 0:
            rows.upper[i] = np.sqrt(least) * MORE
            lower = rows.lower[i]
            for j in range(k):
                lower[j] = (np.sqrt(max(low[j], np.float32(0.0))) + centers.least_path[j]) * LESS


@bare
def screen(rows: Rows, centers: Centers, start: int, stop: int, desk: Scratch) -> int:
    """Settle those of the points from ``start`` to ``stop`` for which the bounds and a few distances are enough.

    Returns
    -------
    int
        How many points are left; ``desk.active`` holds which. It is all of them if the bounds turn out to decide little.
    """
    k = centers.exact.shape[0]
    path, candidates = centers.most_path, desk.candidates
    left = 0
    for i in range(start, stop):
        if i == start + TRIAL and left > TRIAL // 2:
            for r in range(stop - start):
                desk.active[r] = start + r
            return stop - start
        own = rows.labels[i]
        lower, halves = rows.lower[i], centers.halves[own]
        upper = (rows.upper[i] + centers.moves[own]) * MORE
        rows.upper[i] = upper
        found = 0
        for j in range(k):
            found += (lower[j] - path[j] <= upper) & (halves[j] <= upper)
        if found == 1:  # the own centroid alone
            continue
        upper = measure(rows, centers, i, own, upper)
        rows.upper[i] = upper
        found = 0
        for j in range(k):
            candidates[found] = j
            found += (lower[j] - path[j] <= upper) & (halves[j] <= upper)
        if found > k // PRODUCTS + 1:
            desk.active[left] = i
            left += 1
        elif found > 1:
            rows.labels[i] = nearest_of(rows, centers, i, found, desk)
    return left


@inline
def measure(rows: Rows, centers: Centers, i: int, j: int, upper: np.float32) -> np.float32:
    """Measure how far point ``i`` is from centroid ``j``, renew its lower bound and return the lesser of two upper ones."""
    distance = np.sqrt(squared_between(rows.rounded[i], centers.rounded[j]))
    error = error_between(distance, rows.norms[i], centers.norms[j], centers.rounded.shape[1])
    rows.lower[i, j] = (max(distance - error, np.float32(0.0)) + centers.least_path[j]) * LESS
    return min(upper, (distance + error) * MORE)


@inline
def nearest_of(rows: Rows, centers: Centers, i: int, found: int, desk: Scratch) -> int:
    """Return the nearest to point ``i`` of the ``found`` candidates, of which its own centroid has been measured."""
    own, lower, upper = rows.labels[i], rows.lower[i], rows.upper[i]
    path, candidates = centers.most_path, desk.candidates
    for c in range(found):
        j = candidates[c]
        if j != own and lower[j] - path[j] <= upper:
            upper = measure(rows, centers, i, j, upper)
    rows.upper[i] = upper
    near = 0
    for c in range(found):
        j = candidates[c]
        candidates[near] = j
        near += lower[j] - path[j] <= upper
    nearest = int(candidates[0])
    if near > 1:
        nearest = first_of_least(rows.exact[i], rows.scale, centers.exact, candidates, near, desk.sums)
    return nearest


@bare
def enter_bin(rest: Floats, anchor: float, enter: Floats) -> None:
    """Cut a bin's pieces off ``rest`` and add them to ``enter``; all of shape (axes,)."""
    for axis in range(rest.shape[0]):
        piece = (rest[axis] + anchor) - anchor
        rest[axis] -= piece
        enter[axis] += piece


@bare
def change_bin(rest: Floats, anchor: float, leave: Floats, enter: Floats) -> None:
    """Do the same, and subtract them from ``leave``, which is another row than ``enter``."""
    for axis in range(rest.shape[0]):
        piece = (rest[axis] + anchor) - anchor
        rest[axis] -= piece
        leave[axis] -= piece
        enter[axis] += piece


@jit
def move(rows: Rows, moved: Indices, old: NDArray[np.int16], first: int, stop: int, anchors: Floats, sums: Floats) -> None:
    """Move points from the sums of their old labels to those of their new ones, as far as the axes ``first`` … ``stop`` go.

    Parameters
    ----------
    rows : Rows
    moved : ndarray of int
        The points whose labels changed.
    old : ndarray of shape (n,), int16
        The labels that they had.
    first, stop : int
    anchors : ndarray of shape (bins,)
    sums : ndarray of shape (k + 1, bins, d)
        Changed in place. Those of nobody, the last, are not kept.
    """
    nobody = sums.shape[0] - 1
    rest = np.empty(stop - first)
    for i in moved:
        x = rows.exact[i, first:stop]
        for axis in range(stop - first):
            rest[axis] = x[axis] * rows.scale
        for b in range(anchors.shape[0]):
            enter = sums[rows.labels[i], b, first:stop]
            if old[i] == nobody:
                enter_bin(rest, anchors[b], enter)
            else:
                change_bin(rest, anchors[b], sums[old[i], b, first:stop], enter)
