"""Relay: begins with one kernel and goes on with a better one as soon as that is ready.

Loading the compiled kernels takes longer than a run on a small board, so a run begins at once with what is at hand. Since all
kernels give the same answers, nobody can tell where the baton passed.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.kernels.base import Advance, Kernel
from kmeans_gui.clustering.step import Floats, Labels
from kmeans_gui.errors import Cancelled, CancelQuestion

_log = logging.getLogger(__name__)

Prepare = Callable[[CancelQuestion], Kernel]
"""Returns a kernel; is given a function that says when it is no longer wanted."""


class Relay(Kernel):
    """Implements :class:`kmeans_gui.clustering.kernels.base.Kernel` by means of two others.

    Parameters
    ----------
    first : Kernel
        Serves from the beginning.
    prepare : callable
        Returns the better kernel. It is called in a thread of its own.
    """

    def __init__(self, first: Kernel, prepare: Prepare) -> None:
        self._run_with(first)
        self._better: Future[Kernel] | None = Future()
        unwanted = threading.Event()
        weakref.finalize(self, unwanted.set)
        cancelled = first.cancelled
        threading.Thread(
            target=_fulfil,
            args=(self._better, prepare, lambda: unwanted.is_set() or cancelled()),
            name="relay",
            daemon=True,
        ).start()

    def _run_with(self, kernel: Kernel) -> None:
        self._now = kernel
        self.points, self.k, self.cancelled = kernel.points, kernel.k, kernel.cancelled
        self._sums, self._counts = kernel._sums, kernel._counts

    def _pass_on(self) -> None:
        """Go on with the better kernel if it is ready."""
        if self._better is None or not self._better.done():
            return
        better, self._better = self._better, None
        try:
            kernel = better.result()
            kernel.adopt(self._now.labels())
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001  without the better kernel the run only takes longer
            _log.exception("the better kernel could not be prepared")
        else:
            self._run_with(kernel)

    def _assign(self, centroids: Floats) -> int:
        self._pass_on()
        changed = self._now._assign(centroids)
        self._run_with(self._now)  # which may be a relay itself and have passed on its sums
        return changed

    def advance(self, centroids: Floats, most: int) -> Advance:
        """Make up to ``most`` iterations in a row; see :meth:`Kernel.advance`."""
        self._pass_on()
        advance = self._now.advance(centroids, most if self._better is None else 1)
        self._run_with(self._now)
        return advance

    def assignment(self) -> Assignment:
        """Return whose point each one is, −1 before the first assignment."""
        return self._now.assignment()

    def adopt(self, labels: Labels) -> None:
        """Go on from ``labels``, shape (n,), in input order; −1 for nobody's."""
        self._now.adopt(labels)

    def far_points(self, first: int, draws: Floats) -> NDArray[np.intp]:
        """Return the rows of k points far from each other; see :meth:`Kernel.far_points`."""
        return self._now.far_points(first, draws)


def _fulfil(future: Future[Kernel], prepare: Prepare, unwanted: CancelQuestion) -> None:
    try:
        future.set_result(prepare(unwanted))
    except BaseException as failure:  # noqa: BLE001  it is raised again where the kernel is asked for
        future.set_exception(failure)
