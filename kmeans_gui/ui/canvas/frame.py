"""Frame: what is to be drawn at one moment, and the style it is drawn in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats, Labels, Step
from kmeans_gui.data.dataset import Rows
from kmeans_gui.ui.theme import Theme


@dataclass(frozen=True, eq=False, kw_only=True)
class Frame:
    """One moment of a run.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Where the points are drawn, in data units.
    labels : ndarray of shape (n,) or None
        Each point's cluster, −1 for none; None if no run is on show.
    centroids : ndarray of shape (k, 2) or None
        Where the centroids are drawn (between two steps while a move is shown); a NaN row is not drawn.
    colors : tuple of int
        The color slot of each cluster.
    switched : ndarray of bool, shape (n,), or None
        Points that went from one cluster to another in this half-step.
    trail : tuple of ndarray of shape (k, 2)
        Where the centroids have been, oldest first, the place before the present one last.
    moved : bool
        Whether this half-step moved the centroids, so that the last move is drawn as an arrow.
    selected : ndarray of int
        Rows of the selected points.
    caption : str
        Drawn at the foot; empty for none.
    """

    points: Floats
    labels: Labels | None = None
    centroids: Floats | None = None
    colors: tuple[int, ...] = ()
    switched: NDArray[np.bool_] | None = None
    trail: tuple[Floats, ...] = ()
    moved: bool = False
    selected: Rows = field(default_factory=lambda: np.empty(0, np.intp))
    caption: str = ""


@dataclass(frozen=True)
class Style:
    """How marks look: the colors, how much larger than life (1 on a desk, more when projected), and which layers."""

    theme: Theme
    scale: float = 1.0
    layers: frozenset[str] = frozenset()


def switched(step: Step, previous: Step | None) -> NDArray[np.bool_] | None:
    """Return which points went from one cluster to another, or None if none did; a first assignment is not a switch."""
    if previous is None or not step.changed or step.labels is previous.labels:
        return None
    mask: NDArray[np.bool_] = (step.labels != previous.labels) & (previous.labels >= 0)
    return mask if mask.any() else None
