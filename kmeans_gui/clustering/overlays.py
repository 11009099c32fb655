"""Overlays: what a step may show besides points and centroids.

The drawing follows from these, never from an algorithm's name: whoever writes an algorithm picks from them, and whoever wants
to show something new adds a kind here and a painter for it in ``ui/canvas/overlays.py``. Coordinates are those of the points,
(…, d) in data units; the canvas shows the first two. Arrays are read-only. What would take room for each point is not kept but
worked out when it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.assignment import Assignment

Floats = NDArray[np.float64]


class Overlay:
    """Base of all kinds. Its arrays cannot be written to from the moment that it is made."""

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False


@dataclass(frozen=True, eq=False)
class Ellipses(Overlay):
    """The contours of normal distributions, one for each cluster.

    Parameters
    ----------
    means : ndarray of shape (k, d)
    covariances : ndarray of shape (k, d, d)
    radii : tuple of float
        At how many standard deviations a contour is drawn.
    """

    means: Floats
    covariances: Floats
    radii: tuple[float, ...] = (1.0, 2.0)


@dataclass(frozen=True, eq=False)
class Ball(Overlay):
    """All that is no farther from a center than a radius.

    Parameters
    ----------
    center : ndarray of shape (d,)
    radius : float
    metric : str
        A key of :data:`kmeans_gui.clustering.distances.METRICS`: a disc, a diamond, a square.
    """

    center: Floats
    radius: float
    metric: str = "euclidean"


@dataclass(frozen=True, eq=False)
class Outlined(Overlay):
    """Points that are outlined: a batch, a neighborhood, the frontier of a cluster.

    Parameters
    ----------
    rows : ndarray of shape (m,), int
    """

    rows: NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Segments(Overlay):
    """Lines between pairs of places: merges, transfers, paths.

    Parameters
    ----------
    ends : ndarray of shape (m, 2, d)
        Steps of one run may share one array: the first ``count`` are drawn.
    count : int or None
        How many of them there are by now; None for all.
    newest : int
        How many of the last ones are drawn strong; the others are faint.
    """

    ends: Floats
    count: int | None = None
    newest: int = 0

    @property
    def shown(self) -> Floats:
        """Those that are drawn, oldest first."""
        return self.ends[: self.count]


@dataclass(frozen=True, eq=False)
class Places(Overlay):
    """Small marks that are neither points nor centroids: seeds on their way, candidates.

    Parameters
    ----------
    positions : ndarray of shape (m, d)
    """

    positions: Floats


@dataclass(frozen=True, eq=False)
class Tags(Overlay):
    """A few characters beside each centroid: a rate, a weight.

    Parameters
    ----------
    texts : tuple of str
        One for each centroid; empty for none.
    """

    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Shades(Overlay):
    """A number from 0 to 1 for each point, shown as a shade from pale to strong in place of the cluster's color.

    Parameters
    ----------
    of : callable
        Returns the numbers of all points, shape (n,), float64. It may be called from any thread, and again.
    name : str
        What the numbers are, for the legend: "probability of being drawn".
    """

    of: Callable[[], Floats]
    name: str


@dataclass(frozen=True, eq=False)
class Mixture(Overlay):
    """How much of each point belongs to which cluster, shown as a mixture of the clusters' colors.

    Parameters
    ----------
    of : callable
        Given the slice of rows that is wanted, returns their shares, shape (m, k), float64, each row with the sum 1. It may be
        called from any thread, and again.
    """

    of: Callable[[slice], Floats]


@dataclass(frozen=True, eq=False)
class Roles(Overlay):
    """Which part each point plays in a clustering by density.

    Parameters
    ----------
    assignment : Assignment
        One of the constants of this class for each point, or −1 where nothing is known yet.
    """

    assignment: Assignment

    NOISE = 0
    BORDER = 1
    CORE = 2


@dataclass(frozen=True, eq=False)
class Tree(Overlay):
    """A hierarchy of clusters, of which a step shows a cut.

    Parameters
    ----------
    children : ndarray of shape (m, 2), int
        The two clusters that merge m joins; clusters 0 … leaves − 1 are the leaves, leaves + i is what merge i makes.
    heights : ndarray of shape (m,), float64
        How far apart they were. With centroid linkage a merge may be lower than one before it.
    labels : ndarray of shape (leaves + m,), int
        The color number of each cluster: the one that it has on the canvas while it stands by itself.
    merged : int
        How many merges are made in the step on show: above them the tree is cut.
    name : str
        What the heights are: "merge distance".
    members : ndarray of shape (n,), int, or None
        The leaf of each point; None if each is a leaf of its own.
    step_of : callable or None
        Takes a number of merges, 0 to m, and returns the index of the step that shows the tree with so many made: to drag the
        cut is to go to that step. None if the tree is only looked at.
    """

    children: NDArray[np.integer]
    heights: Floats
    labels: NDArray[np.integer]
    merged: int
    name: str
    members: NDArray[np.integer] | None = None
    step_of: Callable[[int], int] | None = None

    @property
    def leaves(self) -> int:
        """How many leaves there are."""
        return len(self.labels) - len(self.children)


@dataclass(frozen=True, eq=False)
class Levels(Overlay):
    """A falling curve with a level that a parameter sets: the distances to the k-th neighbor, and ε.

    Parameters
    ----------
    values : ndarray of shape (m,)
        From the largest to the smallest.
    n : int
        How many points these stand for.
    parameter : str
        Name of the algorithm's parameter that is the level; dragging it sets the parameter.
    level : float
        Its value in this run.
    name : str
        What the values are: "distance to the 5th neighbor".
    """

    values: Floats
    n: int
    parameter: str
    level: float
    name: str
