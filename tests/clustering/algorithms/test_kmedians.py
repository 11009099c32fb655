"""k-medians against boards solved by hand, numpy's medians, and all partitions of few points."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.algorithms import kmedians
from kmeans_gui.errors import Cancelled


def watch(X: np.ndarray, cancelled=lambda: False, seed: int = 0, **values) -> list[Step]:
    """Return the steps of a run, whether or not the method is registered."""
    values = {p.name: p.default for p in kmedians.PARAMETERS} | values
    if isinstance(values["init"], np.ndarray):
        values["k"] = len(values["init"])
    return list(kmedians.steps(np.ascontiguousarray(X, dtype=float), values, seed, cancelled))


def cost(X: np.ndarray, labels: np.ndarray, centroids: np.ndarray) -> float:
    return float(np.abs(X - centroids[labels]).sum())


def test_a_board_by_hand() -> None:
    X = np.array([[0, 0], [1, 5], [3, 1], [10, 0], [12, 4]])
    run = watch(X, init=np.array([[0.0, 0.0], [9.0, 0.0]]))
    assert [s.phase.value for s in run] == ["start", "assign", "update", "assign", "done"]
    assert run[1].labels.tolist() == [0, 0, 0, 1, 1]
    assert run[1].objective == 0 + 6 + 4 + 1 + 7
    assert run[2].centroids.tolist() == [[1, 1], [11, 2]]
    assert run[2].objective == 2 + 4 + 2 + 3 + 3
    assert str(run[2].note) == "Move 2 centroids to their medians: the farthest moves 2.828."
    assert {(s.metric, s.objective_name) for s in run} == {("manhattan", "sum of distances")}


def test_an_outlier_pulls_the_mean_away_but_not_the_median() -> None:
    blob = np.random.default_rng(0).normal(size=(99, 2))
    X = np.vstack([blob, [[1e6, 1e6]]])
    median = watch(X, k=1)[-1].centroids[0]
    mean = clustering.fit("lloyd", X, k=1).centroids[0]
    assert np.abs(median).max() < 0.5
    assert mean.min() > 9_000


def test_points_are_as_near_by_manhattan_distance_as_labels_say() -> None:
    # By Euclidean distance the first centroid is the nearer one.
    run = watch(np.array([[3.0, 3.0]]), init=np.array([[0.0, 0.0], [-2.0, 2.5]]), max_iter=1)
    assert run[1].labels.tolist() == [1]


@given(
    points=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30),
    k=st.integers(1, 5),
    seed=st.integers(0, 9),
    rule=st.sampled_from(["farthest", "keep", "drop"]),
)
def test_every_half_step_against_a_plain_one(points: list, k: int, seed: int, rule: str) -> None:
    X = np.array(points, float)
    run = watch(X, k=min(k, len(X)), seed=seed, empty_clusters=rule, init="box")
    for before, step in pairwise(run):
        alive = ~np.isnan(before.centroids[:, 0])
        if step.phase is Phase.ASSIGN:
            table = np.abs(X[:, None] - before.centroids).sum(axis=2)
            table[:, ~alive] = np.inf
            assert np.array_equal(step.labels, table.argmin(axis=1))
        if step.phase is Phase.UPDATE:
            for j in np.unique(step.labels):
                assert np.array_equal(step.centroids[j], np.median(X[step.labels == j], axis=0))
        if step.phase is not Phase.START:
            assert step.objective == pytest.approx(cost(X, step.labels, step.centroids), rel=1e-14)
    costs = [step.objective for step in run[1:]]
    assert all(after <= before for before, after in pairwise(costs))


def test_the_best_of_many_starts_is_the_best_of_all_partitions() -> None:
    X = np.random.default_rng(3).integers(0, 50, (8, 2)).astype(float)

    def best_cost(labels: np.ndarray) -> float:
        return sum(np.abs(X[labels == j] - np.median(X[labels == j], axis=0)).sum() for j in np.unique(labels))

    best = min(best_cost(np.array(labels)) for labels in product(range(2), repeat=8))
    assert min(watch(X, k=2, seed=seed, init="random")[-1].objective for seed in range(40)) == pytest.approx(best)


def test_a_centroid_without_points_moves_to_the_point_farthest_by_manhattan_distance() -> None:
    X = np.array([[0.0, 0.0], [0.0, 0.0], [3.0, 3.0], [0.0, 5.0]])
    run = watch(X, init=np.array([[0.0, 0.0], [50.0, 50.0]]), empty_clusters="farthest")
    assert run[2].centroids.tolist() == [[0, 1.5], [3, 3]]
    assert "Centroid 2 has no points and moves to the point farthest" in str(run[2].note)


def test_medians_of_many_points_are_those_of_numpy() -> None:
    rng = np.random.default_rng(1)
    X = np.column_stack([rng.lognormal(size=2_400_001), np.sort(rng.integers(0, 3, 2_400_001))])
    labels = np.zeros(len(X), np.int8)
    labels[:7] = 1
    found = kmedians.medians(X, labels, 3, lambda: False)
    assert np.array_equal(found[:2], [np.median(X[7:], axis=0), np.median(X[:7], axis=0)])
    assert np.isnan(found[2]).all()


def test_finding_medians_can_be_cancelled() -> None:
    X = np.random.default_rng(2).normal(size=(200_000, 2))
    questions = iter(range(100))

    def after_a_few() -> bool:
        return next(questions) > 4

    with pytest.raises(Cancelled):
        kmedians.medians(X, np.zeros(len(X), np.int8), 1, after_a_few)
