from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session_strategies import assert_followed, edits, same, states

from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.edits import (
    Compound,
    Configure,
    Edit,
    InsertPoints,
    PlacePoints,
    RemovePoints,
    ReplaceDataset,
    lift,
)
from kmeans_gui.session.state import State


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.intp)


@pytest.fixture
def state() -> State:
    ids = np.array(["ann", "bob", "cleo"])
    return State(dataset=Dataset.of([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], row_ids=ids, truth=[0, 1, 0]))


def ids(state: State) -> list[object]:
    return list(state.dataset.row_ids.tolist())


# --- Any edit ------------------------------------------------------------------------------------------------------------


few = settings(max_examples=25)
"""Drawing a state takes longer than all that is done with it."""


@given(st.data())
@few
def test_the_inverse_takes_every_edit_back_bit_for_bit(data: st.DataObject) -> None:
    before = data.draw(states())
    edit = data.draw(edits(before))
    after, inverse = edit.apply(before), edit.inverse(before)
    assert same(inverse.apply(after), before)
    assert same(inverse.inverse(after).apply(before), after)
    assert inverse.title == edit.title


@given(st.data())
@few
def test_an_edit_tells_what_becomes_of_the_rows(data: st.DataObject) -> None:
    before = data.draw(states())
    edit = data.draw(edits(before))
    assert_followed(before, edit.change(before.dataset.n), edit.apply(before))


@given(st.data())
@few
def test_two_edits_as_one_do_the_same_as_one_after_the_other(data: st.DataObject) -> None:
    before = data.draw(states())
    first = data.draw(edits(before))
    between = first.apply(before)
    second = data.draw(edits(between))
    both = first.then(second)
    assert same(both.apply(before), second.apply(between))
    assert_followed(before, both.change(before.dataset.n), both.apply(before))


@pytest.mark.parametrize(
    ("edit", "title"),
    [
        (InsertPoints(rows(0), np.zeros((1, 2)), np.array(["new 1"])), "add a point"),
        (RemovePoints(rows(2, 0)), "remove 2 points"),
        (PlacePoints(np.arange(1200), np.zeros((1200, 2))), "move 1,200 points"),
        (RemovePoints(rows(0, 1), "erase"), "erase 2 points"),
        (Configure({"seed": 1}, "set the seed"), "set the seed"),
    ],
)
def test_titles_count(edit: Edit, title: str) -> None:
    assert edit.title == title


# --- Points --------------------------------------------------------------------------------------------------------------


def test_points_are_added_at_the_end_with_ids_of_their_own(state: State) -> None:
    after = InsertPoints.at_end(state.dataset, np.array([[6.0, 7.0], [8.0, 9.0]])).apply(state)
    assert ids(after) == ["ann", "bob", "cleo", "new 1", "new 2"]
    assert after.dataset.points[3:].tolist() == [[6, 7], [8, 9]]
    assert after.dataset.truth is not None
    assert after.dataset.truth.tolist() == [0, 1, 0, -1, -1]


def test_a_text_id_that_is_taken_is_not_given_again(state: State) -> None:
    taken = Dataset.of(state.dataset.points, row_ids=np.array(["new 1", "new 3", "cleo"]))
    assert taken.fresh_ids(3).tolist() == ["new 2", "new 4", "new 5"]


@pytest.mark.parametrize("largest", [7, 2**63 - 1])
def test_number_ids_are_given_once_even_next_to_the_largest_number(largest: int) -> None:
    dataset = Dataset.of(np.zeros((2, 2)), row_ids=np.array([0, largest]))
    fresh = dataset.fresh_ids(3)
    assert fresh.dtype == np.int64
    assert len({*fresh.tolist(), 0, largest}) == 5


def test_adding_and_removing_leaves_no_wider_text_ids_behind(state: State) -> None:
    insertion = InsertPoints.at_end(state.dataset, np.zeros((1, 2)))
    after = insertion.apply(state)
    assert after.dataset.row_ids.dtype == "<U5"
    assert insertion.inverse(state).apply(after).dataset.row_ids.dtype == "<U4"


def test_ids_of_another_kind_are_refused_instead_of_turned_into_text(state: State) -> None:
    with pytest.raises(ValueError, match="row_ids"):
        InsertPoints(rows(0), np.zeros((1, 2)), np.array([7])).apply(state)


def test_points_come_back_to_their_places_among_the_others(state: State) -> None:
    removal = RemovePoints(rows(2, 0))
    after = removal.apply(state)
    assert ids(after) == ["bob"]
    back = removal.inverse(state)
    assert ids(back.apply(after)) == ["ann", "bob", "cleo"]


def test_moving_keeps_what_the_plane_does_not_show() -> None:
    state = State(dataset=Dataset.of([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    after = PlacePoints.planar(state.dataset, rows(1), np.array([[7.0, 8.0]])).apply(state)
    assert after.dataset.points.tolist() == [[1, 2, 3], [7, 8, 6]]
    assert state.dataset.points.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[5.0], [7.0]], [[1.0]]),
        ([[5.0, 5.0]], [[1.0, 2.0]]),
        ([[0.0, 0.0, 3.0, 10.0], [0.0, 0.0, 5.0, 20.0]], [[1.0, 2.0, 4.0, 15.0]]),
        (np.empty((0, 3)), [[1.0, 2.0, 0.0]]),
        (np.full((2, 3), 1.7e308), [[1.0, 2.0, np.finfo(float).max]]),
    ],
)
def test_points_of_the_plane_get_the_mean_of_what_it_does_not_show(table: object, expected: list[list[float]]) -> None:
    assert lift(Dataset.of(table), np.array([[1.0, 2.0]])).tolist() == expected


def test_lifted_points_are_a_copy() -> None:
    mouse = np.array([[1.0, 2.0]])
    lifted = lift(Dataset.empty(), mouse)
    mouse[:] = 0
    assert lifted.tolist() == [[1, 2]]


def test_strokes_and_drags_become_one_edit_that_does_not_grow_with_their_length(state: State) -> None:
    drag = PlacePoints(rows(1), np.array([[0.0, 0.0]])).then(PlacePoints(rows(1), np.array([[1.0, 1.0]])))
    spray = InsertPoints.at_end(state.dataset, np.zeros((2, 2)))
    spray = spray.then(InsertPoints.at_end(spray.apply(state).dataset, np.ones((3, 2))))
    erasing = RemovePoints(rows(0)).then(RemovePoints(rows(0, 1)))
    assert [edit.title for edit in (drag, spray, erasing)] == ["move a point", "add 5 points", "remove 3 points"]
    assert all(len(edit.parts) == 1 for edit in (drag, spray, erasing))
    assert erasing.apply(state).dataset.n == 0


def test_a_stroke_stays_small_when_its_first_edit_did_more(state: State) -> None:
    first = Compound((RemovePoints(rows(0)), Configure({"seed": 1}, "x")), "remove a point")
    stroke = RemovePoints(rows(0)).then(first)
    assert len(stroke.parts) == 2
    assert stroke.title == "remove 2 points"


# --- The document --------------------------------------------------------------------------------------------------------


def test_another_data_set_is_held_by_reference(state: State) -> None:
    other = Dataset.of([[1.0, 1.0]])
    edit = ReplaceDataset(other, "open other.csv")
    after = edit.apply(state)
    assert after.dataset is other
    assert edit.inverse(state).apply(after).dataset is state.dataset
    assert edit.change(3) is None


def test_placed_centroids_stay_with_another_data_set_only_if_they_fit(state: State) -> None:
    placed = replace(state, start=np.zeros((3, 2)))
    plane, space = (ReplaceDataset(Dataset.of(np.zeros((4, d))), "open") for d in (2, 3))
    assert plane.apply(placed).start is placed.start
    after = space.apply(placed)
    assert after.start is None
    assert space.inverse(placed).apply(after).start is placed.start


def test_undoing_and_redoing_again_and_again_does_not_pile_edits_up(state: State) -> None:
    now = replace(state, start=np.zeros((3, 2)))
    edit: Edit = Compound((ReplaceDataset(Dataset.of(np.zeros((4, 3))), "open"), Configure({"start": None}, "open")), "open")
    counts = []
    for _ in range(6):
        now, edit = edit.apply(now), edit.inverse(now)
        counts.append(len(edit.parts))
    assert max(counts) <= 4


def test_only_the_document_can_be_configured() -> None:
    with pytest.raises(ValueError, match="viewport"):
        Configure({"viewport": None}, "look elsewhere")


def test_what_is_on_show_is_no_matter_of_edits(state: State) -> None:
    edit = RemovePoints(rows(0))
    after = replace(edit.apply(state), viewport=(0.0, 1.0, 0.0, 1.0), position=3)
    back = edit.inverse(state).apply(after)
    assert (back.viewport, back.position) == (after.viewport, 3)


def test_placed_centroids_cannot_be_changed_behind_the_state() -> None:
    centroids = np.zeros((2, 2))
    State(start=centroids)
    with pytest.raises(ValueError, match="read-only"):
        centroids[0] = 1
