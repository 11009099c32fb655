"""The likeliest mixture of normal distributions for each number of clusters, and what it says for that number.

Expectation-maximization ends in a local maximum of the likelihood, so the best of several runs counts. There is no global one:
a cluster that shrinks to a point or a line makes its own points as probable as one likes (Day, "Estimating the components of a
mixture of normal distributions", Biometrika 56, 1969). So narrow clusters have a price, which goes to 0 as points become more:
tr(S Σ⁻¹) / n is taken off the log-likelihood for each covariance Σ (Chen & Tan, "Inference for multivariate normal mixtures",
J. Multivariate Anal. 100, 2009, whose penalty has a further term that hardly matters). It amounts to 2 S / n on top of the sum
of squares of each cluster. Chen and Tan take for S the covariance of all points. Here S is how wide small clusters are, axis by
axis (:func:`local_variances`), so that one point far off, or clusters far from each other, do not blur all of them.

All runs are short, and the best one goes on (Biernacki, Celeux & Govaert, "Choosing starting values for the EM algorithm",
Comp. Stat. Data Anal. 41, 2003) until it gains hardly anything that matters to a difference of the criteria.

>>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
>>> mixture, log_density = likeliest_mixture(X, X.mean(axis=0, keepdims=True), np.zeros(2))
>>> mixture.free_parameters, round(log_density, 3)
(5, -1.452)
>>> likeliest_mixture(X[:2], X[:1], np.zeros(2)) is None
True
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from kmeans_gui.clustering.algorithms.gaussian_mixture import start_mixture
from kmeans_gui.clustering.criteria import aic_of, bic_of
from kmeans_gui.clustering.normal_mixture import NormalMixture, expect, maximize
from kmeans_gui.clustering.seeding import INIT
from kmeans_gui.clustering.step import Floats, Labels, Step
from kmeans_gui.errors import CancelQuestion, UserError

STARTS = 5
"""Runs for each number of clusters."""

_SHORT, _LONG, _LONGEST = 1e-3, 0.05, 200
"""A run ends when the mean log-likelihood changes by less than the first; the best goes on until that of all points together
changes by less than the second. Both end after so many steps."""

_FARTHER, _FARTHEST = 1.2, 10.0
"""By how much a step is longer than the last one, and by how much at most than one of expectation-maximization."""

_CLUSTER = 5
"""Points that a cluster has on average, at least, if its width is to be relied on."""

_NARROW = 0.25
"""Of all points, those in the narrowest clusters: wider ones, and those of points far off, do not count."""

_ROUNDING = 1e-24
"""A variance below this is that of rounding, where coordinates are up to 8."""

_FLAT = 1e-12
"""A smallest eigenvalue of the correlations below this is that of rounding."""

_Found = tuple[NormalMixture, float]

_PASSES = 120
"""How often, about, all runs with one number of clusters together go over the points."""

_ROWS_TIMED, _PRODUCTS_TIMED = 1 << 12, 1 << 26
"""Points of which a forecast takes the time, at most, and products of two coordinates, over all points and clusters."""


@dataclass(frozen=True, eq=False)
class Units:
    """Where each axis is measured from, and in what, so that all are about as long, whatever the data's own units.

    Parameters
    ----------
    origin : ndarray of shape (d,)
    sizes : ndarray of shape (d,)
        Powers of two.
    """

    origin: Floats
    sizes: Floats

    @staticmethod
    def of(X: Floats) -> Units:
        """Return the units for points, shape (n, d): an eighth to a quarter of the range on each axis."""
        return Units(X[0], 2.0 ** (np.frexp(np.ptp(X, axis=0))[1] - 3))

    def measure(self, X: Floats) -> Floats:
        """Return points, shape (n, d), in these units, read-only."""
        measured: Floats = (X - self.origin) / self.sizes
        measured.flags.writeable = False
        return measured

    @property
    def log_volume(self) -> float:
        """By how much the logarithm of a density in these units is above that in the data's own."""
        return float(np.log(self.sizes).sum())


def information_by_k(
    X: Floats, fits: Mapping[int, Step], seed: int, cancelled: CancelQuestion
) -> Iterator[tuple[int, float, float]]:
    """Fit mixtures with each number of clusters, and yield that number with its BIC and its AIC.

    Nothing is yielded of points without an extent in some direction: under a mixture of normal distributions they are as
    probable as one likes, whatever the number of clusters.

    Parameters
    ----------
    X : ndarray of shape (n, d), float64
    fits : mapping from int to Step
        A run of k-means for each number of clusters, where the first mixture starts.
    seed : int
        From which the others start.
    cancelled : callable

    Yields
    ------
    tuple
        Both values are NaN where in every run a covariance became singular.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    units, n = Units.of(X), len(X)
    points = units.measure(X)
    if are_flat(points):
        return
    spread = local_variances(points, {k: step.labels for k, step in fits.items()})
    for k, step in fits.items():
        assert step.centroids is not None
        seeds = range(seed, seed + (STARTS - 1 if k > 1 else 0))  # with one cluster all runs are the same
        found = likeliest_mixture(points, units.measure(step.centroids), spread, seeds, cancelled)
        if found is None:
            yield k, np.nan, np.nan
        else:
            mixture, log_density = found
            log_likelihood = n * (log_density - units.log_volume)
            free = mixture.free_parameters
            yield k, bic_of(log_likelihood, free, n), aic_of(log_likelihood, free)


def are_flat(X: Floats) -> bool:
    """Return whether points, shape (n, d), have no extent in some direction, each axis measured in its own units."""
    if np.ptp(X, axis=0).min() == 0:
        return True
    centered = X - X.mean(axis=0)
    centered /= np.sqrt(np.square(centered).mean(axis=0))
    return bool(np.linalg.eigvalsh(centered.T @ centered / len(X))[0] < _FLAT)


def local_variances(X: Floats, partitions: Mapping[int, Labels]) -> Floats:
    """Return how wide small clusters are: the variance that a quarter of the points have no more than in their cluster.

    Parameters
    ----------
    X : ndarray of shape (n, d), float64
        They differ on each axis.
    partitions : mapping from int to ndarray of shape (n,)
        The labels for each number of clusters. Of each axis, the largest number counts with which clusters are not too small,
        and not of equal points. The smallest number always counts.

    Returns
    -------
    ndarray of shape (d,), float64
    """
    result: Floats = X.var(axis=0)
    for k in sorted(partitions):
        if k * _CLUSTER <= len(X):
            typical = np.quantile(_variances(X, partitions[k], k)[partitions[k]], _NARROW, axis=0)
            result = np.where(typical > _ROUNDING, typical, result)
    return result


def _variances(X: Floats, labels: Labels, k: int) -> Floats:
    """Return the variance of each cluster on each axis, shape (k, d)."""
    sizes = np.maximum(np.bincount(labels, minlength=k), 1)
    variances = np.empty((k, X.shape[1]))
    for axis, column in enumerate(X.T):
        means = np.bincount(labels, column, k) / sizes
        variances[:, axis] = np.bincount(labels, np.square(column - means[labels]), k) / sizes
    return variances


def likeliest_mixture(
    X: Floats, centroids: Floats, spread: Floats, seeds: Iterable[int] = (), cancelled: CancelQuestion = lambda: False
) -> tuple[NormalMixture, float] | None:
    """Fit mixtures with full covariances from several starts, and return the one that makes the points most probable.

    Parameters
    ----------
    X : ndarray of shape (n, d), float64
        In :class:`Units`, or about as large.
    centroids : ndarray of shape (k, d)
        Where the first run starts.
    spread : ndarray of shape (d,)
        The variances within small clusters, against which narrower ones have their price.
    seeds : iterable of int
        Each makes another run, from a start that is drawn.
    cancelled : callable

    Returns
    -------
    tuple or None
        The mixture, and the mean over the points of the logarithm of their density. None if in every run a covariance became
        singular.
    """
    best: _Found | None = None
    starts: list[tuple[str | Floats, int]] = [(centroids, 0), *((INIT.default, seed) for seed in seeds)]
    for init, seed in starts:
        start = _start(X, len(centroids), init, spread, seed, cancelled)
        found = _climb(X, start, spread, _SHORT, cancelled)
        if found is not None and (best is None or found[1] > best[1]):
            best = found
    return None if best is None else _climb(X, best[0], spread, _LONG / len(X), cancelled)


def _start(X: Floats, k: int, init: str | Floats, spread: Floats, seed: int, cancelled: CancelQuestion) -> NormalMixture:
    values = {"k": k, "init": init, "covariance_type": "full", "reg_covar": spread.mean()}
    return start_mixture(X, values, seed, cancelled)


def _climb(X: Floats, mixture: NormalMixture, spread: Floats, tol: float, cancelled: CancelQuestion) -> _Found | None:
    """Go up to a maximum of the likelihood, less what narrow clusters cost; None if a covariance becomes singular.

    Each step goes farther than that of expectation-maximization, by a factor that grows as long as this makes the points more
    probable (Salakhutdinov & Roweis, "Adaptive overrelaxed bound optimization methods", ICML 2003).
    """
    expectation, factor = expect(X, mixture, cancelled), 1.0
    for _ in range(_LONGEST):
        before = expectation.log_likelihood
        # A cluster without points would grow without bounds.
        least = 2 / len(X) * spread / np.maximum(expectation.moments.masses, 1.0)[:, None]
        try:
            updated = maximize(X, mixture, expectation, least, cancelled)
        except UserError:
            return None  # a cluster shrank to a line that is too long for its width to be told from rounding
        farther = _beyond(mixture, updated, factor) if factor > 1 else None
        if farther is not None and (tried := expect(X, farther, cancelled)).log_likelihood >= before:
            mixture, expectation = farther, tried
        else:
            mixture, expectation, factor = updated, expect(X, updated, cancelled), 1.0
        factor = min(factor * _FARTHER, _FARTHEST)
        if abs(expectation.log_likelihood - before) < tol:
            break
    return mixture, expectation.log_likelihood


def _beyond(old: NormalMixture, new: NormalMixture, factor: float) -> NormalMixture | None:
    """Return the mixture ``factor`` times as far from ``old`` as ``new`` is, if there is one."""
    weights = old.weights * (new.weights / old.weights) ** factor
    means = old.means + factor * (new.means - old.means)
    covariances = old.covariances + factor * (new.covariances - old.covariances)
    try:
        return NormalMixture(old.kind, means, covariances, weights / weights.sum())
    except UserError:
        return None


def seconds_for(X: Floats, k: int, cancelled: CancelQuestion = lambda: False) -> float:
    """Return about how many seconds all runs with ``k`` clusters take together, from one pass over few points and clusters.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    n, d = X.shape
    rows = min(n, _ROWS_TIMED, max(_PRODUCTS_TIMED // d**2, 1))
    clusters = min(k, rows, max(_PRODUCTS_TIMED // (rows * d**2), 1))
    points = Units.of(X).measure(X[:rows])
    mixture = NormalMixture("full", points[:clusters], np.tile(np.eye(d), (clusters, 1, 1)), np.full(clusters, 1 / clusters))

    def measured() -> float:
        begin = perf_counter()
        maximize(points, mixture, expect(points, mixture, cancelled), 1.0, cancelled)
        return perf_counter() - begin

    return float(min(measured(), measured()) * (n / rows) * (k / clusters) * _PASSES)
