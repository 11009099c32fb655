from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_strategies import assert_followed, edits, same, states

from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.edits import Compound, Configure, InsertPoints, PlacePoints, RemovePoints, ReplaceDataset
from kmeans_gui.session.history import History
from kmeans_gui.session.state import State


def add(state: State, *points: tuple[float, float]) -> InsertPoints:
    return InsertPoints.at_end(state.dataset, np.array(points))


def seed(number: int) -> Configure:
    return Configure({"seed": number}, f"seed {number}")


@given(st.data())
def test_undo_all_then_redo_all_meets_every_state_again_bit_for_bit(data: st.DataObject) -> None:
    state, history = data.draw(states()), History()
    met, last_key = [state], None
    for _ in range(data.draw(st.integers(1, 6))):
        edit, key = data.draw(edits(state)), data.draw(st.sampled_from([None, "spray", "drag"]))
        state = history.do(state, edit, merge=key)
        met = met[:-1] if key and key == last_key else met
        met.append(state)
        last_key = key
    for _ in range(2):
        for expected in reversed(met[:-1]):
            before = state
            state, edit = history.undo(state)
            assert same(state, expected)
            assert_followed(before, edit.change(before.dataset.n), state)
        assert not history.can_undo
        for expected in met[1:]:
            before = state
            state, edit = history.redo(state)
            assert same(state, expected)
            assert_followed(before, edit.change(before.dataset.n), state)
        assert not history.can_redo


def test_titles_name_the_acts_whichever_way_they_go() -> None:
    state, history = State(), History()
    assert (history.undo_title, history.redo_title) == ("", "")
    state = history.do(state, add(state, (0, 0)))
    state = history.do(state, RemovePoints(np.array([0])))
    assert (history.undo_title, history.redo_title) == ("remove a point", "")
    state, _ = history.undo(state)
    assert (history.undo_title, history.redo_title) == ("add a point", "remove a point")
    history.redo(state)
    assert (history.undo_title, history.redo_title) == ("remove a point", "")


def test_a_spray_stroke_is_undone_at_once_and_counted_together() -> None:
    state, history = State(), History()
    for i in range(50):
        state = history.do(state, add(state, (i, 0), (i, 1)), merge="spray 1")
    assert history.undo_title == "add 100 points"
    state, edit = history.undo(state)
    assert (state.dataset.n, len(edit.parts), history.can_undo) == (0, 1, False)
    state, _ = history.redo(state)
    assert state.dataset.points[-1].tolist() == [49, 1]


def test_a_stroke_that_begins_with_more_than_points_is_still_one() -> None:
    state, history = State(), History()
    first = add(state, (0, 0))
    state = history.do(state, Compound((Configure({"seed": 4}, first.title), first), first.title), merge="spray")
    for i in range(20):
        state = history.do(state, add(state, (i, 1)), merge="spray")
    assert history.undo_title == "add 21 points"
    state, edit = history.undo(state)
    assert (state.seed, state.dataset.n, len(edit.parts)) == (0, 0, 2)


def test_a_drag_keeps_one_position_however_long_it_is() -> None:
    state, history = State(dataset=Dataset.of([[0.0, 0.0], [5.0, 5.0]])), History()
    for i in range(100):
        state = history.do(state, PlacePoints(np.array([1]), np.array([[i, i]], float)), merge="drag")
    state, edit = history.undo(state)
    assert state.dataset.points.tolist() == [[0, 0], [5, 5]]
    assert len(edit.parts) == 1


@pytest.mark.parametrize("keys", [(None, None), ("a", "b"), ("a", None), (None, "a")])
def test_edits_without_a_common_key_are_units_of_their_own(keys: tuple[str | None, str | None]) -> None:
    state, history = State(), History()
    for number, key in enumerate(keys, start=1):
        state = history.do(state, seed(number), merge=key)
    assert history.undo(state)[0].seed == 1


def test_a_sealed_unit_takes_nothing_more_in() -> None:
    state, history = State(), History()
    state = history.do(state, seed(1), merge="a")
    history.seal()
    state = history.do(state, seed(2), merge="a")
    assert history.undo(state)[0].seed == 1


def test_undo_and_redo_seal_the_unit() -> None:
    state, history = State(), History()
    for number in (1, 2):
        state = history.do(state, seed(number), merge="a")
        state, _ = history.undo(state)
        state, _ = history.redo(state)
    assert history.undo(state)[0].seed == 1


def test_an_edit_after_undo_ends_what_could_be_redone() -> None:
    state, history = State(), History()
    state = history.do(state, seed(1))
    state, _ = history.undo(state)
    state = history.do(state, seed(2))
    assert not history.can_redo
    assert history.undo(state)[0].seed == 0


def test_only_so_many_units_are_kept() -> None:
    state, history = State(), History(limit=3)
    for number in range(1, 6):
        state = history.do(state, seed(number))
    while history.can_undo:
        state, _ = history.undo(state)
    assert state.seed == 2


def test_large_data_sets_do_not_pile_up() -> None:
    state, history = State(), History(budget=100_000)
    for _ in range(10):
        state = history.do(state, ReplaceDataset(Dataset.of(np.zeros((1000, 2))), "new board"))  # 24 kB each
    undone = 0
    while history.can_undo:
        state, _ = history.undo(state)
        undone += 1
    assert undone == 4


def test_the_newest_unit_is_kept_however_large_it_is() -> None:
    state, history = State(dataset=Dataset.of(np.zeros((1000, 2)))), History(budget=10)
    state = history.do(state, RemovePoints(np.arange(1000)))
    assert history.undo(state)[0].dataset.n == 1000


def test_an_edit_that_fails_leaves_no_trace() -> None:
    state, history = State(), History()
    state = history.do(state, seed(1), merge="a")
    with pytest.raises(IndexError):
        history.do(state, RemovePoints(np.array([5])), merge="a")
    assert history.undo_title == "seed 1"
    assert history.undo(state)[0].seed == 0


def test_nothing_to_undo_or_redo_is_a_mistake_of_the_caller() -> None:
    history = History()
    assert (history.can_undo, history.can_redo) == (False, False)
    with pytest.raises(IndexError):
        history.undo(State())
    with pytest.raises(IndexError):
        history.redo(State())


def test_another_document_begins_with_an_empty_history() -> None:
    state, history = State(), History()
    state = history.do(state, seed(1))
    state = history.do(state, seed(2))
    history.undo(state)
    history.clear()
    assert (history.can_undo, history.can_redo) == (False, False)
