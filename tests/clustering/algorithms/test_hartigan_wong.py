"""Hartigan and Wong's transfers against a slow implementation that measures the inertia before and after each."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_gui import clustering
from kmeans_gui.clustering import Step
from kmeans_gui.clustering.algorithms import hartigan_wong
from kmeans_gui.clustering.algorithms.hartigan_wong import TRANSFER


def watch(X: np.ndarray, seed: int = 0, **values) -> list[Step]:
    """Return the steps of a run, whether or not the method is registered."""
    values = {p.name: p.default for p in hartigan_wong.PARAMETERS} | values
    if isinstance(values["init"], np.ndarray):
        values["k"] = len(values["init"])
    return list(hartigan_wong.steps(np.ascontiguousarray(X, dtype=float), values, seed, lambda: False))


def inertia(X: np.ndarray, labels: np.ndarray) -> float:
    return sum(((X[labels == j] - X[labels == j].mean(axis=0)) ** 2).sum() for j in np.unique(labels))


def slow_transfers(X: np.ndarray, labels: np.ndarray, k: int) -> list[tuple[int, int]]:
    """Return (row, target) of all transfers from ``labels`` on, by measuring what each would do."""
    labels, made, since = labels.copy(), [], 0
    while since < len(X):
        for row in range(len(X)):
            now, own = inertia(X, labels), labels[row]
            trials = np.repeat(labels[None], k, axis=0)
            trials[:, row] = np.arange(k)
            costs = np.array([inertia(X, trial) for trial in trials])
            since += 1
            if np.count_nonzero(labels == own) > 1 and costs.min() < now * (1 - 1e-9):
                labels[row] = costs.argmin()
                made.append((row, int(labels[row])))
                since = 0
    return made


STUCK, STUCK_AT = np.array([[0.0], [4.0], [6.0], [13.0]]), np.array([[2.0], [9.5]])


def test_a_board_by_hand_on_which_whole_assignments_are_stuck() -> None:
    assert clustering.fit("lloyd", STUCK, init=STUCK_AT).objective == 32.5
    run = watch(STUCK, init=STUCK_AT)
    assert [s.phase for s in run] == ["start", "assign", "update", TRANSFER, "done"]
    assert str(run[3].note) == (
        "Point 3 goes from cluster 2 to cluster 1: leaving saves 24.50, joining costs 10.67, so the inertia falls to 18.67."
    )
    outlined, way = run[3].overlays
    assert outlined.rows.tolist() == [2]
    assert way.shown[:, 0].tolist() == [[6.0], [6.0]]
    assert way.shown[:, 1].ravel() == pytest.approx([13.0, 10 / 3])
    assert run[-1].labels.tolist() == [0, 0, 0, 1]
    assert run[-1].objective == pytest.approx(56 / 3)


@given(seed=st.integers(0, 10**6), n=st.integers(2, 14), k=st.integers(1, 4))
def test_the_transfers_are_those_of_a_slow_implementation(seed: int, n: int, k: int) -> None:
    X = np.random.default_rng(seed).normal(size=(n, 2))
    run = watch(X, k=min(k, n), init="random-partition", seed=seed)
    made = [(int(np.flatnonzero(b.switched_from(a))[0]), b) for a, b in pairwise(run) if b.phase == TRANSFER]
    assert [(row, int(step.labels[row])) for row, step in made] == slow_transfers(X, run[2].labels, min(k, n))
    for before, step in pairwise(run[2:]):
        assert step.objective == pytest.approx(inertia(X, step.labels), rel=1e-9, abs=1e-12)
        assert step.phase != TRANSFER or step.objective < before.objective


@given(seed=st.integers(0, 10**6), k=st.integers(2, 6))
def test_its_end_is_one_of_whole_assignments_too_and_no_worse_than_theirs(seed: int, k: int) -> None:
    X = np.random.default_rng(seed).normal(size=(60, 2))
    stuck = clustering.fit("lloyd", X, k=k, seed=seed, init="random")
    last = watch(X, init=stuck.centroids)[-1]
    assert last.objective <= stuck.objective * (1 + 1e-12)
    again = clustering.fit("lloyd", X, init=last.centroids)
    assert np.array_equal(again.labels, last.labels)


def test_it_improves_on_many_ends_of_whole_assignments() -> None:
    X = np.random.default_rng(8).normal(size=(40, 2))
    ends = [clustering.fit("lloyd", X, k=6, seed=seed, init="random") for seed in range(20)]
    better = [watch(X, init=end.centroids)[-1].objective < end.objective * 0.999 for end in ends]
    assert sum(better) >= 5


def test_many_points_make_the_same_transfers_in_fewer_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(9).normal(size=(900, 2))
    alone = watch(X, k=5, init="random")
    monkeypatch.setattr(hartigan_wong, "ONE_BY_ONE", 100)
    grouped = watch(X, k=5, init="random")
    assert len(grouped) < len(alone)
    assert grouped[-1].iterations == alone[-1].iterations
    assert np.array_equal(grouped[-1].labels, alone[-1].labels)
    assert grouped[-1].objective == alone[-1].objective
    for step in grouped[3:-1]:
        assert step.objective == pytest.approx(inertia(X, step.labels), rel=1e-9)
        assert str(step.note).startswith("Of the next ")


def test_a_cluster_without_points_is_filled_and_one_with_a_single_point_keeps_it() -> None:
    run = watch(np.array([[0.0], [1.0], [9.0]]), init=np.array([[1.0], [50.0], [60.0]]))
    assert run[1].counts().tolist() == [3, 0, 0]
    assert run[-1].counts().tolist() == [1, 1, 1]
    assert run[-1].objective == 0.0


def test_equal_points_do_not_go_round_in_circles() -> None:
    X = np.tile(np.indices((4, 4)).reshape(2, -1).T, (3, 1)) * 0.1
    for seed in range(20):
        assert str(watch(X, k=4, seed=seed, init="random-partition")[-1].note).startswith("Done")


def test_passes_can_be_limited() -> None:
    X = np.random.default_rng(9).normal(size=(300, 2))
    last = watch(X, k=5, init="random-partition", max_iter=1)[-1]
    assert last.iterations == 2
    assert str(last.note).startswith("Stopped")
