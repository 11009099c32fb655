"""Cells: the points of the plane in an order in which neighbors lie side by side, and the boxes they lie in.

Every ``CELL`` consecutive points make a cell. Where the order is that of a space-filling curve
(:mod:`kmeans_gui.clustering.spatial_order`), a cell is a small patch of the plane, and the cells of a rectangle are found by
comparing boxes, of which ten million points have forty thousand; that is the bottom level of a packed R-tree (Kamel &
Faloutsos, "On packing R-trees", CIKM 1993), so short that it needs no levels above. In input order the same code is as right,
only that every box may be as large as the plane.

The order is the one in which the engine keeps the points; in two and three dimensions both hold the very same arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kmeans_gui import clustering
from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.parameters import LARGEST

CELL = 256
"""Points a cell: the fewer, the closer its box fits, but the more boxes there are to compare."""

THIN = 8
"""Of how many points one is enough for a first look."""

SORTED_FROM = 1 << 13
"""Points below which sorting does not pay."""

Places = NDArray[np.int32]
Spans = NDArray[np.int64]


def planar(points: Floats) -> Floats:
    """Return what is drawn of points of shape (n, d), shape (n, 2): the first two coordinates; a single one lies at y = 0."""
    if points.shape[1] == 1:
        return np.column_stack([points[:, 0], np.zeros(len(points))])
    return points[:, :2]


@dataclass(frozen=True, eq=False)
class Cells:
    """Points in order, cut into cells.

    Parameters
    ----------
    columns : ndarray of shape (at least 2, n), float64, C-contiguous, read-only
        x, y and perhaps more of the point at each place, times ``scale``.
    scale : float
        A power of two, so that nothing is rounded.
    rows : ndarray of shape (n,), int32, read-only, or None
        The row of the point at each place; None for input order.
    """

    columns: Floats
    scale: float = 1.0
    rows: Places | None = None

    def __post_init__(self) -> None:
        self.columns.flags.writeable = False

    @classmethod
    def unsorted(cls, points: Floats) -> Cells:
        """Return points of shape (n, d) in input order: some 3 ms for a million."""
        return cls(np.ascontiguousarray(planar(points).T))

    @classmethod
    def sorted(cls, points: Floats, cancelled: Callable[[], bool] = lambda: False) -> Cells:
        """Return points of shape (n, d) in the order of a space-filling curve, unless they are too few or too far out for it.

        Raises
        ------
        kmeans_gui.errors.Cancelled
            If ``cancelled()``, asked often, was True.
        """
        if len(points) < SORTED_FROM or max(-points.min(), points.max()) > LARGEST:
            return cls.unsorted(points)
        if points.shape[1] not in (2, 3):  # the engine keeps these in input order
            points = np.ascontiguousarray(planar(points))
        rows, columns, scale = clustering.ordered(np.ascontiguousarray(points), cancelled)
        return cls(columns, scale, rows)

    @property
    def n(self) -> int:
        """Number of places."""
        return int(self.columns.shape[1])

    @property
    def x(self) -> Floats:
        """Across, times ``scale``: shape (n,), contiguous."""
        x: Floats = self.columns[0]
        return x

    @property
    def y(self) -> Floats:
        """Up, times ``scale``: shape (n,), contiguous."""
        y: Floats = self.columns[1]
        return y

    @cached_property
    def thinned(self) -> Floats:
        """x and y of every ``THIN``-th place, times ``scale``: a picture of very many points. Shape (2, ⌈n / THIN⌉)."""
        thinned = np.ascontiguousarray(self.columns[:2, ::THIN])
        thinned.flags.writeable = False
        return thinned

    @cached_property
    def boxes(self) -> Floats:
        """Least and greatest x, least and greatest y of each cell, times ``scale``; shape (4, cells)."""
        boxes = np.empty((4, -(-self.n // CELL)))
        full = self.n // CELL
        for axis, column in enumerate((self.x, self.y)):
            cells, rest = column[: full * CELL].reshape(full, CELL), column[full * CELL :]
            for row, extreme in ((2 * axis, np.min), (2 * axis + 1, np.max)):
                boxes[row, :full] = extreme(cells, axis=1)
                if rest.size:
                    boxes[row, full] = extreme(rest)
        boxes.flags.writeable = False
        return boxes

    @cached_property
    def places(self) -> Places:
        """The place of each row, shape (n,), int32: a tenth of a second for ten million."""
        places = np.arange(self.n, dtype=np.int32)
        if self.rows is not None:
            inverse = np.empty_like(places)
            inverse[self.rows] = places
            places = inverse
        places.flags.writeable = False
        return places

    def touching(self, x0: float, x1: float, y0: float, y1: float) -> NDArray[np.bool_]:
        """Return which cells touch the rectangle, given in data units; shape (cells,)."""
        x_low, x_high, y_low, y_high = self.boxes
        with np.errstate(over="ignore"):  # of a view that is as good as endless
            x0, x1, y0, y1 = np.multiply((x0, x1, y0, y1), self.scale)
        touching: NDArray[np.bool_] = (x_low <= x1) & (x_high >= x0) & (y_low <= y1) & (y_high >= y0)
        return touching

    def spans(self, x0: float, x1: float, y0: float, y1: float) -> Spans:
        """Return where the points of a rectangle are.

        Parameters
        ----------
        x0, x1, y0, y1 : float
            The rectangle in data units, its edges included.

        Returns
        -------
        ndarray of shape (m, 2), int64
            The places of the cells that touch it, as stretches: where each begins and where it ends, the end not included;
            ascending and apart. Not all that is there lies in the rectangle, but whatever does is there.
        """
        return self.stretches(self.touching(x0, x1, y0, y1))

    def stretches(self, chosen: NDArray[np.bool_]) -> Spans:
        """Return the places of the chosen cells as :meth:`spans` does."""
        edges = np.flatnonzero(np.diff(chosen, prepend=False, append=False))
        return np.minimum(edges.astype(np.int64) * CELL, self.n).reshape(-1, 2)
