"""Layout: where the points lie in the plane, for all who draw, pick or circle them.

Sorting millions of points takes a while, an edit of a few must not. So a layout is the :class:`~kmeans_gui.data.cells.Cells`
of an earlier set of points together with what has changed since: points that are *gone* from their place, because they were
removed or moved, and *fresh* ones, added or moved, which are few and are looked at one by one. Every answer is exact and in
present rows, whatever the cells; when a layout has become too heavy with changes, somebody sorts anew in the background.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Assignment, Floats
from kmeans_gui.clustering.assignment import few_labels, labels_of
from kmeans_gui.clustering.label_runs import LabelRuns
from kmeans_gui.data.cells import CELL, SORTED_FROM, Cells, Places, Spans, planar
from kmeans_gui.data.change import NO_ROWS, Change, Rows, is_among, merged
from kmeans_gui.data.outline import crossed, inside
from kmeans_gui.data.table import Table

GONE = -2
"""The label of a place whose point has been removed, or moved elsewhere."""

BLOCK = 1 << 16
"""Points looked at in one go: temporary arrays of so many stay within a second-level cache."""

POINTED_OUT = 2_000
"""Points of the last edits that a layout remembers."""

Labels = NDArray[np.int16]
Integer = TypeVar("Integer", np.int16, np.int32)


@dataclass
class _Kept:
    """The labels asked for last, and what they were made of: those of a half-step and of the one before."""

    last: tuple[tuple[Assignment | None, Labels], ...] = ()


@dataclass(frozen=True, eq=False)
class Layout:
    """Points of the plane, and how to find them.

    Parameters
    ----------
    source : Table
        The points as they are now, of d coordinates.
    change : Change
        What has become of the rows of the cells' points since.
    base : Cells or None
        Cells of an earlier set of points, or of the same; None for these points as they come.
    recent : ndarray of int
        Rows, ascending, of the points that the last edits have added or moved, unless they are too many to be pointed out.
    """

    source: Table
    change: Change
    base: Cells | None
    recent: Rows = field(default_factory=lambda: NO_ROWS)
    _kept: _Kept = field(default_factory=_Kept, init=False, repr=False)

    @classmethod
    def of(cls, points: Floats | Table) -> Layout:
        """Return a layout of points of shape (n, d), unsorted: at once, but slow to search if they are many."""
        return cls(_as_table(points), Change(len(points)), None)

    @classmethod
    def sorted(cls, points: Floats | Table, cancelled: Callable[[], bool] = lambda: False) -> Layout:
        """Return a layout of points of shape (n, d), sorted; of many, in the background.

        Raises
        ------
        kmeans_gui.errors.Cancelled
            If ``cancelled()``, asked often, was True.
        """
        table = _as_table(points)
        cells = Cells.sorted(table.array, cancelled)
        _ = cells.boxes  # measured here, where it keeps nobody waiting
        return cls(table, Change(len(points)), cells)

    def after(self, change: Change, points: Floats | Table) -> Layout:
        """Return the layout after a change that has made ``points``, shape (n, d), of those before.

        It takes as long as all changes since the points were sorted are large, however many points there are. If they are not
        sorted yet, they are copied once.
        """
        if len(points) < SORTED_FROM:  # making new cells is no more work than keeping track
            return Layout.of(points)
        recent = change.where(self.recent)
        touched = merged(change.inserted, change.moved)
        recent = merged(recent[recent >= 0], touched)
        if len(recent) > POINTED_OUT:
            recent = touched if len(touched) <= POINTED_OUT else NO_ROWS
        return Layout(_as_table(points), self.change.then(change), self.cells, recent)

    def moved(self, rows: Rows, offset: Floats) -> Layout:
        """Return the layout with some points, ascending, moved by ``offset``, shape (2,)."""
        change, points = Change(self.n, moved=rows), self.source.at(rows)
        points[:, :2] += offset[: points.shape[1]]
        return self.after(change, self.source.after(change, points))

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self.source)

    @property
    def is_sorted(self) -> bool:
        """Whether all but a few points are in spatial order, so that looking for some takes no time."""
        return self.base is not None and self.base.rows is not None

    @cached_property
    def cells(self) -> Cells:
        """The points in order. If they are not sorted, they are copied at the first asking: 30 ms for ten million."""
        return self.base or Cells.unsorted(self.source.array)

    @cached_property
    def points(self) -> Floats:
        """The points as they are drawn, shape (n, 2); after an edit of millions, :meth:`at` is to be preferred."""
        return planar(self.source.array)

    def at(self, rows: NDArray[np.integer]) -> Floats:
        """Return where some points are drawn, shape (len(rows), 2)."""
        return planar(self.source.at(rows))

    @cached_property
    def fresh(self) -> Rows:
        """Rows of the points that have no place in the cells, ascending."""
        return merged(self.change.inserted, self.change.moved)

    @cached_property
    def _gone(self) -> Rows:
        """Rows, in the set of the cells, of the points that are at their place no more, ascending."""
        return merged(self.change.removed, self.change.came_from(self.change.moved))

    @property
    def weight(self) -> int:
        """How many points make the cells out of date: those gone and those fresh."""
        return len(self._gone) + len(self.fresh)

    # What is at each place ---------------------------------------------------------------------------------------------

    def rows_at_places(self) -> Places:
        """Return the row of the point at each place of the cells, −1 where it is gone; shape (cells.n,), int32, read-only.

        Kept once it is known; after an edit of ten million points it takes some tenths of a second.
        """
        return self._rows_at_places

    @cached_property
    def _rows_at_places(self) -> Places:
        cells, change = self.cells, self.change
        rows = np.arange(cells.n, dtype=np.int32) if cells.rows is None else cells.rows
        if not self._rows_stay:
            now = change.inverse.carried(np.arange(change.n_after, dtype=np.int32), np.int32(-1))
            rows = _gathered(now, rows, np.int32)
        if len(self._gone):
            rows = rows.copy() if rows is cells.rows else rows
            rows[cells.places[self._gone]] = -1
        rows.flags.writeable = False
        return rows

    @property
    def _rows_stay(self) -> bool:
        """Whether the points that are at their place are also in their row: at most, others have been added after them."""
        change = self.change
        return not len(change.removed) and (not len(change.inserted) or int(change.inserted[0]) >= change.n_before)

    def labels_at_places(self, assignment: Assignment | None) -> Labels:
        """Return the label of the point at each place of the cells: −1 for none, ``GONE`` where there is no point any more.

        Parameters
        ----------
        assignment : ndarray of shape (n,), signed integer, or LabelRuns, or None
            The labels of the points as they are now. Those of a run that keeps the points in the order of these cells are
            unpacked in it, others are looked up one by one, which takes ten times as long.

        Returns
        -------
        ndarray of shape (cells.n,), int16, read-only
            The last two are kept.

        Raises
        ------
        ValueError
            If there are not as many labels as points.
        """
        last = self._kept.last
        for known, labels in last:
            if known is assignment:
                return labels
        labels = self._find_labels(assignment)
        if len(self._gone):
            labels[self.cells.places[self._gone]] = GONE
        labels.flags.writeable = False
        self._kept.last = (*last[-1:], (assignment, labels))
        return labels

    def switched(self, now: Assignment, before: Assignment) -> Floats:
        """Return where the points are, as far as they are in the cells, that had another label ``before``, and had one.

        Returns
        -------
        ndarray of shape (m, 2)
        """
        cells = self.cells
        if isinstance(now, LabelRuns) and isinstance(before, LabelRuns) and self._is_of(now) and self._is_of(before):
            places = now.places_switched_from(before)
        else:
            labels, then = self.labels_at_places(now), self.labels_at_places(before)
            places = np.flatnonzero((labels != then) & (then >= 0))
        found = np.empty((len(places), 2))
        for start in range(0, len(places), BLOCK):  # others may come between
            block = slice(start, start + BLOCK)
            found[block, 0], found[block, 1] = cells.x[places[block]], cells.y[places[block]]
        found /= cells.scale
        return found

    def _is_of(self, runs: LabelRuns) -> bool:
        """Whether the runs lie along the order of the cells, and all points are still there."""
        return runs.rows is self.cells.rows and not self.weight

    def _find_labels(self, assignment: Assignment | None) -> Labels:
        cells = self.cells
        if assignment is None:
            return np.full(cells.n, -1, np.int16)
        if isinstance(assignment, LabelRuns) and assignment.rows is cells.rows and self.change.keeps_rows:
            return assignment.on_curve().astype(np.int16, copy=False)  # there are as many points, since the rows are the same
        assignment = few_labels(labels_of(assignment))
        if len(assignment) != self.n:
            raise ValueError(f"{len(assignment)} labels do not fit {self.n} points")
        if self._rows_stay:
            return assignment[: cells.n].astype(np.int16) if cells.rows is None else _gathered(assignment, cells.rows, np.int16)
        return _gathered(assignment, self.rows_at_places(), np.int16)

    # Searching ---------------------------------------------------------------------------------------------------------

    def near(self, x: float, y: float, rx: float, ry: float) -> Rows:
        """Return the rows of the points within an ellipse, the nearest first.

        Parameters
        ----------
        x, y : float
            Its middle.
        rx, ry : float
            Its reach across and up, above 0. Distances are measured in these, and equal ones are ordered by row.
        """
        rows, distances = self._within(x, y, rx, ry)
        return rows[np.lexsort((rows, distances))]

    def nearest(self, x: float, y: float, rx: float, ry: float) -> int | None:
        """Return the first row that :meth:`near` would, None if there is none."""
        rows, distances = self._within(x, y, rx, ry)
        return int(rows[distances == distances.min()].min()) if len(rows) else None

    def _within(self, x: float, y: float, rx: float, ry: float) -> tuple[Rows, Floats]:
        """Return the rows of the points within an ellipse, and the squares of their distances, in units of its reach."""
        found = []
        with np.errstate(over="ignore"):
            across, up = _beyond(x, rx), _beyond(y, ry)
            for rows in self._rows_in(self.cells.spans(x - across, x + across, y - up, y + up)):
                points = self.at(rows)
                distances = ((points[:, 0] - x) / rx) ** 2 + ((points[:, 1] - y) / ry) ** 2
                within = distances <= 1.0
                found.append((rows[within], distances[within]))
        return np.concatenate([rows for rows, _ in found]), np.concatenate([distances for _, distances in found])

    def enclosed(self, outline: Floats) -> Rows:
        """Return the rows of the points within a line drawn around them, ascending.

        Parameters
        ----------
        outline : ndarray of shape (m, 2)
            Its corners; it is closed, and within is what it goes around an odd number of times.
        """
        if len(outline) < 3:
            return NO_ROWS
        boxes = self.cells.boxes / self.cells.scale
        on_line = crossed(boxes, outline)
        whole = ~on_line
        whole[whole] = inside(boxes[::2, whole].T, outline)
        enclosed = np.zeros(self.n, np.bool_)
        for rows in self._rows_in(self.cells.stretches(whole), fresh=False):
            enclosed[rows] = True
        for rows in self._rows_in(self.cells.stretches(on_line)):
            enclosed[rows] = inside(self.at(rows), outline)
        return np.flatnonzero(enclosed)

    def count_in(self, x0: float, x1: float, y0: float, y1: float) -> int:
        """Return about how many points lie in a rectangle: cells on its edge count for as much of their box as is in it."""
        cells = self.cells
        if cells.rows is None:
            return _count(cells.columns[:2].T, x0, x1, y0, y1) + _count(self.at(self.fresh), x0, x1, y0, y1)
        across = _shares(cells.boxes[:2] / cells.scale, x0, x1)
        up = _shares(cells.boxes[2:] / cells.scale, y0, y1)
        sizes = np.diff(np.append(np.arange(0, cells.n, CELL), cells.n))
        # Not a product of vectors: BLAS would share it out to threads and wait for the slowest, and all of Python with it.
        return round(float((across * up * sizes).sum())) + _count(self.at(self.fresh), x0, x1, y0, y1)

    def _rows_in(self, spans: Spans, fresh: bool = True) -> Iterator[Rows]:
        """Yield the rows of the points that are in the given spans, and then those of fresh ones, some at a time."""
        for places in _blocks(spans):
            rows = places if self.cells.rows is None else self.cells.rows[places]
            if self.weight:
                rows = self.change.where(rows[~is_among(rows, self._gone)])
            yield rows.astype(np.intp, copy=False)
        yield self.fresh if fresh else self.fresh[:0]


def _as_table(points: Floats | Table) -> Table:
    return points if isinstance(points, Table) else Table.of(points)


def _blocks(spans: Spans) -> Iterator[Rows]:
    """Yield all places of the spans, ``BLOCK`` at a time or somewhat more."""
    pieces, size = [], 0
    for first, last in spans.tolist():
        for start in range(first, last, BLOCK):
            pieces.append(np.arange(start, min(start + BLOCK, last)))
            size += len(pieces[-1])
            if size >= BLOCK:
                yield np.concatenate(pieces)
                pieces, size = [], 0
    if pieces:
        yield np.concatenate(pieces)


def _gathered(table: NDArray[np.signedinteger], rows: Places, kind: type[Integer]) -> NDArray[Integer]:
    """Return ``table[rows]`` as another type. What it is for −1 does not matter."""
    gathered = np.empty(len(rows), kind)
    for start in range(0, len(rows), BLOCK):
        block = slice(start, start + BLOCK)
        gathered[block] = table[rows[block].astype(np.intp)]  # numpy is twice as fast with indices of its own type
    return gathered


def _beyond(middle: float, reach: float) -> float:
    """Return a reach so much greater that no point within it is lost to rounding."""
    return reach + (abs(middle) + reach) * 2.0**-48


def _count(points: Floats, x0: float, x1: float, y0: float, y1: float) -> int:
    x, y = points.T
    return int(np.count_nonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)))


def _shares(extents: Floats, low: float, high: float) -> Floats:
    """Return how much of each extent, shape (2, n), lies between ``low`` and ``high``: from 0 to 1."""
    first, last = extents
    overlap, length = np.minimum(last, high) - np.maximum(first, low), last - first
    shares: Floats = np.where(length > 0, np.clip(overlap / np.where(length > 0, length, 1.0), 0.0, 1.0), overlap >= 0)
    return shares
