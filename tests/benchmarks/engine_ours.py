"""The program's side of the engine benchmark: all that depends on names inside the program stands here."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui import clustering
from kmeans_gui.clustering import Floats, kernels, seeding

RUN_TO_THE_END = 10_000
"""Iterations that no case comes near: the run ends when an assignment changes nothing."""


def warm() -> None:
    """Wait until the compiled kernels are loaded; without them plain numpy is timed, which is said."""
    kernels.warm()
    if trouble := kernels.trouble():
        print(f"The compiled kernels cannot be loaded, so plain numpy is timed: {trouble}", file=sys.stderr)


def use_threads(count: int) -> AbstractContextManager[None]:
    """Let the kernels use ``count`` threads while the context lasts."""
    return kernels.use_threads(count)


@dataclass(frozen=True)
class Fitted:
    """What a fit tells, ours or a peer's, as far as it does."""

    centroids: Floats | None = None
    labels: NDArray[Any] | None = None
    iterations: int | None = None


def fit(X: Floats, init: Floats, max_iter: int = RUN_TO_THE_END) -> Fitted:
    """Make a whole run through the public door: everything from the check of the points to the labels in their order."""
    step = clustering.fit(clustering.DEFAULT, X, k=len(init), init=init, max_iter=max_iter)
    return Fitted(step.centroids, step.labels, step.iterations)


def iterations(X: Floats, init: Floats, most: int = RUN_TO_THE_END) -> list[float]:
    """Return the seconds that each assignment takes with its update; setting the kernel up is left out.

    This is what somebody who watches waits for, the drawing aside.
    """
    kernel = kernels.choose(X, len(init), lambda: False)
    kernel.prepare()
    centroids = init
    seconds: list[float] = []
    while len(seconds) < most:
        begin = time.perf_counter()
        changed = kernel.assign(centroids)
        centroids, _ = kernel.means()
        seconds.append(time.perf_counter() - begin)
        if not changed:
            break
    return seconds


def place(X: Floats, k: int, seed: int) -> tuple[float, float]:
    """Return the seconds that k-means++ takes with all that a run needs anyway, the sorting above all, and without."""
    begin = time.perf_counter()
    kernel = kernels.choose(X, k, lambda: False)
    kernel.prepare()
    ready = time.perf_counter()
    seeding.kmeans_plus_plus(X, k, np.random.default_rng(seed), kernel)
    end = time.perf_counter()
    return end - begin, end - ready
