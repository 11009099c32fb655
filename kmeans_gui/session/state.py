"""State: everything that a user has made or chosen, in one frozen value.

A user's act makes a new state; the window compares old and new and touches what differs. The first five fields are the
document, which edits change and undo restores; the rest is how it is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from kmeans_gui import clustering
from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.parameters import resolve
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import UserError

LAYERS = ("regions", "links", "points", "switched", "overlays", "trails", "centroids", "axes")
"""What the canvas can show, from the ground up."""

Viewport = tuple[float, float, float, float]
"""x from, x to, y from, y to, in data units."""


def defaults(algorithm: str) -> Mapping[str, Any]:
    """Return an algorithm's parameters at their defaults."""
    return MappingProxyType(resolve(clustering.algorithm(algorithm).parameters, {}))


def carried_over(
    parameters: Mapping[str, Any], old: str, new: str, chosen: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the parameters of algorithm ``new`` for somebody who comes from ``old``, where these ``parameters`` were set.

    What was changed there stays as it was, where the new algorithm has a parameter of that name that can have that value; of
    those that ``old`` does not have, what was ``chosen`` earlier comes back. All else is at its default, since another method
    may want another one.
    """
    before, carried = defaults(old), dict(defaults(new))
    changed = {name: value for name, value in parameters.items() if not _same(value, before[name])}
    wanted = {**{name: value for name, value in chosen.items() if name not in parameters}, **changed}
    for parameter in clustering.algorithm(new).parameters:
        if parameter.name in wanted:
            with suppress(UserError):
                carried[parameter.name] = parameter.parse(wanted[parameter.name])
    return carried


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and not isinstance(a, np.ndarray) and bool(a == b)


@dataclass(frozen=True, eq=False, kw_only=True)
class State:
    """What is on the table and how it is looked at.

    Parameters
    ----------
    dataset : Dataset
        The points.
    algorithm : str
        A key of the registry.
    parameters : mapping
        A complete set of the algorithm's parameters, parsed.
    seed : int
        Whatever is random in a run follows from it.
    start : ndarray of shape (k, d) or None
        Centroids placed by hand; they go before ``parameters["init"]``.
    position : int or None
        Which half-step of the run is on show; None while there is no run.
    colors : tuple of int
        The color slot of each cluster, so that colors stay with clusters from run to run.
    layers : frozenset of str
        Which of ``LAYERS`` are on show.
    viewport : tuple of float or None
        The part of the plane on show; None to fit the points.
    """

    dataset: Dataset = field(default_factory=Dataset.empty)
    algorithm: str = clustering.DEFAULT
    parameters: Mapping[str, Any] = field(default_factory=lambda: defaults(clustering.DEFAULT))
    seed: int = 0
    start: Floats | None = None
    position: int | None = None
    colors: tuple[int, ...] = ()
    layers: frozenset[str] = frozenset({"regions", "trails", "points", "switched", "overlays", "centroids"})
    viewport: Viewport | None = None

    def __post_init__(self) -> None:
        if self.start is not None:
            self.start.flags.writeable = False

    @property
    def k(self) -> int:
        """Number of clusters asked for; 0 if the algorithm does not ask."""
        return int(self.parameters.get("k", 0))

    @property
    def takes_start(self) -> bool:
        """Whether the algorithm starts from centroids, which may be placed by hand."""
        return "init" in self.parameters

    def run_parameters(self) -> dict[str, Any]:
        """Return what a run is started with: the parameters, centroids placed by hand included if the algorithm takes any."""
        if self.start is None or not self.takes_start:
            return dict(self.parameters)
        return {**self.parameters, "k": len(self.start), "init": self.start}
