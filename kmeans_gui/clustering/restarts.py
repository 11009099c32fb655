"""Restarts: many runs of one algorithm on the same points, each from a start of its own.

k-means ends in a local optimum that hangs on where it started, so it is run from many starts, and the best end is kept. The
others are worth a look as well: they tell how many optima there are, how often each is found, and how much worse it is.

Restart i is the run with seed ``seed + i``, bit for bit, so that whatever is found among many can be watched on its own. On a
small board a run takes less than calling it does; an algorithm that offers ``fit_many`` makes many of them in one compiled
call, and threads share the restarts (:func:`in_bulk`). Others are made one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels import Kernel, choose_bulk
from kmeans_gui.clustering.parameters import Int
from kmeans_gui.clustering.step import Floats, Labels, Step
from kmeans_gui.errors import Cancelled, CancelQuestion, UserError

if TYPE_CHECKING:
    from kmeans_gui.clustering.algorithms import Algorithm

RESTARTS = Int(
    name="restarts",
    label="Restarts",
    default=1000,
    minimum=1,
    help="How many runs are made, each with a seed of its own.",
)

MEMORY = 2 << 30
"""Bytes that the outcomes may take."""

Progress = Callable[[int, int], None]
"""Told how many restarts of how many are made: every few milliseconds, in the thread that asked for them."""


@dataclass(frozen=True, eq=False)
class Restarts:
    """How many runs started and ended, a row for each; all arrays are read-only.

    Parameters
    ----------
    seeds : ndarray of shape (r,), int64
        The seed of each.
    starts : ndarray of shape (r, k, d), float64
        Where the centroids started.
    centroids : ndarray of shape (r, k, d), float64
        Where they ended; the row of a dropped one is NaN.
    objectives : ndarray of shape (r,), float64
        The objective at the end.
    iterations : ndarray of shape (r,), int64
        How many assignments were made.
    sizes : ndarray of shape (r, k), int64
        How many points each centroid had at the end.
    fit : callable
        Takes a ``seed``, makes that run once more and returns its last step.
    """

    seeds: NDArray[np.int64]
    starts: Floats
    centroids: Floats
    objectives: Floats
    iterations: NDArray[np.int64]
    sizes: NDArray[np.int64]
    fit: Callable[..., Step] = field(repr=False)

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def best(self) -> int:
        """The restart with the lowest objective; of equals the one that comes first."""
        return int(np.argmin(self.objectives))

    @property
    def alike(self) -> bool:
        """Whether all started and ended in the same way, bit for bit: if there are several, chance has no part in them."""
        told = (self.starts, self.centroids, self.objectives, self.iterations, self.sizes)
        return all(array.tobytes() == array[:1].tobytes() * len(self) for array in told)

    def labels(self, i: int) -> Labels:
        """Return the labels that restart ``i`` ended with, shape (n,). They were not kept, so the run is made once more."""
        return self.fit(seed=self.seeds[i]).labels


class FitManyFunction(Protocol):
    """Makes many runs faster than one by one, if it can."""

    def __call__(
        self, X: Floats, values: Mapping[str, Any], restarts: Restarts, cancelled: CancelQuestion, progress: Progress
    ) -> bool:
        """Fill in the arrays of ``restarts``, whose seeds are given, and return True; or leave them alone and return False."""


def make_restarts(
    method: Algorithm,
    X: Floats,
    values: Mapping[str, Any],
    seeds: range,
    fit: Callable[..., Step],
    cancelled: CancelQuestion,
    progress: Progress,
) -> Restarts:
    """Run ``method`` once with each of ``seeds``.

    ``X`` and ``values`` are those that its steps get; ``fit`` is told the ``seed``, and ``cancelled``, alone.

    Raises
    ------
    UserError
        If the algorithm starts from no centroids, or if the outcomes would take more than ``MEMORY``.
    Cancelled
        If ``cancelled`` said so.
    """
    if "init" not in values:
        raise UserError(f"{method.title} has no starting centroids, so another start makes no difference.")
    restarts = _blank(seeds, values["k"], X.shape[1], fit)
    if method.fit_many is None or not method.fit_many(X, values, restarts, cancelled, progress):
        _one_by_one(method, X, values, restarts, cancelled, progress)
    for array in vars(restarts).values():
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return restarts


def _blank(seeds: range, k: int, d: int, fit: Callable[..., Step]) -> Restarts:
    """Return restarts to be filled in."""
    r = len(seeds)
    need = 8 * r * (k * (2 * d + 1) + 3)
    if need > MEMORY:
        raise UserError(
            f"{r:,} restarts with K = {k:,} would take {need / 2**30:,.1f} GiB of memory; {MEMORY / 2**30:g} GiB are allowed. "
            "Make fewer."
        )
    return Restarts(
        seeds=seeds.start + np.arange(r),
        starts=np.empty((r, k, d)),
        centroids=np.empty((r, k, d)),
        objectives=np.empty(r),
        iterations=np.empty(r, np.int64),
        sizes=np.empty((r, k), np.int64),
        fit=fit,
    )


def _one_by_one(
    method: Algorithm, X: Floats, values: Mapping[str, Any], restarts: Restarts, cancelled: CancelQuestion, progress: Progress
) -> None:
    """Make each run through the doors that watch it start and have it end."""
    for i, seed in enumerate(restarts.seeds.tolist()):
        if cancelled():
            raise Cancelled
        restarts.starts[i] = next(method.steps(X, values, seed, cancelled)).centroids
        last = restarts.fit(seed=seed, cancelled=cancelled)
        restarts.centroids[i], restarts.objectives[i] = last.centroids, last.objective
        restarts.iterations[i], restarts.sizes[i] = last.iterations, last.counts()
        progress(i + 1, len(restarts))


def in_bulk(
    X: Floats,
    values: Mapping[str, Any],
    restarts: Restarts,
    start: Callable[[int, Kernel], Floats],
    draws: Callable[[int], tuple[int, Floats]] | None,
    cancelled: CancelQuestion,
    progress: Progress,
) -> bool:
    """Make many runs of Lloyd's iteration to a compiled call, if the board is small and the compiler at hand.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    values : mapping
        ``k``, ``max_iter`` and ``empty_clusters``.
    restarts : Restarts
        The arrays are filled in.
    start : callable
        Returns the starting centroids that follow from a seed, shape (k, d).
    draws : callable, optional
        Returns what greedy k-means++ draws from a seed, see :meth:`Kernel.far_points`: it is quicker with many at a time.
    cancelled, progress : callable

    Returns
    -------
    bool
        Whether the runs were made.
    """
    bulk = choose_bulk(X, values["k"], len(restarts), cancelled)
    if bulk is None:
        return False
    made = [0] * len(bulk.desks)

    def make(worker: int, chunk: slice) -> int:
        seeds = restarts.seeds[chunk].tolist()
        if draws is None:
            restarts.starts[chunk] = [start(seed, bulk.kernel) for seed in seeds]
        else:
            firsts, numbers = zip(*map(draws, seeds), strict=True)
            restarts.starts[chunk] = X[bulk.desks[worker].choose_far_points(np.array(firsts), np.array(numbers))]
        restarts.centroids[chunk] = restarts.starts[chunk]
        bulk.make(worker, chunk, restarts, values["max_iter"], values["empty_clusters"])
        made[worker] += len(seeds)
        if worker == 0:
            progress(sum(made), len(restarts))
        return len(seeds)

    progress(bulk.share(make), len(restarts))
    return True
