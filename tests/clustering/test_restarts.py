"""Many runs at once: each is the run that its seed gives alone, bit for bit, whoever makes it and in whatever company."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import Restarts, kernels
from kmeans_gui.errors import Cancelled, UserError

LLOYD = clustering.REGISTRY["lloyd"]
STARTS = ["k-means++", "random", "random-partition", "box", "farthest-first"]
RULES = ["farthest", "keep", "drop"]
X = np.random.default_rng(0).normal(size=(60, 2))


def lattice(n: int, d: int) -> np.ndarray:
    """Few places, so that points coincide, distances tie and clusters run empty."""
    return np.random.default_rng(n + d).integers(-2, 3, (n, d)).astype(float)


def table(restarts: Restarts) -> dict[str, bytes]:
    arrays = {field.name: getattr(restarts, field.name) for field in fields(restarts)}
    return {name: array.tobytes() for name, array in arrays.items() if isinstance(array, np.ndarray)}


def one_by_one(points: np.ndarray, restarts: int, seed: int = 0, **parameters: Any) -> dict[str, bytes]:
    """Ask the doors for single runs."""
    seeds = range(seed, seed + restarts)
    starts = [next(clustering.steps("lloyd", points, seed=s, **parameters)).centroids for s in seeds]
    ends = [clustering.fit("lloyd", points, seed=s, **parameters) for s in seeds]
    columns = {
        "seeds": np.array(seeds),
        "starts": np.array(starts),
        "centroids": np.array([end.centroids for end in ends]),
        "objectives": np.array([end.objective for end in ends]),
        "iterations": np.array([end.iterations for end in ends]),
        "sizes": np.array([end.counts() for end in ends]),
    }
    return {name: column.tobytes() for name, column in columns.items()}


# --- The same runs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [1, 2, 3, 5])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("init", STARTS)
def test_each_is_the_run_of_its_seed(init: str, rule: str, d: int) -> None:
    points, parameters = lattice(25, d), {"k": 7, "init": init, "empty_clusters": rule}
    many = clustering.run_many("lloyd", points, restarts=12, seed=5, **parameters)
    assert table(many) == one_by_one(points, 12, 5, **parameters)


@pytest.mark.parametrize("rule", RULES)
def test_several_clusters_may_run_empty_at_a_time(rule: str) -> None:
    points, parameters = lattice(25, 2), {"init": [[0, 0], [50, 50], [60, 60], [-70, 0]], "empty_clusters": rule}
    many = clustering.run_many("lloyd", points, restarts=1, **parameters)
    assert table(many) == one_by_one(points, 1, **parameters)
    assert (many.sizes[0] > 0).all() if rule == "farthest" else many.sizes.tolist() == [[25, 0, 0, 0]]


CASES: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
    "given centroids": (X, {"init": X[:4] + 0.1}),
    "centroids far off": (X, {"init": [[1e150, 1e150], [-1e150, 0.0], [0.0, 0.0]]}),
    "stopped early": (X, {"k": 8, "max_iter": 2}),
    "stopped when a cluster is empty": (lattice(25, 2), {"k": 7, "init": "box", "max_iter": 1}),
    "a tolerance": (X, {"k": 8, "tol": 0.01}),
    "one cluster": (X, {"k": 1}),
    "one point": (X[:1], {"k": 1}),
    "a point each": (X, {"k": 60}),
    "fewer places than clusters": (lattice(10, 1), {"k": 9}),
    "tiny numbers": (X * 1e-310, {"k": 5, "init": "box"}),
    "digits too fine": (X + np.where(X > 2, 1e-200, 0.0) * np.eye(60, 2), {"k": 5}),
    "digits finer still": (np.vstack([X, [[1e-200, 0.0]]]), {"k": 5}),
    "large numbers": (X * 1e149, {"k": 5}),
    "several blocks": (np.random.default_rng(1).random((2500, 2)), {"k": 9}),
    "sorted points": (np.random.default_rng(1).random((8500, 2)), {"k": 3}),
}


@pytest.mark.parametrize(("points", "parameters"), CASES.values(), ids=CASES)
def test_so_it_is_on_odd_boards(points: np.ndarray, parameters: dict[str, Any]) -> None:
    many = clustering.run_many("lloyd", points, restarts=3, **parameters)
    assert table(many) == one_by_one(points, 3, **parameters)


@pytest.mark.parametrize("init", ["k-means++", "random-partition"])
def test_threads_do_not_change_the_runs(init: str) -> None:
    tables = []
    for count in (1, 2, 3):
        with kernels.use_threads(count):
            tables.append(table(clustering.run_many("lloyd", X, restarts=300, k=6, init=init)))
    assert tables[0] == tables[1] == tables[2]


def test_a_long_run_goes_on_where_a_call_ended() -> None:
    """So many comparisons do not fit into one call."""
    line, init = np.cumsum(np.random.default_rng(3).random(4000))[:, None], [[float(j)] for j in range(100)]
    many = clustering.run_many("lloyd", line, restarts=2, init=init)
    assert many.iterations[0] > 50
    assert table(many) == one_by_one(line, 2, init=init)


@pytest.mark.parametrize("fit", [LLOYD.fit, None], ids=["fit", "steps alone"])
def test_without_compiled_loops_the_runs_are_the_same(fit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = clustering.run_many("lloyd", X, restarts=10, k=6)
    monkeypatch.setitem(clustering.REGISTRY, "lloyd", replace(LLOYD, fit=fit))
    with kernels.force("plain"):
        assert table(clustering.run_many("lloyd", X, restarts=10, k=6)) == table(compiled)


# --- What a caller gets --------------------------------------------------------------------------------------------------


def test_the_best_is_the_first_of_the_lowest() -> None:
    many = clustering.run_many("lloyd", [[0, 0], [0, 2], [2, 0], [2, 2], [9, 9]], restarts=50, k=3, init="random")
    best = many.best
    assert len(many) == 50
    assert 1 < np.count_nonzero(many.objectives == many.objectives.min()) < 50
    assert many.objectives[best] == many.objectives.min() < many.objectives[:best].min(initial=np.inf)


def test_labels_are_those_of_the_run_even_if_the_points_were_changed_since() -> None:
    points = X.copy()
    many = clustering.run_many("lloyd", points, restarts=5, seed=20, k=4, max_iter=3)
    points[:] = 0.0
    for i in range(5):
        labels = many.labels(i)
        assert labels.tolist() == clustering.fit("lloyd", X, seed=20 + i, k=4, max_iter=3).labels.tolist()
        assert np.bincount(labels, minlength=4).tolist() == many.sizes[i].tolist()


def test_what_comes_back_is_read_only() -> None:
    many = clustering.run_many("lloyd", X, restarts=2)
    for array in (many.seeds, many.starts, many.centroids, many.objectives, many.iterations, many.sizes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


# --- Stopping and waiting ------------------------------------------------------------------------------------------------

ways = pytest.mark.parametrize("kernel", [None, "plain"], ids=["compiled", "plain"])


def run(kernel: str | None, cancelled: Callable[[], bool] = lambda: False, **parameters: Any) -> Restarts:
    if kernel is None:
        return clustering.run_many("lloyd", X, restarts=400, cancelled=cancelled, **parameters)
    with kernels.force(kernel):
        return clustering.run_many("lloyd", X, restarts=20, cancelled=cancelled, **parameters)


@ways
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("asked", [0, 3])
def test_it_can_be_cancelled(asked: int, count: int, kernel: str | None) -> None:
    answers = iter([False] * asked)
    with kernels.use_threads(count), pytest.raises(Cancelled):
        run(kernel, lambda: next(answers, True))


@ways
@pytest.mark.parametrize("count", [1, 2])
def test_progress_rises_to_the_end(count: int, kernel: str | None) -> None:
    told: list[tuple[int, int]] = []
    askers = set()

    def progress(made: int, total: int) -> None:
        told.append((made, total))
        askers.add(threading.current_thread())

    with kernels.use_threads(count):
        many = run(kernel, progress=progress)
    made = [done for done, _ in told]
    assert {total for _, total in told} == {len(many)}
    assert made == sorted(made)
    assert made[-1] == len(many)
    assert len(set(made)) > 1
    assert askers == {threading.current_thread()}


# --- What is refused -----------------------------------------------------------------------------------------------------

REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (X, {"restarts": 0}, "Restarts is 0, but must be a whole number from 1"),
    (X, {"restarts": 2.5}, r"Restarts is 2\.5"),
    (X, {"restarts": None}, "Restarts is None"),
    (X, {"restarts": 10**8}, r"100,000,000 restarts with K = 3 would take 1\d\.\d GiB of memory; 2 GiB are allowed"),
    (X, {"seed": 2**63 - 5, "restarts": 6}, "Seed is 9223372036854775808"),
    (X, {"seed": -1}, "Seed is -1"),
    (X, {"k": 61}, "K is 61, but there are only 60 points"),
    (X, {"tries": 5}, "no parameter 'tries'"),
    ([[np.nan]], {}, "missing or infinite"),
    ([], {}, "There are no points"),
]


@pytest.mark.parametrize(("points", "parameters", "says"), REFUSED, ids=[says for _, _, says in REFUSED])
def test_bad_input_is_refused(points: Any, parameters: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says) as refusal:
        clustering.run_many("lloyd", points, **parameters)
    assert str(refusal.value).endswith(".")


def test_the_last_seed_is_allowed() -> None:
    many = clustering.run_many("lloyd", X, seed=2**63 - 3, restarts=3)
    assert many.seeds.tolist() == [2**63 - 3, 2**63 - 2, 2**63 - 1]
    assert len(many.labels(2)) == len(X)


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(UserError, match="no algorithm 'loyd'"):
        clustering.run_many("loyd", X)


def test_an_algorithm_without_starts_has_no_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(clustering.REGISTRY, "tree", replace(LLOYD, name="tree", title="Tree", parameters=LLOYD.parameters[:1]))
    with pytest.raises(UserError, match="Tree has no starting centroids"):
        clustering.run_many("tree", X)


def test_a_small_board_takes_no_single_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """That would be right as well, but slow."""
    expected = table(clustering.run_many("lloyd", X, restarts=5))
    monkeypatch.setitem(clustering.REGISTRY, "lloyd", replace(LLOYD, fit=None, steps=None))
    assert table(clustering.run_many("lloyd", X, restarts=5)) == expected
