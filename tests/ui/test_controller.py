"""The controller: what becomes of what the user asks for, without a window."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase
from kmeans_gui.clustering.algorithms.lloyd import recall
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.ui.controller import Controller


@pytest.fixture
def points():
    rng = np.random.default_rng(3)
    return np.concatenate([rng.normal(center, 0.3, (40, 2)) for center in ((0, 0), (3, 0), (0, 3))])


@pytest.fixture
def controller(qapp, points):
    made = Controller()
    made.refusals = []
    made.refused.connect(made.refusals.append)
    made.use_dataset(Dataset.of(points), "open points")
    yield made
    made.close()


@pytest.fixture
def done(qtbot):
    """Wait until the run on show is computed to its end and its last step is on show."""

    def wait(controller):
        controller.to_end()
        qtbot.waitUntil(lambda: controller.shown.complete and controller.shown.position == controller.shown.length - 1)

    return wait


def at(controller, position):
    return controller.shown.position == position and controller.shown.step.index == position


def test_nothing_runs_until_it_is_asked_for(controller):
    assert controller.shown.trace is None and controller.shown.step is None
    assert controller.shown.next_title == "Place 3 centroids"


def test_the_first_step_places_the_centroids_and_names_the_next_act(controller, qtbot):
    controller.step()
    qtbot.waitUntil(lambda: controller.shown.step is not None and controller.shown.length > 1)
    assert controller.shown.step.phase is Phase.START
    assert controller.shown.next_title == "Assign 120 points"


def test_the_run_is_the_one_that_the_clustering_room_gives(controller, points, done):
    done(controller)
    expected = clustering.run("lloyd", points, seed=0)
    assert len(controller.shown.trace) == len(expected)
    assert np.array_equal(controller.shown.step.labels, expected[-1].labels)
    assert np.array_equal(controller.shown.step.centroids, expected[-1].centroids)


def test_steps_back_from_anywhere(controller, done):
    done(controller)
    last = controller.shown.position
    controller.back()
    assert at(controller, last - 1)
    controller.seek(3)
    controller.back()
    assert at(controller, 2) and controller.shown.previous.index == 1
    controller.to_start()
    assert at(controller, 0)


def test_scrubbing_is_no_edit(controller, done):
    done(controller)
    undo = controller.shown.undo
    controller.seek(2)
    assert controller.shown.undo == undo


def test_an_edit_during_a_run_stops_it_and_keeps_what_was_shown(controller, qtbot):
    controller.step()
    qtbot.waitUntil(lambda: controller.shown.length > 3)
    controller.seek(2)
    shown = controller.shown.step
    controller.add_points(np.array([[1.0, 1.0]]))
    kept = controller.shown.step
    assert controller.shown.trace is None and not controller.shown.computing
    assert np.array_equal(kept.centroids, shown.centroids)
    assert np.array_equal(kept.labels[:-1], shown.labels) and kept.labels[-1] == -1


def test_points_keep_their_labels_through_edits(controller, done):
    done(controller)
    labels = controller.shown.step.labels
    controller.place_rows(np.array([5, 3]), np.array([[9.0, 9.0], [8.0, 8.0]]))
    assert np.array_equal(controller.shown.step.labels, labels)
    controller.remove_rows(np.array([7, 90, 2]))
    assert np.array_equal(controller.shown.step.labels, np.delete(labels, [2, 7, 90]))
    controller.undo()
    assert np.flatnonzero(controller.shown.step.labels == -1).tolist() == [2, 7, 90]


def test_the_next_run_goes_on_from_the_centroids_kept(controller, done):
    done(controller)
    kept = controller.shown.step.centroids
    controller.remove_rows(np.array([0, 1]))
    controller.step()
    done(controller)
    assert np.array_equal(controller.shown.trace[0].centroids, kept)


def test_undo_restores_the_points_and_the_start_together(controller, done, points):
    done(controller)
    controller.place_rows(np.array([5]), np.array([[9.0, 9.0]]))
    assert controller.state.start is not None
    controller.undo()
    assert np.array_equal(controller.state.dataset.points, points) and controller.state.start is None
    controller.redo()
    assert controller.state.dataset.points[5].tolist() == [9.0, 9.0]


def test_another_k_starts_the_run_anew_and_keeps_the_colors_of_clusters_that_stay(controller, done, qtbot):
    done(controller)
    controller.new_start()
    qtbot.waitUntil(lambda: at(controller, 0))
    before = dict(zip(controller.state.colors, controller.shown.step.centroids.tolist(), strict=True))
    controller.set_k(4)
    qtbot.waitUntil(lambda: controller.shown.step.k == 4)
    assert sorted(controller.state.colors) == [0, 1, 2, 3]
    assert set(before) < set(controller.state.colors)


def test_a_new_start_takes_the_next_seed_and_forgets_placed_centroids(controller, qtbot):
    controller.place_start(np.array([[0.0, 0.0], [1.0, 1.0]]))
    qtbot.waitUntil(lambda: controller.shown.step is not None)
    assert controller.state.k == 2
    controller.new_start()
    assert controller.state.seed == 1 and controller.state.start is None


def test_placed_centroids_are_where_the_run_starts(controller, qtbot):
    placed = np.array([[0.0, 0.0], [1.0, 1.0]])
    controller.place_start(placed)
    qtbot.waitUntil(lambda: controller.shown.step is not None)
    assert np.array_equal(controller.shown.step.centroids, placed)


def test_more_clusters_than_points_is_refused_in_one_sentence_and_nothing_is_lost(controller, qtbot):
    controller.use_dataset(Dataset.of([[0.0, 0.0], [1.0, 1.0]]), "open two points")
    controller.set_k(5)
    controller.step()
    qtbot.waitUntil(lambda: bool(controller.refusals))
    assert controller.refusals == ["K is 5, but there are only 2 points. Choose a smaller K or add points."]
    assert controller.state.dataset.n == 2 and controller.shown.trace is None


def test_what_is_kept_says_where_the_next_run_starts(controller, done):
    done(controller)
    controller.add_points(np.array([[1.0, 1.0]]))
    assert "goes on" in controller.shown.step.note.text()
    assert controller.shown.next_title == "Start from 3 centroids"
    controller.undo()
    assert "starts anew" in controller.shown.step.note.text()
    assert controller.shown.next_title == "Place 3 centroids"


def test_the_board_of_a_start_cannot_be_undone(qapp, qtbot):
    fresh = Controller()
    fresh.generate_board("gaussians", 1, {"n": 20})
    qtbot.waitUntil(lambda: fresh.state.dataset.n == 20)
    assert fresh.shown.undo == ""
    fresh.generate_board("gaussians", 2, {"n": 30})
    qtbot.waitUntil(lambda: fresh.state.dataset.n == 30)
    fresh.undo()
    assert fresh.state.dataset.n == 20
    fresh.close()


def test_undoing_the_edit_that_ended_a_run_brings_it_back_at_its_half_step(controller, done, qtbot):
    done(controller)
    controller.seek(3)
    shown = controller.shown.step
    controller.add_points(np.array([[1.0, 1.0]]))
    controller.undo()
    qtbot.waitUntil(lambda: at(controller, 3))
    assert np.array_equal(controller.shown.step.labels, shown.labels)
    controller.redo()
    assert controller.shown.trace is None
    assert controller.state.dataset.n == len(shown.labels) + 1


def test_a_run_that_comes_back_has_its_colors(controller, done, qtbot):
    # A board on which the starting centroids are matched to other final ones than their own.
    controller.use_dataset(Dataset.of(np.random.default_rng(3).uniform(size=(30, 2))), "open points")
    controller.set_k(8)
    controller.set_parameter("init", "random")
    done(controller)
    colors = controller.state.colors
    controller.add_points(np.array([[1.0, 1.0]]))
    controller.undo()
    qtbot.waitUntil(lambda: controller.shown.trace is not None)
    assert controller.state.colors == colors


def test_undoing_another_board_brings_the_run_back(controller, done, qtbot):
    done(controller)
    last = controller.shown.position
    controller.use_dataset(Dataset.of([[0.0, 0.0]]), "open a point")
    assert controller.shown.trace is None
    controller.undo()
    qtbot.waitUntil(lambda: at(controller, last))


def test_a_stroke_is_one_undo(controller):
    n = controller.state.dataset.n
    for i in range(5):
        controller.add_points(np.array([[float(i), 0.0]]), "spray 1")
    controller.add_points(np.array([[0.0, 0.0]]), "spray 2")
    controller.undo()
    assert controller.state.dataset.n == n + 5
    controller.undo()
    assert controller.state.dataset.n == n


def test_duplicate_selects_the_copies(controller):
    n = controller.state.dataset.n
    controller.select(np.array([1, 2]))
    controller.duplicate_selected()
    assert controller.shown.selected.tolist() == [n, n + 1]
    controller.delete_selected()
    assert controller.state.dataset.n == n


def test_moved_points_stay_selected(controller):
    controller.select(np.array([1, 2]))
    controller.place_rows(np.array([1, 2]), np.zeros((2, 2)))
    assert controller.shown.selected.tolist() == [1, 2]


def test_an_adopted_session_shows_the_frame_it_was_saved_at_in_its_colors(controller, done, qtbot):
    done(controller)
    controller.seek(3)
    colored = controller.state
    from dataclasses import replace

    saved = replace(colored, colors=(2, 0, 1))
    other = Controller()
    other.adopt(saved)
    qtbot.waitUntil(lambda: other.shown.step is not None and at(other, 3))
    assert other.state.colors == (2, 0, 1)
    assert np.array_equal(other.shown.step.labels, controller.shown.step.labels)
    other.close()


def test_computing_can_be_stopped_and_goes_on_with_the_next_step(controller, qtbot, points):
    rng = np.random.default_rng(0)
    controller.use_dataset(Dataset.of(rng.random((60_000, 2))), "open many points")
    controller.set_k(9)
    controller.step()
    qtbot.waitUntil(lambda: controller.shown.step is not None)
    controller.stop_computing()
    assert not controller._run.computing
    assert not controller.shown.complete
    controller.to_end()
    qtbot.waitUntil(lambda: controller.shown.complete, timeout=20_000)


def test_close_during_a_run_ends_cleanly(controller):
    controller.use_dataset(Dataset.of(np.random.default_rng(0).random((50_000, 2))), "open many points")
    controller.step()
    controller.close()
    assert not controller._run._computing._alive


def test_a_defect_is_told_in_a_sentence_and_logged(controller, qtbot, monkeypatch, logged_errors):
    def broken(*_args, **_keywords):
        raise ZeroDivisionError

    monkeypatch.setattr(clustering, "steps", broken)
    controller.step()
    qtbot.waitUntil(lambda: bool(controller.refusals))
    assert "log" in controller.refusals[0] and logged_errors


def test_more_clusters_than_points_after_an_edit_is_refused_and_nothing_plays(controller, qtbot, done):
    done(controller)
    controller.remove_rows(np.arange(2, controller.state.dataset.n))
    controller.toggle_play()
    qtbot.waitUntil(lambda: bool(controller.refusals))
    assert "only 2 points" in controller.refusals[0]
    assert not controller.shown.playing


def test_k_changed_before_the_first_half_step_has_come_counts(controller, qtbot):
    controller.step()
    controller.set_k(5)
    qtbot.waitUntil(lambda: controller.shown.step is not None)
    assert controller.shown.step.k == 5


def test_undoing_a_replaced_board_fits_the_old_one(controller):
    controller.set_viewport((100.0, 101.0, 100.0, 101.0))
    controller.use_dataset(Dataset.of([[0.0, 0.0]]), "open a point")
    controller.set_viewport((-1.0, 1.0, -1.0, 1.0))
    controller.undo()
    assert controller.state.viewport is None


def test_a_board_in_the_making_does_not_replace_what_is_opened_meanwhile(controller, qtbot):
    controller.generate_board("gaussians", 1, {"n": 200_000})
    controller.use_dataset(Dataset.of([[0.0, 0.0]]), "open a point")
    assert not controller._boards.active
    assert controller.state.dataset.n == 1


def test_stopping_pauses_the_player(controller, qtbot):
    controller.player.set_speed(0.1)
    controller.toggle_play()
    qtbot.waitUntil(lambda: controller.shown.step is not None)
    controller.stop_computing()
    assert not controller.shown.playing


def test_hidden_coordinates_of_centroids_that_were_not_moved_stay(qapp, qtbot):
    made = Controller()
    made.use_dataset(Dataset.of(np.random.default_rng(0).random((30, 3))), "open points")
    made.step()
    qtbot.waitUntil(lambda: made.shown.step is not None)
    before = made.shown.step.centroids
    places = before[:, :2].copy()
    places[0] += 0.1
    made.place_start(places)
    assert np.array_equal(made.state.start[1:], before[1:])
    made.close()


def test_labels_that_were_let_go_come_back_when_somebody_goes_there(controller, qtbot, done, monkeypatch):
    def forgetful(name, X, budget=0):
        return clustering.Trace(lambda step: recall(X() if callable(X) else X, step), budget=1)

    monkeypatch.setattr(clustering, "empty_trace", forgetful)
    done(controller)
    expected = clustering.run("lloyd", controller.state.dataset.points)
    for position in (1, 3, 2):
        controller.seek(position)
    qtbot.waitUntil(lambda: controller.shown.step.index == 2)
    assert np.array_equal(controller.shown.step.labels, expected[2].labels)
