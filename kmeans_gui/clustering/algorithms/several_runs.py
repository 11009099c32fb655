"""Several runs: a method is run from several starts, one after the other, and the best end is kept.

A method that ends in a local optimum is run ``n_init`` times, with the seeds ``seed``, ``seed + 1``, … as
:func:`kmeans_gui.clustering.run_many` has them. The film shows each run from its start; what would be its last step is one of
the phase ``OUTCOME``, in which the run tells how it ended. The last step of all shows the best end once more.

The method itself knows nothing of that: it gives the steps of one run, and its last step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.parameters import Int
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import Cancelled, CancelQuestion, UserError

OUTCOME = "outcome"
"""The phase in which one of several runs ends."""

N_INIT = Int(
    name="n_init",
    label="Runs",
    default=1,
    minimum=1,
    maximum=1000,
    help="How many runs are made, each from a start of its own; the best is kept.",
    advanced=True,
)

SAME = 1e-9
"""Runs whose objectives differ by no more than this share end equally well: they found the same optimum."""


def seeds_of(seed: int, runs: int) -> range:
    """Return the seeds of the runs.

    Raises
    ------
    UserError
        If the last would be larger than a seed can be.
    """
    if seed + runs > 2**63:
        raise UserError(
            f"{runs:,} runs need as many seeds, from {seed} on, and there are none beyond {2**63 - 1}. Lower the seed."
        )
    return range(seed, seed + runs)


def frozen(X: Floats) -> Floats:
    """Return ``X``, or a copy if it can be written to: what is prepared for the first run then serves all of them."""
    if X.flags.writeable:
        X = X.copy()
        X.flags.writeable = False
    return X


def once(step: Step, runs: int) -> Step:
    """Return a step of the only run made where ``runs`` were asked for and the start is given; the first and last say why."""
    if runs == 1 or step.phase not in (Phase.START, Phase.DONE):
        return step
    why = " With given centroids all {runs:,} runs would be this one."
    return replace(step, note=Note(step.note.template + why, step.note.values | {"runs": runs}))


def film(seeds: range, run: Callable[[int], Iterator[Step]]) -> Iterator[Step]:
    """Yield the steps of all runs; ``run`` takes a seed and yields those of one, at whose start no point has a label."""
    outcomes = _Outcomes(len(seeds))
    for seed in seeds:
        for step in run(seed):
            yield outcomes.retell(step)
    yield outcomes.last()


def fit(seeds: range, run: Callable[[int], Step], cancelled: CancelQuestion) -> Step:
    """Return the last step of all; ``run`` takes a seed and returns the last step of one run."""
    outcomes = _Outcomes(len(seeds))
    for seed in seeds:
        if cancelled():  # the run itself may be too short to ask
            raise Cancelled
        outcomes.retell(run(seed))
    return outcomes.last()


class _Outcomes:
    """How the runs have ended so far, and in which words their steps say to which of them they belong."""

    def __init__(self, runs: int) -> None:
        self._runs = runs
        self._steps = 0  # of the runs that have ended
        self._objectives: list[float] = []
        self._best: Step | None = None
        self._latest: Step | None = None

    def retell(self, step: Step) -> Step:
        """Return a step of one run as one of several."""
        told = replace(step, index=self._steps + step.index)
        if step.phase is Phase.START:
            labeled = 0 if self._latest is None else int(self._latest.counts().sum())
            return replace(told, changed=labeled, note=self._numbered(step.note))
        if step.phase is Phase.DONE:
            told = self._outcome(told)
        return told

    def _outcome(self, step: Step) -> Step:
        """Take note of the last step of a run and return it as the step in which that run ends."""
        assert step.objective is not None
        lowest = min(self._objectives, default=math.inf)
        values = {"name": step.objective_name.capitalize(), "objective": step.objective, "lowest": lowest}
        template = " {name} {objective:g}"
        if step.objective < lowest * (1 - SAME):
            template += ", the best so far." if self._objectives else "."
        else:
            template += "; the best so far is {lowest:g}."
        note = Note(step.note.template + template, step.note.values | values)
        ended = replace(step, phase=OUTCOME, title=Note("End run {run:,}", {"run": self._number}), note=self._numbered(note))
        self._objectives.append(step.objective)
        if self._best is None or step.objective < lowest:
            self._best = ended
        self._latest = ended
        self._steps = ended.index + 1
        return ended

    def last(self) -> Step:
        """Return the last step of all, after the last run: the end of the best, of equals the one that came first."""
        best, latest = self._best, self._latest
        assert best is not None
        assert latest is not None
        switched = int(np.count_nonzero(best.labels != latest.labels))
        return replace(
            best,
            index=self._steps,
            phase=Phase.DONE,
            assignment=best.assignment if switched else latest.assignment,
            changed=switched,
            title=Note("Show the best run"),
            note=self._verdict(best),
        )

    def _verdict(self, best: Step) -> Note:
        assert best.objective is not None
        values: dict[str, Any] = {
            "runs": self._runs,
            "name": best.objective_name,
            "objective": best.objective,
            "best": self._objectives.index(best.objective) + 1,
            "worst": max(self._objectives),
            "others": sum(objective <= best.objective * (1 + SAME) for objective in self._objectives) - 1,
        }
        if values["others"] == self._runs - 1:
            return Note("All {runs:,} runs are equally good: {name} {objective:g}. This is the first.", values)
        template = "Run {best:,} of {runs:,} is the best: {name} {objective:g}; the worst ended at {worst:g}."
        if values["others"]:
            template += " {others:# other|others} ended as well as the best."
        return Note(template, values)

    @property
    def _number(self) -> int:
        """The number of the run that is under way, from 1."""
        return len(self._objectives) + 1

    def _numbered(self, note: Note) -> Note:
        return Note("Run {run:,} of {runs:,}. " + note.template, note.values | {"run": self._number, "runs": self._runs})
