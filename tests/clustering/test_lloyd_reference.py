"""Each half-step of Lloyd against a textbook one in plain Python: one point and one number at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step

Point = Sequence[float]

LATTICE = st.integers(-2, 2).map(float)
"""Few values, so that points coincide and distances tie."""
FREE = st.floats(-1, 1).map(lambda x: x if abs(x) > 1e-30 else 0.0)
"""Nothing so small that, scaled, its square is lost."""
ELEMENTS = {"free": FREE, "lattice": LATTICE, "line": LATTICE}
PLACES = [(1.0, 0.0), (1.0, 1e9), (1e-3, -1e6), (1e-100, 0.0), (1e100, 0.0), (1e-100, 1e-99)]
"""How far apart points lie, and how far from the origin."""


@st.composite
def boards(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Draw points and starting centroids."""
    n, d = draw(st.integers(1, 40)), draw(st.integers(1, 4))
    k = draw(st.integers(1, min(n, 8)))
    kind = draw(st.sampled_from(sorted(ELEMENTS)))
    table = draw(arrays(np.float64, (n, d), elements=ELEMENTS[kind]))
    if kind == "line":
        table = table[:, :1] * np.arange(1.0, d + 1)
    scale, offset = draw(st.sampled_from(PLACES))
    points = table * scale + offset
    at_points = draw(st.booleans())
    if at_points:  # the same point may be taken twice
        return points, points[draw(st.lists(st.integers(0, n - 1), min_size=k, max_size=k))]
    return points, draw(arrays(np.float64, (k, d), elements=ELEMENTS[kind])) * scale + offset


RULES = st.sampled_from(["keep", "farthest", "drop"])


def squared(a: Point, b: Point) -> float:
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += (x - y) * (x - y)
    return total


def nearest(point: Point, centroids: Sequence[Point]) -> int:
    best, least = 0, math.inf
    for j, centroid in enumerate(centroids):
        distance = squared(point, centroid)
        if distance < least:  # never true of a dropped centroid, whose coordinates are NaN
            best, least = j, distance
    return best


def members(X: Sequence[Point], labels: Sequence[int], j: int) -> list[Point]:
    return [point for point, label in zip(X, labels, strict=True) if label == j]


def objective(X: Sequence[Point], labels: Sequence[int], centroids: Sequence[Point]) -> float:
    return math.fsum((x - c) * (x - c) for p, j in zip(X, labels, strict=True) for x, c in zip(p, centroids[j], strict=True))


def check_means(X: Sequence[Point], labels: Sequence[int], centroids: Sequence[Point]) -> list[int]:
    """Check the centroids that have points against the means to the last digits; return the others."""
    for j, centroid in enumerate(centroids):
        own = members(X, labels, j)
        for axis, value in enumerate(centroid if own else ()):
            column = [point[axis] for point in own]
            mean = math.fsum(column) / len(column)
            spread = max(abs(x - mean) for x in column)
            assert abs(value - mean) <= 2 * math.ulp(max(abs(mean), spread))
    return [j for j in range(len(centroids)) if j not in set(labels)]


def farthest_points(X: Sequence[Point], labels: Sequence[int], centroids: Sequence[Point], count: int) -> list[Point]:
    distances = [squared(point, centroids[j]) for point, j in zip(X, labels, strict=True)]
    order = sorted(range(len(X)), key=lambda i: (-distances[i], i))
    return [X[i] for i in order[:count]]


def same(a: Point, b: Point) -> bool:
    return all(x == y or (math.isnan(x) and math.isnan(y)) for x, y in zip(a, b, strict=True))


@settings(max_examples=200)
@given(board=boards(), rule=RULES)
def test_every_half_step_is_the_textbooks(board: tuple[np.ndarray, np.ndarray], rule: str) -> None:
    points, start = board
    X: list[Point] = points.tolist()
    steps = list(clustering.steps("lloyd", points, k=len(start), init=start, empty_clusters=rule))
    event(f"some cluster empties: {any('no points' in str(step.note) for step in steps)}")
    assert np.array_equal(steps[0].centroids, start)
    assert steps[0].objective is None
    assert (steps[0].labels == -1).all()
    for before, step in pairwise(steps):
        old, new, labels = before.centroids.tolist(), step.centroids.tolist(), step.labels.tolist()
        if step.phase is Phase.UPDATE:
            assert step.labels is before.labels
            empty = check_means(X, labels, new)
            newly = [j for j in empty if not math.isnan(old[j][0])]
            fates = {
                "keep": [old[j] for j in newly],
                "farthest": farthest_points(X, labels, new, len(newly)),
                "drop": [[math.nan] * points.shape[1]] * len(newly),
            }
            assert all(same(new[j], fate) for j, fate in zip(newly, fates[rule], strict=True))
            assert all(same(new[j], old[j]) for j in empty if j not in newly)
        else:
            assert np.array_equal(step.centroids, before.centroids, equal_nan=True)
        if step.phase is Phase.ASSIGN:
            assert labels == [nearest(point, old) for point in X]
        wanted = objective(X, labels, new)
        assert math.isclose(step.objective, wanted, rel_tol=1e-12, abs_tol=0.0)


@given(board=boards(), rule=RULES)
def test_the_objective_never_rises(board: tuple[np.ndarray, np.ndarray], rule: str) -> None:
    points, start = board
    steps = list(clustering.steps("lloyd", points, k=len(start), init=start, empty_clusters=rule))
    objectives = [step.objective for step in steps[1:]]
    # A mean is rounded to the digits that its place leaves it, which matters where points are as close as that.
    grain = points.size * (2 * np.spacing(np.abs(points).max())) ** 2
    assert all(later <= earlier * (1 + 1e-12) + grain for earlier, later in pairwise(objectives))


@given(board=boards(), rule=RULES)
def test_the_steps_are_numbered_and_measured(board: tuple[np.ndarray, np.ndarray], rule: str) -> None:
    points, start = board
    steps = list(clustering.steps("lloyd", points, k=len(start), init=start, empty_clusters=rule))
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
def test_in_exact_arithmetic_no_centroid_is_nearer(board: tuple[np.ndarray, np.ndarray]) -> None:
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
