"""Kernels: the loops over all points, behind one door.

An algorithm asks :func:`choose` for a kernel and calls its methods; it never loops over points itself. All kernels give the
same answers, bit for bit, since the sums they keep are exact (:mod:`exact`) and the distances they compare are the same:

``plain``
    Plain numpy: where numba is missing, and until it is loaded (:mod:`warming`).
``fused``
    Small and medium data: one compiled loop (:mod:`fused`).
``filtering``
    Large data in two and three dimensions: a tree over points in spatial order (:mod:`tree`, :mod:`walk`), repeated points
    once with a weight.
``high-d``
    Many dimensions: matrix products and bounds (:mod:`high_d`).

:mod:`relay` begins with one kernel and goes on with another; :mod:`bulk` makes many runs at a time; :mod:`plus_plus` seeds;
:mod:`threads` shares out the work. To add a kernel, write its file, implementing
:class:`kmeans_gui.clustering.kernels.base.Kernel`, and its line in :mod:`family`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from kmeans_gui.clustering.kernels.base import Advance, Halt, Kernel
from kmeans_gui.clustering.kernels.plain import PLAIN, Plain
from kmeans_gui.clustering.kernels.points import Loops, Points, Rows
from kmeans_gui.clustering.kernels.relay import Relay
from kmeans_gui.clustering.kernels.threads import use_threads
from kmeans_gui.clustering.kernels.warming import at_hand, begin, trouble, warm
from kmeans_gui.clustering.step import Floats
from kmeans_gui.errors import Cancelled, CancelQuestion

if TYPE_CHECKING:
    from kmeans_gui.clustering.kernels.bulk import Bulk

__all__ = [
    "Advance",
    "Cancelled",
    "Halt",
    "Kernel",
    "begin",
    "choose",
    "choose_bulk",
    "force",
    "ordered",
    "trouble",
    "use_threads",
    "wait",
    "warm",
]

WORTH_WAITING = 1 << 18
"""Distances in an assignment from which on a run goes on compiled as soon as it can."""

_last: Points | None = None
_remembering = Lock()
_forced: ContextVar[str | None] = ContextVar("forced", default=None)


@contextmanager
def force(name: str) -> Iterator[None]:
    """Let :func:`choose` return the kernel called ``name`` while the context lasts: "plain" or a key of ``family.KERNELS``."""
    token = _forced.set(name)
    try:
        yield
    finally:
        _forced.reset(token)


def choose(X: Floats, k: int, cancelled: CancelQuestion = lambda: False) -> Kernel:
    """Return the kernel for points ``X``, shape (n, d), and ``k`` centroids.

    If the compiled ones are at hand, :func:`family.choose` says which. If they are still being loaded, plain numpy begins, and
    hands over when they are there if there is enough to do.
    """
    name, family = _forced.get(), at_hand()
    if name == "plain":
        return Plain(Points(X, PLAIN, cancelled), k, cancelled)
    if name is not None:
        warm()
        family = at_hand()
        assert family is not None, trouble()
        kernel: Kernel = family.KERNELS[name](Points(X, family.COMPILED, cancelled), k, cancelled)
        return kernel
    if family is not None:
        return _chosen(family, X, k, cancelled)
    plain = Plain(Points(X, PLAIN, cancelled), k, cancelled)
    if trouble() is None and plain.points.n * k >= WORTH_WAITING:
        return Relay(plain, lambda unwanted: _when_warm(X, k, unwanted))
    return plain


def choose_bulk(X: Floats, k: int, count: int, cancelled: CancelQuestion) -> Bulk | None:
    """Return what makes ``count`` runs at a time, or None where that is not faster than one by one, or is not at hand."""
    if at_hand() is None:
        return None
    from kmeans_gui.clustering.kernels import bulk

    if not bulk.is_small(len(X), X.shape[1], k):
        return None
    kernel = choose(X, k, cancelled)
    return bulk.Bulk(kernel, count, cancelled) if bulk.suits(kernel) else None


def ordered(X: Floats, cancelled: CancelQuestion = lambda: False) -> tuple[Rows | None, Floats, float]:
    """Return points ``X``, shape (n, d), in the order in which the kernels keep them.

    If nobody can change ``X``, the arrays are the very ones that a run on it uses, whoever asks first.

    Returns
    -------
    rows : ndarray of shape (n,), int32, or None
        The row of ``X`` at each place; None for the order of the input, which is that of few points, and of points in one or
        more than three dimensions. Otherwise they follow a space-filling curve.
    columns : ndarray of shape (d, n), C-contiguous
        The points in that order, times ``scale``.
    scale : float
        A power of two.

    Raises
    ------
    Cancelled
        If ``cancelled()`` was True.
    """
    family = at_hand()
    loops: Loops = PLAIN if family is None else family.COMPILED
    points = _remembered(X, loops, cancelled) if _is_frozen(X) else Points(X, loops, cancelled)
    return (*points.order(cancelled), points.scale)


def _chosen(family: ModuleType, X: Floats, k: int, cancelled: CancelQuestion) -> Kernel:
    kernel: Kernel = family.choose(_remembered(X, family.COMPILED, cancelled), k, cancelled)
    return kernel


def _remembered(X: Floats, loops: Loops, cancelled: CancelQuestion) -> Points:
    """Return the points prepared last if they are of the same array and nobody can have changed it since."""
    global _last
    while not _remembering.acquire(timeout=0.01):
        if cancelled():
            raise Cancelled
    try:
        points = _last
        if points is None or points.given is not X:
            points = Points(X, loops, cancelled)
        elif points.loops is not loops:  # sorted before the compiled loops were there, in the same order
            points = points.with_loops(loops)
        _last = points if _is_frozen(X) else None
        return points
    finally:
        _remembering.release()


def _is_frozen(X: Floats) -> bool:
    """Whether nobody can write to the memory of ``X``: a read-only view of an array that is not is none of that kind."""
    owner: object = X
    while isinstance(owner, np.ndarray):
        if owner.flags.writeable:
            return False
        owner = owner.base
    return owner is None


def wait(unwanted: CancelQuestion) -> None:
    """Wait until the compiled kernels are at hand, or it is known that there are none.

    Raises
    ------
    Cancelled
        If that became ``unwanted``.
    """
    loading = begin()
    while loading.is_alive():
        if unwanted():
            raise Cancelled
        loading.join(0.05)


def _when_warm(X: Floats, k: int, unwanted: CancelQuestion) -> Kernel:
    wait(unwanted)
    family = at_hand()
    if family is None:
        return Plain(Points(X, PLAIN, unwanted), k, unwanted)
    return _chosen(family, X, k, unwanted)
