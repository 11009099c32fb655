"""Metrics: how good a clustering is, by itself or against the classes that are known.

Internal scores look at points and labels alone: inertia, silhouette (Rousseeuw 1987), Caliński & Harabasz ("A dendrite method
for cluster analysis", Comm. Stat. 3, 1974) and Davies & Bouldin ("A cluster separation measure", IEEE PAMI 1, 1979). External
ones compare labels with classes; they are scikit-learn's. Whether there is anything to cluster, :func:`hopkins` asks.

Points without a cluster (label −1) are left out everywhere. A score that is not defined has the value None, and says why in a
word or two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.silhouette import silhouette_values
from kmeans_gui.clustering.spread import Spread
from kmeans_gui.clustering.step import Floats, Step
from kmeans_gui.errors import Cancelled, CancelQuestion

_SEARCHED = 1 << 16
"""Points among which neighbors are searched; of more, a sample of so many stands for all."""

_ASKED = 1 << 10
"""Most points whose nearest neighbors the Hopkins statistic looks for."""

Ints = NDArray[np.int64]


def _never() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Silhouettes:
    """The silhouettes of points.

    Parameters
    ----------
    rows : ndarray of shape (m,), int64
        Which points, ascending: all that have a cluster, or a sample of them.
    values : ndarray of shape (m,), float64
        From −1 to 1; NaN if there are not two clusters.
    labels : ndarray of shape (m,), int64
        Their clusters.
    mean : float
        The mean of ``values``.
    error : float
        The standard error of the mean if there is a sample, otherwise 0.
    """

    rows: Ints
    values: Floats
    labels: Ints
    mean: float
    error: float


@dataclass(frozen=True)
class Score:
    """One number about a clustering.

    Parameters
    ----------
    name : str
    title : str
        What a table calls it.
    value : float or None
        None where it is not defined.
    help : str
        One line: what it means.
    range : str
        From where to where, and which end is better.
    error : float
        The standard error if the value comes from a sample, otherwise 0.
    missing : str
        Why there is no value, in a word or two.
    """

    name: str
    title: str
    value: float | None
    help: str
    range: str
    error: float = 0.0
    missing: str = ""


def silhouettes(
    X: Floats, labels: ArrayLike, *, most: int = 20_000, seed: int = 0, cancelled: CancelQuestion = _never
) -> Silhouettes:
    """Return the silhouettes of the points ``X``, shape (n, d), with ``labels``, shape (n,).

    If more than ``most`` points have a cluster, so many of them are drawn at random, without replacement, and their silhouettes
    are those among themselves: both the points and those they are compared with are sampled.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    clusters = np.asarray(labels)
    rows = np.flatnonzero(clusters >= 0)
    sampled = len(rows) > most
    if sampled:
        rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    own = clusters[rows].astype(np.int64)
    _, compact = np.unique(own, return_inverse=True)
    if len(rows) == 0 or compact.max() == 0:
        return Silhouettes(rows, np.full(len(rows), np.nan), own, np.nan, 0.0)
    (values,) = silhouette_values(X[rows], [compact], cancelled)
    error = float(values.std(ddof=1)) / len(rows) ** 0.5 if sampled else 0.0
    return Silhouettes(rows, values, own, float(values.mean()), error)


def internal_scores(X: Floats, step: Step, *, cancelled: CancelQuestion = _never) -> tuple[Score, ...]:
    """Return inertia, silhouette, Caliński–Harabasz and Davies–Bouldin of the labels of ``step``.

    They follow from the points and their labels; centroids are the means of the clusters, whatever the step's own are.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    spread = Spread.of(X, step.labels, cancelled)
    found = silhouettes(X, step.labels, cancelled=cancelled)
    trouble = spread.trouble
    mean = None if trouble else found.mean
    if mean is not None and np.isnan(mean):
        mean, trouble = None, "one cluster in the sample"
    return (
        Score(
            "inertia",
            "Inertia",
            spread.inertia if len(spread.sizes) else None,
            "Sum of the squared distances of the points from their clusters' means.",
            "from 0, lower is better for the same K",
            missing="" if len(spread.sizes) else trouble,
        ),
        Score(
            "silhouette",
            "Silhouette",
            mean,
            "How much nearer points are to their own cluster than to the nearest other one, on average.",
            "−1 to 1, higher is better",
            found.error if mean is not None else 0.0,
            trouble,
        ),
        _score(
            "calinski-harabasz",
            "Caliński–Harabasz",
            spread.calinski_harabasz(),
            "Variance between the clusters over the variance within them.",
            "from 0, higher is better",
            trouble or "no spread",
        ),
        _score(
            "davies-bouldin",
            "Davies–Bouldin",
            spread.davies_bouldin(),
            "How wide a cluster and the one most like it are, over the distance between their means, on average.",
            "from 0, lower is better",
            trouble or "equal means",
        ),
    )


def _score(name: str, title: str, value: float | None, words: str, bounds: str, missing: str) -> Score:
    return Score(name, title, value, words, bounds, missing="" if value is not None else missing)


_EXTERNAL = (
    ("homogeneity", "Homogeneity", "Whether each cluster has points of one class alone.", "0 to 1, higher is better"),
    ("completeness", "Completeness", "Whether all points of a class are in one cluster.", "0 to 1, higher is better"),
    ("v-measure", "V-measure", "The harmonic mean of homogeneity and completeness.", "0 to 1, higher is better"),
    (
        "ari",
        "Adjusted Rand index",
        "How many pairs of points are together, or apart, in both; 0 is what chance would give.",
        "−0.5 to 1, higher is better",
    ),
    (
        "ami",
        "Adjusted mutual information",
        "How much the cluster tells about the class; 0 is what chance would give.",
        "up to 1, higher is better",
    ),
    (
        "fowlkes-mallows",
        "Fowlkes–Mallows",
        "The geometric mean of precision and recall over pairs of points.",
        "0 to 1, higher is better",
    ),
    (
        "accuracy",
        "Accuracy",
        "Share of points in the cluster that their class is best matched with.",
        "0 to 1, higher is better",
    ),
)


def external_scores(labels: ArrayLike, truth: ArrayLike) -> tuple[Score, ...]:
    """Return how well ``labels`` agree with the classes ``truth``, both of shape (n,).

    Homogeneity, completeness, V-measure, the adjusted Rand index, adjusted mutual information, Fowlkes–Mallows, and the
    accuracy after the best matching. Points with the label −1 or the class −1 are left out.
    """
    clusters, classes = _known(labels, truth)
    values: list[float | None] = [None] * len(_EXTERNAL) if len(clusters) == 0 else [*_agreement(clusters, classes)]
    return tuple(
        _score(n, t, v, words, bounds, "no points") for (n, t, words, bounds), v in zip(_EXTERNAL, values, strict=True)
    )


def _agreement(clusters: Ints, classes: NDArray[Any]) -> tuple[float, ...]:
    from sklearn import metrics

    table, _, _ = confusion(clusters, classes)
    pairs: tuple[Callable[..., float], ...] = (
        metrics.adjusted_rand_score,
        metrics.adjusted_mutual_info_score,
        metrics.fowlkes_mallows_score,
    )
    return (
        *map(float, metrics.homogeneity_completeness_v_measure(classes, clusters)),
        *(float(score(classes, clusters)) for score in pairs),
        float(np.trace(table)) / len(clusters),
    )


def confusion(labels: ArrayLike, truth: ArrayLike) -> tuple[Ints, Ints, NDArray[Any]]:
    """Count the points of each cluster and class.

    The matching of clusters with classes that agrees for most points puts row i and column i together; clusters and classes
    that are left over follow in their own order.

    Returns
    -------
    table : ndarray of shape (c, t), int64
    clusters : ndarray of shape (c,), int64
        The label of each row.
    classes : ndarray of shape (t,)
        The class of each column.
    """
    from scipy.optimize import linear_sum_assignment

    kept, known = _known(labels, truth)
    clusters, row = np.unique(kept, return_inverse=True)
    classes, column = np.unique(known, return_inverse=True)
    shape = len(clusters), len(classes)
    table = np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1]).reshape(shape)
    rows, columns = linear_sum_assignment(table, maximize=True)
    by_class = np.argsort(columns, kind="stable")
    rows, columns = rows[by_class], columns[by_class]
    rows = np.append(rows, np.setdiff1d(np.arange(shape[0]), rows))
    columns = np.append(columns, np.setdiff1d(np.arange(shape[1]), columns))
    return table[np.ix_(rows, columns)], clusters[rows].astype(np.int64), classes[columns]


def _known(labels: ArrayLike, truth: ArrayLike) -> tuple[Ints, NDArray[Any]]:
    """Return the labels and classes of the points that have both."""
    clusters, classes = np.asarray(labels), np.asarray(truth)
    known = clusters >= 0
    if classes.dtype.kind == "i":
        known &= classes >= 0
    return clusters[known].astype(np.int64), classes[known]


def hopkins(X: Floats, *, seed: int = 0, cancelled: CancelQuestion = _never) -> float:
    """Return the Hopkins statistic: about 0.5 for points spread evenly, near 1 for points in clusters.

    It is Σuᵈ / (Σuᵈ + Σwᵈ): w are the distances from some of the points to their nearest neighbors, u those from as many
    places, drawn uniformly from the bounding box, to the nearest point; the exponent d is the number of axes along which points
    differ (Hopkins & Skellam, Annals of Botany 18, 1954; Banerjee & Davé, "Validating clusters using the Hopkins statistic",
    2004). A tenth of the points are asked, at most 1,024, and of more than 65,536 points a random sample stands for all.

    Returns
    -------
    float
        NaN if there are fewer than two distinct points.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    from scipy.spatial import cKDTree

    if cancelled():
        raise Cancelled
    rng = np.random.default_rng(seed)
    points = X if len(X) <= _SEARCHED else X[rng.choice(len(X), _SEARCHED, replace=False)]
    low, high = points.min(axis=0), points.max(axis=0)
    axes = np.flatnonzero(high > low)
    if len(axes) == 0:
        return float("nan")
    longest = float((high / 2 - low / 2).max())
    points = (points[:, axes] - low[axes]) / longest
    asked = min(max(len(points) // 10, 1), _ASKED)
    some = points[rng.choice(len(points), asked, replace=False)]
    places = rng.random((asked, len(axes))) * points.max(axis=0)
    tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
    far, near = np.empty(asked), np.empty(asked)
    for rows in blocks(asked, 1 << 5, cancelled):
        far[rows] = tree.query(places[rows])[0]
        near[rows] = tree.query(some[rows], k=2)[0][:, 1]
    largest = max(far.max(), near.max())  # so that powers of many axes do not all vanish
    empty, crowded = (float(np.sum((distances / largest) ** len(axes))) for distances in (far, near))
    return empty / (empty + crowded)
