"""The atlas of minima: which runs ended alike, checked by hand and against every partition there is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import Restarts
from kmeans_gui.clustering.atlas import chart_minima, compare_ways
from kmeans_gui.data.boards import board
from kmeans_gui.errors import Cancelled

RECTANGLE = np.array([[0.0, 0.0], [0.0, 1.0], [3.0, 0.0], [3.0, 1.0]])


def many(points, restarts=60, name="lloyd", **parameters):
    return clustering.run_many(name, points, restarts=restarts, **parameters)


def together(labels):
    """Return which points lie together, as a set of sets."""
    return frozenset(frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels))


def by_labels(restarts):
    """Return the runs by partition, from the labels of each."""
    groups = {}
    for i in range(len(restarts)):
        groups.setdefault(together(restarts.labels(i)), set()).add(i)
    return groups


def test_a_rectangle_is_cut_across_or_along():
    atlas = chart_minima(many(RECTANGLE, k=2, init="random"))
    assert [minimum.objective for minimum in atlas.minima] == [1.0, 9.0]
    assert atlas.ratio == 9.0
    assert sum(minimum.share for minimum in atlas.minima) == pytest.approx(1)
    assert atlas.found_best == atlas.minima[0].share == len(atlas.minima[0].runs) / 60
    assert sorted(atlas.minima[0].centroids.tolist()) == [[0.0, 0.5], [3.0, 0.5]]


def test_equally_good_ends_are_told_apart():
    square = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    atlas = chart_minima(many(square, k=2, init="box"))
    halves = [m for m in atlas.minima if sorted(atlas.restarts.sizes[m.representative].tolist()) == [2, 2]]
    assert len(halves) == 2
    assert {m.objective for m in halves} == {1.0}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("init", ["random", "box"])
def test_the_minima_are_the_partitions_of_small_boards_that_stand_still(seed, init):
    points = np.random.default_rng(seed).normal(size=(8, 2))
    still = {}
    for labels in itertools.product(range(3), repeat=8):
        array = np.array(labels)
        if len(set(labels)) == 3:
            means = np.array([points[array == j].mean(axis=0) for j in range(3)])
            squares = ((points[:, None] - means) ** 2).sum(axis=2)
            if (squares.argmin(axis=1) == array).all():
                still[together(array)] = squares.min(axis=1).sum()
    restarts = many(points, 300, k=3, init=init)
    atlas = chart_minima(restarts)
    found = {together(restarts.labels(m.representative)): m.objective for m in atlas.minima}
    assert len(found) == len(atlas.minima)
    assert found == {key: pytest.approx(still[key]) for key in found}
    assert list(found.values()) == sorted(found.values())


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("lloyd", {"k": 5, "init": "random"}),
        ("lloyd", {"k": 4, "init": "box", "empty_clusters": "drop"}),
        ("kmedians", {"k": 4, "init": "random"}),
        ("fuzzy-cmeans", {"k": 3, "init": "random"}),
    ],
)
def test_runs_are_together_exactly_if_their_labels_are(name, parameters):
    restarts = many(board("gaussians", seed=3, n=60).points, 25, name, **parameters)
    expected = {frozenset(runs) for runs in by_labels(restarts).values()}
    atlas = chart_minima(restarts)
    assert {frozenset(m.runs.tolist()) for m in atlas.minima} == expected
    numbers = atlas.minimum_of_runs()
    assert all((numbers[m.runs] == i).all() for i, m in enumerate(atlas.minima))


def test_the_representative_is_the_run_of_its_seed():
    points = board("peaked", seed=0).points
    atlas = chart_minima(many(points, 40, k=9, init="random", seed=7))
    for minimum in atlas.minima:
        last = clustering.fit("lloyd", points, seed=minimum.seed, k=9, init="random", n_init=1)
        assert last.objective == minimum.objective
        np.testing.assert_array_equal(last.centroids, minimum.centroids)


def test_random_starts_mostly_fail_where_spread_starts_mostly_succeed():
    points = board("peaked", seed=0).points
    random, spread = (chart_minima(many(points, 200, k=9, init=init)) for init in ("random", "k-means++"))
    assert random.found_best < 0.1
    assert spread.found_best > 0.5
    assert random.ratio is not None and random.ratio > 2


def made_up(objectives):
    """Return runs of one cluster each, at different places. Those in the same row have the same partition."""
    r = len(objectives)
    labels = {seed: np.array([0] * seed + [1] * (9 - seed)) for seed in range(r)}
    return Restarts(
        seeds=np.arange(r),
        starts=np.zeros((r, 1, 1)),
        centroids=np.arange(r, dtype=float).reshape(r, 1, 1),
        objectives=np.array(objectives, float),
        iterations=np.ones(r, np.int64),
        sizes=np.full((r, 1), 9),
        fit=lambda seed, cancelled=None: type("End", (), {"labels": labels[seed]}),
    )


def test_the_highest_objective_comes_first_where_the_method_raises_it():
    atlas = chart_minima(made_up([-3.0, -1.0, -2.0]), rises=True)
    assert [m.objective for m in atlas.minima] == [-1.0, -2.0, -3.0]
    assert atlas.ratio is None
    assert chart_minima(made_up([3.0, 1.0, 2.0]), rises=True).ratio is None


@pytest.mark.parametrize("init", ["random", "k-means++", "box"])
def test_ways_to_start_are_measured_by_the_best_minimum_of_any(init):
    points, ways = board("peaked", seed=0).points, ("random", "k-means++", "box")
    restarts = {way: many(points, 60, k=9, init=way) for way in ways}
    comparison = compare_ways({way: chart_minima(made) for way, made in restarts.items()})
    best_way = min(ways, key=lambda way: restarts[way].objectives.min())
    best = together(restarts[best_way].labels(restarts[best_way].best))
    found = [together(restarts[init].labels(i)) == best for i in range(60)]
    assert comparison.best == restarts[best_way].objectives.min()
    assert comparison.share(init) == pytest.approx(np.mean(found))
    assert comparison.ratio(init) == restarts[init].objectives.max() / comparison.best


@pytest.mark.parametrize(("rises", "shares"), [(False, {"a": 0.5, "b": 0}), (True, {"a": 0, "b": 1 / 3})])
def test_a_way_that_never_finds_the_best_has_no_share(rises, shares):
    atlases = {
        "a": chart_minima(made_up([1.0, 2.0]), rises=rises),
        "b": chart_minima(made_up([2.0, 3.0, 2.0]), rises=rises),
    }
    comparison = compare_ways(atlases, rises=rises)
    assert {way: comparison.share(way) for way in atlases} == shares
    assert [comparison.ratio(way) for way in atlases] == ([None, None] if rises else [2.0, 3.0])


@pytest.mark.parametrize(
    ("objectives", "share"),
    [([1.0001], 1), ([1.1], 0), ([5.0, 1.0001], 0)],
    ids=["same partition", "same partition but far off", "other partition"],
)
def test_ways_that_stopped_beside_each_other_found_the_same_if_their_partition_is(objectives, share):
    ways = {"a": chart_minima(made_up([1.0])), "b": chart_minima(made_up(objectives))}
    assert compare_ways(ways).share("b") == share


def test_as_good_in_another_partition_is_as_good():
    ways = {"a": chart_minima(made_up([1.0])), "b": chart_minima(made_up([2.0, 1.0]))}
    comparison = compare_ways(ways)
    assert comparison.share("a") == 1
    assert comparison.share("b") == 0.5


def test_a_comparison_can_be_cancelled():
    ways = {"a": chart_minima(made_up([1.0])), "b": chart_minima(made_up([1.0001]))}
    with pytest.raises(Cancelled):
        compare_ways(ways, cancelled=lambda: True)


@pytest.mark.parametrize(
    ("name", "init", "alike"), [("macqueen", "first", True), ("macqueen", "random", False), ("lloyd", "random", False)]
)
def test_runs_without_chance_are_all_alike(name, init, alike):
    assert many(board("gaussians", seed=3, n=60).points, 5, name, k=3, init=init).alike == alike


def test_it_can_be_cancelled():
    with pytest.raises(Cancelled):
        chart_minima(made_up([1.0, 1.0]), cancelled=lambda: True)
