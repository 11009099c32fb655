"""Agglomerative clustering against scipy, and what its film shows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from cases import case
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial import cKDTree
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.algorithms.agglomerative import ALGORITHM, LINKAGES, MERGE
from kmeans_gui.clustering.distances import METRICS
from kmeans_gui.clustering.kernels import warming
from kmeans_gui.clustering.linkage import link
from kmeans_gui.clustering.neighborhoods import FAMILY
from kmeans_gui.clustering.overlays import Segments, Tree
from kmeans_gui.clustering.parameters import resolve
from kmeans_gui.errors import Cancelled, UserError

PLACES = [
    (name, metric) for name in LINKAGES for metric in METRICS if metric == "euclidean" or name not in ("ward", "centroid")
]


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    assert warming.warm(FAMILY), warming.trouble()


def never() -> bool:
    return False


def watch(X: np.ndarray, **parameters: object) -> list[Step]:
    return list(ALGORITHM.steps(X, resolve(ALGORITHM.parameters, parameters), 3, never))


def fit(X: np.ndarray, **parameters: object) -> Step:
    return ALGORITHM.fit(X, resolve(ALGORITHM.parameters, parameters), 3, never)


def overlay(step: Step, kind: type) -> object:
    (found,) = (one for one in step.overlays if isinstance(one, kind))
    return found


def same_partition(a: np.ndarray, b: np.ndarray) -> bool:
    return len(set(zip(a.tolist(), b.tolist(), strict=True))) == len(set(a.tolist())) == len(set(b.tolist()))


@pytest.mark.parametrize(("name", "metric"), PLACES)
def test_heights_and_cuts_are_those_of_scipy(name: str, metric: str) -> None:
    for seed in range(6):
        with case("seed", seed):
            compare_with_scipy(name, metric, seed)


def compare_with_scipy(name: str, metric: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(int(rng.integers(2, 250)), int(rng.integers(2, 5))))
    reference = linkage(X, name, METRICS[metric][1])
    k = int(rng.integers(1, len(X) + 1))
    last = fit(X, linkage=name, metric=metric, k=k)
    tree = overlay(watch(X, linkage=name, metric=metric, k=k)[-1], Tree)
    assert tree.heights == pytest.approx(reference[:, 2], rel=1e-9)
    assert np.array_equal(np.sort(tree.children, axis=1), reference[:, :2])
    assert set(last.labels.tolist()) == set(range(k))
    if name != "centroid":  # which scipy cuts by height, inversions or not
        assert same_partition(last.labels, fcluster(reference, k, "maxclust"))


@pytest.mark.parametrize("name", [name for name in LINKAGES if name != "centroid"])
def test_duplicates_merge_first(name: str) -> None:
    X = np.repeat(np.random.default_rng(1).normal(size=(60, 2)), 3, axis=0)
    heights = overlay(watch(X, linkage=name)[-1], Tree).heights
    assert np.all(heights[:120] == 0)
    assert heights == pytest.approx(linkage(X, name)[:, 2], rel=1e-9)


@pytest.mark.parametrize("name", LINKAGES)
def test_with_and_without_compiled_loops_the_merges_are_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(2).normal(size=(400, 3))
    pairs, heights = link(X, name, "euclidean", never)
    monkeypatch.setattr("kmeans_gui.clustering.linkage.at_hand", lambda family: None)
    plain_pairs, plain_heights = link(X, name, "euclidean", never)
    assert np.array_equal(heights, plain_heights)
    if name != "single":  # whose edges are found in another order
        assert np.array_equal(np.sort(pairs), np.sort(plain_pairs))


def test_the_spanning_tree_of_many_points() -> None:
    """It is as long as the one that a graph of the nearest 30 points has."""
    from scipy.sparse.csgraph import minimum_spanning_tree

    X = np.random.default_rng(4).random((20_000, 3))
    distances, _ = cKDTree(X).query(X, 31)
    graph = cKDTree(X).sparse_distance_matrix(cKDTree(X), np.quantile(distances[:, -1], 0.99), output_type="coo_matrix")
    _, heights = link(X, "single", "euclidean", never)
    assert heights == pytest.approx(np.sort(minimum_spanning_tree(graph).data), rel=1e-9)


def test_a_cut_is_numbered_from_the_top() -> None:
    """Three points to the left, two to the right: the larger part keeps the number of the whole."""
    X = np.array([[10.0], [0.0], [1.0], [11.5], [3.0]])
    steps = watch(X, linkage="single", k=2)
    assert [step.phase for step in steps] == ["start", MERGE, MERGE, MERGE, MERGE, "done"]
    assert [step.k for step in steps] == [5, 4, 3, 2, 1, 2]
    assert steps[-1].labels.tolist() == [1, 0, 0, 1, 0]
    assert steps[2].labels.tolist() == [1, 0, 0, 1, 2]
    assert [step.changed for step in steps] == [0, 1, 1, 1, 2, 2]
    assert [step.objective for step in steps[1:5]] == [1.0, 1.5, 2.0, 7.0]
    assert overlay(steps[-1], Tree).labels.tolist()[:5] == steps[0].labels.tolist()
    assert str(steps[3].note) == "Merge clusters of 2 and 1 point, 2.000 apart: 2 clusters are left."
    assert str(steps[-1].note) == "All merges are made; 2 clusters are shown, by cutting between 2.000 and 7.000."
    ends = overlay(steps[4], Segments)
    assert (sorted(ends.shown[-1].ravel().tolist()), ends.newest) == ([3.0, 10.0], 1)


@pytest.mark.parametrize("name", LINKAGES)
def test_each_step_shows_a_cut_of_the_tree(name: str) -> None:
    X = np.random.default_rng(5).normal(size=(90, 2))
    for step in watch(X, linkage=name, k=4):
        assert step.labels.tolist() == fit(X, linkage=name, k=step.k).labels.tolist()
        tree = overlay(step, Tree)
        assert tree.merged == 90 - step.k
        assert tree.step_of(tree.merged) == (step.index if step.phase is not Phase.DONE else 86)


def test_links_of_ward_join_means() -> None:
    X = np.random.default_rng(6).normal(size=(40, 2))
    steps = watch(X, linkage="ward")
    for before, step in pairwise(steps[:-1]):
        gone = overlay(step, Segments).shown[-1]
        means = np.array([X[before.labels == c].mean(axis=0) for c in range(before.k)])
        assert all(np.min(np.abs(means - end).sum(axis=1)) < 1e-12 for end in gone)


def test_the_first_of_many_merges_are_made_many_at_a_time() -> None:
    X = np.random.default_rng(7).normal(size=(5000, 2))
    steps = watch(X, k=7)
    assert len(steps) < 2000
    assert steps[-1].labels.tolist() == fit(X, k=7).labels.tolist()
    for step in steps[:: len(steps) // 8]:
        tree = overlay(step, Tree)
        assert tree.step_of(tree.merged) == step.index or step.phase is Phase.DONE
        assert step.labels.tolist() == fit(X, k=min(step.k, 4096)).labels.tolist() or step.k > 4096
    assert same_partition(steps[-1].labels, AgglomerativeClustering(7).fit_predict(X))


def test_an_inversion_is_told() -> None:
    X = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.9]])
    _, first, second, _ = watch(X, linkage="centroid", k=1)
    assert second.objective == pytest.approx(0.9)
    assert first.objective == 1.0
    assert "nearer than those merged before" in str(second.note)


def test_a_sample_stands_for_all() -> None:
    rng = np.random.default_rng(8)
    X = rng.normal(size=(30_000, 2)) + rng.integers(0, 3, (30_000, 1)) * 20.0
    steps = watch(X, k=3, sample=300)
    assert len(steps) == 301
    assert adjusted_rand_score((X[:, 0] / 20).round(), steps[-1].labels) == 1.0
    tree = overlay(steps[0], Tree)
    assert (tree.leaves, tree.members.shape) == (300, (30_000,))
    assert steps[-1].labels.tolist() == fit(X, k=3, sample=300).labels.tolist()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"metric": "manhattan"}, "Ward linkage goes by means"),
        ({"linkage": "average"}, "some|GB|single linkage|Sample"),
        ({"linkage": "centroid"}, "single linkage"),
        ({"sample": 2}, "the sample has only 2 points"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(parameters: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        watch(np.zeros((30_000, 2)), **parameters)


@pytest.mark.parametrize("name", LINKAGES)
@pytest.mark.parametrize("moment", [1, 3])
def test_work_on_many_points_can_be_cancelled(name: str, moment: int) -> None:
    X = np.random.default_rng(0).normal(size=(5000, 2))
    asked = iter(range(moment))
    with pytest.raises(Cancelled):
        ALGORITHM.fit(X, resolve(ALGORITHM.parameters, {"linkage": name}), 0, lambda: next(asked, None) is None)
