"""Selection: which half-steps of a run are written. To add a choice, write its line in ``SELECTIONS``."""

from __future__ import annotations

from collections.abc import Callable

from kmeans_gui.clustering import Trace

Frames = tuple[int, ...]


def _every(trace: Trace) -> Frames:
    return tuple(range(len(trace)))


def _ends_of_iterations(trace: Trace) -> Frames:
    # Iterations are numbered anew where another run begins.
    ends = (i for i in range(len(trace) - 1) if trace.light(i).iteration != trace.light(i + 1).iteration)
    return (*ends, *_last(trace))


def _last(trace: Trace) -> Frames:
    return tuple(range(len(trace)))[-1:]


SELECTIONS: dict[str, tuple[str, Callable[[Trace], Frames]]] = {
    "all": ("Every half-step", _every),
    "iterations": ("The start and the end of each iteration", _ends_of_iterations),
    "final": ("The last half-step", _last),
}
"""Name on the command line → (words in the form, function)."""


def frame_indices(trace: Trace, which: str) -> Frames:
    """Return the half-steps of ``trace`` that the selection called ``which``, a key of ``SELECTIONS``, takes, in order.

    ``"iterations"`` takes the start and then the last half-step of each iteration: the one that moved the centroids, and at
    the end the one that closes the run.
    """
    return SELECTIONS[which][1](trace)
