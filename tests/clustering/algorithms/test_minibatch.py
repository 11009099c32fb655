"""Mini-batch k-means: the textbook's updates one by one, and an end as good as scikit-learn's."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import MiniBatchKMeans
from sklearn.datasets import make_blobs

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.overlays import Outlined, Tags

X = np.random.default_rng(0).normal(size=(150, 2)) + np.random.default_rng(1).integers(0, 4, (150, 1)) * 2.0


def watch(points: np.ndarray = X, **parameters: Any) -> list[Step]:
    return list(clustering.steps("minibatch", points, **{"k": 4, "seed": 1, "batch_size": 20, **parameters}))


def overlay(step: Step, kind: type) -> Any:
    return next(one for one in step.overlays if isinstance(one, kind))


def nearest(points: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return ((points[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)


def test_centroids_move_toward_their_points_one_by_one() -> None:
    """Sculley's algorithm 1, line by line, on the batches that were drawn."""
    steps = watch()
    centroids, counts = steps[0].centroids.copy(), np.zeros(4, int)
    for step in steps:
        if step.phase is Phase.UPDATE:
            rows = overlay(step, Outlined).rows
            cached = [int(np.argmin(((x - centroids) ** 2).sum(axis=1))) for x in X[rows]]
            for x, own in zip(X[rows], cached, strict=True):
                counts[own] += 1
                rate = 1 / counts[own]
                centroids[own] = (1 - rate) * centroids[own] + rate * x
            assert np.allclose(step.centroids, centroids, rtol=0, atol=1e-12)
            tags = overlay(step, Tags).texts
            assert [float(tag) for tag in tags if tag] == pytest.approx([1 / c for c in counts if c], rel=0.05)


def test_a_point_keeps_the_label_it_was_last_given_until_the_end() -> None:
    steps, labels = watch(), np.full(len(X), -1)
    for step in steps[:-1]:
        if step.phase is Phase.ASSIGN:
            rows = overlay(step, Outlined).rows
            assert len(set(rows.tolist())) == 20
            labels[rows] = nearest(X[rows], step.centroids)
        assert np.array_equal(step.labels, labels)
    assert np.array_equal(steps[-1].labels, nearest(X, steps[-1].centroids))
    assert steps[-1].objective == pytest.approx(((X - steps[-1].centroids[steps[-1].labels]) ** 2).sum())


def test_the_inertia_of_a_batch_stands_for_that_of_all() -> None:
    for step in watch(batch_size=150)[1:-1]:
        if step.phase is Phase.ASSIGN:
            assert step.objective == pytest.approx(((X - step.centroids[step.labels]) ** 2).sum())


def test_a_centroid_without_points_stays() -> None:
    steps = watch(init=np.vstack([X[:3], [[1e3, 1e3]]]))
    assert all(np.array_equal(step.centroids[3], [1e3, 1e3]) for step in steps)
    updates = [step for step in steps if step.phase is Phase.UPDATE]
    assert all("and stays" in str(step.note) or "and stay." in str(step.note) for step in updates)
    assert all(overlay(step, Tags).texts[3] == "" for step in updates)


@pytest.mark.parametrize(
    ("parameters", "words", "batches"),
    [
        ({"max_iter": 2, "max_no_improvement": 0}, "largest number of passes", 15),
        ({"tol": 1.0, "max_no_improvement": 0}, "less than the tolerance", None),
        ({"max_no_improvement": 2}, "not fallen 2 times", None),
    ],
)
def test_it_stops_as_asked_and_says_so(parameters: dict[str, Any], words: str, batches: int | None) -> None:
    last = watch(**parameters)[-1]
    assert words in str(last.note)
    assert batches is None or last.iteration == batches


@pytest.mark.parametrize("parameters", [{}, {"batch_size": 1, "max_iter": 10, "max_no_improvement": 0}])
def test_the_last_step_is_what_fit_returns(parameters: dict[str, Any]) -> None:
    last = watch(**parameters)[-1]
    fitted = clustering.fit("minibatch", X, **{"k": 4, "seed": 1, "batch_size": 20, **parameters})
    assert (last.index, last.iteration, last.objective) == (fitted.index, fitted.iteration, fitted.objective)
    assert (last.changed, str(last.note)) == (fitted.changed, str(fitted.note))
    assert np.array_equal(last.labels, fitted.labels)
    assert np.array_equal(last.centroids, fitted.centroids)


def test_a_long_run_is_shown_in_fewer_steps_that_are_consistent() -> None:
    steps = watch(batch_size=1, max_iter=100, max_no_improvement=0)
    assert len(steps) < 2000
    assert "after 15,000 batches" in str(steps[-1].note)
    assert max(step.note.values.get("m", 1) for step in steps) > 8
    for before, step in pairwise(steps):
        assert step.changed == np.count_nonzero(step.labels != before.labels)
        assert step.iteration - before.iteration in (0, 1)


def test_it_ends_as_well_as_scikit_learn_from_the_same_starts() -> None:
    ratios = []
    for seed in range(9):
        points, _ = make_blobs(2000, centers=6, cluster_std=1.5, random_state=seed)
        start = np.random.default_rng(seed).permutation(points)[:6]
        ours = clustering.fit("minibatch", points, init=start, batch_size=100, seed=seed)
        peer = MiniBatchKMeans(6, init=start, n_init=1, batch_size=100, random_state=seed).fit(points)
        ratios.append(ours.objective / peer.inertia_)
    assert np.median(ratios) < 1.03
