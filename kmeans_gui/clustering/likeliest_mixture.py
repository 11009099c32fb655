"""The likeliest mixture of normal distributions for each number of clusters, and what it says for that number.

Expectation-maximization ends in a local maximum of the likelihood, so the best of several runs counts. There is no global one:
a cluster that shrinks to a point or a line makes its own points as probable as one likes (Day, "Estimating the components of a
mixture of normal distributions", Biometrika 56, 1969). Nothing stops it but the regularization, and then the likelihood tells
of that instead of the points. Runs that end so do not count.

>>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
>>> mixture, log_density = likeliest_mixture(X, X.mean(axis=0, keepdims=True))
>>> mixture.free_parameters, round(log_density, 3)
(5, -1.452)
>>> likeliest_mixture(X[:2], X[:1]) is None
True
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from kmeans_gui import clustering
from kmeans_gui.clustering.algorithms.gaussian_mixture import Shares
from kmeans_gui.clustering.criteria import aic_of, bic_of
from kmeans_gui.clustering.normal_mixture import NormalMixture
from kmeans_gui.clustering.overlays import Mixture
from kmeans_gui.clustering.step import Floats, Step
from kmeans_gui.errors import CancelQuestion

STARTS = 5
"""Runs for each number of clusters."""

REGULARIZATION = 1e-6
"""Added to all variances. The points are measured in :class:`Units`, in which each axis is 4 to 8 long."""

_SHRUNK = 2 * REGULARIZATION
"""With no more variance than this in some direction, half of which is the regularization, a cluster has shrunk."""

_FLAT = 1e-12
"""A smallest eigenvalue of the correlations below this is that of rounding."""

_ITERATIONS, _TRIED = 15, 3
"""How many iterations a run takes, about, and how many are tried for a forecast."""


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
        Both values are NaN where in every run a cluster shrank.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    units, n = Units.of(X), len(X)
    points = units.measure(X)
    if are_flat(points):
        return
    for k, step in fits.items():
        assert step.centroids is not None
        seeds = range(seed, seed + (STARTS - 1 if k > 1 else 0))  # with one cluster all runs are the same
        found = likeliest_mixture(points, units.measure(step.centroids), seeds, cancelled)
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


def likeliest_mixture(
    X: Floats, centroids: Floats, seeds: Iterable[int] = (), cancelled: CancelQuestion = lambda: False
) -> tuple[NormalMixture, float] | None:
    """Fit mixtures with full covariances from several starts, and return the one that makes the points most probable.

    Parameters
    ----------
    X : ndarray of shape (n, d), float64
        In :class:`Units`, or about as large.
    centroids : ndarray of shape (k, d)
        Where the first run starts.
    seeds : iterable of int
        Each makes another run, from a start that is drawn.
    cancelled : callable

    Returns
    -------
    tuple or None
        The mixture, and the mean over the points of the logarithm of their density. None if in every run a cluster shrank to
        a point or a line.
    """
    best: tuple[NormalMixture, float] | None = None
    starts: list[dict[str, Any]] = [{"init": centroids}, *({"seed": seed} for seed in seeds)]
    for start in starts:
        step = _fit(X, k=len(centroids), cancelled=cancelled, **start)
        assert step.objective is not None
        if best is None or step.objective > best[1]:
            mixture = _mixture_of(step)
            if np.linalg.eigvalsh(mixture.covariances).min() > _SHRUNK:
                best = mixture, step.objective
    return best


def seconds_for(X: Floats, k: int) -> float:
    """Return about how many seconds all runs with ``k`` clusters take together, from some iterations of one."""
    points = Units.of(X).measure(X)
    begin = perf_counter()
    _fit(points, k=k, max_iter=_TRIED, tol=0.0)
    return (perf_counter() - begin) / _TRIED * _ITERATIONS * STARTS


def _fit(X: Floats, **values: Any) -> Step:
    return clustering.fit("gaussian-mixture", X, reg_covar=REGULARIZATION, **values)


def _mixture_of(step: Step) -> NormalMixture:
    shares = next(overlay.of for overlay in step.overlays if isinstance(overlay, Mixture))
    assert isinstance(shares, Shares)
    return shares.mixture
