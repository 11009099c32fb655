"""MacQueen's k-means: six points by hand, and any points as a plain loop has it."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.overlays import Outlined, Segments, Tags

X = np.random.default_rng(0).normal(size=(90, 2)) + np.random.default_rng(1).integers(0, 4, (90, 1)) * 1.5


def watch(points: Any = X, **parameters: Any) -> list[Step]:
    return list(clustering.steps("macqueen", points, **{"k": 4, **parameters}))


def overlay(step: Step, kind: type) -> Any:
    return next(one for one in step.overlays if isinstance(one, kind))


def plain_loop(points: np.ndarray, centroids: np.ndarray) -> tuple[list[int], list[list[Fraction]], int]:
    """Whole passes in exact arithmetic, with means worked out from scratch at each turn."""
    exact = [[Fraction(value) for value in point] for point in points.tolist()]
    means = [[Fraction(value) for value in centroid] for centroid in centroids.tolist()]
    labels = [-1] * len(exact)
    for number in range(1, 1000):
        switched = False
        for i, point in enumerate(exact):
            away = [sum((a - b) ** 2 for a, b in zip(point, mean, strict=True)) for mean in means]
            nearest = away.index(min(away))
            if labels[i] >= 0 and away[nearest] == away[labels[i]]:
                continue
            if nearest != labels[i]:
                old, labels[i], switched = labels[i], nearest, True
                for cluster in {old, nearest} - {-1}:
                    own = [p for p, label in zip(exact, labels, strict=True) if label == cluster]
                    means[cluster] = [sum(axis) / len(own) for axis in zip(*own, strict=True)]
        if not switched:
            return labels, means, number
    raise AssertionError("it ends")


def test_six_points_by_hand() -> None:
    steps = watch([[0.0], [2.0], [1.0], [9.0], [10.0], [11.0]], k=2)
    moves = [(s.labels.tolist(), s.centroids.ravel().tolist()) for s in steps if s.phase == "take"]
    assert [centroids for _, centroids in moves] == [[0, 2], [0, 2], [0.5, 2], [0.5, 5.5], [0.5, 7], [0.5, 8]]
    assert moves[-1][0] == [0, 1, 0, 1, 1, 1]
    switches = [(s.labels.tolist(), s.centroids.ravel().tolist()) for s in steps if s.phase == "switch"]
    assert switches == [([0, 0, 0, 1, 1, 1], [1, 10])]
    assert steps[-1].iteration == 3
    assert steps[-1].objective == pytest.approx(4)
    assert [s.objective for s in steps if s.phase == "take"] == pytest.approx([0, 0, 0.5, 25, 38.5, 50.5])


@pytest.mark.parametrize("init", ["first", "random", "k-means++"])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_end_is_that_of_a_plain_loop(init: str, d: int) -> None:
    points = np.random.default_rng(d).normal(size=(60, d))
    steps = watch(points, init=init, seed=3)
    labels, means, passes = plain_loop(points, steps[0].centroids)
    assert steps[-1].labels.tolist() == labels
    assert np.allclose(steps[-1].centroids, np.array(means, float))
    assert steps[-1].iteration == passes


def test_many_points_are_shown_in_stretches_and_end_alike() -> None:
    points = np.random.default_rng(2).normal(size=(1200, 2)).round(2)
    steps = watch(points, k=3)
    labels, means, passes = plain_loop(points, steps[0].centroids)
    assert steps[-1].labels.tolist() == labels
    assert np.allclose(steps[-1].centroids, np.array(means, float))
    assert steps[-1].iteration == passes
    assert len(steps) < 2000
    assert {step.phase for step in steps} == {"start", "take", "switch", "done"}


def test_each_centroid_is_the_mean_of_its_points_at_every_step() -> None:
    for step in watch()[1:]:
        for j, own in enumerate(step.counts()):
            if own:
                assert np.allclose(step.centroids[j], X[step.labels == j].mean(axis=0))
        taken = step.labels >= 0
        assert step.objective == pytest.approx(((X - step.centroids[step.labels])[taken] ** 2).sum(), abs=1e-12)


def test_switches_lower_the_inertia() -> None:
    for before, step in pairwise(watch()):
        if step.phase == "switch":
            assert step.objective < before.objective


def test_a_step_shows_its_point_the_lines_to_its_centroids_and_how_many_each_has() -> None:
    for before, step in pairwise(watch()):
        if step.phase in ("take", "switch"):
            (row,) = overlay(step, Outlined).rows
            assert step.changed == 1
            ends = overlay(step, Segments).ends
            assert np.array_equal(ends[-1], [X[row], step.centroids[step.labels[row]]])
            assert len(ends) == (1 if before.labels[row] < 0 else 2)
            assert overlay(step, Tags).texts == tuple(map(str, step.counts()))


def test_passes_can_be_limited() -> None:
    steps = watch(max_iter=1)
    assert len(steps) == len(X) + 2
    assert steps[-1].phase is Phase.DONE
    assert "largest number" in str(steps[-1].note)


def test_a_centroid_that_takes_no_point_stays() -> None:
    steps = watch(init=np.vstack([X[:3], [[1e3, 1e3]]]))
    assert all(np.array_equal(step.centroids[3], [1e3, 1e3]) for step in steps)
