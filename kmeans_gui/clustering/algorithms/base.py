"""What an algorithm is: a name, its parameters, and a generator of steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.parameters import Parameter
from kmeans_gui.clustering.restarts import FitManyFunction
from kmeans_gui.clustering.step import Floats, Step
from kmeans_gui.errors import CancelQuestion


class StepsFunction(Protocol):
    """Yields the steps of one run. Gets clean input: finite float64 points and a complete, parsed set of values."""

    def __call__(self, X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
        """Yield the steps.

        Whatever is random follows from ``seed``; ``cancelled`` goes to the kernels, which ask it between blocks of points.
        """


class FitFunction(Protocol):
    """Returns the last step of a run, the same that :class:`StepsFunction` ends with. Gets the same input."""

    def __call__(self, X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Step:
        """Return the last step."""


@dataclass(frozen=True, kw_only=True)
class Algorithm:
    """All that the rest of the program knows of an algorithm.

    Parameters
    ----------
    name : str
        Key in the registry and on the command line.
    title : str
        Name in the window.
    summary : str
        One or two sentences for somebody who meets it for the first time.
    parameters : tuple of Parameter
        What can be set. The number of clusters is called ``k``, the starting centroids ``init``.
    pseudocode : tuple of (str, phases)
        The method line by line; a line is lit while a step of one of its phases is on show.
    steps : callable
        Yields the steps.
    random : bool
        Whether the seed makes a difference.
    rises : bool
        Whether the objective is raised, so that the highest is the best.
    recall : callable, optional
        Recomputes the labels from the points and the step that made them, for a trace that let them go. Without it a run keeps
        all its labels, which is right where they take little room.
    fit : callable, optional
        Returns the last step alone, if there is a faster way to it than through all of them.
    fit_many : callable, optional
        Makes many runs that differ in nothing but the seed, if there is a faster way to that than one by one.
    """

    name: str
    title: str
    summary: str
    parameters: tuple[Parameter, ...]
    pseudocode: tuple[tuple[str, tuple[str, ...]], ...]
    steps: StepsFunction
    random: bool = True
    rises: bool = False
    recall: Callable[[Floats, Step], Assignment] | None = None
    fit: FitFunction | None = None
    fit_many: FitManyFunction | None = None
