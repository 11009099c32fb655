"""Data sets, and what an edit leaves of what is known about them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_gui.data.dataset import Dataset


def bounds(points: np.ndarray) -> list[list[float]]:
    if not len(points):
        return [[-1.0, -1.0], [1.0, 1.0]]
    drawn = np.column_stack([points, np.zeros(len(points))])[:, :2]
    return [drawn.min(axis=0).tolist(), drawn.max(axis=0).tolist()]


@given(
    st.integers(0, 2**32),
    st.sampled_from([1, 2, 3]),
    st.lists(st.sampled_from(["look", "insert", "remove", "place"]), max_size=12),
)
def test_bounds_are_those_of_the_points_after_any_edits(seed: int, d: int, acts: list[str]) -> None:
    rng = np.random.default_rng(seed)
    dataset = Dataset.of(rng.integers(-9, 10, (int(rng.integers(0, 6)), d)))
    for act in acts:
        some = np.flatnonzero(rng.random(dataset.n) < 0.3)
        if act == "look":
            assert [ends.tolist() for ends in dataset.bounds] == bounds(dataset.points)
        elif act == "insert":
            count = int(rng.integers(0, 3))
            rows = np.sort(rng.choice(dataset.n + count, count, replace=False))
            points = rng.integers(-12, 13, (count, d)).astype(float)
            dataset = dataset.inserted(rows, points, dataset.fresh_ids(count), None)
        elif act == "remove":
            dataset = dataset.without(some)
        else:
            dataset = dataset.placed(some, rng.integers(-12, 13, (len(some), d)).astype(float))
    assert [ends.tolist() for ends in dataset.bounds] == bounds(dataset.points)


def test_rows_are_taken_out_with_all_that_is_known_of_them() -> None:
    ids = np.array(["a", "bb", "ccc", "d"])
    dataset = Dataset.of(np.arange(8.0).reshape(4, 2), row_ids=ids, truth=[0, 1, 2, 3])
    rest = dataset.without(np.array([0, 2]))
    assert rest.points.tolist() == [[2, 3], [6, 7]]
    assert rest.row_ids.tolist() == ["bb", "d"]
    assert rest.row_ids.dtype == "<U2"
    assert rest.truth is not None
    assert rest.truth.tolist() == [1, 3]


def test_rows_that_are_not_there_cannot_be_taken_out() -> None:
    with pytest.raises(IndexError):
        Dataset.of(np.zeros((3, 2))).without(np.array([3]))


def test_a_data_set_knows_what_edits_have_made_of_older_ones() -> None:
    first = Dataset.of(np.arange(10.0).reshape(5, 2))
    second = first.inserted(np.array([5]), np.array([[9.0, 9.0]]), np.array([7]), None)
    third = second.without(np.array([0, 2])).placed(np.array([1]), np.array([[1.0, 1.0]]))
    change = third.change_since(first)
    assert change is not None
    np.testing.assert_array_equal(change.where(np.arange(5)), [-1, 0, -1, 1, 2])
    assert (change.inserted.tolist(), change.moved.tolist()) == ([3], [1])
    assert third.change_since(third) is not None
    assert first.change_since(third) is None
    assert third.change_since(Dataset.of(first.points)) is None
