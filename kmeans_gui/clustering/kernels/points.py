"""Points: the points of a run as the kernels read them, with all that is measured once."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels.exact import anchors_for
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import Cancelled, CancelQuestion

SORTED_FROM = 1 << 13
"""Points from which on sorting them pays."""

SLICE = 1 << 20
"""Numbers measured before somebody may cancel: a few milliseconds."""

SMALLEST_FLOAT = 2.0**-1074
"""What is left of a digit too small to be scaled."""

Counts = NDArray[np.int64]
Rows = NDArray[np.int32]


@dataclass(frozen=True)
class Loops:
    """The loops that all regimes share, plain or compiled; both give the same results.

    The functions are those of :mod:`exact` and :mod:`plus_plus`, the sort along a space-filling curve, and ``bring_nearer``,
    for :meth:`kmeans_gui.clustering.kernels.base.Kernel.bring_nearer`.
    """

    measure: Callable[[Floats], tuple[float, float]]
    add_squares: Callable[[Floats, float, Floats, Floats], None]
    add_labeled: Callable[[Floats, float, NDArray[np.int16], Floats, Floats, Counts], None]
    bring_nearer: Callable[[Floats, float, Floats, Floats], None]
    move_to_means: Callable[[Floats, Counts, Floats], None]
    inertia: Callable[[Floats, Counts, Floats, Floats], float]
    choose_far_points: Callable[[Floats, int, Floats, CancelQuestion], NDArray[np.int64]]
    sort: Callable[[Floats, CancelQuestion, float], tuple[Rows, Floats]]


class Points:
    """The points, how they are scaled, and how finely their sums must be kept. Kernels of several threads may share it.

    Parameters
    ----------
    X : ndarray of shape (n, d), float64
        Not copied.
    loops : Loops
        What they are measured and sorted with.
    cancelled : callable
        Asked every few milliseconds.

    Attributes
    ----------
    given : ndarray of shape (n, d)
        The array itself.
    X : ndarray of shape (n, d)
        A read-only view of it.
    scale : float
        A power of two: X · scale lies within ±1, so that squares neither overflow nor vanish. Multiplying by it rounds nothing.
    finest : float
        The lowest bit that is set in any scaled coordinate.
    tiny : bool
        Whether digits may be lost when a scaled number is scaled back.
    anchors : ndarray of shape (bins,)
        The bins in which scaled coordinates are summed exactly.
    """

    def __init__(self, X: Floats, loops: Loops, cancelled: CancelQuestion = lambda: False) -> None:
        self.given = X
        self.X = X.view()
        self.X.setflags(write=False)  # always, since for arrays of either kind the loops would be compiled twice
        self.n, self.d = X.shape
        self.loops = loops
        largest, finest = 0.0, math.inf
        for part in self._slices(cancelled):
            magnitude, digit = loops.measure(part)
            largest, finest = max(largest, magnitude), min(finest, digit)
        # Beyond 2¹⁰⁰⁰ there is no reciprocal; what it would lift to 1 is subnormal and may stay small.
        self.scale = math.ldexp(1.0, min(-math.frexp(largest)[1], 1000))
        self.finest = min(max(finest * self.scale, SMALLEST_FLOAT), 1.0)
        # From there on a mean in the units of the data may be too small to keep all its digits.
        self.tiny = self.scale > 2.0**900
        self.anchors = anchors_for(self.n, self.finest)
        self._squares: Floats | None = None
        self._order: list[tuple[Rows | None, Floats]] = []  # one, once it is known
        self._sorting = threading.Lock()

    def with_loops(self, loops: Loops) -> Points:
        """Return the same points for other loops. Both share their order, whoever sorts first."""
        same = copy(self)
        same.loops = loops
        return same

    @staticmethod
    def sorts(n: int, d: int) -> bool:
        """Whether the order of n points in d dimensions is that of a space-filling curve, and not that of the input."""
        return d in (2, 3) and n >= SORTED_FROM

    def columns(self) -> Floats:
        """Return the scaled points in input order, shape (d, n), C-contiguous."""
        scaled: Floats = np.multiply(self.X.T, self.scale, order="C")
        return scaled

    def order(self, cancelled: CancelQuestion) -> tuple[Rows | None, Floats]:
        """Return the input row at each place of the order, shape (n,), and the scaled points in it, shape (d, n), C-contiguous.

        Both are read-only; the rows are None if the order is that of the input. Whoever asks first sorts; others wait for it.
        """
        while not self._sorting.acquire(timeout=0.01):
            if cancelled():
                raise Cancelled
        try:
            if not self._order:
                rows: Rows | None = None
                if self.sorts(self.n, self.d):
                    rows, columns = self.loops.sort(self.X, cancelled, self.scale)
                    rows.flags.writeable = False  # as those of a step are
                else:
                    columns = self.columns()
                # Whoever draws them has them read-only. To numba that is another type, for which it would compile anew.
                columns.flags.writeable = False
                self._order.append((rows, columns))
            return self._order[0]
        finally:
            self._sorting.release()

    def square_anchors(self) -> Floats:
        """Return the anchors of the bins in which squares of scaled coordinates are summed exactly, shape (square bins,)."""
        return anchors_for(2 * self.n * self.d, self.finest**2)

    def squares(self, cancelled: CancelQuestion) -> Floats:
        """Return the bins of Σ|x|² over the scaled points, shape (square bins,); measured when first asked for."""
        if self._squares is None:
            anchors = self.square_anchors()
            bins = np.zeros(len(anchors))
            for part in self._slices(cancelled):
                self.loops.add_squares(part, self.scale, anchors, bins)
            self._squares = bins
        return self._squares

    def _slices(self, cancelled: CancelQuestion) -> Iterator[Floats]:
        flat = self.X.reshape(-1)
        for start in range(0, len(flat), SLICE):
            if cancelled():
                raise Cancelled
            yield flat[start : start + SLICE]
