"""Frame: what is to be drawn at one moment, and the style it is drawn in."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from kmeans_gui.clustering import Assignment, Floats, Labels, Phase, Step, Trace
from kmeans_gui.clustering.assignment import clusters_of, labels_of
from kmeans_gui.clustering.overlays import Overlay
from kmeans_gui.data.cells import planar
from kmeans_gui.data.dataset import Dataset, Rows
from kmeans_gui.data.layout import Layout
from kmeans_gui.errors import CancelQuestion
from kmeans_gui.session.captions import caption_of
from kmeans_gui.ui.theme import Rgb, Theme

MOVES = 60
"""Moves of which a trail tells; older ones would be too faint to see."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Frame:
    """One moment of a run.

    Parameters
    ----------
    layout : Layout
        Where the points are drawn, in data units, and in which order.
    assignment : Packed, ndarray of shape (n,), or None
        Each point's cluster, −1 for none; None if no run is on show.
    centroids : ndarray of shape (k, 2) or None
        Where the centroids are drawn (between two steps while a move is shown); a NaN row is not drawn.
    colors : tuple of int
        The color slot of each cluster.
    before : Packed, ndarray of shape (n,), or None
        The assignment before this half-step, if points went from one cluster to another in it.
    trail : tuple of ndarray of shape (k, 2)
        Where the centroids have been, oldest first, the place before the present one last; the last ``MOVES`` places at most.
    moved : bool
        Whether this half-step moved the centroids, so that the last move is drawn as an arrow.
    selected : ndarray of int
        Rows of the selected points.
    caption : str
        Drawn at the foot; empty for none.
    given : bool
        Whether the centroids were placed by hand, so that another one placed joins them.
    overlays : tuple of Overlay
        What the method shows besides points and centroids.
    metric : str or None
        The distance by which regions are drawn; None for no regions.
    """

    layout: Layout
    assignment: Assignment | None = None
    centroids: Floats | None = None
    colors: tuple[int, ...] = ()
    before: Assignment | None = None
    trail: tuple[Floats, ...] = ()
    moved: bool = False
    selected: Rows = field(default_factory=lambda: np.empty(0, np.intp))
    caption: str = ""
    given: bool = False
    overlays: tuple[Overlay, ...] = ()
    metric: str | None = "euclidean"

    @property
    def points(self) -> Floats:
        """Where the points are drawn, shape (n, 2), in input order."""
        return self.layout.points

    @property
    def labels(self) -> Labels | None:
        """Each point's cluster, shape (n,), in input order; of packed ones, unpacking takes its time."""
        return None if self.assignment is None else labels_of(self.assignment)

    @cached_property
    def k(self) -> int:
        """Number of clusters: that of the centroids, or of the labels if there are none."""
        if self.centroids is not None:
            return len(self.centroids)
        return 0 if self.assignment is None else clusters_of(self.assignment)

    def switched(self) -> Floats:
        """Return where the points are that went from one cluster to another in this half-step, shape (m, 2)."""
        if self.before is None or self.assignment is None:
            return np.empty((0, 2))
        return self.layout.switched(self.assignment, self.before)

    def palette(self, theme: Theme) -> tuple[Rgb, ...]:
        """Return the color of each cluster and, last, that of unassigned points, so that the label −1 finds it."""
        return _palette(theme, self.colors, self.k)


@lru_cache(maxsize=8)
def _palette(theme: Theme, colors: tuple[int, ...], k: int) -> tuple[Rgb, ...]:
    slots = (*colors, *range(len(colors), k))[:k]
    return (*(theme.cluster(slot) for slot in slots), theme.unassigned)


def _never() -> bool:
    return False


def _unheard(drawn: int) -> None:
    pass


@dataclass(frozen=True)
class Effort:
    """How much work a picture is worth.

    Parameters
    ----------
    coarse : bool
        Whether some of very many points stand for all: a first picture, which a full one follows.
    unwanted : callable
        Asked every few milliseconds; True ends the painting with :class:`kmeans_gui.errors.Cancelled`.
    tell : callable
        Told how many points are drawn.
    """

    coarse: bool = False
    unwanted: CancelQuestion = _never
    tell: Callable[[int], None] = _unheard


FULL = Effort()
"""Everything is drawn, however long it takes."""


@dataclass(frozen=True)
class Style:
    """How marks look.

    Parameters
    ----------
    theme : Theme
        The colors.
    scale : float
        How much larger than life: 1 on a desk, more when projected.
    layers : frozenset of str
        Which of ``session.state.LAYERS`` are painted.
    vector : bool
        Whether the painter writes a vector file, so that marks must be paths and not pixels.
    effort : Effort
        How much work the picture is worth.
    """

    theme: Theme
    scale: float = 1.0
    layers: frozenset[str] = frozenset()
    vector: bool = False
    effort: Effort = FULL


def before(step: Step, previous: Step | None) -> Assignment | None:
    """Return the assignment before ``step`` if that changed it; where a run ends with a result, it is no switch of points."""
    changes = previous is not None and step.changed and step.phase is not Phase.DONE
    return previous.assignment if changes and previous is not None else None


def frame_of(
    layout: Layout,
    trace: Trace,
    index: int,
    *,
    colors: tuple[int, ...] = (),
    selected: Rows | None = None,
    caption: bool = True,
) -> Frame:
    """Return half-step ``index`` of a run on the points of ``layout``, with the standard caption if ``caption``."""
    step = trace[index]
    previous = trace[index - 1] if index and step.changed else None
    return Frame(
        layout=layout,
        assignment=step.assignment,
        centroids=None if step.centroids is None else planar(step.centroids),
        colors=colors,
        before=before(step, previous),
        trail=trail(trace, index),
        moved=step.phase is Phase.UPDATE,
        selected=np.empty(0, np.intp) if selected is None else selected,
        caption=caption_of(layout.n, step) if caption else "",
        overlays=step.overlays,
        metric=step.metric,
    )


def trail(trace: Trace, index: int) -> tuple[Floats, ...]:
    """Return where the centroids were before half-step ``index`` brought them to where they are, oldest first.

    It reaches back as far as there are as many centroids as now, since others have no place in the same lines, and for
    ``MOVES`` places at most, however long the run is.
    """
    return _stops(trace, index)[:-1]


def _stops(trace: Trace, index: int) -> tuple[Floats, ...]:
    """Return what :func:`trail` does, and where the centroids are now."""
    now = trace.light(index).centroids
    stops: list[Floats] = []
    for i in range(index, -1, -1):
        step = trace.light(i)
        if step.centroids is None or now is None or len(step.centroids) != len(now):
            break
        if step.phase in (Phase.START, Phase.UPDATE):
            stops.append(planar(step.centroids))
        if step.phase is Phase.START or len(stops) > MOVES:
            break
    return tuple(reversed(stops))


class Way:
    """The trails of one run after another; from one half-step to the next, without walking all the way back."""

    def __init__(self) -> None:
        self._run: Callable[[], Trace | None] = lambda: None  # a weak reference: what is shown no more is not kept for this
        self._index = 0
        self._stops: tuple[Floats, ...] = ()

    def until(self, trace: Trace, index: int) -> tuple[Floats, ...]:
        """Return :func:`trail` of half-step ``index``."""
        follows = self._run() is trace and index == self._index + 1
        before, now = trace.light(index - 1 if follows else index).centroids, trace.light(index).centroids
        phase, self._index = trace.light(index).phase, index
        if not follows or phase is Phase.START or before is None or now is None or len(before) != len(now):
            self._run, self._stops = weakref.ref(trace), _stops(trace, index)
        elif phase is Phase.UPDATE:
            self._stops = (*self._stops, planar(now))[-MOVES - 1 :]
        return self._stops[:-1]


def extent(dataset: Dataset, steps: Iterable[Step]) -> tuple[Floats, Floats]:
    """Return the lower left and the upper right corner, each of shape (2,), of all points and of the steps' centroids."""
    places = [planar(step.centroids) for step in steps if step.centroids is not None]
    corners = np.vstack([*(dataset.bounds if dataset.n else ()), *places]) if dataset.n or places else np.array(dataset.bounds)
    return np.nanmin(corners, axis=0), np.nanmax(corners, axis=0)
