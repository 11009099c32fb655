"""Clustering: numbers only. The doors through which scripts, tests and the window run an algorithm.

>>> import numpy as np
>>> from kmeans_gui import clustering
>>> X = np.array([[0.0, 0.0], [0.0, 1.0], [4.0, 0.0], [4.0, 1.0]])
>>> [step.phase.value for step in clustering.steps("lloyd", X, k=2, init=X[[0, 2]])]
['start', 'assign', 'update', 'assign', 'done']
>>> clustering.fit("lloyd", X, k=2, init=X[[0, 2]]).objective
1.0

:func:`steps` watches, :func:`run` keeps, :func:`fit` wants only the last step, :func:`run_many` those of many runs. Input is
validated here, once, so that algorithms and kernels may assume that it is clean. The same data, parameters and seed give the
same steps, bit for bit.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kmeans_gui.clustering.algorithms import DEFAULT, REGISTRY, Algorithm
from kmeans_gui.clustering.kernels import ordered
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.parameters import LARGEST, Int, are_within_bounds, resolve
from kmeans_gui.clustering.restarts import RESTARTS, Progress, Restarts, make_restarts
from kmeans_gui.clustering.step import Assignment, Floats, Labels, Phase, Step
from kmeans_gui.clustering.trace import DEFAULT_BUDGET, Trace
from kmeans_gui.errors import CancelQuestion, UserError

__all__ = [
    "DEFAULT",
    "REGISTRY",
    "RESTARTS",
    "SEED",
    "Algorithm",
    "Assignment",
    "Floats",
    "Labels",
    "Note",
    "Phase",
    "Restarts",
    "Step",
    "Trace",
    "algorithm",
    "check_points",
    "empty_trace",
    "fit",
    "load_plugins",
    "ordered",
    "run",
    "run_many",
    "steps",
]

SEED = Int(
    name="seed",
    label="Seed",
    default=0,
    maximum=2**63 - 1,
    help="Whatever is random follows from it: the same seed gives the same result.",
)
"""Every algorithm and every board takes one."""


def algorithm(name: str) -> Algorithm:
    """Return the registered algorithm called ``name``.

    Raises
    ------
    UserError
        If there is none; the text lists those there are.
    """
    if name not in REGISTRY:
        raise UserError(f"There is no algorithm {name!r}; there are {', '.join(REGISTRY)}.")
    return REGISTRY[name]


@cache
def load_plugins() -> list[str]:
    """Add the algorithms of installed packages to ``REGISTRY``, once; return a sentence for each that cannot be used."""
    from kmeans_gui.clustering.algorithms import plugins

    return plugins.load(REGISTRY)


def check_points(X: ArrayLike) -> Floats:
    """Return ``X`` as a C-contiguous float64 array of shape (n, d), n ≥ 1 and d ≥ 1, not copied where it is one already.

    Raises
    ------
    UserError
        If it is not such a table, or holds NaN, infinity or a coordinate beyond ±1e150.
    """
    try:
        points = np.ascontiguousarray(X, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise UserError("The points must be a table of numbers, a row for each point.") from None
    if len(points) == 0:
        raise UserError("There are no points. Add some first.")
    if points.ndim != 2 or points.shape[1] == 0:
        raise UserError(f"The points must be a table with a row for each point; this one has the shape {points.shape}.")
    if not are_within_bounds(points):
        largest = float(np.abs(points).max())
        if not math.isfinite(largest):
            raise UserError("Some coordinates are missing or infinite. Leave those points out.")
        raise UserError(f"A coordinate is as large as {largest:.3g}; beyond {LARGEST:g} distances overflow. Rescale the data.")
    return points


def steps(
    name: str, X: ArrayLike, *, seed: int = 0, cancelled: CancelQuestion = lambda: False, **parameters: Any
) -> Iterator[Step]:
    """Watch: yield the steps of algorithm ``name`` on ``X`` one by one.

    Parameters
    ----------
    name : str
        A key of ``REGISTRY``.
    X : array-like of shape (n, d)
        The points. A C-contiguous float64 array is used as it is, not copied: leave it alone while its steps are pulled or
        its trace is read.
    seed : int
        From 0. Whatever is random follows from it.
    cancelled : callable
        Asked often from within a half-step; once it returns True, ``kmeans_gui.errors.Cancelled`` is raised.
    **parameters
        As the algorithm declares them; defaults for the rest. ``init`` takes a name or an array of shape (k, d),
        which also sets ``k`` unless that is given too.

    Raises
    ------
    UserError
        At once, not at the first step, if the points or a parameter cannot be used.
    """
    return algorithm(name).steps(*_checked(name, X, seed, parameters), cancelled)


def _checked(name: str, X: ArrayLike, seed: int, parameters: Mapping[str, Any]) -> tuple[Floats, Mapping[str, Any], int]:
    """Return what an algorithm is given: clean points, a full set of values, and the seed."""
    points = check_points(X)
    values = resolve(algorithm(name).parameters, parameters)
    if "k" not in parameters and isinstance(values.get("init"), np.ndarray):
        values["k"] = len(values["init"])
    if values.get("k", 0) > len(points):
        raise UserError(f"K is {values['k']:,}, but there {_are(len(points))}. Choose a smaller K or add points.")
    _check_start(values, points.shape[1])
    return points, values, SEED.parse(seed)


def run(name: str, X: ArrayLike, *, seed: int = 0, budget: int = DEFAULT_BUDGET, **parameters: Any) -> Trace:
    """Keep: run algorithm ``name`` to its end and return the trace of all its steps. See :func:`steps`."""
    points = check_points(X)
    return empty_trace(name, points, budget).extend(steps(name, points, seed=seed, **parameters))


def fit(name: str, X: ArrayLike, *, seed: int = 0, cancelled: CancelQuestion = lambda: False, **parameters: Any) -> Step:
    """Only the result: run algorithm ``name`` to its end and return the last step. See :func:`steps`."""
    method = algorithm(name)
    checked = _checked(name, X, seed, parameters)
    if method.fit is not None:
        return method.fit(*checked, cancelled)
    return deque(method.steps(*checked, cancelled), maxlen=1)[0]


def run_many(
    name: str,
    X: ArrayLike,
    *,
    restarts: int = RESTARTS.default,
    seed: int = 0,
    cancelled: CancelQuestion = lambda: False,
    progress: Progress = lambda made, total: None,
    **parameters: Any,
) -> Restarts:
    """Compare: run algorithm ``name`` with the seeds ``seed``, ``seed + 1``, … and return how each run started and ended.

    Restart i ends as :func:`fit` does with ``seed + i``, bit for bit, but on a small board a thousand take milliseconds.
    ``progress`` is told how many of how many are made. An ``X`` that can be written to is copied. See :func:`steps`.
    """
    points, values, first = _checked(name, X, seed, parameters)
    seeds = range(first, first + RESTARTS.parse(restarts))
    SEED.parse(seeds[-1])
    if points.flags.writeable:
        points = points.copy()
        points.flags.writeable = False
    again = partial(fit, name, points, **values)
    return make_restarts(algorithm(name), points, values, seeds, again, cancelled, progress)


def empty_trace(name: str, X: Floats | Callable[[], Floats], budget: int = DEFAULT_BUDGET) -> Trace:
    """Return a trace for a run of algorithm ``name`` on ``X``, which recomputes labels that no longer fit ``budget`` bytes.

    ``X`` may be a function that returns the points when they are needed for that.
    """
    recall = algorithm(name).recall
    return Trace(None if recall is None else lambda step: recall(X() if callable(X) else X, step), budget)


def _check_start(values: Mapping[str, Any], d: int) -> None:
    """Refuse given centroids that do not fit K or the points."""
    init = values.get("init")
    if isinstance(init, np.ndarray) and init.shape != (values["k"], d):
        raise UserError(
            f"The starting centroids have the shape {init.shape}, but K = {values['k']} and points with {d} coordinates need "
            f"{(values['k'], d)}."
        )


def _are(n: int) -> str:
    return "is only 1 point" if n == 1 else f"are only {n:,} points"
