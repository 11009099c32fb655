"""What the engine benchmark compares: the points, and what is asked of each case. To add a case, add its lines to ``CASES``.

The needs are ratios of the peer's time to ours on the same number of threads, except for memory, where a need is the most
bytes a point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isqrt

import numpy as np
from engine_ours import RUN_TO_THE_END
from engine_peers import ELKAN, ELKAN_32, FAISS, LLOYD, PELLEG_MOORE, PLUS_PLUS

from kmeans_gui.clustering import Floats


class Measure(StrEnum):
    """What is measured."""

    FIRST = "first {first} iterations, mean"
    """Of ours, the mean of the first iterations; of the peer, what as many iterations add to a fit of one."""
    MEDIAN = "an iteration, median"
    """Of ours, the median over the whole run; of the peer, whose iterations cost the same all along, the fit by iterations."""
    WHOLE = "{whole}"
    """The fit, with all that is built for it."""
    PLACE = "k-means++ with sorting"
    PLACE_ALONE = "k-means++ without sorting"
    MEMORY = "peak memory, at most bytes a point"


@dataclass(frozen=True)
class Ask:
    """A row of the table: a measure against a peer, and the ratio that it must reach, if one is set."""

    measure: Measure
    peer: str
    need: float | None = None


@dataclass(frozen=True)
class Case:
    """Points, a start and what is asked of them.

    Parameters
    ----------
    shape : str
        A key of ``SHAPES``.
    n, k : int
        Points and centroids.
    asks : tuple of Ask
    first : int
        How many iterations count as the first ones.
    max_iter : int
        The most iterations of both sides in a whole run.
    rounds : int
        How often both sides are timed in turn.
    repeats : int
        How many fits in a row one timing takes, so that the clock's grain does not show.
    """

    shape: str
    n: int
    k: int
    asks: tuple[Ask, ...]
    first: int = 20
    max_iter: int = RUN_TO_THE_END
    rounds: int = 5
    repeats: int = 1

    def row(self, ask: Ask) -> str:
        """Return the name of a row."""
        whole = "to convergence" if self.max_iter == RUN_TO_THE_END else f"to {self.max_iter} iterations"
        measure = ask.measure.format(first=self.first, whole=whole)
        return f"{self.shape}, N = {self.n:,}, K = {self.k}: {measure}; {ask.peer}"

    def data(self) -> tuple[Floats, Floats]:
        """Return the points, shape (n, d), and the starting centroids, shape (k, d): distinct points."""
        X = SHAPES[self.shape](self.n, np.random.default_rng(0))
        rng = np.random.default_rng(0)
        init = X[rng.choice(self.n, self.k, replace=False)]
        if self.shape.startswith("image"):
            # Colors are whole numbers: some lie halfway between two others, and rounding decides where a peer puts them.
            init += rng.uniform(-0.01, 0.01, init.shape)
        return np.ascontiguousarray(X), init

    def small(self) -> Case:
        """Return the case for a smoke run, which asks for no speed: it would say nothing at such a size."""
        asks = tuple(replace(ask, need=None) for ask in self.asks)
        if any(ask.measure is Measure.MEMORY for ask in asks):
            return replace(self, n=200_000, asks=asks, max_iter=3)  # fewer points would not raise the peak
        n = isqrt(self.n) + 10
        return replace(self, n=n, k=min(self.k, n // 6), asks=asks, first=2, rounds=1, repeats=1)


def uniform(n: int, rng: np.random.Generator) -> Floats:
    return rng.uniform(-1, 1, (n, 2))


def gaussians(n: int, rng: np.random.Generator) -> Floats:
    """Fifteen round clusters of unequal size that touch here and there."""
    centers, spread = rng.uniform(-0.85, 0.85, (15, 2)), rng.uniform(0.03, 0.12, (15, 1))
    own = rng.integers(0, 15, n)
    return centers[own] + spread[own] * rng.standard_normal((n, 2))


def image(n: int, rng: np.random.Generator) -> Floats:
    """Return the colors of a photograph scaled up to 2048 × 1365, or of every so many-th of its pixels."""
    from PIL import Image
    from sklearn.datasets import load_sample_image

    photograph = Image.fromarray(load_sample_image("china.jpg"))
    pixels = np.asarray(photograph.resize((2048, 1365), Image.Resampling.BICUBIC), np.float64).reshape(-1, 3)
    return pixels[:: len(pixels) // n][:n]


def noisy_image(n: int, rng: np.random.Generator) -> Floats:
    """Return the same as a grainy film has it: more distinct colors."""
    pixels = image(n, rng)
    return np.clip(np.rint(pixels + rng.normal(0, 6, pixels.shape)), 0, 255)


def digits(n: int, rng: np.random.Generator) -> Floats:
    """Return written digits of 28 × 28 grainy pixels, from 0 to 255."""
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits

    drawn = zoom(load_digits().images * (255 / 16), (1, 3.5, 3.5), order=1).reshape(-1, 784)
    pixels: Floats = np.clip(drawn[rng.integers(0, len(drawn), n)] + rng.normal(0, 10, (n, 784)), 0, 255)
    return pixels


def noise(n: int, rng: np.random.Generator) -> Floats:
    """Return pixels without any order, the worst that can come."""
    return rng.uniform(0, 255, (n, 784))


SHAPES: dict[str, Callable[[int, np.random.Generator], Floats]] = {
    "uniform": uniform,
    "gaussians": gaussians,
    "image": image,
    "image, noisy": noisy_image,
    "digits": digits,
    "noise": noise,
}

MILLION = 1_000_000
PIXELS = 1365 * 2048
FIRST, MEDIAN, WHOLE, PLACE, ALONE, MEMORY = Measure

CASES = (
    Case("uniform", 10, 3, (Ask(WHOLE, LLOYD, 20), Ask(WHOLE, ELKAN)), rounds=25, repeats=20),
    Case("uniform", 2_000, 15, (Ask(WHOLE, LLOYD, 10), Ask(WHOLE, ELKAN), Ask(WHOLE, FAISS)), rounds=25, repeats=3),
    Case(
        "uniform",
        MILLION // 10,
        15,
        (
            Ask(FIRST, LLOYD),
            Ask(MEDIAN, LLOYD),
            Ask(WHOLE, LLOYD, 8),
            Ask(WHOLE, ELKAN),
            Ask(FIRST, FAISS),
        ),
    ),
    Case("gaussians", MILLION // 10, 15, (Ask(MEDIAN, LLOYD), Ask(WHOLE, LLOYD, 8), Ask(WHOLE, ELKAN))),
    Case(
        "uniform",
        MILLION,
        15,
        (
            Ask(FIRST, LLOYD, 20),
            Ask(MEDIAN, LLOYD, 50),
            Ask(WHOLE, LLOYD, 25),
            Ask(FIRST, ELKAN),
            Ask(WHOLE, ELKAN, 70),
            Ask(FIRST, FAISS),
            Ask(WHOLE, FAISS),
        ),
    ),
    Case("uniform", MILLION, 256, (Ask(FIRST, LLOYD, 100), Ask(FIRST, ELKAN), Ask(FIRST, FAISS))),
    Case("uniform", MILLION, 15, (Ask(WHOLE, PELLEG_MOORE, 4),), max_iter=60),
    Case("uniform", MILLION, 256, (Ask(WHOLE, PELLEG_MOORE, 12),), max_iter=60),
    Case(
        "uniform",
        10 * MILLION,
        15,
        (Ask(FIRST, LLOYD, 30), Ask(FIRST, ELKAN), Ask(FIRST, FAISS)),
        first=10,
    ),
    Case("uniform", 10 * MILLION, 15, (Ask(MEDIAN, LLOYD, 100), Ask(WHOLE, LLOYD, 20)), rounds=2),
    Case("image", PIXELS, 25, (Ask(MEDIAN, LLOYD), Ask(WHOLE, LLOYD, 20), Ask(WHOLE, ELKAN), Ask(FIRST, FAISS))),
    Case("image, noisy", PIXELS, 25, (Ask(MEDIAN, LLOYD), Ask(WHOLE, LLOYD, 20), Ask(WHOLE, ELKAN), Ask(FIRST, FAISS))),
    Case(
        "digits",
        10_000,
        64,
        (Ask(WHOLE, LLOYD, 5), Ask(WHOLE, ELKAN), Ask(WHOLE, ELKAN_32, 2), Ask(WHOLE, FAISS)),
    ),
    Case("noise", 10_000, 64, (Ask(WHOLE, LLOYD, 1), Ask(WHOLE, ELKAN_32), Ask(WHOLE, FAISS)), max_iter=25),
    Case("uniform", MILLION // 10, 15, (Ask(PLACE, PLUS_PLUS), Ask(ALONE, PLUS_PLUS, 20))),
    Case("uniform", MILLION, 256, (Ask(PLACE, PLUS_PLUS, 100), Ask(ALONE, PLUS_PLUS))),
    Case("uniform", 10 * MILLION, 15, (Ask(MEMORY, LLOYD, 64),)),
)
