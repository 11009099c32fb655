"""Choosing K: how many clusters do the points have? Six answers or eight, each with its reason.

For K = 1, 2, … the best of several runs of k-means is kept. From these runs follow the elbow of the inertia, f(K), Caliński–
Harabasz, Davies–Bouldin and the mean silhouette; the gap statistic compares them with runs on reference points that have no
clusters. If wanted, mixtures of normal distributions are fitted as well, which have a likelihood, and BIC and AIC with it. What
each criterion makes of its values, :mod:`kmeans_gui.clustering.criteria` tells.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> X = np.repeat([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], 30, axis=0) + rng.normal(size=(90, 2))
>>> choices = choose_k(X, max_k=5, references=10)
>>> {criterion.name: criterion.suggested for criterion in choices.criteria}
{'elbow': 3, 'silhouette': 3, 'gap': 3, 'fk': 3, 'calinski-harabasz': 3, 'davies-bouldin': 3}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from kmeans_gui import clustering
from kmeans_gui.clustering import criteria, kernels
from kmeans_gui.clustering.best_run import FEW, best_run, inertia_of
from kmeans_gui.clustering.criteria import CRITERIA, OF_MIXTURES, Criterion, Verdict
from kmeans_gui.clustering.kernels import threads
from kmeans_gui.clustering.likeliest_mixture import information_by_k, seconds_for
from kmeans_gui.clustering.magnitude import scale_of
from kmeans_gui.clustering.metrics import hopkins
from kmeans_gui.clustering.notes import number
from kmeans_gui.clustering.parameters import Bool, Choice, Int
from kmeans_gui.clustering.reference_points import Box
from kmeans_gui.clustering.silhouette import silhouette_values
from kmeans_gui.clustering.spread import Spread
from kmeans_gui.clustering.step import Floats, Step
from kmeans_gui.errors import Cancelled, CancelQuestion

MAX_K = Int(name="max_k", label="Largest K", default=30, minimum=1, maximum=4096, help="K runs from 1 to this number.")
N_INIT = Int(
    name="n_init", label="Runs", default=10, minimum=1, maximum=10_000, help="How many runs for each K; the best counts."
)
REFERENCES = Int(
    name="references",
    label="References",
    default=50,
    minimum=2,
    maximum=10_000,
    help="With how many sets of points without clusters the gap statistic compares.",
)
REFERENCE = Choice(
    name="reference",
    label="Reference",
    default="box",
    options={"box": "Bounding box", "pca": "Box along the principal axes"},
    help="Where the gap statistic's reference points are spread evenly.",
)
MIXTURES = Bool(
    name="mixtures",
    label="Mixtures too (BIC, AIC)",
    default=False,
    help="Fit Gaussian mixtures with each K as well, and compare them by BIC and AIC.",
)
PARAMETERS = (MAX_K, N_INIT, REFERENCES, REFERENCE, MIXTURES)

MOST = 20_000
"""Points that are used; of more, a random sample of so many stands for all."""

EVEN = 0.7
"""A Hopkins statistic below this does not speak for clusters."""

ENOUGH = 10
"""Of fewer points it is not said that they have no clusters."""

PERIOD = 0.05
"""Seconds between two partial results, at least."""


@dataclass(frozen=True, eq=False)
class Choices:
    """What is known about the number of clusters.

    Parameters
    ----------
    criteria : tuple of Criterion
        In the order of :data:`~kmeans_gui.clustering.criteria.CRITERIA`; then those ``OF_MIXTURES``, if they were asked for.
        The inertia is that of the points times their :func:`~kmeans_gui.clustering.magnitude.scale_of`, which is 1 unless
        squares would be out of range.
    fits : mapping from int to Step
        The last step of the best run for each K so far, on the points used, scaled likewise.
    n : int
        How many points there are.
    sampled : int
        How many were used: ``n``, or fewer if they are a random sample.
    complete : bool
        Whether nothing more follows.
    nothing_to_find : str
        One sentence if there seem to be no clusters, otherwise empty.
    hopkins : float or None
        The Hopkins statistic; None if it is not defined, or not known yet.
    mixed : int
        For how many K mixtures have been tried, with a value or without.
    """

    criteria: tuple[Criterion, ...]
    fits: Mapping[int, Step]
    n: int
    sampled: int
    complete: bool
    nothing_to_find: str
    hopkins: float | None
    mixed: int


_TRIED = 3
"""Runs of which a forecast takes the time."""

_PAIR = 1.5e-9
"""Seconds that a distance between two points takes, and what is done with it."""

Publish = Callable[[Choices], None]


def choose_k(
    X: ArrayLike,
    *,
    max_k: int = MAX_K.default,
    n_init: int = N_INIT.default,
    references: int = REFERENCES.default,
    reference: str = REFERENCE.default,
    mixtures: bool = MIXTURES.default,
    seed: int = 0,
    cancelled: CancelQuestion = lambda: False,
    publish: Publish = lambda choices: None,
) -> Choices:
    """Weigh K = 1 … ``max_k``, or as many as there are distinct points.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Of more than :data:`MOST` points a random sample of so many is used.
    max_k : int
    n_init : int
        Runs for each K, on the points and on each reference.
    references : int
        How many sets of reference points there are.
    reference : str
        "box": spread evenly in the bounding box; "pca": in that along the principal axes.
    mixtures : bool
        Whether Gaussian mixtures are fitted too.
    seed : int
        Whatever is random follows from it.
    cancelled : callable
    publish : callable
        Is given what is known so far, at most some 20 times a second, and at the end what is returned. What was known once
        stays as it is.

    Raises
    ------
    UserError
        If the points or a parameter cannot be used.
    Cancelled
        If ``cancelled`` said so.
    """
    search = _Search(
        clustering.check_points(X),
        max_k=MAX_K.parse(max_k),
        n_init=N_INIT.parse(n_init),
        references=REFERENCES.parse(references),
        reference=REFERENCE.parse(reference),
        mixtures=MIXTURES.parse(mixtures),
        seed=clustering.SEED.parse(seed),
        cancelled=cancelled,
        publish=publish,
    )
    return search.run()


def forecast(
    X: ArrayLike,
    *,
    max_k: int = MAX_K.default,
    n_init: int = N_INIT.default,
    references: int = REFERENCES.default,
    mixtures: bool = MIXTURES.default,
    cancelled: CancelQuestion = lambda: False,
) -> float:
    """Return about how many seconds :func:`choose_k` takes, from some runs on a reference, with half the largest K.

    Waits for the compiled kernels, which that will have for the most part.

    Raises
    ------
    UserError
        If the points cannot be used.
    Cancelled
        If ``cancelled`` said so.
    """
    kernels.wait(cancelled)
    given = clustering.check_points(X)
    points = _sample(given, scale_of(given), 0)
    n = len(points)
    most = min(max_k, n)
    drawn = Box.around(points, "box").draw(n, np.random.default_rng(0))
    drawn.flags.writeable = False
    tried = range(min(n_init, _TRIED))

    def measured() -> float:
        begin = perf_counter()
        best_run(drawn, (most + 1) // 2, tried, cancelled)
        return (perf_counter() - begin) / len(tried)

    run = min(measured(), measured())
    fits = most * seconds_for(points, (most + 1) // 2, cancelled) if mixtures else 0.0
    return run * most * n_init * (1 + references / threads.available()) + n * n * _PAIR + fits


def _sample(points: Floats, scale: float, seed: int) -> Floats:
    """Return the points used times ``scale``, read-only and of their own, so that what the kernels prepare is kept."""
    if len(points) > MOST:
        points = points[np.sort(np.random.default_rng(seed).choice(len(points), MOST, replace=False))]
    used: Floats = points * scale
    used.flags.writeable = False
    return used


class _Search:
    """The work of :func:`choose_k`, and what is known so far."""

    def __init__(
        self,
        points: Floats,
        *,
        max_k: int,
        n_init: int,
        references: int,
        reference: str,
        mixtures: bool,
        seed: int,
        cancelled: CancelQuestion,
        publish: Publish,
    ) -> None:
        self._n, self._scale = len(points), scale_of(points)
        self._X = _sample(points, self._scale, seed)
        self._n_init, self._references, self._seed = n_init, references, seed
        self._cancelled, self._publish = cancelled, publish
        self._box = Box.around(self._X, reference)
        distinct = len(np.unique(self._X, axis=0))
        self._ks = np.arange(1, min(max_k, distinct) + 1)
        self._fits: dict[int, Step] = {}
        self._inertias = np.full(len(self._ks), np.nan)
        self._about = {**CRITERIA, **OF_MIXTURES} if mixtures else CRITERIA
        self._values = {name: np.full(len(self._ks), np.nan) for name in self._about}
        self._errors = {"gap": np.full(len(self._ks), np.nan)}
        if self._n > len(self._X):
            self._errors["silhouette"] = np.full(len(self._ks), np.nan)
        self._verdicts: dict[str, Verdict] = {}
        self._hopkins: float | None = None
        self._mixed = 0
        self._told = -np.inf

    def run(self) -> Choices:
        """Do all of it, what takes longest last."""
        found = hopkins(self._X, seed=self._seed, cancelled=self._cancelled)
        self._hopkins = None if np.isnan(found) else found
        self._fit_all()
        self._tell()
        self._compare_silhouettes()
        self._tell()
        if "bic" in self._values:
            self._fit_mixtures()
        self._compare_with_references()
        choices = self._choices(complete=True)
        self._publish(choices)
        return choices

    def _fit_all(self) -> None:
        values = self._values
        for i, k in enumerate(self._ks.tolist()):
            _, seed = self._best_run(self._X, k)
            step = clustering.fit(clustering.DEFAULT, self._X, k=k, seed=seed, cancelled=self._cancelled)
            self._fits[k] = step
            self._inertias[i] = values["elbow"][i] = inertia_of(step)
            values["fk"][i] = criteria.f_values(self._inertias, self._X.shape[1])[i]
            spread = Spread.of(self._X, step.labels, self._cancelled)
            for name, value in (
                ("calinski-harabasz", spread.calinski_harabasz()),
                ("davies-bouldin", spread.davies_bouldin()),
            ):
                values[name][i] = np.nan if value is None else value
            self._tell()
        self._verdicts["elbow"] = criteria.elbow(self._inertias)
        self._verdicts["fk"] = criteria.fk(values["fk"])
        for name in ("calinski-harabasz", "davies-bouldin"):
            title, better = CRITERIA[name]
            self._verdicts[name] = criteria.extreme(f"{title} index", values[name], better)

    def _best_run(self, X: Floats, k: int) -> tuple[float, int]:
        seeds = range(self._seed, self._seed + (self._n_init if k > 1 else 1))  # with one cluster all are the same
        return best_run(X, k, seeds, self._cancelled)

    def _compare_silhouettes(self) -> None:
        ks = [k for k in self._ks.tolist() if 1 < len(np.unique(self._fits[k].labels)) < len(self._X)]
        if ks:
            found = silhouette_values(self._X, [self._fits[k].labels for k in ks], self._cancelled)
            at = np.array(ks) - 1
            self._values["silhouette"][at] = found.mean(axis=1)
            if "silhouette" in self._errors:
                self._errors["silhouette"][at] = found.std(axis=1, ddof=1) / len(self._X) ** 0.5
        self._verdicts["silhouette"] = criteria.extreme("mean silhouette", self._values["silhouette"], "higher")

    def _fit_mixtures(self) -> None:
        values = self._values
        # In the data's own units, the density of a point is higher by the scale for each axis.
        own_units = 2 * self._X.size * np.log(self._scale)
        for k, bic, aic in information_by_k(self._X, self._fits, self._seed, self._cancelled):
            values["bic"][k - 1], values["aic"][k - 1] = bic - own_units, aic - own_units
            self._mixed += 1
            self._tell()
        self._verdicts |= {"bic": criteria.bic(values["bic"]), "aic": criteria.aic(values["aic"])}

    def _compare_with_references(self) -> None:
        """Find for each K how much the logarithm of the inertia is above ours on average over the references."""
        theirs = np.empty((len(self._ks), self._references))
        with np.errstate(divide="ignore"):  # of the logarithm of 0, where all points are centroids
            ours = np.log(self._inertias)
            for i, k in enumerate(self._ks.tolist()):
                theirs[i] = np.log(self._reference_inertias(k))
                gaps, errors = criteria.gaps_of(ours[: i + 1], theirs[: i + 1])
                self._values["gap"][i] = gaps[i] if np.isfinite(gaps[i]) else np.nan
                self._errors["gap"][i] = errors[i]
                self._tell()
        self._verdicts["gap"] = criteria.gap(ours, theirs)

    def _reference_inertias(self, k: int) -> Floats:
        """Return the least inertia on each set of reference points, which are the same for every K."""
        least = np.empty(self._references)

        def find(worker: int, i: int) -> int:
            drawn = self._box.draw(len(self._X), np.random.default_rng([self._seed, i]))
            drawn.flags.writeable = False
            least[i] = self._best_run(drawn, k)[0]
            return 1

        # Of many points, the runs on one reference are shared out: what the kernels prepare is kept for the last one alone.
        workers = min(threads.available(), self._references) if len(self._X) < FEW else 1
        threads.share(find, self._references, workers, self._cancelled)
        return least

    def _tell(self) -> None:
        """Publish what is known, unless that was done just now."""
        if self._cancelled():
            raise Cancelled
        if (now := perf_counter()) - self._told >= PERIOD:
            self._told = now
            self._publish(self._choices(complete=False))

    def _choices(self, *, complete: bool) -> Choices:
        """Return what is known, which does not change any more."""
        return Choices(
            criteria=tuple(self._criterion(name, *about) for name, about in self._about.items()),
            fits=MappingProxyType(dict(self._fits)),
            n=self._n,
            sampled=len(self._X),
            complete=complete,
            nothing_to_find=self._nothing_to_find(),
            hopkins=self._hopkins,
            mixed=self._mixed,
        )

    def _criterion(self, name: str, title: str, better: str) -> Criterion:
        errors = self._errors.get(name)
        suggested, why = self._verdicts.get(name, Verdict(None, ""))
        values = self._values[name].copy()
        return Criterion(name, title, self._ks, values, None if errors is None else errors.copy(), suggested, why, better)

    def _nothing_to_find(self) -> str:
        if len(self._fits) == len(self._ks) == 1 and self._inertias[0] == 0:
            return "All points are equal."
        gap = self._verdicts.get("gap")
        if gap is None or gap.suggested != 1 or self._hopkins is None or self._hopkins >= EVEN or len(self._X) < ENOUGH:
            return ""
        return (
            f"There seem to be no clusters: the gap statistic suggests K = 1, and the Hopkins statistic is "
            f"{number(self._hopkins, 2)}, where 0.5 is what points spread at random have and 1 what tight clusters have."
        )
