"""Changes against a list of rows that is edited as lists are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_gui.data.change import Change


@st.composite
def changes(draw: st.DrawFn, n: int | None = None) -> Change:
    n = draw(st.sampled_from([0, 1, 7, 300, 3000])) if n is None else n
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    share = st.sampled_from([0.0, 0.001, 0.3, 1.0])
    removed = np.flatnonzero(rng.random(n) < draw(share))
    added = draw(st.integers(0, 9))
    m = n - len(removed) + added
    inserted = np.sort(rng.choice(m, added, replace=False))
    moved = np.setdiff1d(np.flatnonzero(rng.random(m) < draw(share)), inserted)
    return Change(n, removed, inserted, moved)


def followed(change: Change, rows: list[int]) -> list[int]:
    """Return what ``rows``, the names of the rows before, are after the change; new ones are called −1."""
    removed = set(change.removed.tolist())
    rows = [row for at, row in enumerate(rows) if at not in removed]
    for row in change.inserted.tolist():
        rows.insert(row, -1)
    return rows


@given(changes())
def test_rows_are_found_both_ways(change: Change) -> None:
    came = followed(change, list(range(change.n_before)))
    assert change.n_after == len(came)
    assert change.came_from(np.arange(len(came), dtype=np.int32)).tolist() == came
    went = {row: at for at, row in enumerate(came)}
    assert change.where(np.arange(change.n_before)).tolist() == [went.get(row, -1) for row in range(change.n_before)]
    assert change.inverse.where(np.arange(len(came))).tolist() == came


@given(changes(), st.sampled_from([(), (2,)]))
def test_a_table_follows(change: Change, shape: tuple[int, ...]) -> None:
    table = np.arange(change.n_before * int(np.prod(shape, dtype=int)), dtype=np.int16).reshape(-1, *shape)
    values = -1 - np.arange(len(change.inserted) * int(np.prod(shape, dtype=int)), dtype=np.int16).reshape(-1, *shape)
    expected = np.empty((change.n_after, *shape), np.int16)
    came = np.array(followed(change, list(range(change.n_before))), np.intp)
    expected[came >= 0] = table[came[came >= 0]]
    expected[change.inserted] = values
    carried = change.carried(table, values)
    assert carried.dtype == np.int16
    assert np.array_equal(carried, expected)


@given(st.data())
def test_two_changes_are_one(data: st.DataObject) -> None:
    first = data.draw(changes())
    second = data.draw(changes(first.n_after))
    both = first.then(second)
    names = list(range(first.n_before))
    assert followed(both, names) == followed(second, followed(first, names))
    touched = {row for row in second.where(first.moved).tolist() if row >= 0} | set(second.moved.tolist())
    assert both.moved.tolist() == sorted(touched - set(both.inserted.tolist()))


@given(changes())
def test_the_way_back_moves_the_same_points(change: Change) -> None:
    back = change.inverse
    assert back.inverse.moved.tolist() == change.moved.tolist()
    assert followed(back, followed(change, [0] * change.n_before)).count(-1) == len(change.removed)


def test_moving_points_leaves_tables_alone() -> None:
    table = np.arange(5)
    assert Change(5, moved=np.array([1, 3])).carried(table, -1) is table


@pytest.mark.parametrize(
    ("table", "values", "kind"),
    [
        (np.zeros(2, np.int8), -1, np.int8),
        (np.zeros(2, np.int8), np.array([300], np.int16), np.int16),
        (np.array(["a", "b"]), np.array(["long"]), "<U4"),
    ],
)
def test_a_table_is_of_a_type_that_holds_what_is_new(table: np.ndarray, values: object, kind: object) -> None:
    carried = Change(2, inserted=np.array([1])).carried(table, values)
    assert carried.dtype == kind
    assert carried[1] == (values if isinstance(values, int) else values[0])  # type: ignore[index]
