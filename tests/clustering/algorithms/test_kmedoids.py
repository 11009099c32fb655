"""k-medoids against plain implementations of the book's BUILD and SWAP, and against all sets of medoids."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.algorithms import kmedoids
from kmeans_gui.clustering.distances import METRICS, between
from kmeans_gui.errors import UserError

BUILD, SWAP = kmedoids.BUILD, kmedoids.SWAP


def watch(X: np.ndarray, seed: int = 0, **values) -> list[Step]:
    """Return the steps of a run, whether or not the method is registered."""
    values = {p.name: p.default for p in kmedoids.PARAMETERS} | values
    if isinstance(values["init"], np.ndarray):
        values["k"] = len(values["init"])
    return list(kmedoids.steps(np.ascontiguousarray(X, dtype=float), values, seed, lambda: False))


def table_of(X: np.ndarray, metric: str = "manhattan") -> np.ndarray:
    table = between(X, X, metric)
    np.fill_diagonal(table, 0)
    return table


def cost(table: np.ndarray, medoids) -> float:
    return float(table[list(medoids)].min(axis=0).sum())


def rows_of(X: np.ndarray, centroids: np.ndarray) -> list[int]:
    """The rows of distinct points."""
    return [int(np.flatnonzero((c == X).all(axis=1))[0]) for c in centroids]


def grid(seed: int, n: int, d: int = 2) -> np.ndarray:
    """Distinct points whose Manhattan distances add up without rounding."""
    return np.unique(np.random.default_rng(seed).integers(1, 40, (n, d)), axis=0).astype(float)


def test_a_board_by_hand() -> None:
    X = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
    run = watch(X, k=2)
    assert [s.phase for s in run] == ["start", BUILD, BUILD, SWAP, "done"]
    assert str(run[1].note) == "Point 3 becomes medoid 1: its sum of distances from all others, 30.00, is the least."
    assert str(run[2].note) == (
        "Point 5 becomes medoid 2: no other would lower the sum of distances as much. It falls by 25.00 to 5.000."
    )
    assert str(run[3].note) == "Point 2 takes the place of medoid 1: the sum of distances falls by 1.000 to 4.000."
    assert run[3].overlays[0].shown.tolist() == [[[2.0], [1.0]]]
    assert run[-1].centroids.tolist() == [[1.0], [11.0]]
    assert run[-1].labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert [s.objective for s in run] == [None, 30, 5, 4, 4]


@given(seed=st.integers(0, 200), k=st.integers(1, 4))
def test_build_is_that_of_the_book(seed: int, k: int) -> None:
    X = grid(seed, 20)
    table, chosen = table_of(X), []
    run = [s for s in watch(X, k=k, metric="manhattan") if s.phase == BUILD]
    for step in run:
        others = [row for row in range(len(X)) if row not in chosen]
        chosen.append(min(others, key=lambda row: cost(table, [*chosen, row])))
        assert rows_of(X, step.centroids) == chosen
        assert step.objective == cost(table, chosen)


@given(seed=st.integers(0, 200), k=st.integers(1, 4), init=st.sampled_from(["random", BUILD]))
def test_each_swap_is_the_best_there_is_and_at_the_end_there_is_none(seed: int, k: int, init: str) -> None:
    X = grid(seed, 20)
    table = table_of(X)
    run = watch(X, k=k, metric="manhattan", init=init, seed=seed)
    for before, step in pairwise(run):
        if step.phase not in (SWAP, Phase.DONE):
            continue
        medoids = rows_of(X, before.centroids)
        swaps = [
            cost(table, [row if i == j else m for j, m in enumerate(medoids)])
            for row in range(len(X))
            if row not in medoids
            for i in range(k)
        ]
        if step.phase == SWAP:
            assert min(swaps) == step.objective < before.objective
        else:
            assert min(swaps) >= step.objective


@pytest.mark.parametrize("metric", METRICS)
def test_the_best_of_many_starts_is_the_best_set_of_medoids(metric: str) -> None:
    X = np.random.default_rng(5).normal(size=(9, 2)) + 3
    table = table_of(X, metric)
    best = min(cost(table, medoids) for medoids in combinations(range(9), 3))
    found = min(watch(X, k=3, metric=metric, init="random", seed=seed)[-1].objective for seed in range(20))
    assert found == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_points_have_the_nearest_medoid(metric: str) -> None:
    X = np.random.default_rng(6).normal(size=(300, 3))
    for step in watch(X, k=5, metric=metric, init="k-means++"):
        if step.phase is not Phase.START:
            distances = between(X, step.centroids, metric)
            assert np.array_equal(step.labels, distances.argmin(axis=1))
            assert step.objective == pytest.approx(distances.min(axis=1).sum())
            assert step.metric == metric


def test_given_centroids_become_the_closest_points_each_once() -> None:
    X = np.array([[0.0], [1.0], [5.0]])
    assert watch(X, init=np.array([[0.1], [0.2]]))[0].centroids.tolist() == [[0.0], [1.0]]


def test_too_many_points_are_refused_and_a_sample_is_offered() -> None:
    X = np.random.default_rng(7).normal(size=(kmedoids.MOST + 1, 2))
    with pytest.raises(UserError, match=r"0.7 GiB of memory. Set Sample"):
        watch(X)
    run = watch(X, sample=100)
    assert all(np.count_nonzero(s.labels >= 0) == 100 for s in run[3:-2])
    assert np.array_equal(np.flatnonzero(run[-3].labels >= 0), run[0].overlays[0].rows)
    distances = between(X, run[-1].centroids, "euclidean")
    assert np.array_equal(run[-1].labels, distances.argmin(axis=1))
    assert run[-1].objective == pytest.approx(distances.min(axis=1).sum())
    assert run[-3].objective == pytest.approx(distances.min(axis=1)[run[0].overlays[0].rows].sum())


def test_a_sample_smaller_than_k_is_refused() -> None:
    with pytest.raises(UserError, match="Choose a smaller K or a larger Sample"):
        watch(np.arange(9.0)[:, None], k=5, sample=4)


def test_swaps_can_be_limited() -> None:
    run = watch(grid(1, 40), k=4, init="random", max_iter=1)
    assert [s.phase for s in run] == ["start", "assign", SWAP, "done"]
    assert str(run[-1].note).startswith("Stopped")
    assert run[-1].iterations == 1
