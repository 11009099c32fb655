"""Each half-step of Lloyd against a textbook one in plain Python: one point and one number at a time."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from cases import case
from hypothesis import assume, event, given, settings
from lloyd_textbook import (
    ALL_DIMENSIONS,
    KINDS,
    RULES,
    Board,
    all_nearest_at_once,
    assert_same_run,
    boards,
    check_half_steps,
    dimensions,
    every_kernel,
    kernels_for,
    large_board,
)

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.kernels import force


@settings(max_examples=125)
@given(board=boards(ALL_DIMENSIONS), rule=RULES)
def test_every_half_step_is_the_textbooks(board: Board, rule: str) -> None:
    """Plain numpy's by comparison with the textbook's, those of the other kernels by comparison with plain numpy's."""
    points, start = board
    runs = {}
    for kernel in kernels_for(points.shape[1]):
        with case(kernel), force(kernel):
            steps = runs[kernel] = list(clustering.steps("lloyd", points, init=start, empty_clusters=rule))
            assert all(step.labels is before.labels for before, step in pairwise(steps) if step.phase is Phase.UPDATE)
    plain = runs.pop("plain")
    event(f"some cluster empties: {any('no points' in str(step.note) for step in plain)}")
    assert np.array_equal(plain[0].centroids, start)
    assert plain[0].objective is None
    assert (plain[0].labels == -1).all()
    check_half_steps(plain, points, rule)
    for kernel, steps in runs.items():
        with case(kernel):
            assert_same_run(steps, plain)


@every_kernel
@pytest.mark.parametrize("kind", KINDS)
def test_on_larger_boards_too(kernel: str, kind: str) -> None:
    for seed, d in enumerate(dimensions(kernel)):
        rng = np.random.default_rng(seed)
        points = large_board(kind, int(rng.integers(300, 1001)), d, seed)
        start = points[rng.integers(0, len(points), int(rng.integers(2, 30)))]  # a place may be taken twice
        rule = ["farthest", "keep", "drop"][seed % 3]
        with force(kernel):
            steps = list(clustering.steps("lloyd", points, init=start, empty_clusters=rule, max_iter=5))
        check_half_steps(steps, points, rule, all_nearest_at_once)


@given(board=boards(), rule=RULES)
def test_the_objective_never_rises(board: Board, rule: str) -> None:
    points, start = board
    steps = list(clustering.steps("lloyd", points, k=len(start), init=start, empty_clusters=rule))
    objectives = [step.objective for step in steps[1:]]
    # A mean is rounded to the digits that its place leaves it, which matters where points are as close as that.
    grain = points.size * (2 * np.spacing(np.abs(points).max())) ** 2
    assert all(later <= earlier * (1 + 1e-12) + grain for earlier, later in pairwise(objectives))


@given(board=boards(), rule=RULES)
def test_the_steps_are_numbered_and_measured(board: Board, rule: str) -> None:
    points, start = board
    steps = list(clustering.steps("lloyd", points, k=len(start), init=start, empty_clusters=rule))
    # Equal points far from the origin may never settle: their mean is rounded, so others that stand on them take them.
    assume(steps[-1].iterations < 300)
    halves = (len(steps) - 3) // 2
    assert [s.phase for s in steps] == [Phase.START, *[Phase.ASSIGN, Phase.UPDATE] * halves, Phase.ASSIGN, Phase.DONE]
    assert [s.index for s in steps] == list(range(len(steps)))
    assert [s.iteration for s in steps] == [0, *(i // 2 for i in range(2, 2 + 2 * halves)), halves + 1, halves + 1]
    assert steps[-2].changed == 0
    for before, step in pairwise(steps):
        assert step.changed == sum(a != b for a, b in zip(before.labels.tolist(), step.labels.tolist(), strict=True))
        moved = [math.dist(a, b) for a, b in zip(before.centroids.tolist(), step.centroids.tolist(), strict=True)]
        wanted = max((distance for distance in moved if not math.isnan(distance)), default=0.0)
        assert math.isclose(step.shift, wanted, rel_tol=1e-12, abs_tol=0.0)
    assert all(not s.labels.flags.writeable and not s.centroids.flags.writeable for s in steps)


@given(board=boards())
def test_in_exact_arithmetic_no_centroid_is_nearer(board: Board) -> None:
    points, start = board
    assign = next(s for s in clustering.steps("lloyd", points, k=len(start), init=start) if s.phase is Phase.ASSIGN)
    rows = [[Fraction(x) for x in row] for row in points.tolist()]
    centroids = [[Fraction(c) for c in row] for row in start.tolist()]
    for row, label in zip(rows, assign.labels.tolist(), strict=True):
        exact = [sum((x - c) ** 2 for x, c in zip(row, centroid, strict=True)) for centroid in centroids]
        assert exact[label] <= min(exact) * (1 + Fraction(1, 10**14))


def test_a_tie_goes_to_the_lowest_index() -> None:
    X = np.array([[0.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])
    steps = list(clustering.steps("lloyd", X, k=3, init=[[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]], empty_clusters="keep"))
    assert steps[1].labels.tolist() == [0, 1, 0]


def test_by_hand() -> None:
    """Five points on a line: 0 1 2 | 9 10, the second centroid starting too far to the left."""
    X = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
    steps = list(clustering.steps("lloyd", X, k=2, init=[[0.0], [1.0]]))
    centroids = [[0, 1], [0, 1], [0, 5.5], [0, 5.5], [1, 9.5], [1, 9.5], [1, 9.5]]
    labels = [[0, 1, 1, 1, 1]] * 2 + [[0, 0, 0, 1, 1]] * 4
    assert [s.centroids.ravel().tolist() for s in steps] == centroids
    assert [s.labels.tolist() for s in steps[1:]] == labels
    assert [s.objective for s in steps] == [None, 146.0, 65.0, 37.5, 2.5, 2.5, 2.5]
    assert [s.changed for s in steps] == [0, 5, 0, 2, 0, 0, 0]
    assert [s.shift for s in steps] == [0, 0, 4.5, 0, 4.0, 0, 0]


def test_what_a_step_says() -> None:
    X = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
    steps = list(clustering.steps("lloyd", X, k=2, init=[[0.0], [1.0]]))
    said: list[tuple[Step, str, str]] = [(step, str(step.title), str(step.note)) for step in steps]
    assert [title for _, title, _ in said] == [
        "Place 2 centroids",
        *["Assign 5 points", "Move 2 centroids"] * 2,
        "Assign 5 points",
        "Finish",
    ]
    assert [note for _, _, note in said] == [
        "Place 2 starting centroids (given).",
        "Assign 5 points to the nearest centroid: each gets its first centroid.",
        "Move 2 centroids to their means: the farthest moves 4.500.",
        "Assign 5 points to the nearest centroid: 2 switch.",
        "Move 2 centroids to their means: the farthest moves 4.000.",
        "Assign 5 points to the nearest centroid: 0 switch.",
        "Done: the last assignment changed nothing, so the centroids stay.",
    ]
