"""Exact sums: why every kernel, order and thread count gives the same centroids and the same inertia, bit for bit.

Floating-point sums depend on their order. These do not, since no addition in them rounds. A coordinate is cut into pieces, one
for each *bin*; a piece is an integer multiple of its bin's quantum, and a bin is so narrow that the pieces of all n points
together stay below 2⁵³ quanta. Additions within a bin are then additions of integers, and float64 makes them exactly, in any
order, there and back again. The cut costs three operations: with the anchor M = 1.5 · 2⁵² · quantum, ``(x + M) − M`` is x
rounded to a multiple of the quantum, and what is left of x goes on to the next bin (Demmel & Nguyen, "Fast reproducible
floating-point summation", ARITH 2013; the cut is that of Rump, Ogita & Oishi, "Accurate floating-point summation", SIAM J. Sci.
Comput. 31, 2008). There are as many bins as the finest digit of the data asks for, which makes it two or three for most data.

The bins of a cluster are added once, correctly rounded, whenever somebody wants its mean. Its inertia follows from the same
bins,

    Σ |x − c|²  =  Σ |x|²  −  Σ_j ( 2 c_j · S_j  −  n_j |c_j|² ),

where S_j is the sum and n_j the number of cluster j's points: a few terms for each centroid instead of one for each point. The
terms cancel almost entirely, which does no harm, since they too are added exactly.

This module is the plain numpy version; :mod:`kmeans_gui.clustering.kernels.exact_compiled` has the loops for the other kernels.
Coordinates are below 1 in magnitude here: :class:`kmeans_gui.clustering.kernels.points.Points` has scaled them.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.step import Floats

SMALLEST = 2.0**-480
"""The finest digit whose exact square has room below 1; data with a finer one have their inertia summed point by point."""

_SPLITTER = 2.0**27 + 1.0


@lru_cache
def anchors_for(terms: int, finest: float) -> Floats:
    """Return the anchors of the bins that hold ``terms`` numbers up to 1 in magnitude, all of them multiples of ``finest``.

    Returns
    -------
    ndarray of shape (bins,), float64
        From the coarsest bin to the finest; read-only.
    """
    width = min(50, 53 - max(terms - 1, 1).bit_length())
    exponents = [1 - width]
    while 2.0 ** exponents[-1] > finest:
        exponents.append(max(exponents[-1] - width, -1074))
    anchors = np.array([1.5 * 2.0 ** (52 + e) for e in exponents])
    anchors.flags.writeable = False
    return anchors


def measure(values: Floats) -> tuple[float, float]:
    """Return the largest magnitude among ``values``, shape (n,), and the lowest bit set in any of them, as a power of two.

    The latter is infinite if all values are zero.
    """
    bits = values.view(np.int64)
    mantissa = bits & ((1 << 52) - 1)
    without = np.where(mantissa == 0, 0, bits & (bits - 1)).view(np.float64)
    digits = np.abs(values - without)
    return float(np.max(np.abs(values))), float(np.min(digits, initial=np.inf, where=digits > 0))


def cut(values: Floats, anchors: Floats) -> list[Floats]:
    """Cut ``values`` into pieces, one array a bin; the pieces add up to the values."""
    pieces, rest = [], values
    for anchor in anchors:
        pieces.append((rest + anchor) - anchor)
        rest = rest - pieces[-1]
    return pieces


def product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return a·b rounded and what the rounding lost: together they are the exact product (Dekker 1971)."""
    rounded = a * b
    a_high = _SPLITTER * a - (_SPLITTER * a - a)
    b_high = _SPLITTER * b - (_SPLITTER * b - b)
    a_low, b_low = a - a_high, b - b_high
    return rounded, ((a_high * b_high - rounded) + a_high * b_low + a_low * b_high) + a_low * b_low


def add_squares(values: Floats, scale: float, anchors: Floats, bins: Floats) -> None:
    """Add the squares of ``values · scale``, shape (n,), to ``bins``, shape (bins,)."""
    for part in product(values * scale, values * scale):
        bins += [piece.sum() for piece in cut(part, anchors)]


def add_labeled(
    X: Floats, scale: float, labels: NDArray[np.int16], anchors: Floats, sums: Floats, counts: NDArray[np.int64]
) -> None:
    """Add the points ``X · scale``, shape (n, d), to their labels' ``sums``, shape (k, d, bins), and ``counts``, shape (k,)."""
    counts += np.bincount(labels, minlength=len(counts))
    for axis in range(X.shape[1]):
        for b, piece in enumerate(cut(X[:, axis] * scale, anchors)):
            sums[:, axis, b] += np.bincount(labels, weights=piece, minlength=len(counts))


def move_to_means(sums: Floats, counts: NDArray[np.int64], centroids: Floats) -> None:
    """Move each centroid that has points to their mean, in place: their exact sum, correctly rounded, over their count.

    Parameters
    ----------
    sums : ndarray of shape (k or more, d, bins)
    counts : ndarray of shape (k or more,)
    centroids : ndarray of shape (k, d)
    """
    for j in np.flatnonzero(counts[: len(centroids)]):
        centroids[j] = np.array([math.fsum(bins) for bins in sums[j].tolist()]) / counts[j]


def inertia(sums: Floats, counts: NDArray[np.int64], squares: Floats, centroids: Floats) -> float:
    """Return the sum of squared distances between the points and their centroids, correctly rounded.

    It is NaN if a product is beyond the range of float64.

    Parameters
    ----------
    sums : ndarray of shape (k or more, d, bins)
    counts : ndarray of shape (k or more,)
    squares : ndarray of shape (square bins,)
        Σ|x|² over all points.
    centroids : ndarray of shape (k, d)
        Need not be the means; those without points do not count.
    """
    used = np.flatnonzero(counts[: len(centroids)])
    c, n = centroids[used], counts[used, None].astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        terms = [squares, *product(-2.0 * c[:, :, None], sums[used])]
        for part in product(c, c):
            terms += product(part, n)
    flat = np.concatenate([term.ravel() for term in terms])
    return max(math.fsum(flat.tolist()), 0.0) if np.isfinite(flat).all() else math.nan
