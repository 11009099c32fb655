"""A mixture of normal distributions, fitted by expectation-maximization (Dempster, Laird & Rubin, "Maximum likelihood from
incomplete data via the EM algorithm", JRSS B 39, 1977; Bishop, "Pattern recognition and machine learning", 2006, chapter 9).

Each cluster is a normal distribution with a mean, a covariance and a weight. Share out each point among the clusters by how
probable each makes it; give each cluster the mean, covariance and weight of its shares; repeat. Neither half can lower the
likelihood of the points. k-means is the limit of small, equal circles, where each share is all or nothing.

What a share costs, and how moments are summed up, is in :mod:`kmeans_gui.clustering.normal_mixture`. The objective is the mean
over the points of the logarithm of their density, which scikit-learn calls the lower bound. ``reg_covar`` keeps a cluster of
one point from shrinking to nothing. It is in squared units of the data, whatever their size: in data much narrower than its
root, which is 0.001 unless set, all clusters are as good as the same. Where a variance is hardly
more than that, the likelihood may fall by a trifle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from kmeans_gui.clustering.algorithms.alternating import FINISH, STOPPED
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.kernels import choose
from kmeans_gui.clustering.normal_mixture import COVARIANCE_TYPES, TORN, Expectation, NormalMixture, expect, maximize
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Ellipses, Mixture, Overlay, Tags
from kmeans_gui.clustering.parameters import Choice, Float, Int
from kmeans_gui.clustering.seeding import INIT, STARTS, start_centroids
from kmeans_gui.clustering.step import Floats, Phase, Step, label_dtype
from kmeans_gui.errors import CancelQuestion

PARAMETERS = (
    Int(name="k", label="K", default=3, minimum=1, maximum=4096, help="Number of clusters."),
    INIT,
    Choice(
        name="covariance_type",
        label="Covariances",
        default="full",
        options=COVARIANCE_TYPES,
        help="Which shapes the clusters may have.",
    ),
    Float(
        name="tol",
        label="Tolerance",
        default=1e-3,
        maximum=1e3,
        step=0.001,
        help="Stop when the mean log-likelihood changes by less than this.",
        advanced=True,
    ),
    Float(
        name="reg_covar",
        label="Regularization",
        default=1e-6,
        step=1e-6,
        help="Added to all variances, so that no cluster shrinks to a point.",
        advanced=True,
    ),
    Int(
        name="max_iter",
        label="Most iterations",
        default=100,
        minimum=1,
        maximum=100_000,
        help="Stop after this many iterations.",
        advanced=True,
    ),
)

CONVERGED = Note("Done: the mean log-likelihood changed by less than the tolerance.")


def start_mixture(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> NormalMixture:
    """Return the mixture that a run starts with: the chosen means, equal weights and equal circles.

    The circles' variance is the mean squared distance of the points from their nearest mean, for each coordinate.
    """
    kernel = choose(X, values["k"], cancelled)
    means = start_centroids(X, values, seed, kernel)
    kernel.assign(means)
    variance = kernel.inertia(means) / X.size + values["reg_covar"]
    k, d = means.shape
    return NormalMixture(values["covariance_type"], means, np.tile(variance * np.eye(d), (k, 1, 1)), np.full(k, 1 / k))


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START, then ASSIGN and UPDATE in turn, a last ASSIGN to the mixture that was found, then DONE."""
    mixture = start_mixture(X, values, seed, cancelled)
    film = _Film(X, mixture)
    yield film.start(values["init"])
    expectation = expect(X, mixture, cancelled)
    before, ending = -np.inf, STOPPED
    for iteration in range(1, values["max_iter"] + 1):
        yield film.assign(iteration, expectation)
        mixture = maximize(X, mixture, expectation, values["reg_covar"], cancelled)
        # What the new mixture makes of the points is known from here on, and shown by the next step.
        now, expectation = expectation.log_likelihood, expect(X, mixture, cancelled)
        yield film.update(mixture, expectation.log_likelihood)
        if abs(now - before) < values["tol"]:
            ending = CONVERGED
            break
        before = now
    yield film.assign(iteration, expectation)
    yield film.done(ending)


class _Film:
    """Numbers the steps of one run and puts each into words."""

    def __init__(self, X: Floats, mixture: NormalMixture) -> None:
        self._X = X
        self._mixture = mixture
        self._index = -1
        self._iteration = 0
        self._objective: float | None = None
        self._assignment: Assignment = np.full(len(X), -1, label_dtype(len(mixture.means)))
        self._shares: tuple[Mixture, ...] = ()

    def start(self, init: str | Floats) -> Step:
        how = STARTS[init][0] if isinstance(init, str) else "given"
        k, deviation = len(self._mixture.means), float(np.sqrt(self._mixture.covariances[0, 0, 0]))
        return self._step(
            Phase.START,
            Note("Place {k:# mean|means}", {"k": k}),
            Note(
                "Place {k:# starting mean|starting means} ({how}), each with the weight {weight:g} and the standard deviation "
                "{deviation:g} in all directions.",
                {"k": k, "how": how, "weight": 1 / k, "deviation": deviation},
            ),
        )

    def assign(self, iteration: int, expectation: Expectation) -> Step:
        first = self._iteration == 0
        changed = int(np.count_nonzero(expectation.labels != self._assignment))
        if changed:
            self._assignment = expectation.labels
        self._iteration, self._objective = iteration, expectation.log_likelihood
        self._shares = (Mixture(Shares(self._X, self._mixture)),)
        n = len(self._X)
        outcome = "" if first else "{changed:# point gets|points get} another most probable cluster, and "
        return self._step(
            Phase.ASSIGN,
            Note("Share out {n:# point|points}", {"n": n}),
            Note(
                "Share out {n:# point|points} by how probable each cluster makes them: " + outcome + "{torn:,} "
                "{verb} to no cluster by more than {most:.0%}.",
                {
                    "n": n,
                    "changed": changed,
                    "torn": expectation.torn,
                    "verb": "belongs" if expectation.torn == 1 else "belong",
                    "most": TORN,
                },
            ),
            changed=changed,
        )

    def update(self, mixture: NormalMixture, log_likelihood: float) -> Step:
        shift = float(np.sqrt(((mixture.means - self._mixture.means) ** 2).sum(axis=1)).max())
        self._mixture, self._objective = mixture, log_likelihood
        k = len(mixture.means)
        return self._step(
            Phase.UPDATE,
            Note("Fit {k:# cluster|clusters}", {"k": k}),
            Note(
                "Give {k:# cluster the mean, covariance and weight of its shares|clusters the means, covariances and weights "
                "of their shares}: the farthest mean moves {shift:g}; weights are from {least:.2f} to {most:.2f}.",
                {"k": k, "shift": shift, "least": float(mixture.weights.min()), "most": float(mixture.weights.max())},
            ),
            shift=shift,
        )

    def done(self, ending: Note) -> Step:
        return self._step(Phase.DONE, FINISH, ending)

    def _step(self, phase: Phase, title: Note, note: Note, **numbers: Any) -> Step:
        self._index += 1
        mixture = self._mixture
        overlays: tuple[Overlay, ...] = (
            *self._shares,
            Ellipses(mixture.means, mixture.covariances),
            Tags(tuple(f"{weight:.2f}" for weight in mixture.weights)),
        )
        return Step(
            index=self._index,
            iteration=self._iteration,
            phase=phase,
            assignment=self._assignment,
            centroids=mixture.means,
            objective=self._objective,
            objective_name="mean log-likelihood",
            title=title,
            note=note,
            overlays=overlays,
            metric=None,
            **numbers,
        )


class Shares:
    """How much of each point belongs to which cluster of a mixture, worked out when it is asked for."""

    def __init__(self, X: Floats, mixture: NormalMixture) -> None:
        self._X = X
        self.mixture = mixture

    def __call__(self, rows: slice) -> Floats:
        """Return the shares of ``rows``, shape (m, k)."""
        return self.mixture.shares(self._X[rows])


def recall(X: Floats, step: Step) -> Assignment:
    """Recompute the labels of an ASSIGN step: they are the largest shares."""
    shares = next(overlay.of for overlay in step.overlays if isinstance(overlay, Mixture))
    assert isinstance(shares, Shares)
    return shares.mixture.labels(X)


ALGORITHM = Algorithm(
    name="gaussian-mixture",
    title="Gaussian mixture (EM)",
    summary="Share out each point among normal distributions by how probable each makes it, give each distribution the mean, "
    "covariance and weight of its shares, and repeat until the likelihood hardly changes.",
    parameters=PARAMETERS,
    pseudocode=(
        ("Place K means, with equal circles and weights", (Phase.START,)),
        ("Repeat", ()),
        ("    Share out each point by how probable each cluster makes it", (Phase.ASSIGN,)),
        ("    Give each cluster the mean, covariance and weight of its shares", (Phase.UPDATE,)),
        ("until the log-likelihood hardly changes", (Phase.DONE,)),
    ),
    steps=steps,
    recall=recall,
    rises=True,
)
