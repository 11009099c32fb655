"""What every registered algorithm promises, whatever it computes. A new one is tested by its line in the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, wraps
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from cases import case

from kmeans_gui import clustering
from kmeans_gui.clustering import REGISTRY, Phase, Step
from kmeans_gui.clustering.assignment import Packed
from kmeans_gui.clustering.overlays import Overlay
from kmeans_gui.clustering.parameters import Choice
from kmeans_gui.errors import Cancelled

BOARDS = {
    "one point": (np.array([[2.0, 3.0]]), 1),
    "as many clusters as points": (np.random.default_rng(0).normal(size=(7, 2)), 7),
    "duplicates": (np.repeat(np.random.default_rng(1).integers(0, 3, (5, 2)), 6, axis=0), 4),
    "all points equal": (np.full((6, 2), 1.5), 3),
    "one coordinate": (np.random.default_rng(2).normal(size=(60, 1)), 4),
    "a plane": (np.random.default_rng(3).normal(size=(200, 2)), 5),
    "space": (np.random.default_rng(4).normal(size=(80, 3)), 6),
    "ten coordinates": (np.random.default_rng(5).normal(size=(80, 10)), 3),
    "far from the origin": (np.random.default_rng(6).normal(size=(80, 2)) + 1e9, 3),
    "near to the origin": (np.random.default_rng(3).normal(size=(60, 2)) * 2.0**-660, 4),
}


def asked(name: str, k: int) -> dict[str, Any]:
    """Return the number of clusters for an algorithm that wants to know it."""
    return {"k": k} if any(parameter.name == "k" for parameter in REGISTRY[name].parameters) else {}


def options(name: str, parameter: str) -> list[str | None]:
    """Return what can be chosen for a parameter; only None if the algorithm has none of that name."""
    declared = {p.name: p for p in REGISTRY[name].parameters}.get(parameter)
    return list(declared.options) if isinstance(declared, Choice) else [None]


def play(name: str, board: str, seed: int = 5) -> list[Step]:
    points, k = BOARDS[board]
    return list(clustering.steps(name, points, seed=seed, **asked(name, k)))


watch = cache(play)
"""Does the same, and once for all tests that only look at the steps."""


def same(a: object, b: object) -> bool:
    """Whether two values of a step are the same, bit for bit; functions are not compared."""
    if isinstance(a, Overlay):
        return type(a) is type(b) and all(same(x, y) for x, y in zip(vars(a).values(), vars(b).values(), strict=True))
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, Packed) and isinstance(b, Packed):
        return same(a.labels(), b.labels())
    return callable(a) == callable(b) and (callable(a) or a == b)


METHODS = [
    (name, {"metric": metric, "linkage": linkage})
    for name, algorithm in REGISTRY.items()
    for metric in options(name, "metric")
    for linkage in options(name, "linkage")
    if linkage not in ("ward", "centroid") or metric == "euclidean"
]
"""Each algorithm with each of its metrics and linkages."""


def on_every_board(test: Callable[[str, str], None]) -> Callable[[str], None]:
    """Let a test of an algorithm and a board try each algorithm on all boards."""

    @pytest.mark.parametrize("name", REGISTRY)
    @wraps(test)
    def on_all(name: str) -> None:
        for board in BOARDS:
            with case(board):
                test(name, board)

    del on_all.__wrapped__  # whose signature pytest would take
    return on_all


@pytest.mark.parametrize(("name", "choice"), [case for case in METHODS if case[0] != "gaussian-mixture"])
@pytest.mark.parametrize("exponent", [-660, 480])
def test_a_power_of_two_changes_no_label(name: str, choice: dict[str, str | None], exponent: int) -> None:
    """Where squares of distances are no numbers. Gaussian mixtures are another thing: their regularization is absolute."""
    points, k = BOARDS["space"]
    chosen = asked(name, k) | {key: value for key, value in choice.items() if value is not None}
    for step, other in zip(
        clustering.steps(name, points, **chosen), clustering.steps(name, points * 2.0**exponent, **chosen), strict=True
    ):
        assert np.array_equal(step.labels, other.labels)
        assert other.objective is None or not np.isnan(other.objective)
        if step.centroids is not None:
            assert other.centroids is not None
            assert np.array_equal(step.centroids * 2.0**exponent, other.centroids, equal_nan=True)


@on_every_board
def test_the_same_seed_gives_the_same_steps(name: str, board: str) -> None:
    for a, b in zip(play(name, board), play(name, board), strict=True):
        assert (a.phase, a.iteration, a.changed, a.shift) == (b.phase, b.iteration, b.changed, b.shift)
        assert (a.objective, str(a.title), str(a.note)) == (b.objective, str(b.title), str(b.note))
        assert a.labels.tobytes() == b.labels.tobytes()
        assert same(a.centroids, b.centroids)
        assert len(a.overlays) == len(b.overlays)
        assert all(same(x, y) for x, y in zip(a.overlays, b.overlays, strict=True))


@on_every_board
def test_steps_are_in_order_from_start_to_done(name: str, board: str) -> None:
    steps = watch(name, board)
    assert steps[0].phase is Phase.START
    assert [s.index for s in steps if s.phase is Phase.DONE] == [len(steps) - 1]
    assert [s.index for s in steps] == list(range(len(steps)))
    assert steps[0].iteration == 0
    for a, b in pairwise(steps):
        assert b.iteration - a.iteration in (0, 1) or (b.phase is Phase.START and b.iteration == 0)


@on_every_board
def test_arrays_fit_the_points_and_are_read_only(name: str, board: str) -> None:
    points, _ = BOARDS[board]
    for step in watch(name, board):
        assert step.labels.shape == (len(points),)
        assert step.labels.min() >= -1
        assert step.labels.max() < max(step.k, 1)
        assert step.counts().sum() == np.count_nonzero(step.labels >= 0)
        assert not step.labels.flags.writeable
        if step.centroids is not None:
            assert step.centroids.shape == (step.k, points.shape[1])
            assert step.centroids.dtype == np.float64
            assert not step.centroids.flags.writeable


@on_every_board
def test_steps_that_change_no_label_share_one_assignment(name: str, board: str) -> None:
    """The trace and the canvas rely on it."""
    for before, step in pairwise(watch(name, board)):
        assert step.changed == np.count_nonzero(step.labels != before.labels)
        assert (step.changed == 0) == (step.assignment is before.assignment)


@on_every_board
def test_every_step_speaks(name: str, board: str) -> None:
    for step in watch(name, board):
        assert str(step.title)
        assert not str(step.title).endswith(".")
        assert str(step.note).endswith(".")
        assert "nan" not in str(step.note)
        assert step.objective is None or np.isfinite(step.objective)


@on_every_board
def test_labels_can_be_recalled(name: str, board: str) -> None:
    points, recall = clustering.check_points(BOARDS[board][0]), REGISTRY[name].recall
    for step in watch(name, board):
        if recall is not None and step.changed:
            recalled = replace(step, assignment=recall(points, step)).labels
            assert recalled.dtype == step.labels.dtype
            assert np.array_equal(recalled, step.labels)


NEVER_RISES = {"fuzzy-cmeans", "hartigan-wong", "kmeans++", "kmedians", "kmedoids", "lloyd"}
"""Whose objective no half-step of a run can raise."""


@on_every_board
def test_the_objective_never_rises_where_theory_says_so(name: str, board: str) -> None:
    if name in NEVER_RISES:
        measured = [(s.phase, s.objective) for s in watch(name, board) if s.objective is not None]
        for (_, before), (phase, after) in pairwise(measured):
            assert phase is Phase.START or after <= before * (1 + 1e-12)


@on_every_board
def test_a_run_can_be_cancelled(name: str, board: str) -> None:
    points, k = BOARDS[board]
    with pytest.raises(Cancelled):
        list(clustering.steps(name, points, cancelled=lambda: True, **asked(name, k)))


@on_every_board
def test_the_last_step_is_what_fit_returns(name: str, board: str) -> None:
    points, k = BOARDS[board]
    last, fitted = watch(name, board)[-1], clustering.fit(name, points, seed=5, **asked(name, k))
    assert (last.iterations, str(last.note)) == (fitted.iterations, str(fitted.note))
    assert np.array_equal(last.labels, fitted.labels)
    assert same(last.centroids, fitted.centroids)


@on_every_board
def test_each_phase_lights_a_line(name: str, board: str) -> None:
    lit = {phase for _, phases in REGISTRY[name].pseudocode for phase in phases}
    assert {step.phase for step in watch(name, board)} <= lit
