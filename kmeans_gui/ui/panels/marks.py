"""Marks: where on the timeline and on the objective's curve something stands, read once per half-step as a run grows."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from kmeans_gui.clustering import Phase, Step, Trace


@dataclass
class Marks:
    """The half-steps of a run by kind.

    Parameters
    ----------
    assigns : list of int
        The half-steps that begin an iteration.
    others : list of int
        Those in between, the start left out.
    length : int
        How many half-steps have been read.
    done : bool
        Whether the last of them ended the run.
    """

    assigns: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    length: int = 0
    done: bool = False
    _trace: Trace | None = None

    def read(self, trace: Trace | None, length: int) -> range:
        """Read on in ``trace``, or from its start if it is another one, and return the half-steps that are new."""
        if trace is not self._trace or length < self.length:
            self._trace, self.assigns, self.others, self.length, self.done = trace, [], [], 0, False
        new = range(self.length, length)
        if trace is not None:
            for index in new:
                self._sort(trace.light(index), trace.light(max(index - 1, 0)))
            self.length = length
        return new

    def _sort(self, step: Step, before: Step) -> None:
        if step.phase is Phase.DONE:
            self.done = True
        elif step.iteration > before.iteration:
            self.assigns.append(step.index)
        elif step.index:
            self.others.append(step.index)


def stride(spacing: float, least: float, multiple_of: int = 1) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50, … that takes marks ``spacing`` pixels apart to ``least`` pixels.

    It is a multiple of ``multiple_of``, itself one of them, so that coarser marks fall on finer ones.
    """
    for power in count():
        for digit in (1, 2, 5):
            step: int = digit * 10**power
            if step % multiple_of == 0 and (step * spacing >= least or spacing <= 0):
                return step
    raise AssertionError("some power of ten is large enough")
