"""A table after edits says the same whether it is asked for rows or for the whole, before or after."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kmeans_gui.data.change import Change
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.data.table import Table


@given(st.integers(0, 2**32), st.lists(st.booleans(), max_size=6))
def test_edits_that_are_noted_give_the_same_table_as_edits_carried_out(seed: int, asked: list[bool]) -> None:
    rng = np.random.default_rng(seed)
    expected = rng.integers(0, 100, (int(rng.integers(0, 12)), 2))
    table, first = Table.of(expected.copy()), expected
    earlier = table
    for ask in asked:
        removed = np.flatnonzero(rng.random(len(table)) < rng.choice([0.0, 0.2]))
        staying = np.delete(expected, removed, axis=0)
        n = len(staying) + int(rng.integers(0, 4))
        inserted = np.sort(rng.choice(n, n - len(staying), replace=False))
        others = np.setdiff1d(np.arange(n), inserted)
        moved = others[rng.random(len(others)) < 0.2]
        expected = np.empty((n, 2), np.int64)
        expected[others] = staying
        touched = np.union1d(inserted, moved)
        expected[touched] = rng.integers(100, 200, (len(touched), 2))
        table = table.after(Change(len(table), removed, inserted, moved), expected[touched])
        rows = rng.permutation(n)[:5]
        np.testing.assert_array_equal(table.at(rows), expected[rows])
        if ask:
            np.testing.assert_array_equal(table.array, expected)
    assert len(table) == len(expected)
    np.testing.assert_array_equal(table.array, expected)
    np.testing.assert_array_equal(table.at(np.arange(len(table))), expected)
    assert not table.array.flags.writeable
    np.testing.assert_array_equal(earlier.array, first)


def test_nothing_is_copied_until_the_whole_is_asked_for() -> None:
    board = Dataset.of(np.random.default_rng(0).random((1000, 2)), truth=np.zeros(1000))
    edited = board.without(np.array([5])).placed(np.array([7]), np.array([[2.0, 3.0]]))
    edited = edited.inserted(np.array([edited.n]), np.array([[4.0, 5.0]]), edited.fresh_ids(1), None)
    assert edited.table.base is board.points
    assert not edited.table.is_whole
    assert edited.table.at(np.array([7, 999, 5])).tolist() == [[2.0, 3.0], [4.0, 5.0], board.points[6].tolist()]
    edited.settle()
    assert edited.table.is_whole
    assert edited.points is edited.points
    assert edited.row_ids[[4, 5, 999]].tolist() == [4, 6, 1000]
    assert edited.truth is not None and edited.truth[-1] == -1
