"""How centroids start: one function a way, and the table that names them.

Each takes the points, the number of centroids and a generator, and returns an array of shape (k, d). To add one, write the
function and its line in ``STARTS``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kmeans_gui.clustering.kernels import Kernel
from kmeans_gui.clustering.parameters import Start
from kmeans_gui.clustering.step import Floats

Seeding = Callable[[Floats, int, np.random.Generator, Kernel], Floats]


def random_points(X: Floats, k: int, rng: np.random.Generator, kernel: Kernel) -> Floats:
    """Take ``k`` distinct rows of ``X`` (Forgy 1965)."""
    return X[rng.choice(len(X), size=k, replace=False)]


def random_partition(X: Floats, k: int, rng: np.random.Generator, kernel: Kernel) -> Floats:
    """Put each point into a random cluster, none empty, and take the clusters' means."""
    labels = rng.integers(0, k, len(X), np.int16)
    labels[rng.choice(len(X), size=k, replace=False)] = np.arange(k)
    return kernel.means_of(labels)


def bounding_box(X: Floats, k: int, rng: np.random.Generator, kernel: Kernel) -> Floats:
    """Draw uniformly from the points' bounding box."""
    # Axis by axis, which is several times faster than a reduction over rows.
    low, high = (np.array([extreme(values) for values in X.T]) for extreme in (np.min, np.max))
    drawn: Floats = low + rng.random((k, X.shape[1])) * (high - low)
    return drawn


def farthest_first(X: Floats, k: int, rng: np.random.Generator, kernel: Kernel) -> Floats:
    """Take a random point, then each time the point farthest from all taken so far (Gonzalez 1985)."""
    chosen = [int(rng.integers(len(X)))]
    nearest = np.full(len(X), np.inf)
    while len(chosen) < k:
        kernel.bring_nearer(X[chosen[-1]], nearest)
        chosen.append(int(np.argmax(nearest)))
    return X[chosen]


def kmeans_plus_plus(X: Floats, k: int, rng: np.random.Generator, kernel: Kernel) -> Floats:
    """Draw each next point with probability proportional to its squared distance from those drawn so far.

    The greedy variant that scikit-learn uses: of 2 + ⌊ln k⌋ candidates the one that lowers the sum most is kept (Arthur &
    Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007, the remark in section 6 included).
    """
    return X[kernel.far_points(*plus_plus_draws(len(X), k, rng))]


def plus_plus_draws(n: int, k: int, rng: np.random.Generator) -> tuple[int, Floats]:
    """Return what is random about :func:`kmeans_plus_plus`: the first of n points, and numbers that the others follow from."""
    trials = 2 + int(math.log(k))
    return int(rng.integers(n)), rng.random((k - 1, trials))


STARTS: dict[str, tuple[str, Seeding]] = {
    "k-means++": ("k-means++", kmeans_plus_plus),
    "random": ("Random points (Forgy)", random_points),
    "random-partition": ("Random partition", random_partition),
    "box": ("Random in the bounding box", bounding_box),
    "farthest-first": ("Farthest first", farthest_first),
}
"""Name on the command line → (words in the form, function)."""

INIT = Start(
    name="init",
    label="Start",
    default="k-means++",
    options={name: words for name, (words, _) in STARTS.items()},
    help="How the starting centroids are chosen.",
)
"""The parameter of methods that start from centroids."""


def start_centroids(X: Floats, values: Mapping[str, Any], seed: int, kernel: Kernel) -> Floats:
    """Return the starting centroids that ``values`` asks for by ``init`` and ``k``, shape (k, d)."""
    init = values["init"]
    if isinstance(init, str):
        return np.array(STARTS[init][1](X, values["k"], np.random.default_rng(seed), kernel))
    return np.array(init)


def how_started(init: str | Floats) -> str:
    """Return in words how the starting centroids came about."""
    return STARTS[init][0] if isinstance(init, str) else "given"
