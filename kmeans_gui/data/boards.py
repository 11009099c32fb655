"""Boards: points made up to show something, each reproducible from its seed.

To add a board, write a function that takes a generator and the board's parameters as keywords and returns the points, shape
(n, 2), with the planted cluster of each (or None), and put its entry into ``REGISTRY``. The form, the command line and the
contract tests follow from its parameters. Those called ``n`` and ``k`` are the numbers of points and of planted clusters;
:func:`board` sees to it that there are no fewer points than clusters.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.parameters import Float, Int, Parameter, resolve
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import UserError

Planted = tuple[Floats, NDArray[np.integer] | None]
"""The points, shape (n, 2), and the planted cluster of each, shape (n,), or None if none are planted."""


@dataclass(frozen=True, kw_only=True)
class Board:
    """All that the rest of the program knows of a board.

    Parameters
    ----------
    name : str
        Key in the registry and on the command line.
    title : str
        Name in the window.
    summary : str
        One line: what it teaches.
    parameters : tuple of Parameter
        What can be set.
    make : callable
        ``make(rng, **values)`` makes the points from a complete, parsed set of the parameters.
    """

    name: str
    title: str
    summary: str
    parameters: tuple[Parameter, ...]
    make: Callable[..., Planted]


def board(name: str, *, seed: int = 0, **parameters: Any) -> Dataset:
    """Return the points of board ``name``; the same ones for the same seed and parameters.

    Parameters
    ----------
    name : str
        A key of ``REGISTRY``.
    seed : int
        Whatever is random follows from it.
    **parameters
        As the board declares them; defaults for the rest.

    Raises
    ------
    UserError
        If there is no such board, or if a parameter or the seed cannot be used.
    """
    if name not in REGISTRY:
        raise UserError(f"There is no board {name!r}; there are {', '.join(REGISTRY)}.")
    chosen = REGISTRY[name]
    values = resolve(chosen.parameters, parameters)
    if values.get("k", 0) > values["n"]:
        raise UserError(
            f"{values['k']:,} clusters need at least as many points, not {values['n']:,}. "
            "Ask for more points or for fewer clusters."
        )
    if seed < 0:
        raise UserError(f"The seed is {seed}, but must be 0 or more.")
    points, truth = chosen.make(np.random.default_rng(seed), **values)
    return Dataset(
        points=np.ascontiguousarray(points, dtype=np.float64),
        columns=("x", "y"),
        row_ids=np.arange(len(points)),
        truth=None if truth is None else truth.astype(np.int64, copy=False),
        source=f"{chosen.title}, seed {seed}",
    )


def _uniform(rng: np.random.Generator, *, n: int) -> Planted:
    return rng.uniform(-1.0, 1.0, (n, 2)), None


def _gaussians(rng: np.random.Generator, *, n: int, k: int) -> Planted:
    return _truncated(rng, n, rng.uniform(-1.0, 1.0, (k, 2)), rng.uniform(0.05, 0.5, k))


def _peaked(rng: np.random.Generator, *, n: int, k: int, std: float) -> Planted:
    """Plant the clusters in cells of a square lattice, off their middles by up to a sixth of a cell."""
    across = math.ceil(math.sqrt(k))
    cells = rng.choice(across * across, k, replace=False)
    middles = np.column_stack([cells % across, cells // across]) + 0.5
    centers = (middles + rng.uniform(-1 / 6, 1 / 6, (k, 2))) * (2.0 / across) - 1.0
    return _truncated(rng, n, centers, np.full(k, std))


def _truncated(rng: np.random.Generator, n: int, centers: Floats, stds: Floats) -> Planted:
    """Draw ``n`` points from Gaussians cut off outside [−1, 1]², as evenly many from each as can be.

    A coordinate that falls outside is drawn again by itself: the two of an isotropic Gaussian are independent, and so they
    stay when cut off by a square.
    """
    truth = np.arange(n) % len(centers)
    points = centers[truth]
    flat = points.reshape(-1)
    means, spreads = centers.reshape(-1), np.repeat(stds, 2)
    flat += rng.standard_normal(flat.size) * np.repeat(stds[truth], 2)
    outside = np.flatnonzero(np.abs(flat) > 1.0)
    while outside.size:
        which = outside % means.size
        flat[outside] = means[which] + spreads[which] * rng.standard_normal(outside.size)
        outside = outside[np.abs(flat[outside]) > 1.0]
    return points, truth


def _blobs(rng: np.random.Generator, *, n: int, k: int, std: float | Floats) -> Planted:
    from sklearn.datasets import make_blobs

    points, truth = make_blobs(n, centers=rng.uniform(-10.0, 10.0, (k, 2)), cluster_std=std, random_state=_state(rng))
    return points, truth


def _anisotropic(rng: np.random.Generator, *, n: int, k: int, std: float) -> Planted:
    """Shear blobs with the matrix of scikit-learn's "Demonstration of k-means assumptions"."""
    points, truth = _blobs(rng, n=n, k=k, std=std)
    return points @ np.array([[0.6, -0.6], [-0.4, 0.8]]), truth


def _varied(rng: np.random.Generator, *, n: int, k: int, std_from: float, std_to: float) -> Planted:
    return _blobs(rng, n=n, k=k, std=np.geomspace(std_from, std_to, k))


def _moons(rng: np.random.Generator, *, n: int, noise: float) -> Planted:
    from sklearn.datasets import make_moons

    points, truth = make_moons(n, noise=noise, random_state=_state(rng))
    return points, truth


def _circles(rng: np.random.Generator, *, n: int, noise: float, factor: float) -> Planted:
    from sklearn.datasets import make_circles

    points, truth = make_circles(n, noise=noise, factor=factor, random_state=_state(rng))
    return points, truth


def _classification(rng: np.random.Generator, *, n: int, k: int, separation: float) -> Planted:
    from sklearn.datasets import make_classification

    points, truth = make_classification(
        n,
        n_features=2,
        n_informative=2,
        n_redundant=0,
        n_classes=k,
        n_clusters_per_class=1,
        class_sep=separation,
        flip_y=0.0,
        random_state=_state(rng),
    )
    return points, truth


def _grid(rng: np.random.Generator, *, n: int, jitter: float) -> Planted:
    """Fill a lattice row by row; it is as near to a square as can be, and the last row may be short."""
    across = math.ceil(math.sqrt(n))
    down = math.ceil(n / across)
    spacing = 2.0 / max(across - 1, 1)
    row, column = np.divmod(np.arange(n), across)
    points = np.column_stack([column - (across - 1) / 2, (down - 1) / 2 - row]) * spacing
    points += rng.uniform(-0.5, 0.5, (n, 2)) * (jitter * spacing)
    return points, None


def _rings(rng: np.random.Generator, *, n: int, k: int, noise: float) -> Planted:
    """Put equally many points on each ring, the radii evenly spaced up to 1."""
    truth = np.arange(n) % k
    angles = rng.uniform(0.0, 2.0 * np.pi, n)
    points = np.column_stack([np.cos(angles), np.sin(angles)]) * ((truth + 1) / k)[:, None]
    points += rng.normal(0.0, noise, (n, 2))
    return points, truth


def _state(rng: np.random.Generator) -> int:
    """Return what scikit-learn makes its own generator of."""
    return int(rng.integers(2**32))


def _n(default: int = 200) -> Int:
    return Int(name="n", label="Points", default=default, minimum=1, maximum=10_000_000, help="Number of points.")


def _k(default: int = 3, *, label: str = "Clusters", maximum: int = 4096) -> Int:
    return Int(name="k", label=label, default=default, minimum=1, maximum=maximum, help=f"Number of {label.lower()} planted.")


def _std(default: float, *, name: str = "std", label: str = "Standard deviation", maximum: float = 100.0) -> Float:
    step = default / 4
    help_ = "How far the points of a cluster spread around its center."
    return Float(name=name, label=label, default=default, minimum=0.001, maximum=maximum, step=step, help=help_)


def _noise(default: float) -> Float:
    help_ = "Standard deviation of the points around the curve."
    return Float(name="noise", label="Noise", default=default, maximum=10.0, step=0.01, help=help_)


REGISTRY: dict[str, Board] = {
    each.name: each
    for each in (
        Board(
            name="uniform",
            title="Uniform",
            summary="No clusters at all: k-means cuts the square into K cells just the same.",
            parameters=(_n(),),
            make=_uniform,
        ),
        Board(
            name="gaussians",
            title="Gaussians",
            summary="Round clusters of different widths that may overlap, cut off outside the square.",
            parameters=(_n(), _k()),
            make=_gaussians,
        ),
        Board(
            name="peaked",
            title="Peaked Gaussians",
            summary="Tight clusters far apart: one run from random points is likely to get stuck.",
            parameters=(_n(450), _k(9), _std(0.04, maximum=1.0)),
            make=_peaked,
        ),
        Board(
            name="blobs",
            title="Blobs",
            summary="Round clusters of one width: what k-means is made for.",
            parameters=(_n(), _k(), _std(1.0)),
            make=_blobs,
        ),
        Board(
            name="moons",
            title="Moons",
            summary="Two half-moons, each around the end of the other: no straight border parts them.",
            parameters=(_n(), _noise(0.05)),
            make=_moons,
        ),
        Board(
            name="circles",
            title="Circles",
            summary="One circle within another: both have the same mean.",
            parameters=(
                _n(),
                _noise(0.05),
                Float(
                    name="factor",
                    label="Inner radius",
                    default=0.5,
                    maximum=0.99,
                    step=0.05,
                    help="Radius of the inner circle as a share of the outer one's.",
                ),
            ),
            make=_circles,
        ),
        Board(
            name="anisotropic",
            title="Stretched blobs",
            summary="Long, slanted clusters: k-means may cut across them, since it measures distance alike in all directions.",
            parameters=(_n(), _k(), _std(2.0)),
            make=_anisotropic,
        ),
        Board(
            name="varied",
            title="Varied blobs",
            summary="A tight cluster beside wide ones: the border lies midway between the centroids, whatever their width.",
            parameters=(
                _n(),
                _k(),
                _std(0.5, name="std_from", label="Smallest spread"),
                _std(2.5, name="std_to", label="Largest spread"),
            ),
            make=_varied,
        ),
        Board(
            name="classification",
            title="Classification",
            summary="Classes as a classifier's exercise has them: clusters of different slant around the corners of a square.",
            parameters=(
                _n(),
                _k(maximum=4),
                Float(
                    name="separation",
                    label="Separation",
                    default=1.0,
                    minimum=0.01,
                    maximum=100.0,
                    help="Half the side of the square on whose corners the classes lie.",
                ),
            ),
            make=_classification,
        ),
        Board(
            name="grid",
            title="Regular grid",
            summary="Evenly spaced points: many equally good answers, decided by the start and by ties.",
            parameters=(
                _n(),
                Float(
                    name="jitter",
                    label="Jitter",
                    default=0.0,
                    maximum=1.0,
                    step=0.05,
                    help="How far a point may lie off its place, as a share of the spacing.",
                ),
            ),
            make=_grid,
        ),
        Board(
            name="rings",
            title="Concentric rings",
            summary="Rings around one center: k-means cuts them like a cake.",
            parameters=(_n(), _k(label="Rings"), _noise(0.02)),
            make=_rings,
        ),
    )
}  # fmt: skip
