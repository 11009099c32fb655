"""Reading: the numbers of a half-step in words, the same wherever they stand."""

from __future__ import annotations

import numpy as np

from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.assignment import label_of
from kmeans_gui.clustering.notes import number
from kmeans_gui.ui.shown import Shown

_CHANGE_DIGITS = 3
_DUST = 1e-13
"""Share of the objective below which a change is rounding."""


def change_of(step: Step, previous: Step | None) -> str:
    """Return by how much the objective changed in ``step``: "(−1.07)", empty if there is nothing to compare with."""
    if step.objective is None or previous is None or previous.objective is None:
        return ""
    change = step.objective - previous.objective
    if abs(change) <= _DUST * abs(step.objective):
        change = 0.0
    return f"({'+' if change > 0 else ''}{number(change, _CHANGE_DIGITS)})"


def objective_in(step: Step, previous: Step | None) -> str:
    """Return the objective with its name: "inertia 31.42 (−1.07)"; empty for a method that has none."""
    if step.objective is not None:
        return f"{step.objective_name} {number(step.objective)} {change_of(step, previous)}".strip()
    return f"{step.objective_name} not yet" if has_objective(step) else ""


def has_objective(step: Step) -> bool:
    """Whether the method has an objective, measured yet or not: one that has none gives it no name."""
    return step.objective is not None or step.objective_name != "objective"


def switched_in(step: Step, previous: Step | None) -> str:
    """Return how many points the last assignment up to ``step`` switched: "31 switched"; the first one assigns them."""
    last = _last(Phase.ASSIGN, step, previous)
    if last is None:
        return ""
    return f"{last.changed:,} {'assigned' if last.iteration == 1 else 'switched'}"


def shift_in(step: Step, previous: Step | None) -> str:
    """Return how far the last update up to ``step`` moved a centroid: "shift 0.021"; empty before there was one."""
    last = _last(Phase.UPDATE, step, previous)
    return "" if last is None else f"shift {number(last.shift)}"


def _last(phase: Phase, step: Step, previous: Step | None) -> Step | None:
    return next((s for s in (step, previous) if s is not None and s.phase is phase), None)


def point_in(shown: Shown, row: int) -> str:
    """Return what there is to say of a point: its name, where it lies, and its cluster."""
    dataset = shown.state.dataset
    (place,), (called,) = dataset.table.at(np.array([row])), dataset.ids_at(np.array([row]))
    places = (f"{name} {number(value)}" for name, value in zip(dataset.columns[:2], place.tolist(), strict=False))
    label = -1 if shown.step is None else label_of(shown.step.assignment, row)
    cluster = [f"cluster {label + 1}"] if label >= 0 else []
    return " · ".join([f"point {called}", ", ".join(places), *cluster])
