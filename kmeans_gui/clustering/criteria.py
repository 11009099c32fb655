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

CRITERIA = {
    "elbow": ("Elbow", "knee"),
    "silhouette": ("Silhouette", "higher"),
    "gap": ("Gap statistic", "higher"),
    "fk": ("f(K)", "lower"),
    "calinski-harabasz": ("Caliński–Harabasz", "higher"),
    "davies-bouldin": ("Davies–Bouldin", "lower"),
}
"""Name → (title, what is better)."""

OF_MIXTURES = {"bic": ("BIC", "lower"), "aic": ("AIC", "lower")}
"""Those that follow if mixtures are fitted too."""

ABOUT = {
    "elbow": "The inertia falls with each further cluster; it bends where further ones gain little.",
    "silhouette": "How much nearer the points are to their own cluster than to the next one: from −1 to 1, on average.",
    "gap": "How far the inertia is below that of evenly spread points, on a logarithmic scale; bars show the error.",
    "fk": "How much of the inertia one cluster more leaves, against what it would leave of evenly spread points.",
    "calinski-harabasz": "How far apart the clusters lie, against how wide they are.",
    "davies-bouldin": "How wide clusters are against how far apart they lie: for each with its worst neighbor, on average.",
    "bic": "How badly a Gaussian mixture explains the points; each parameter has its price, higher the more points there are.",
    "aic": "Like BIC with a low price that is always the same, so that it often suggests more clusters.",
}
"""Name → what the values say, in a sentence."""

SENSITIVITY = 1.0
"""Kneedle's S: by how many average steps a knee must stand out."""

CLEAR = 0.85
"""A value of f(K) below this speaks for K clusters (Pham, Dimov & Nguyen 2005)."""

EVIDENCE = ((10.0, "very strong evidence"), (6.0, "strong evidence"), (2.0, "some evidence"), (0.0, "hardly worth a mention"))
"""What a difference of the BIC is, from so much upwards (Kass & Raftery, "Bayes factors", JASA 90, 1995)."""


CHANCE = 0.01
"""How often the gap statistic may go past a number of clusters by chance alone."""


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
        One of :data:`CRITERIA` or :data:`OF_MIXTURES`.
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


def gaps_of(ours: Floats, theirs: Floats) -> tuple[Floats, Floats]:
    """Return Gap(K) and s(K) (Tibshirani, Walther & Hastie, JRSS B 63, 2001).

    Gap(K) is how much the logarithm of the inertia is below its mean over B references; s(K) is their standard deviation times
    √(1 + 1/B).

    Parameters
    ----------
    ours : ndarray of shape (m,)
        Logarithms of the inertia of the points; −∞ where each lies on its centroid.
    theirs : ndarray of shape (m, B)
        The same of each set of reference points.
    """
    with np.errstate(invalid="ignore"):  # where points and references lie on their centroids, there is no gap
        return theirs.mean(axis=1) - ours, theirs.std(axis=1) * np.sqrt(1 + 1 / theirs.shape[1])


def gap(ours: Floats, theirs: Floats) -> Verdict:
    """Suggest the smallest K whose gap no larger K exceeds by more than chance explains.

    The paper takes the smallest K with Gap(K) ≥ Gap(K + 1) − s(K + 1). Where clusters lie so evenly that cutting between them
    gains no more than cutting evenly spread points, that stops short, often at 1. So here each K is held against all larger
    ones: log W falls from K to L by some amount, on each reference by another one, by chance alone. If the first is beyond the
    prediction interval for one reference more (Student's t; Hahn, "Factors for calculating two-sided prediction intervals",
    JASA 64, 1969), L has found something that K has not. The intervals for all L together hold with 1 − :data:`CHANCE`
    (Bonferroni). The sentence names the paper's K if it is another one.

    A gap that is infinite, since no point is away from its centroid, exceeds all others.

    Parameters
    ----------
    ours, theirs : ndarray of shape (m,), (m, B)
        As of :func:`gaps_of`.
    """
    gaps, errors = gaps_of(ours, theirs)
    if np.isnan(gaps).all():
        return Verdict(None, "The gap is not defined for any K.")
    if len(gaps) == 1 and not np.isposinf(gaps[0]):
        return Verdict(None, "The gap of one K has no other to compare with.")
    for i in range(len(gaps)):
        if np.isposinf(gaps[i]):
            return Verdict(i + 1, f"With {_clusters(i + 1)} every point lies on its centroid, which no reference comes near.")
        if i + 1 < len(gaps) and not _more_than_chance(ours, theirs, i).any():
            return Verdict(i + 1, f"{_no_better(gaps, i)}{_by_the_paper(gaps, errors, i)}.")
    return Verdict(None, f"Up to K = {len(gaps)} the gap still grows by more than chance explains, to {number(gaps[-1])}.")


def _more_than_chance(ours: Floats, theirs: Floats, i: int) -> NDArray[np.bool_]:
    """Return for each K larger than the i-th whether the inertia falls farther to it than on a further reference."""
    from scipy.special import stdtrit

    b, later = theirs.shape[1], len(ours) - 1 - i
    width = stdtrit(b - 1, 1 - CHANCE / later) * np.sqrt(1 + 1 / b)
    with np.errstate(invalid="ignore"):
        fallen = theirs[i] - theirs[i + 1 :]
        most = fallen.mean(axis=1) + width * fallen.std(axis=1, ddof=1)
        more: NDArray[np.bool_] = ours[i] - ours[i + 1 :] > most
    return more


def _no_better(gaps: Floats, chosen: int) -> str:
    highest = int(np.nanargmax(gaps))
    if highest == chosen:
        rest = ", clearly above that of each smaller K" if chosen else ""
        return f"Gap({chosen + 1}) = {number(gaps[chosen])} is the highest{rest}"
    return (
        f"Gap({chosen + 1}) = {number(gaps[chosen])} is exceeded by no larger K beyond chance; "
        f"the highest gap is {number(gaps[highest])} at K = {highest + 1}"
    )


def _by_the_paper(gaps: Floats, errors: Floats, chosen: int) -> str:
    """Return what the paper's rule stops at, if that is elsewhere."""
    enough = np.flatnonzero(gaps[:-1] >= gaps[1:] - errors[1:])
    if enough.size == 0 or enough[0] == chosen:
        return ""
    first = int(enough[0]) + 1
    return f"; looking no farther than the next K, one would stop at {first}"


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


def bic_of(log_likelihood: float, free_parameters: int, n: int) -> float:
    """Return the Bayesian information criterion (Schwarz, "Estimating the dimension of a model", Ann. Statist. 6, 1978).

    It is −2 log L + p log n, where L is the likelihood of all ``n`` points and p the number of free parameters.
    """
    return -2 * log_likelihood + free_parameters * float(np.log(n))


def aic_of(log_likelihood: float, free_parameters: int) -> float:
    """Return Akaike's information criterion ("A new look at the statistical model identification", IEEE TAC 19, 1974).

    It is −2 log L + 2 p, where L is the likelihood of all points and p the number of free parameters.
    """
    return -2 * log_likelihood + 2 * free_parameters


def bic(values: Floats) -> Verdict:
    """Suggest the K with the lowest BIC, and say how strong the evidence is."""
    return _of_mixtures("BIC", values, EVIDENCE)


def aic(values: Floats) -> Verdict:
    """Suggest the K with the lowest AIC."""
    return _of_mixtures("AIC", values)


def _of_mixtures(symbol: str, values: Floats, evidence: tuple[tuple[float, str], ...] = ()) -> Verdict:
    suggested, why = extreme(symbol, values, "lower")
    if suggested is None:
        return Verdict(
            None,
            f"{why[:-1]}: the points have no extent in some direction. Leave out constant or dependent columns, or add points.",
        )
    clauses = [why[:-1]]
    lowest = np.sort(values[np.isfinite(values)])[:2]
    if evidence and len(lowest) == 2:
        lead = float(lowest[1] - lowest[0])
        words = next(words for least, words in evidence if lead >= least)
        clauses.append(f"a difference of {number(lead, 3)} is {words}")
    if not np.isfinite(values).all():
        clauses.append("there is none where a cluster shrinks to a line")
    return Verdict(suggested, "; ".join(clauses) + ".")


def _clusters(k: int) -> str:
    return "1 cluster" if k == 1 else f"{k} clusters"
