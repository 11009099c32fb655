"""Criteria for the number of clusters: what each makes of its values, and why.

Every function takes the values for K = 1, 2, … (NaN where there is none) and returns a :class:`Verdict`: the number of clusters
it suggests, if any, and one sentence with the numbers that speak for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.notes import number
from kmeans_gui.clustering.step import Floats

SENSITIVITY = 1.0
"""Kneedle's S: by how many average steps a knee must stand out."""

CLEAR = 0.85
"""A value of f(K) below this speaks for K clusters (Pham, Dimov & Nguyen 2005)."""


class Verdict(NamedTuple):
    """What a criterion suggests, and why."""

    suggested: int | None
    why: str


@dataclass(frozen=True, eq=False)
class Criterion:
    """One criterion, as far as it is known.

    Parameters
    ----------
    name : str
        One of :data:`kmeans_gui.clustering.choosing_k.CRITERIA`.
    title : str
    ks : ndarray of shape (m,), int64
        1, 2, …
    values : ndarray of shape (m,), float64
        NaN: not defined for that K, or not known yet.
    errors : ndarray of shape (m,), float64, or None
        The standard errors of the values.
    suggested : int or None
        None if it suggests nothing, or not yet.
    why : str
        One sentence with numbers; empty until it is known.
    better : str
        "higher", "lower" or "knee".
    """

    name: str
    title: str
    ks: NDArray[np.int64]
    values: Floats
    errors: Floats | None
    suggested: int | None
    why: str
    better: str


def elbow(inertias: Floats) -> Verdict:
    """Find the knee of the inertia over K by Kneedle (Satopää, Albrecht, Irwin & Raghavan, ICDCS Workshops 2011).

    Both axes are brought to [0, 1], and the falling curve is turned upside down. A local maximum of how far it is above the
    diagonal is a knee if that falls by S / (m − 1) before it rises again; the first such one counts.
    """
    m = len(inertias)
    if m < 3 or not inertias[0] > inertias[-1]:
        return Verdict(None, "A knee needs an inertia that falls over at least three values of K.")
    across = np.arange(m) / (m - 1)
    low, high = inertias.min(), inertias.max()
    above = (high - inertias) / (high - low) - across
    knee, threshold = None, -np.inf
    for i in range(1, m - 1):
        if above[i] >= max(above[i - 1], above[i + 1]):
            knee, threshold = i, above[i] - SENSITIVITY / (m - 1)
        elif above[i] <= min(above[i - 1], above[i + 1]):
            threshold = 0.0
        if knee is not None and above[i + 1] < threshold:
            share = (high - inertias[knee]) / (high - low)
            return Verdict(
                knee + 1,
                f"At K = {knee + 1} the inertia has made {share:.0%} of its fall up to K = {m}, from {number(high)} to "
                f"{number(inertias[knee])}; no other bend stands out before.",
            )
    return Verdict(None, f"The inertia falls from {number(high)} to {number(low)} without a knee.")


def extreme(symbol: str, values: Floats, better: str) -> Verdict:
    """Suggest the K with the highest or lowest value, of equals the smallest; ``symbol`` is what the value is called."""
    defined = np.flatnonzero(np.isfinite(values))
    if defined.size == 0:
        return Verdict(None, f"The {symbol} is not defined for any K.")
    order = defined[np.argsort(-values[defined] if better == "higher" else values[defined], kind="stable")]
    best = order[0]
    rest = f"; next is {number(values[order[1]])} at K = {order[1] + 1}" if order.size > 1 else ""
    return Verdict(int(best) + 1, f"The {symbol} is {better[:-2]}est at K = {best + 1}: {number(values[best])}{rest}.")


def gap(gaps: Floats, errors: Floats) -> Verdict:
    """Suggest the smallest K with Gap(K) ≥ Gap(K + 1) − s(K + 1) (Tibshirani, Walther & Hastie, JRSS B 63, 2001).

    A gap that is infinite, since no point is away from its centroid, ends the search.
    """
    for i in range(len(gaps)):
        if np.isposinf(gaps[i]):
            return Verdict(i + 1, f"With {_clusters(i + 1)} every point lies on its centroid, which no reference comes near.")
        if i + 1 < len(gaps) and gaps[i] >= gaps[i + 1] - errors[i + 1]:
            return Verdict(
                i + 1,
                f"Gap({i + 1}) = {number(gaps[i])} is no less than Gap({i + 2}) − s({i + 2}) = "
                f"{number(gaps[i + 1])} − {number(errors[i + 1])}; no smaller K has that{_summit(gaps, i)}.",
            )
    if np.isnan(gaps).all():
        return Verdict(None, "The gap is not defined for any K.")
    return Verdict(None, f"Up to K = {len(gaps)} the gap still grows by more than its error, to {number(gaps[-1])}.")


def _summit(gaps: Floats, chosen: int) -> str:
    """Return where the gap is highest, if that is elsewhere: the rule stops at the first rise that is too small."""
    highest = int(np.nanargmax(gaps))
    return "" if highest == chosen else f"; the highest gap is {number(gaps[highest])} at K = {highest + 1}"


def f_values(inertias: Floats, d: int) -> Floats:
    """Return f(K) (Pham, Dimov & Nguyen, "Selection of K in K-means clustering", Proc. IMechE C 219, 2005).

    f(K) = S(K) / (α(K) S(K − 1)), where S is the inertia and α(K) how much of it evenly spread points in ``d`` dimensions would
    keep: α(2) = 1 − 3 / (4 d), and α(K) = α(K − 1) + (1 − α(K − 1)) / 6. f(1) is 1, and so is f(K) if S(K − 1) = 0.
    """
    values, weight = np.ones(len(inertias)), 1 - 3 / (4 * d)
    for i in range(1, len(inertias)):
        if inertias[i - 1] > 0:
            values[i] = inertias[i] / (weight * inertias[i - 1])
        elif np.isnan(inertias[i - 1]):
            values[i] = np.nan
        weight += (1 - weight) / 6
    return values


def fk(values: Floats) -> Verdict:
    """Suggest the K with the smallest f(K) below 0.85, or else 1."""
    best = int(np.nanargmin(values))
    if values[best] < CLEAR:
        return Verdict(best + 1, f"f({best + 1}) = {number(values[best])} is the lowest, and below {CLEAR}.")
    return Verdict(1, f"No f(K) is below {CLEAR}; the lowest is f({best + 1}) = {number(values[best])}.")


def _clusters(k: int) -> str:
    return "1 cluster" if k == 1 else f"{k} clusters"
