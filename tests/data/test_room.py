"""Data sets that grow at their end share memory, and nobody ever sees another's rows."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_gui.data.cells import SORTED_FROM
from kmeans_gui.data.dataset import Dataset


@pytest.fixture
def board() -> Dataset:
    rng = np.random.default_rng(0)
    return Dataset.of(rng.random((SORTED_FROM, 2)), truth=rng.integers(0, 3, SORTED_FROM))


def with_one_more(dataset: Dataset, place: float) -> Dataset:
    return dataset.inserted(np.array([dataset.n]), np.array([[place, place]]), dataset.fresh_ids(1), None)


def test_points_are_added_without_copying_the_others(board: Dataset) -> None:
    first = with_one_more(board, 7.0)
    second = with_one_more(first, 8.0)
    assert np.shares_memory(first.points, second.points)
    np.testing.assert_array_equal(second.points, np.vstack([board.points, [[7.0, 7.0], [8.0, 8.0]]]))
    assert second.row_ids[-2:].tolist() == [SORTED_FROM, SORTED_FROM + 1]
    assert second.truth is not None and second.truth[-2:].tolist() == [-1, -1]
    assert not second.points.flags.writeable and second.points.flags.c_contiguous


def test_what_is_added_after_an_undo_leaves_the_other_future_alone(board: Dataset) -> None:
    first = with_one_more(board, 7.0)
    one, other = with_one_more(first, 8.0), with_one_more(first, 9.0)
    third = with_one_more(one, 10.0)
    assert (one.points[-1, 0], other.points[-1, 0]) == (8.0, 9.0)
    assert third.points[-2:, 0].tolist() == [8.0, 10.0]
    assert first.n == SORTED_FROM + 1


def test_more_points_than_there_is_room_for_get_room(board: Dataset) -> None:
    dataset = with_one_more(board, 7.0)
    many = np.full((3 * SORTED_FROM, 2), 5.0)
    grown = dataset.inserted(np.arange(dataset.n, dataset.n + len(many)), many, dataset.fresh_ids(len(many)), None)
    assert grown.n == 4 * SORTED_FROM + 1
    np.testing.assert_array_equal(grown.points[: dataset.n], dataset.points)
    assert (grown.points[dataset.n :] == 5.0).all()


def test_a_run_may_keep_what_it_knows_of_points_in_a_room(board: Dataset) -> None:
    points = with_one_more(board, 7.0).points
    with pytest.raises(ValueError, match="read-only"):
        points[0] = 0.0
    assert points.base is not None and not points.base.flags.writeable


def test_the_last_points_go_without_copying_the_others(board: Dataset) -> None:
    grown = with_one_more(board, 7.0)
    again = grown.without(np.array([SORTED_FROM]))
    assert np.shares_memory(grown.points, again.points)
    np.testing.assert_array_equal(again.points, board.points)


def test_room_made_beforehand_is_used(board: Dataset) -> None:
    board.make_room()
    one = with_one_more(board, 7.0)
    assert np.shares_memory(one.points, with_one_more(one, 8.0).points)
    np.testing.assert_array_equal(one.points[:-1], board.points)
