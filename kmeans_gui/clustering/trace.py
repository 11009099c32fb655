"""Trace: the steps of one run, kept within a memory budget.

Centroids and numbers are small and are always kept. Labels are not: a run of 300 iterations over ten million points has
gigabytes of them. Packed they fit (:mod:`kmeans_gui.clustering.label_runs`), but not all can be packed. When they no longer
fit, those of the middle of the run are let go and recomputed when somebody asks, where an algorithm can say how its labels
follow from the rest of a step (its ``recall``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import overload

import numpy as np

from kmeans_gui.clustering.step import Assignment, Phase, Step

Recall = Callable[[Step], Assignment]
"""Recomputes labels from the rest of the step that made them."""

DEFAULT_BUDGET = 1 << 30
_NO_LABELS = np.empty(0, np.int8)


class Trace(Sequence[Step]):
    """The steps of one run, in order.

    Parameters
    ----------
    recall : callable, optional
        Recomputes the labels of a step that made new ones. Without it nothing is ever let go.
    budget : int
        How many bytes of labels to keep, counted as they are: packed, if they are packed.

    Notes
    -----
    Steps between which no label changes share one assignment; the first of them is the one that made it, and from which the
    labels of all of them are recomputed.
    Appending belongs to one thread; reading may be done in any.
    """

    def __init__(self, recall: Recall | None = None, budget: int = DEFAULT_BUDGET) -> None:
        self._steps: list[Step] = []
        self._recall = recall
        self._budget = budget
        self._bytes = 0
        self._makers: list[int] = []  # the steps that made new labels
        self._held: deque[int] = deque()  # those of them whose labels are held
        self._dropped: set[int] = set()

    def append(self, step: Step) -> None:
        """Add the next step; its ``index`` must be the length so far."""
        if step.index != len(self._steps):
            raise ValueError(f"step {step.index} cannot follow {len(self._steps)} steps")
        if not self._steps:
            self._makers.append(0)  # never let go: what there was before the first assignment follows from nothing
        elif step.assignment is not self._steps[-1].assignment:
            self._bytes += step.assignment.nbytes
            self._makers.append(step.index)
            self._held.append(step.index)
        self._steps.append(step)
        self._let_go()

    def extend(self, steps: Sequence[Step] | Iterator[Step]) -> Trace:
        """Append every step and return the trace itself."""
        for step in steps:
            self.append(step)
        return self

    def _let_go(self) -> None:
        """Drop the labels of the oldest assignments until the budget holds; the newest always stay."""
        while self._recall and self._bytes > self._budget and len(self._held) > 1:
            oldest = self._held.popleft()
            self._bytes -= self._steps[oldest].assignment.nbytes
            for index in range(oldest, self._held[0]):  # all that share them
                self._dropped.add(index)  # first, so that a reader in another thread never takes no labels for the labels
                self._steps[index] = replace(self._steps[index], assignment=_NO_LABELS)

    def _maker(self, index: int) -> Step:
        """Return the step that made the labels of step ``index``."""
        return self._steps[self._makers[bisect_right(self._makers, index) - 1]]

    def holds_labels(self, index: int) -> bool:
        """Whether step ``index`` is at hand, so that nothing has to be recomputed."""
        return index % len(self._steps) not in self._dropped

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | list[Step]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self._steps)))]
        step = self._steps[index]
        position = index % len(self._steps)
        if position not in self._dropped:
            return step
        assert self._recall is not None
        return replace(step, assignment=self._recall(self._maker(position)))

    def light(self, index: int) -> Step:
        """Return step ``index`` without recomputing its labels: for its numbers, centroids and words."""
        return self._steps[index]

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def complete(self) -> bool:
        """Whether the run has come to its end."""
        return bool(self._steps) and self._steps[-1].phase is Phase.DONE

    @property
    def iterations(self) -> int:
        """The number of the last iteration, one that changed nothing included: scikit-learn's ``n_iter_``."""
        return self._steps[-1].iteration if self._steps else 0
