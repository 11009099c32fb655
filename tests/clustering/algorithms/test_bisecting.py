"""Bisecting k-means against scikit-learn, Lloyd's iteration on each cluster, and what its hierarchy must say."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn.cluster import BisectingKMeans

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.algorithms import bisecting
from kmeans_gui.clustering.algorithms.bisecting import CHOOSE, SPLIT
from kmeans_gui.clustering.overlays import Tree
from kmeans_gui.errors import Cancelled


def watch(X: np.ndarray, seed: int = 0, **values) -> list[Step]:
    """Return the steps of a run, whether or not the method is registered."""
    return list(bisecting.steps(np.ascontiguousarray(X, dtype=float), filled(values), seed, lambda: False))


def filled(values: dict) -> dict:
    return {p.name: p.default for p in bisecting.PARAMETERS} | values


def inertia(X: np.ndarray, labels: np.ndarray) -> float:
    return sum(((X[labels == j] - X[labels == j].mean(axis=0)) ** 2).sum() for j in np.unique(labels))


def inertias(X: np.ndarray, labels: np.ndarray) -> list[float]:
    return [((X[labels == j] - X[labels == j].mean(axis=0)) ** 2).sum() for j in range(labels.max() + 1)]


def blobs(n: int = 300, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)) + rng.integers(0, 6, (n, 2)) * 4


def tree_of(step: Step) -> Tree:
    return next(overlay for overlay in step.overlays if isinstance(overlay, Tree))


def test_a_board_by_hand() -> None:
    X = np.array([[0.0], [1.0], [10.0], [11.0], [12.0], [30.0]])
    run = watch(X, k=3, n_init=20)
    assert str(run[1].note) == "Cluster 1 is the only one: it will be split."
    assert run[-1].labels.tolist() in ([1, 1, 0, 0, 0, 2], [2, 2, 0, 0, 0, 1])
    assert run[-1].objective == pytest.approx(2.5)
    assert str(run[-1].note) == "Done: 3 clusters, as many as were wanted."


@pytest.mark.parametrize("strategy", ["biggest_inertia", "largest_cluster"])
def test_the_cluster_that_the_strategy_names_is_split(strategy: str) -> None:
    X = blobs()
    run = watch(X, k=8, bisecting_strategy=strategy)
    choices = [s for s in run if s.phase == CHOOSE]
    assert len(choices) == 7
    for step, after in pairwise([*choices, run[-1]]):
        measure = step.counts() if strategy == "largest_cluster" else inertias(X, step.labels)
        source = int(np.argmax(measure))
        assert f"luster {source + 1}" in str(step.title)
        assert np.array_equal(step.overlays[1].rows, np.flatnonzero(step.labels == source))
        # Labels elsewhere stay, and the larger half keeps its number.
        new = len(step.centroids)
        assert set(np.unique(after.labels[step.labels == source])) == {source, new}
        assert np.array_equal(after.labels[step.labels != source], step.labels[step.labels != source])
        assert after.counts()[source] >= after.counts()[new]


@pytest.mark.parametrize("init", ["k-means++", "random", "box", "random-partition"])
def test_each_split_is_an_end_of_whole_assignments(init: str) -> None:
    X = blobs()
    run = watch(X, k=6, init=init)
    for step, after in pairwise([*(s for s in run if s.phase == CHOOSE), run[-1]]):
        pair = [int(np.argmax(inertias(X, step.labels))), len(step.centroids)]
        own = np.isin(after.labels, pair)
        again = clustering.fit("lloyd", X[own], init=after.centroids[pair])
        assert np.array_equal(np.array(pair)[again.labels], after.labels[own])


@pytest.mark.parametrize("watched", [True, False])
def test_every_step_shows_what_it_measures(watched: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not watched:
        monkeypatch.setattr(bisecting, "WATCHED", (0, 0))
    X = blobs()
    run = watch(X, k=7)
    assert {s.phase for s in run} == {"start", CHOOSE, "done"} | ({"assign", "update"} if watched else {SPLIT})
    for step in run:
        assert step.objective == pytest.approx(((X - step.centroids[step.labels]) ** 2).sum())
        assert step.metric is None
        if step.phase is not Phase.ASSIGN:
            assert step.objective == pytest.approx(inertia(X, step.labels))


def test_however_it_is_shown_it_ends_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    X = blobs()
    slow = watch(X, k=7)[-1]
    monkeypatch.setattr(bisecting, "WATCHED", (0, 0))
    quick = watch(X, k=7)[-1]
    assert np.array_equal(slow.labels, quick.labels)
    assert np.array_equal(slow.centroids, quick.centroids)
    assert slow.objective == quick.objective


def test_the_hierarchy_undoes_the_splits() -> None:
    X = blobs()
    run = watch(X, k=6)
    tree = tree_of(run[-1])
    assert (tree.leaves, tree.merged) == (6, 0)
    assert np.array_equal(tree.members, run[-1].labels)
    members = [set(np.flatnonzero(run[-1].labels == j)) for j in range(6)]
    for made, (a, b) in enumerate(tree.children, 1):
        members.append(members[a] | members[b])
        step = run[tree.step_of(made)]
        assert tree_of(step).merged == made if step.index else made == 5
        # What the merge makes has, in the step that shows it, the color that the tree says.
        assert members[-1] == set(np.flatnonzero(step.labels == tree.labels[5 + made]))
        gained = step.objective - run[tree.step_of(made - 1)].objective
        assert tree.heights[made - 1] == pytest.approx(gained)
    assert run[tree.step_of(0)].labels.tolist() == run[-1].labels.tolist()


def test_it_is_as_good_as_scikit_learn() -> None:
    X = blobs(2000, 3)
    ours = [bisecting.fit(X, filled({"k": 10}), seed, lambda: False).objective for seed in range(15)]
    theirs = [BisectingKMeans(10, random_state=seed, init="k-means++").fit(X).inertia_ for seed in range(15)]
    assert np.median(ours) <= np.median(theirs) * 1.03


def test_more_tries_are_no_worse() -> None:
    X = np.random.default_rng(4).normal(size=(200, 2))
    once = [watch(X, k=2, seed=seed, init="random")[-1].objective for seed in range(10)]
    often = [watch(X, k=2, seed=seed, init="random", n_init=20)[-1].objective for seed in range(10)]
    assert max(often) <= min(once) * (1 + 1e-12)


@pytest.mark.parametrize("init", ["k-means++", "random", "box", "random-partition", "farthest-first"])
def test_equal_points_are_not_split(init: str) -> None:
    X = np.repeat([[0.1, 0.7], [0.3, 0.3], [5.0, 0.0]], [3, 7, 11], axis=0)
    last = watch(X, k=8, init=init, n_init=5)[-1]
    assert sorted(last.counts()) == [3, 7, 11]
    assert str(last.note).startswith("Done: 3 clusters, since all points of a cluster are equal")


def test_iterations_can_be_limited() -> None:
    run = watch(blobs(), k=4, max_iter=1)
    assert [s.phase for s in run] == ["start", *[CHOOSE, "assign", "update"] * 3, "done"]


def test_a_run_can_be_cancelled_between_splits() -> None:
    X = blobs()
    stopped = False
    run = bisecting.steps(X, filled({"k": 5}), 0, lambda: stopped)
    next(run)
    stopped = True
    with pytest.raises(Cancelled):
        next(run)
