"""Alternating: what methods have in common that assign points and move centroids in turn.

Each half-step minimizes the objective with the other half held fixed, so it never rises. A method says what it measures and how
it assigns and moves; the loop, the numbering of the steps and the words are here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.parameters import Choice, Float, Int
from kmeans_gui.clustering.seeding import INIT, how_started
from kmeans_gui.clustering.step import Floats, Phase, Step

EMPTY_CLUSTERS = {
    "farthest": "Move to the farthest point",
    "keep": "Keep where it was",
    "drop": "Drop",
}

STARTING = (
    Int(name="k", label="K", default=3, minimum=1, maximum=4096, help="Number of clusters."),
    INIT,
)
"""How many centroids there are and where they start."""

PARAMETERS = (
    *STARTING,
    Choice(
        name="empty_clusters",
        label="Empty clusters",
        default="farthest",
        options=EMPTY_CLUSTERS,
        help="What becomes of a centroid that loses all its points.",
        advanced=True,
    ),
    Int(
        name="max_iter",
        label="Most iterations",
        default=300,
        minimum=1,
        maximum=100_000,
        help="Stop after this many assignments.",
        advanced=True,
    ),
    Float(
        name="tol",
        label="Tolerance",
        default=0.0,
        minimum=0.0,
        maximum=1.0,
        step=0.0001,
        help="Stop when the centroids' squared moves add up to less than this share of the points' mean variance.",
        advanced=True,
    ),
)


FINISH = Note("Finish")
SETTLED = Note("Done: the last assignment changed nothing, so the centroids stay.")
STILL = Note("Done: the centroids moved less than the tolerance.")
STOPPED = Note("Stopped: the largest number of iterations allowed was made.")


class Method(Protocol):
    """A method at work on its points: it remembers which point belongs to which centroid."""

    @property
    def n(self) -> int:
        """Number of points."""

    def assign(self, centroids: Floats) -> int:
        """Give each point to its nearest centroid; return how many labels that changed."""

    def assignment(self) -> Assignment:
        """Return whose point each one is, −1 before the first assignment."""

    def objective(self, centroids: Floats) -> float:
        """Measure the points against the ``centroids`` that they are assigned to."""

    def update(self, centroids: Floats, empty_clusters: str) -> tuple[Floats, NDArray[np.intp]]:
        """Return where the centroids move, and which of them had no points; ``empty_clusters`` says what becomes of those."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a method calls its parts.

    Parameters
    ----------
    objective : str
        What it minimizes.
    move : str
        The template of "to its mean", with the field ``k``.
    metric : str
        The distance by which it assigns.
    """

    objective: str
    move: str
    metric: str


def alternate(method: Method, words: Words, centroids: Floats, values: Mapping[str, Any], tolerance: float) -> Iterator[Step]:
    """Yield START, then ASSIGN and UPDATE in turn, then DONE.

    Parameters
    ----------
    method : Method
    words : Words
    centroids : ndarray of shape (k, d)
        Where they start.
    values : mapping
        ``init``, ``empty_clusters`` and ``max_iter``.
    tolerance : float
        Stop when the centroids' squared moves add up to less.
    """
    film = Film(method, words)
    yield film.start(centroids, values["init"])
    ending = STOPPED
    for _ in range(values["max_iter"]):
        changed = method.assign(centroids)
        yield film.assign(centroids, changed)
        if not changed:
            ending = SETTLED
            break
        old = centroids
        centroids, empty = method.update(old, values["empty_clusters"])
        yield film.update(centroids, _longest(centroids - old), empty, values["empty_clusters"])
        if np.nansum((centroids - old) ** 2, axis=1).sum() < tolerance:
            ending = STILL
            break
    yield film.done(centroids, ending)


def _longest(ways: Floats) -> float:
    """Return the length of the longest of some ways, shape (k, d), however short it is; those with NaN are left out."""
    unit = math.ldexp(1.0, math.frexp(float(np.nanmax(np.abs(ways))))[1] - 1)
    return float(np.sqrt(np.nansum((ways / unit) ** 2, axis=1).max())) * unit


_FATES = {
    "farthest": (
        " Centroid {empty} has no points and moves to the point farthest from its centroid.",
        " Centroids {empty} have no points and move to the points farthest from their centroids.",
    ),
    "keep": (
        " Centroid {empty} has no points and stays where it was.",
        " Centroids {empty} have no points and stay where they were.",
    ),
    "drop": (
        " Centroid {empty} has no points and is dropped.",
        " Centroids {empty} have no points and are dropped.",
    ),
}
"""What is said of one centroid without points, and of several."""


class Film:
    """Numbers the steps of one run, measures the objective and puts each step into words."""

    def __init__(self, method: Method, words: Words) -> None:
        self._method = method
        self._words = words
        self._index = -1
        self._iteration = 0
        self._assignment: Assignment = method.assignment()

    def start(self, centroids: Floats, init: str | Floats) -> Step:
        """Return the step that places the starting centroids."""
        how = how_started(init)
        return self._step(
            Phase.START,
            centroids,
            Note("Place {k:# centroid|centroids}", {"k": len(centroids)}),
            Note("Place {k:# starting centroid|starting centroids} ({how}).", {"k": len(centroids), "how": how}),
            objective=None,
        )

    def assign(self, centroids: Floats, changed: int) -> Step:
        """Return the step of an assignment, with which an iteration begins."""
        self._iteration += 1
        if changed:
            self._assignment = self._method.assignment()
        n = self._method.n
        outcome = "each gets its first centroid" if self._iteration == 1 else "{changed:,} switch"
        return self._step(
            Phase.ASSIGN,
            centroids,
            Note("Assign {n:# point|points}", {"n": n}),
            Note("Assign {n:# point|points} to the nearest centroid: " + outcome + ".", {"n": n, "changed": changed}),
            changed=changed,
        )

    def update(self, centroids: Floats, shift: float, empty: NDArray[np.intp], rule: str) -> Step:
        """Return the step that moves the centroids, of which those that are ``empty`` follow the ``rule``."""
        # A centroid without points is not moved to a mean, whatever else becomes of it.
        moved = int(np.count_nonzero(~np.isnan(centroids[:, 0]))) - (0 if rule == "drop" else empty.size)
        template = "Move " + self._words.move + ": the farthest moves {shift:g}."
        if empty.size:
            template += _FATES[rule][empty.size > 1]
        return self._step(
            Phase.UPDATE,
            centroids,
            Note("Move {k:# centroid|centroids}", {"k": moved}),
            Note(template, {"k": moved, "shift": shift, "empty": ", ".join(str(j + 1) for j in empty)}),
            shift=shift,
        )

    def done(self, centroids: Floats, ending: Note) -> Step:
        """Return the last step."""
        return self._step(Phase.DONE, centroids, FINISH, ending)

    def _step(self, phase: str, centroids: Floats, title: Note, note: Note, **numbers: Any) -> Step:
        self._index += 1
        if "objective" not in numbers:
            numbers["objective"] = self._method.objective(centroids)
        return Step(
            index=self._index,
            iteration=self._iteration,
            phase=phase,
            assignment=self._assignment,
            centroids=centroids,
            objective_name=self._words.objective,
            title=title,
            note=note,
            metric=self._words.metric,
            **numbers,
        )
