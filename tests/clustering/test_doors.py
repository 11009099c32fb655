"""The public doors: what they accept, what they refuse and in which words, and that they agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import Step
from kmeans_gui.errors import Cancelled, UserError

X = np.random.default_rng(0).normal(size=(60, 2))
SQUARE = [[0, 0], [0, 1], [4, 0], [4, 1]]

TABLE = "must be a table"
REFUSED: list[tuple[str, Any, dict[str, Any], str]] = [
    ("no points", np.empty((0, 2)), {}, "There are no points"),
    ("an empty list", [], {}, "There are no points"),
    ("no columns", np.empty((3, 0)), {}, TABLE),
    ("a single row", [1.0, 2.0], {}, TABLE),
    ("a number", 5.0, {}, TABLE),
    ("a cube", np.zeros((2, 2, 2)), {}, TABLE),
    ("nothing", None, {}, TABLE),
    ("text", [["a", "b"]], {}, TABLE),
    ("ragged rows", [[1.0, 2.0], [3.0]], {}, TABLE),
    ("too long a whole number", [[10**400, 0]], {}, TABLE),
    ("NaN", [[0.0, np.nan], [1.0, 1.0]], {}, "missing or infinite"),
    ("infinity", [[0.0, np.inf], [1.0, 1.0]], {}, "missing or infinite"),
    ("minus infinity", [[0.0, -np.inf], [1.0, 1.0]], {}, "missing or infinite"),
    ("1e300", [[1e300, 0.0], [0.0, 0.0]], {}, r"1e\+300"),
    ("-1e151", [[-1e151, 0.0], [0.0, 0.0]], {}, r"1e\+151"),
    ("more clusters than points", X, {"k": 61}, "K is 61, but there are only 60 points"),
    ("more clusters than the one point", X[:1], {"k": 2}, "K is 2, but there is only 1 point"),
    ("K = 0", X, {"k": 0}, "K is 0, but must be a whole number from 1 to 4,096"),
    ("K = 2.5", X, {"k": 2.5}, r"K is 2\.5"),
    ("K = True", X, {"k": True}, "K is True"),
    ("K = 'three'", X, {"k": "three"}, "K is 'three'"),
    ("an unknown parameter", X, {"kk": 3}, "no parameter 'kk'"),
    ("an unknown start", X, {"init": "best"}, r"Start is 'best'.*k-means\+\+"),
    ("a start of another K", X, {"k": 2, "init": X[:3]}, r"shape \(3, 2\).*\(2, 2\)"),
    ("a start of another d", X, {"k": 3, "init": np.zeros((3, 5))}, r"shape \(3, 5\).*\(3, 2\)"),
    ("a start in one row", X, {"k": 2, "init": [0.0, 1.0]}, r"shape \(2,\)"),
    ("a start with NaN", X, {"k": 1, "init": [[np.nan, 0.0]]}, "finite"),
    ("a start too far out", X, {"k": 1, "init": [[1e300, 0.0]]}, "within ±1e"),
    ("a ragged start", X, {"k": 2, "init": [[0.0], [0.0, 1.0]]}, "Start is"),
    ("a negative seed", X, {"seed": -1}, "Seed is -1"),
    ("a seed of text", X, {"seed": "x"}, "Seed is 'x'"),
    ("no seed", X, {"seed": None}, "Seed is None"),
    ("a fraction of a seed", X, {"seed": 0.5}, r"Seed is 0\.5"),
]


@pytest.mark.parametrize("door", [clustering.steps, clustering.run, clustering.fit])
@pytest.mark.parametrize(("points", "parameters", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_bad_input_is_refused_at_once(door: Any, points: Any, parameters: dict[str, Any], says: str) -> None:
    """Not at the first step: a generator would keep it for later."""
    with pytest.raises(UserError, match=says) as refusal:
        door("lloyd", points, **parameters)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("door", [clustering.steps, clustering.run, clustering.fit, clustering.empty_trace])
def test_an_unknown_algorithm_is_refused(door: Any) -> None:
    with pytest.raises(UserError, match=r"no algorithm 'loyd'; there are lloyd"):
        door("loyd", X)


def same(a: Step, b: Step) -> bool:
    """Compare all that a step says, bit for bit."""
    arrays = (a.labels.tobytes(), a.centroids.tobytes()) == (b.labels.tobytes(), b.centroids.tobytes())
    words = (str(a.title), str(a.note)) == (str(b.title), str(b.note))
    return arrays and words and all(getattr(a, name) == getattr(b, name) for name in ("index", "phase", "objective", "shift"))


def test_the_doors_agree() -> None:
    watched = list(clustering.steps("lloyd", X, k=5, seed=3))
    kept = clustering.run("lloyd", X, k=5, seed=3)
    assert len(watched) == len(kept) > 7
    assert all(map(same, watched, kept))
    assert same(clustering.fit("lloyd", X, k=5, seed=3), watched[-1])


def test_another_seed_is_another_run() -> None:
    runs = [clustering.fit("lloyd", X, k=5, seed=seed).centroids.tobytes() for seed in range(5)]
    assert len(set(runs)) > 1


@pytest.mark.parametrize(
    "points",
    [
        SQUARE,
        np.array(SQUARE),
        np.array(SQUARE, np.float32),
        np.array(SQUARE, np.uint8),
        np.array(SQUARE, float, order="F"),
        np.array(SQUARE, float)[::-1][::-1],
        np.repeat(np.array(SQUARE, float), 2, axis=1)[:, ::2],
        np.array(SQUARE, float).astype(">f8"),
        np.array(SQUARE, object),
    ],
    ids=["list", "int", "float32", "uint8", "Fortran", "reversed", "strided", "big-endian", "object"],
)
def test_any_table_of_numbers_will_do(points: Any) -> None:
    last = clustering.fit("lloyd", points, k=2, init=[[0, 0], [4, 0]])
    assert last.labels.tolist() == [0, 0, 1, 1]
    assert last.centroids.tolist() == [[0, 0.5], [4, 0.5]]
    assert last.centroids.dtype == np.float64


@pytest.mark.parametrize("d", [1, 3, 50])
def test_any_number_of_coordinates(d: int) -> None:
    rng = np.random.default_rng(d)
    points = rng.normal(size=(90, d)) + np.repeat([[0.0], [20.0], [40.0]], 30, axis=0)
    last = clustering.fit("lloyd", points, k=3)
    assert len({tuple(last.labels[i : i + 30]) for i in (0, 30, 60)}) == 3
    assert last.objective == pytest.approx(sum(points[i : i + 30].var(axis=0).sum() * 30 for i in (0, 30, 60)))


@pytest.mark.parametrize("size", [1e150, -1e150])
def test_the_largest_coordinate(size: float) -> None:
    last = clustering.fit("lloyd", [[size, 0.0], [0.0, size], [-size, -size]], k=2)
    assert np.isfinite(last.objective)
    assert sorted(last.counts()) == [1, 2]


def test_input_is_left_as_it_was() -> None:
    points, init = X.copy(), X[:4].copy()
    clustering.run("lloyd", points, k=4, init=init, empty_clusters="farthest")
    assert np.array_equal(points, X)
    assert np.array_equal(init, X[:4])
    assert points.flags.writeable
    assert init.flags.writeable


def test_given_centroids_are_copied() -> None:
    """Points are not, since there may be gigabytes of them; centroids are few."""
    init = X[:4].copy()
    run = clustering.steps("lloyd", X, k=4, init=init)
    init[:] = 0
    assert np.array_equal(next(run).centroids, X[:4])


def test_points_in_the_programs_own_form_are_not_copied() -> None:
    assert clustering.check_points(X) is X


def test_the_largest_coordinates_are_allowed_however_many_there_are() -> None:
    X = np.full((100, 2), -1e150)
    assert clustering.check_points(X) is X
    X[7, 1] = np.nextafter(-1e150, -np.inf)
    with pytest.raises(UserError, match="Rescale"):
        clustering.check_points(X)


def answers(*after: bool) -> Iterator[bool]:
    yield from after
    while True:
        yield True


@pytest.mark.parametrize("calls", [0, 1, 2, 3, 4, 5, 8])
def test_a_run_can_be_cancelled_anywhere(calls: int) -> None:
    asked = answers(*[False] * calls)
    with pytest.raises(Cancelled):
        list(clustering.steps("lloyd", X, k=5, cancelled=lambda: next(asked)))


def test_a_large_half_step_is_cancelled_from_within() -> None:
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 3

    run = clustering.steps("lloyd", np.zeros((1_000_000, 1)), init=np.zeros((64, 1)), cancelled=cancelled)
    next(run)
    with pytest.raises(Cancelled):
        next(run)
    assert len(asked) in (4, 5)  # two threads may ask at once


def test_given_centroids_set_k():
    X = np.random.default_rng(0).random((20, 2))
    assert clustering.fit("lloyd", X, init=X[:5]).k == 5
    with pytest.raises(UserError, match="shape"):
        clustering.fit("lloyd", X, init=X[:5], k=3)
