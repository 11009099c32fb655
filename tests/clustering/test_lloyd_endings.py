"""Lloyd at its edges: clusters that empty, hardly any points, and runs that are told to stop early."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step

RULES = ["farthest", "keep", "drop"]
X = np.array([[0.0], [1.0], [10.0], [14.0]])
START = np.array([[0.0], [1.0], [12.0], [100.0]])


def steps(rule: str, points: np.ndarray = X, start: np.ndarray = START) -> list[Step]:
    return list(clustering.steps("lloyd", points, k=len(start), init=start, empty_clusters=rule))


def column(step: Step) -> list[float]:
    return step.centroids.ravel().tolist()


def test_keep_leaves_a_centroid_without_points_where_it_was() -> None:
    run = steps("keep")
    assert column(run[2]) == [0, 1, 12, 100]
    assert "Centroid 4 has no points and stays where it was." in str(run[2].note)
    assert str(run[2].title) == "Move 3 centroids"
    assert run[-1].counts().tolist() == [1, 1, 2, 0]
    assert run[-1].objective == 8.0


def test_farthest_moves_it_to_the_point_farthest_from_its_centroid() -> None:
    run = steps("farthest")
    assert column(run[2]) == [0, 1, 12, 10]  # 10 and 14 are equally far from 12
    assert "Centroid 4 has no points and moves to the point farthest from its centroid." in str(run[2].note)
    assert run[2].shift == 90.0
    assert run[2].objective == 8.0  # the labels on show have not changed yet
    assert column(run[-1]) == [0, 1, 14, 10]
    assert run[-1].objective == 0.0


def test_drop_gives_a_number_up_for_good() -> None:
    points = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
    run = steps("drop", points, np.array([[0.0], [-50.0], [1.0]]))
    assert "Centroid 2 has no points and is dropped." in str(run[2].note)
    assert str(run[2].title) == "Move 2 centroids"
    assert len([s for s in run if s.phase is Phase.UPDATE]) == 2
    assert [np.isnan(s.centroids[1]).all() for s in run] == [False, False, *[True] * (len(run) - 2)]
    assert not any((s.labels == 1).any() for s in run)
    assert not any("dropped" in str(s.note) for s in run[3:])
    assert run[-1].counts().tolist() == [3, 0, 2]
    assert run[-1].objective == 2.5


@pytest.mark.parametrize(
    ("rule", "fate"),
    [
        ("keep", "Centroids 3, 4 have no points and stay where they were."),
        ("farthest", "Centroids 3, 4 have no points and move to the points farthest from their centroids."),
        ("drop", "Centroids 3, 4 have no points and are dropped."),
    ],
)
def test_several_may_empty_at_once(rule: str, fate: str) -> None:
    run = steps(rule, X, np.array([[0.0], [12.0], [50.0], [60.0]]))
    assert str(run[2].note).endswith(fate)
    after = {"keep": [50.0, 60.0], "farthest": [10.0, 14.0], "drop": [np.nan, np.nan]}
    assert np.array_equal(run[2].centroids[2:, 0], after[rule], equal_nan=True)


@given(
    points=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=20),
    k=st.integers(1, 6),
    seed=st.integers(0, 5),
)
def test_farthest_leaves_no_cluster_empty_while_there_are_points_enough(
    points: list[tuple[int, int]], k: int, seed: int
) -> None:
    assume(len(set(points)) >= k)
    last = clustering.fit("lloyd", points, k=k, seed=seed, init="box", empty_clusters="farthest")
    assert (last.counts() > 0).all()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("init", ["k-means++", "random", "random-partition", "box", "farthest-first"])
def test_all_points_equal(rule: str, init: str) -> None:
    last = clustering.fit("lloyd", [[3.0, -7.0]] * 5, k=3, init=init, empty_clusters=rule)
    assert last.labels.tolist() == [0] * 5
    assert last.centroids[0].tolist() == [3.0, -7.0]
    assert last.objective == 0.0


@pytest.mark.parametrize("rule", RULES)
def test_as_many_clusters_as_points(rule: str) -> None:
    points = np.random.default_rng(0).normal(size=(9, 2))
    last = clustering.fit("lloyd", points, k=9, empty_clusters=rule)
    assert sorted(last.labels.tolist()) == list(range(9))
    assert np.array_equal(last.centroids[last.labels], points)
    assert last.objective == 0.0


def test_one_point() -> None:
    run = list(clustering.steps("lloyd", [[5.0, 6.0]], k=1))
    assert [s.phase.value for s in run] == ["start", "assign", "update", "assign", "done"]
    assert run[-1].centroids.tolist() == [[5.0, 6.0]]
    assert str(run[1].title) == "Assign 1 point"
    assert str(run[2].note) == "Move 1 centroid to its mean: the farthest moves 0."


@pytest.fixture(scope="module")
def board() -> np.ndarray:
    return np.random.default_rng(4).uniform(size=(400, 2)) * [1.0, 5.0] + [0.0, 20.0]


@pytest.fixture(scope="module")
def whole(board: np.ndarray) -> list[Step]:
    return list(clustering.steps("lloyd", board, k=6, init="random"))


def test_max_iter_counts_assignments(board: np.ndarray, whole: list[Step]) -> None:
    run = list(clustering.steps("lloyd", board, k=6, init="random", max_iter=3))
    assert [s.phase.value for s in run] == ["start", *["assign", "update"] * 3, "done"]
    assert run[-1].iterations == 3
    assert str(run[-1].note) == "Stopped: the largest number of iterations allowed was made."
    assert all(np.array_equal(a.centroids, b.centroids) for a, b in zip(run[:-1], whole, strict=False))


def test_tol_is_a_share_of_the_mean_variance(board: np.ndarray, whole: list[Step]) -> None:
    moves = {
        after.index: ((after.centroids - before.centroids) ** 2).sum() / board.var(axis=0).mean()
        for before, after in pairwise(whole)
        if after.phase is Phase.UPDATE
    }
    tol = sorted(moves.values())[len(moves) // 2] * (1 + 1e-9)
    stop = min(index for index, move in moves.items() if move < tol)
    run = list(clustering.steps("lloyd", board, k=6, init="random", tol=tol))
    assert len(run) == stop + 2 < len(whole)
    assert run[-1].phase is Phase.DONE
    assert "tolerance" in str(run[-1].note)
    assert np.array_equal(run[-1].centroids, whole[stop].centroids)
