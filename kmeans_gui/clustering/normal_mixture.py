"""A mixture of normal distributions: the probabilities that it gives points, and the moments from which the next one follows.

One pass over the points does all the work of an iteration. It goes block by block, each small enough for the processor's cache,
and keeps of a block no more than sums and labels; a table of all points' shares would take K times the room of a coordinate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from kmeans_gui.clustering.assignment import Labels, label_dtype
from kmeans_gui.clustering.block_tasks import each_block, tasks_of
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.overlays import Floats
from kmeans_gui.errors import CancelQuestion, UserError

COVARIANCE_TYPES = {
    "full": "Full: any ellipse",
    "tied": "Tied: one ellipse for all",
    "diag": "Diagonal: ellipses along the axes",
    "spherical": "Spherical: circles",
}
"""scikit-learn's name → words in the form."""

TORN = 0.9
"""A point is torn between clusters if none of them has a larger share of it."""

_NUMBERS = 1 << 16
"""Numbers in the largest table of a block: half a megabyte."""

_LOST = 1e-6
"""If less than this share of the squares is left after the mean is taken off, they are summed up again about the mean."""


@dataclass(frozen=True, eq=False)
class NormalMixture:
    """K normal distributions and how much weight each has.

    Parameters
    ----------
    kind : str
        A key of ``COVARIANCE_TYPES``.
    means : ndarray of shape (k, d)
    covariances : ndarray of shape (k, d, d)
        Written out in full whatever the kind.
    weights : ndarray of shape (k,)
        Their sum is 1; none is 0.

    Raises
    ------
    UserError
        If a covariance is not positive definite.
    """

    kind: str
    means: Floats
    covariances: Floats
    weights: Floats
    _whitening: Floats = field(init=False, repr=False)  # takes a deviation from the mean to standard deviations
    _logarithms: Floats = field(init=False, repr=False)  # of the weighted density at the mean

    def __post_init__(self) -> None:
        roots = _inverse_roots(self.covariances)
        scales = np.diagonal(roots, axis1=1, axis2=2)
        at_the_mean = np.log(scales).sum(axis=1) - self.means.shape[1] * math.log(2 * math.pi) / 2
        object.__setattr__(self, "_whitening", scales if self.is_diagonal else roots)
        object.__setattr__(self, "_logarithms", np.log(self.weights) + at_the_mean)

    @property
    def is_diagonal(self) -> bool:
        """Whether no covariance has anything beside its diagonal."""
        return self.kind in ("diag", "spherical")

    @property
    def free_parameters(self) -> int:
        """How many numbers can be chosen: the means, the weights less one, since their sum is 1, and the covariances."""
        k, d = self.means.shape
        ellipse = d * (d + 1) // 2
        covariances = {"full": k * ellipse, "tied": ellipse, "diag": k * d, "spherical": k}[self.kind]
        numbers: int = k * d + k - 1 + covariances
        return numbers

    def rows(self) -> int:
        """Return how many points make a block."""
        return min(max(_NUMBERS // self.means.size, 16), 1024)

    def logarithms(self, deviations: Floats) -> Floats:
        """Return the logarithm of weight times density for points that deviate from the means by (k, d, m), shape (k, m)."""
        white = deviations * self._whitening[:, :, None] if self.is_diagonal else self._whitening @ deviations
        white *= white
        table: Floats = white.sum(axis=1)
        table *= -0.5
        table += self._logarithms[:, None]
        return table

    def deviations(self, X: Floats) -> Floats:
        """Return how far each row of ``X``, shape (m, d), is from each mean, axis by axis, shape (k, d, m)."""
        return np.ascontiguousarray(X.T) - self.means[:, :, None]

    def shares(self, X: Floats) -> Floats:
        """Return how much of each row of ``X``, shape (m, d), belongs to which cluster, shape (m, k)."""
        shares = np.empty((len(X), len(self.means)))
        for block in blocks(len(X), self.rows(), lambda: False):
            shares[block] = _normalized(self.logarithms(self.deviations(X[block])))[0].T
        return shares

    def labels(self, X: Floats, cancelled: CancelQuestion = lambda: False) -> Labels:
        """Return the most probable cluster of each row of ``X``, shape (n,); ties go to the lowest index."""
        labels = np.empty(len(X), label_dtype(len(self.means)))
        for block in blocks(len(X), self.rows(), cancelled):
            labels[block] = self.logarithms(self.deviations(X[block])).argmax(axis=0)
        return labels


def _inverse_roots(covariances: Floats) -> Floats:
    """Return the inverses of the covariances' Cholesky factors, shape (k, d, d)."""
    roots = np.array([_root(covariance, j) for j, covariance in enumerate(covariances)])
    inverses: Floats = np.zeros_like(roots)
    # By forward substitution, row by row. LAPACK's would wake up threads for each of the tiny matrices.
    for a, unit in enumerate(np.eye(covariances.shape[1])):
        known = np.einsum("kb,kbc->kc", roots[:, a, :a], inverses[:, :a])
        inverses[:, a] = (unit - known) / roots[:, a, a, None]
    return inverses


def _root(covariance: Floats, j: int) -> Floats:
    try:
        root = np.asarray(np.linalg.cholesky(covariance), np.float64)
    except np.linalg.LinAlgError:
        root = np.full_like(covariance, np.nan)
    if not np.isfinite(root).all():
        raise UserError(
            f"The covariance of cluster {j + 1} is singular: its points coincide or lie on a line. Choose a larger "
            "regularization, a smaller K or another type of covariance."
        )
    return root


def _normalized(logarithms: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the shares, shape (k, m), the largest of each point, and the logarithm of each point's density, shape (m,).

    ``logarithms`` is overwritten. The largest is taken off before the exponential, so that no point is improbable beyond
    what numbers can hold.
    """
    top = logarithms.max(axis=0)
    logarithms -= top
    shares = np.exp(logarithms, out=logarithms)
    total = shares.sum(axis=0)
    largest = 1 / total
    shares *= largest
    return shares, largest, np.log(total) + top


@dataclass(frozen=True, eq=False)
class Expectation:
    """What one pass over the points finds.

    Parameters
    ----------
    labels : ndarray of shape (n,)
        The most probable cluster of each point.
    log_likelihood : float
        The mean over the points.
    torn : int
        How many points no cluster has a share of that is larger than ``TORN``.
    moments : Moments
    """

    labels: Labels
    log_likelihood: float
    torn: int
    moments: Moments


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over all points, each weighted by the share that the cluster has of it.

    Parameters
    ----------
    about : ndarray of shape (k, d)
        Where deviations are measured from, so that a narrow cluster far from the origin keeps its digits.
    masses : ndarray of shape (k,)
        The shares.
    first : ndarray of shape (k, d)
        The deviations.
    second : ndarray of shape (k, d, d) or (k, d)
        The products of deviations; only the squares if covariances are diagonal.
    """

    about: Floats
    masses: Floats
    first: Floats
    second: Floats


def expect(X: Floats, mixture: NormalMixture, cancelled: CancelQuestion, about: Floats | None = None) -> Expectation:
    """Share out the points ``X``, shape (n, d), and sum up what the next mixture follows from (the E step).

    Parameters
    ----------
    about : ndarray of shape (k, d), optional
        Where the moments' deviations are measured from; the means, unless something better is known.

    Raises
    ------
    Cancelled
        Between two blocks, if ``cancelled`` said so.
    """
    n, (k, d) = len(X), mixture.means.shape
    tasks = tasks_of(n, mixture.rows())
    labels = np.empty(n, label_dtype(k))
    torn, log_likelihoods, masses = np.zeros(tasks, np.intp), np.zeros(tasks), np.zeros((tasks, k))
    first = np.zeros((tasks, k, d))
    second = np.zeros((tasks, k, d) if mixture.is_diagonal else (tasks, k, d, d))

    def work(task: int, block: slice) -> None:
        deviations = mixture.deviations(X[block])
        table = mixture.logarithms(deviations)
        labels[block] = table.argmax(axis=0)
        shares, largest, densities = _normalized(table)
        torn[task] += np.count_nonzero(largest <= TORN)
        log_likelihoods[task] += densities.sum()
        if about is not None:
            deviations = np.ascontiguousarray(X[block].T) - about[:, :, None]
        weighted = shares[:, None] * deviations
        masses[task] += shares.sum(axis=1)
        first[task] += weighted.sum(axis=2)
        if mixture.is_diagonal:
            weighted *= deviations
            second[task] += weighted.sum(axis=2)
        else:
            second[task] += weighted @ deviations.transpose(0, 2, 1)

    each_block(n, mixture.rows(), work, cancelled)
    where = mixture.means if about is None else about
    moments = Moments(where, masses.sum(axis=0), first.sum(axis=0), second.sum(axis=0))
    return Expectation(labels, float(log_likelihoods.sum()) / n, int(torn.sum()), moments)


def maximize(
    X: Floats, mixture: NormalMixture, expectation: Expectation, reg_covar: float | Floats, cancelled: CancelQuestion
) -> NormalMixture:
    """Return the mixture under which the points, shared out as they are by ``mixture``, are most probable (the M step).

    ``reg_covar`` is added to all variances; one of shape (k, d) has a number for each. A cluster that has no share of any point
    keeps its mean.
    """
    moments = expectation.moments
    means, covariances, weights = _parameters(moments)
    variances = np.einsum("kaa->ka", covariances)  # a view: what is done to it is done to the covariances
    squares = moments.second if mixture.is_diagonal else np.einsum("kaa->ka", moments.second)
    if (variances * moments.masses[:, None] < _LOST * squares).any():
        moments = expect(X, mixture, cancelled, about=means).moments
        means, covariances, weights = _parameters(moments)
        variances = np.einsum("kaa->ka", covariances)
    np.maximum(variances, 0.0, out=variances)
    if mixture.kind == "tied":
        covariances[:] = np.average(covariances, axis=0, weights=weights)
    elif mixture.kind == "spherical":
        variances[:] = variances.mean(axis=1, keepdims=True)
    variances += reg_covar
    return NormalMixture(mixture.kind, means, covariances, weights)


def _parameters(moments: Moments) -> tuple[Floats, Floats, Floats]:
    """Return the means, covariances and weights that have these moments, shapes (k, d), (k, d, d) and (k,)."""
    masses = moments.masses + 10 * np.finfo(float).eps  # as in scikit-learn: no division by zero
    move = moments.first / masses[:, None]
    # Σ r (δ − move)(δ − move)ᵀ, where Σ r δ = masses · move and Σ r falls short of the masses by what was added.
    twice = 2 - moments.masses / masses
    if moments.second.ndim == 2:
        variances = moments.second / masses[:, None] - twice[:, None] * move**2
        covariances = variances[:, :, None] * np.eye(move.shape[1])
    else:
        covariances = moments.second / masses[:, None, None]
        covariances -= twice[:, None, None] * move[:, :, None] * move[:, None, :]
    return moments.about + move, covariances, masses / masses.sum()
