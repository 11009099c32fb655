"""What every registered algorithm promises, whatever it computes. A new one is tested by its line in the registry."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import REGISTRY, Phase, Step

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
}


def watch(name: str, board: str, seed: int = 5) -> list[Step]:
    points, k = BOARDS[board]
    asked = {"k": k} if any(parameter.name == "k" for parameter in REGISTRY[name].parameters) else {}
    return list(clustering.steps(name, points, seed=seed, **asked))


pytestmark = [pytest.mark.parametrize("name", REGISTRY), pytest.mark.parametrize("board", BOARDS)]


def test_the_same_seed_gives_the_same_steps(name: str, board: str) -> None:
    for a, b in zip(watch(name, board), watch(name, board), strict=True):
        assert (a.phase, a.iteration, a.changed, a.shift) == (b.phase, b.iteration, b.changed, b.shift)
        assert (a.objective, str(a.title), str(a.note)) == (b.objective, str(b.title), str(b.note))
        assert a.labels.tobytes() == b.labels.tobytes()
        assert (a.centroids is None) == (b.centroids is None)
        assert a.centroids is None or a.centroids.tobytes() == b.centroids.tobytes()


def test_steps_are_in_order_from_start_to_done(name: str, board: str) -> None:
    steps = watch(name, board)
    assert steps[0].phase is Phase.START
    assert [s.index for s in steps if s.phase is Phase.DONE] == [len(steps) - 1]
    assert [s.index for s in steps] == list(range(len(steps)))
    assert steps[0].iteration == 0
    assert all(b.iteration - a.iteration == (b.phase is Phase.ASSIGN) for a, b in pairwise(steps))


def test_arrays_fit_the_points_and_are_read_only(name: str, board: str) -> None:
    points, _ = BOARDS[board]
    for step in watch(name, board):
        assert step.labels.shape == (len(points),)
        assert step.labels.min() >= -1
        assert not step.labels.flags.writeable
        if step.centroids is not None:
            assert step.labels.max() < step.k
            assert step.centroids.shape == (step.k, points.shape[1])
            assert step.centroids.dtype == np.float64
            assert not step.centroids.flags.writeable


def test_no_phase_but_assign_changes_labels(name: str, board: str) -> None:
    """The trace relies on it when it lets labels go."""
    for before, step in pairwise(watch(name, board)):
        assert step.changed == np.count_nonzero(step.labels != before.labels)
        assert step.phase is Phase.ASSIGN or step.assignment is before.assignment


def test_every_step_speaks(name: str, board: str) -> None:
    for step in watch(name, board):
        assert str(step.title)
        assert not str(step.title).endswith(".")
        assert str(step.note).endswith(".")
        assert "nan" not in str(step.note)
        assert step.objective is None or np.isfinite(step.objective)


def test_labels_can_be_recalled(name: str, board: str) -> None:
    points = clustering.check_points(BOARDS[board][0])
    for step in watch(name, board):
        if step.phase is Phase.ASSIGN:
            recalled = replace(step, assignment=REGISTRY[name].recall(points, step)).labels
            assert recalled.dtype == step.labels.dtype
            assert np.array_equal(recalled, step.labels)


def test_each_phase_lights_a_line(name: str, board: str) -> None:
    lit = {phase for _, phases in REGISTRY[name].pseudocode for phase in phases}
    assert {step.phase for step in watch(name, board)} <= lit
