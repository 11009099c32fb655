"""Lloyd as textbooks have it, in plain Python: one point and one number at a time. And boards to try it on.

Squares of numbers beyond 1e±154 leave the range of floats, so the textbook, too, takes the unit of length that makes the
largest coordinate about 1. It is a power of two, by which nothing is rounded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.kernels import family

Point = Sequence[float]

KERNELS = ["plain", *family.KERNELS]
every_kernel = pytest.mark.parametrize("kernel", KERNELS)


def dimensions(kernel: str) -> tuple[int, ...]:
    """Return some of the dimensions in which a kernel works."""
    return {"filtering": (2, 3), "high-d": (1, 2, 5, 20)}.get(kernel, (1, 2, 3, 4, 7))


def kernels_for(d: int) -> list[str]:
    """Return the kernels among whose dimensions is ``d``, after the plain one, which works in all."""
    return [kernel for kernel in KERNELS if kernel == "plain" or d in dimensions(kernel)]


ALL_DIMENSIONS = (1, 2, 2, 2, 3, 3, 3, 4, 5, 7, 20)
"""Those of all kernels; the more kernels work in one the more often it is drawn."""


# --- Boards --------------------------------------------------------------------------------------------------------------

LATTICE = st.integers(-2, 2).map(float)
"""Few values, so that points coincide and distances tie."""
FREE = st.floats(-1, 1).map(lambda x: x if abs(x) > 1e-30 else 0.0)
"""Nothing so small that its square is lost."""
MIXED = st.tuples(FREE, st.integers(-100, 0)).map(lambda drawn: drawn[0] * 10.0 ** drawn[1])
ELEMENTS = {"free": FREE, "lattice": LATTICE, "line": LATTICE, "mixed": MIXED}
PLACES = [
    *[(1.0, 0.0), (1.0, 1e9), (1e-3, -1e6), (1e-100, 0.0), (1e100, 0.0), (1e-100, 1e-99)],
    *[(1e-150, 0.0), (1e148, 0.0), (1e147, 5e149), (1e-150, 1e-141)],
]
"""How far apart points lie, and how far from the origin."""
RULES = st.sampled_from(["keep", "farthest", "drop"])
Board = tuple[np.ndarray, np.ndarray]


@st.composite
def boards(draw: st.DrawFn, among: Sequence[int] = dimensions("plain")) -> Board:
    """Draw points, of one of the dimensions, and starting centroids."""
    d = draw(st.sampled_from(among))
    n = draw(st.integers(1, min(40, 200 // d)))  # drawing numbers takes far longer than clustering them
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


def large_board(kind: str, n: int, d: int, seed: int) -> np.ndarray:
    """Return points of a kind: "uniform", "clustered", "lattice" (ties), "repeated" (few places), "far" or "strip"."""
    rng = np.random.default_rng(seed)
    if kind == "clustered":
        return rng.uniform(-10, 10, (7, d))[rng.integers(0, 7, n)] + rng.normal(0, 0.5, (n, d))
    if kind == "lattice":
        return rng.integers(0, 40, (n, d)) / 4.0
    if kind == "repeated":
        return rng.normal(size=(n // 5, d))[rng.integers(0, n // 5, n)]
    if kind == "far":
        return rng.normal(0, 1e-3, (n, d)) + 1e9
    if kind == "strip":
        return rng.uniform(-1, 1, (n, d)) * 10.0 ** -np.arange(0, 6 * d, 6)
    return rng.uniform(-1, 1, (n, d))


KINDS = ["uniform", "clustered", "lattice", "repeated", "far", "strip"]


# --- The textbook --------------------------------------------------------------------------------------------------------


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


def all_nearest(X: Sequence[Point], centroids: Sequence[Point]) -> list[int]:
    return [nearest(point, centroids) for point in X]


def all_nearest_at_once(X: Sequence[Point], centroids: Sequence[Point]) -> list[int]:
    """Do the same for all points at a time: the same operations in the same order."""
    columns, distances = np.array(X).T, np.full((len(centroids), len(X)), np.inf)
    for own, centroid in zip(distances, centroids, strict=True):
        if not math.isnan(centroid[0]):
            own[:] = 0.0
            for values, c in zip(columns, centroid, strict=True):
                own += (values - c) * (values - c)
    return distances.argmin(axis=0).tolist()


def means(X: np.ndarray, labels: Sequence[int], k: int) -> list[list[float]]:
    """Return the mean of each label's points, NaN where there are none."""
    members = [X[np.equal(labels, j)] for j in range(k)]
    return [[math.fsum(column) / len(own) if len(own) else math.nan for column in own.T.tolist()] for own in members]


def objective(X: Sequence[Point], labels: Sequence[int], centroids: Sequence[Point]) -> float:
    return math.fsum((x - c) * (x - c) for p, j in zip(X, labels, strict=True) for x, c in zip(p, centroids[j], strict=True))


def farthest_points(X: Sequence[Point], labels: Sequence[int], centroids: Sequence[Point], count: int) -> list[int]:
    distances = [squared(point, centroids[j]) for point, j in zip(X, labels, strict=True)]
    return sorted(range(len(X)), key=lambda i: (-distances[i], i))[:count]


def updated(X: np.ndarray, unit: float, labels: list[int], old: list[list[float]], rule: str) -> list[list[float]]:
    """Return the centroids after an update; ``rule`` says what becomes of those that have just lost all their points."""
    new = means(X, labels, len(old))
    newly = [j for j in range(len(old)) if j not in set(labels) and not math.isnan(old[j][0])]
    if rule == "keep":
        fates = [old[j] for j in newly]
    elif rule == "farthest":
        rows = farthest_points((X * unit).tolist(), labels, (np.array(new) * unit).tolist(), len(newly))
        fates = [X[row].tolist() for row in rows]
    else:
        fates = [new[j] for j in newly]
    for j, fate in zip(newly, fates, strict=True):
        new[j] = fate
    return new


def unit_of(X: np.ndarray) -> float:
    return math.ldexp(1.0, -math.frexp(float(np.abs(X).max()))[1])


def check_half_steps(steps: list[Step], X: np.ndarray, rule: str, assign=all_nearest) -> None:
    """Check the labels, centroids, objective and count of changes of every step against the textbook's.

    ``assign(X, centroids)`` returns what labels are wanted.
    """
    unit = unit_of(X)
    rows = (X * unit).tolist()
    for before, step in pairwise(steps):
        old, labels = before.centroids, before.labels.tolist()
        if step.phase is Phase.ASSIGN:
            labels = assign(rows, (old * unit).tolist())
        wanted = updated(X, unit, labels, old.tolist(), rule) if step.phase is Phase.UPDATE else old
        assert step.labels.tolist() == labels
        assert np.array_equal(step.centroids, wanted, equal_nan=True)
        assert step.changed == np.count_nonzero(step.labels != before.labels)
        measure = objective(rows, labels, (step.centroids * unit).tolist())
        # In the unit of the data it may be so small that floats have few digits left.
        assert math.isclose(step.objective, measure / unit / unit, rel_tol=1e-12, abs_tol=1e-323)


# --- Runs against each other ---------------------------------------------------------------------------------------------


def assert_same(a: Step, b: Step) -> None:
    """Fail unless two steps agree in all that they show, bit for bit."""
    assert (a.index, a.iteration, a.phase, a.objective, a.changed, a.shift) == (
        *(b.index, b.iteration, b.phase, b.objective, b.changed, b.shift),
    )
    assert (str(a.title), str(a.note), a.objective_name) == (str(b.title), str(b.note), b.objective_name)
    assert a.labels.dtype == b.labels.dtype
    assert np.array_equal(a.labels, b.labels)
    assert np.array_equal(a.centroids, b.centroids, equal_nan=True)
    assert np.array_equal(a.counts(), b.counts())


def assert_same_run(ours: list[Step], theirs: list[Step]) -> None:
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert_same(a, b)
