"""Scores of a clustering, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference
from sklearn.datasets import make_blobs

from kmeans_gui import clustering
from kmeans_gui.clustering import metrics, silhouette
from kmeans_gui.clustering.kernels import warming
from kmeans_gui.clustering.step import Phase, Step
from kmeans_gui.errors import Cancelled


def board(n: int, d: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    X, labels = make_blobs(n, d, centers=5, cluster_std=3.0, random_state=seed)
    return np.ascontiguousarray(X), labels


def ended(labels: np.ndarray) -> Step:
    """Return the last step of some run that ended with ``labels``."""
    return Step(
        index=1,
        iteration=1,
        phase=Phase.DONE,
        assignment=np.array(labels),
        centroids=None,
        objective=None,
        title=clustering.Note("Finish"),
        note=clustering.Note("Done."),
    )


def scores(X: np.ndarray, labels: np.ndarray) -> dict[str, float | None]:
    return {score.name: score.value for score in metrics.internal_scores(X, ended(labels))}


@pytest.fixture(params=["compiled", "plain"])
def loops(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "compiled":
        assert warming.warm(silhouette.FAMILY)
    else:
        monkeypatch.setattr(silhouette, "at_hand", lambda family: None)


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize("d", [1, 2, 3, 10])
@pytest.mark.parametrize("n", [7, 300, 1000])
def test_silhouettes_are_scikit_learns(n: int, d: int) -> None:
    X, labels = board(n, d)
    found = metrics.silhouettes(X, labels)
    np.testing.assert_allclose(found.values, reference.silhouette_samples(X, labels), atol=1e-9)
    assert found.mean == pytest.approx(reference.silhouette_score(X, labels))
    assert found.error == 0
    assert found.rows.tolist() == list(range(n))


@pytest.mark.usefixtures("loops")
def test_silhouettes_of_several_partitions_at_once() -> None:
    X, _ = board(500, 2)
    partitions = [clustering.fit("lloyd", X, k=k).labels for k in range(2, 12)]
    together = silhouette.silhouette_values(X, partitions, lambda: False)
    for labels, values in zip(partitions, together, strict=True):
        np.testing.assert_allclose(values, reference.silhouette_samples(X, labels), atol=1e-9)


@pytest.mark.usefixtures("loops")
def test_silhouettes_by_hand() -> None:
    # From 0: a = 1, b = (4 + 6) / 2. From 4: a = 2, b = (4 + 3) / 2. The point at 100 is alone in its cluster.
    X = np.array([[0.0], [1.0], [4.0], [6.0], [100.0]])
    found = metrics.silhouettes(X, np.array([3, 3, 0, 0, 7]))
    np.testing.assert_allclose(found.values, [4 / 5, 3 / 4, 1.5 / 3.5, 3.5 / 5.5, 0])


@pytest.mark.usefixtures("loops")
@pytest.mark.parametrize(("factor", "offset"), [(1e140, 0), (1e-160, 0), (1, 1e9)])
def test_silhouettes_do_not_depend_on_units(factor: float, offset: float) -> None:
    X, labels = board(200, 2)
    X = np.round(X * 256) / 256
    found = metrics.silhouettes(X * factor + offset, labels)
    np.testing.assert_allclose(found.values, metrics.silhouettes(X, labels).values, atol=1e-6)


@pytest.mark.usefixtures("loops")
def test_equal_points_in_two_clusters_are_no_nearer_to_either() -> None:
    assert metrics.silhouettes(np.ones((4, 2)), np.array([0, 0, 1, 1])).values.tolist() == [0, 0, 0, 0]


def test_a_sample_stands_for_many_points() -> None:
    X, labels = board(3000, 2)
    found = metrics.silhouettes(X, labels, most=500, seed=1)
    again = metrics.silhouettes(X, labels, most=500, seed=1)
    assert len(found.rows) == len(set(found.rows.tolist())) == 500
    assert np.array_equal(found.labels, labels[found.rows])
    assert 0 < found.error < 0.05
    assert abs(found.mean - reference.silhouette_score(X, labels)) < 4 * found.error
    assert np.array_equal(found.values, again.values)
    own = reference.silhouette_samples(X[found.rows], found.labels)
    np.testing.assert_allclose(found.values, own, atol=1e-9)


@pytest.mark.usefixtures("loops")
def test_silhouettes_are_cancelled() -> None:
    X, labels = board(1000, 2)
    with pytest.raises(Cancelled):
        metrics.silhouettes(X, labels, cancelled=lambda: True)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_internal_scores_are_scikit_learns(d: int) -> None:
    X, labels = board(400, d)
    found = scores(X, labels)
    assert list(found) == ["inertia", "silhouette", "calinski-harabasz", "davies-bouldin"]
    assert found["silhouette"] == pytest.approx(reference.silhouette_score(X, labels))
    assert found["calinski-harabasz"] == pytest.approx(reference.calinski_harabasz_score(X, labels))
    assert found["davies-bouldin"] == pytest.approx(reference.davies_bouldin_score(X, labels))
    assert found["inertia"] == pytest.approx(sum(((X[labels == j] - X[labels == j].mean(axis=0)) ** 2).sum() for j in range(5)))


def test_the_inertia_is_that_of_the_run() -> None:
    X, _ = board(400, 2)
    step = clustering.fit("lloyd", X, k=4)
    assert metrics.internal_scores(X, step)[0].value == pytest.approx(step.objective)


def test_noise_and_numbers_that_no_point_has_are_passed_over() -> None:
    X, labels = board(400, 2)
    kept = np.arange(400) % 7 != 0
    numbers = np.where(kept, labels * 3, -1)
    assert scores(X, numbers) == scores(X[kept], labels[kept])
    assert np.array_equal(metrics.silhouettes(X, numbers).rows, np.flatnonzero(kept))


@pytest.mark.parametrize(
    ("labels", "word"),
    [
        ([0, 0, 0, 0], "one cluster"),
        ([-1, -1, -1, -1], "no clusters"),
        ([0, 1, 2, 3], "singletons"),
        ([-1, 2, 2, -1], "one cluster"),
    ],
)
def test_what_is_not_defined_has_no_value_and_a_word(labels: list[int], word: str) -> None:
    found = metrics.internal_scores(np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [9.0, 1.0]]), ended(np.array(labels)))
    assert [(score.value, score.missing) for score in found[1:]] == [(None, word)] * 3


def test_clusters_of_equal_points() -> None:
    found = metrics.internal_scores(np.repeat([[0.0, 0.0], [1.0, 1.0]], 3, axis=0), ended(np.array([0, 0, 0, 1, 1, 1])))
    assert [score.value for score in found] == [0, 1, None, 0]
    assert found[2].missing == "no spread"


@pytest.mark.parametrize("seed", range(3))
def test_external_scores_are_scikit_learns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, 300)
    labels = np.where(rng.random(300) < 0.6, truth, rng.integers(0, 6, 300))
    found = {score.name: score.value for score in metrics.external_scores(labels, truth)}
    expected = {
        "homogeneity": reference.homogeneity_score(truth, labels),
        "completeness": reference.completeness_score(truth, labels),
        "v-measure": reference.v_measure_score(truth, labels),
        "ari": reference.adjusted_rand_score(truth, labels),
        "ami": reference.adjusted_mutual_info_score(truth, labels),
        "fowlkes-mallows": reference.fowlkes_mallows_score(truth, labels),
    }
    accuracy = found.pop("accuracy")
    assert found == pytest.approx(expected)
    assert 0.6 < accuracy < 0.8


def test_accuracy_and_confusion_follow_the_best_matching() -> None:
    labels = np.array([2, 2, 2, 0, 0, 1, 1, 5, -1, 0])
    truth = np.array([7, 7, 8, 8, 8, 9, 9, 9, 9, -1])
    table, clusters, classes = metrics.confusion(labels, truth)
    assert clusters.tolist() == [2, 0, 1, 5]
    assert classes.tolist() == [7, 8, 9]
    assert table.tolist() == [[2, 1, 0], [0, 2, 0], [0, 0, 2], [0, 0, 1]]
    assert metrics.external_scores(labels, truth)[-1].value == 6 / 8


def test_more_classes_than_clusters() -> None:
    table, clusters, classes = metrics.confusion([1, 1, 1], ["a", "b", "b"])
    assert (table.tolist(), clusters.tolist(), classes.tolist()) == ([[2, 1]], [1], ["b", "a"])


def test_without_points_of_which_both_are_known_there_are_no_external_scores() -> None:
    found = metrics.external_scores(np.array([-1, 0]), np.array([0, -1]))
    assert {(score.value, score.missing) for score in found} == {(None, "no points")}


def test_hopkins_tells_clusters_from_evenly_spread_points() -> None:
    rng = np.random.default_rng(0)
    even = [metrics.hopkins(rng.random((1000, d)), seed=seed) for d in (1, 2, 3) for seed in range(5)]
    assert np.mean(even) == pytest.approx(0.5, abs=0.07)
    assert metrics.hopkins(make_blobs(1000, 2, centers=4, cluster_std=0.3, random_state=1)[0]) > 0.9


def test_hopkins_by_brute_force() -> None:
    X = np.random.default_rng(3).normal(size=(40, 2))
    rng = np.random.default_rng(5)
    some = rng.choice(40, 4, replace=False)
    low, high = X.min(axis=0), X.max(axis=0)
    places = low + rng.random((4, 2)) * (high - low)
    far = [min(np.linalg.norm(X - place, axis=1)) ** 2 for place in places]
    near = [sorted(np.linalg.norm(X - X[row], axis=1))[1] ** 2 for row in some]
    assert metrics.hopkins(X, seed=5) == pytest.approx(sum(far) / (sum(far) + sum(near)))


def test_hopkins_of_few_and_of_equal_points() -> None:
    assert np.isnan(metrics.hopkins(np.ones((5, 2))))
    assert np.isnan(metrics.hopkins(np.ones((1, 2))))
    assert 0 < metrics.hopkins(np.array([[0.0], [1.0]])) < 1
    assert metrics.hopkins(np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0)) == 1
    with pytest.raises(Cancelled):
        metrics.hopkins(np.ones((5, 2)), cancelled=lambda: True)
