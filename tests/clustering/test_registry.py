"""What every registered algorithm declares."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import DEFAULT, REGISTRY
from kmeans_gui.clustering.step import label_dtype


def test_the_default_is_registered() -> None:
    assert clustering.algorithm(DEFAULT).name == DEFAULT


@pytest.mark.parametrize("name", REGISTRY)
def test_an_algorithm_is_described(name: str) -> None:
    method = REGISTRY[name]
    assert method.name == name
    assert method.title
    assert method.summary.endswith(".")
    assert method.pseudocode


@pytest.mark.parametrize("parameter", [p for method in REGISTRY.values() for p in method.parameters], ids=lambda p: p.name)
def test_a_parameters_default_is_valid_and_it_has_help(parameter: clustering.parameters.Parameter) -> None:
    assert parameter.parse(parameter.default) == parameter.default
    assert parameter.label
    assert parameter.help.endswith(".")


@pytest.mark.parametrize("name", REGISTRY)
def test_parameter_names_differ(name: str) -> None:
    names = [parameter.name for parameter in REGISTRY[name].parameters]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("k", "dtype"), [(1, np.int8), (128, np.int8), (129, np.int16), (32768, np.int16), (32769, np.int32)])
def test_labels_take_as_little_room_as_they_can(k: int, dtype: type) -> None:
    assert label_dtype(k) is dtype


def test_points_without_a_centroid_are_not_counted() -> None:
    first, assigned, *_ = clustering.steps(DEFAULT, [[0.0], [1.0], [9.0]], k=2, init=[[0.0], [9.0]])
    assert first.counts().tolist() == [0, 0]
    assert assigned.counts().tolist() == [2, 1]


def test_more_clusters_than_a_byte_can_count() -> None:
    points = np.arange(300.0)[:, None]
    last = clustering.fit(DEFAULT, points, k=300, init=points)
    assert last.labels.tolist() == list(range(300))
    assert last.counts().tolist() == [1] * 300
