"""The player: where it goes and when, without looking at a clock."""

from __future__ import annotations

import math

import pytest

from kmeans_gui.engine.player import AS_FAST_AS_IT_DRAWS, Player


@pytest.fixture
def player(qapp):
    made = Player()
    made.visited = []
    made.moved.connect(made.visited.append)
    yield made
    made.reset()


def grown(player, length=5, complete=True):
    player.grow(length, complete)
    return player


def test_the_first_step_of_a_run_is_shown_as_soon_as_it_is_known(player):
    grown(player, 1, complete=False)
    assert player.position == 0


def test_steps_forwards_and_back_and_stops_at_both_ends(player):
    grown(player, 3)
    player.back()
    for _ in range(4):
        player.step()
    player.back()
    assert player.visited == [0, 1, 2, 1]


def test_a_place_asked_for_before_there_is_any_is_gone_to_when_it_is_known(player):
    player.seek(2)
    for length in (1, 2, 3, 4):
        player.grow(length, complete=False)
    assert player.visited == [0, 2]


def test_a_step_beyond_what_is_known_is_made_when_it_can_be(player):
    grown(player, 1, complete=False)
    player.step()
    assert player.position == 0
    player.grow(2, False)
    assert player.position == 1
    player.grow(3, False)
    assert player.position == 1, "one step was asked for, not two"


def test_a_step_asked_for_at_the_end_of_a_run_that_then_turns_out_complete_stays_there(player):
    grown(player, 2, complete=False)
    player.step()
    player.step()
    player.grow(2, True)
    assert player.position == 1


def test_the_end_of_a_growing_run_is_followed(player):
    grown(player, 1, complete=False)
    player.to_end()
    player.grow(4, False)
    player.grow(9, True)
    assert player.position == 8
    player.to_start()
    assert player.position == 0


def test_the_end_of_a_run_that_has_no_steps_yet_is_followed(player):
    player.to_end()
    player.grow(1, False)
    player.grow(3, True)
    assert player.visited == [0, 2]


def test_scrubbing_beyond_a_complete_run_goes_to_its_end(player):
    grown(player, 3)
    player.seek(99)
    assert player.position == 2


def test_scrubbing_pauses_and_gives_up_following(player):
    grown(player, 4, complete=False)
    player.to_end()
    player.seek(1)
    player.grow(6, False)
    assert player.position == 1


def test_plays_to_the_end_and_stops(player, qtbot):
    grown(player, 4)
    player.set_speed(60)
    with qtbot.waitSignal(player.changed, check_params_cb=None, timeout=5000):
        player.play()
    qtbot.waitUntil(lambda: not player.playing)
    assert player.visited == [0, 1, 2, 3]


def test_play_at_the_end_starts_over(player):
    grown(player, 4)
    player.to_end()
    player.play()
    assert player.position == 0


def test_playing_waits_for_steps_that_are_not_known_yet(player, qtbot):
    grown(player, 1, complete=False)
    player.set_speed(60)
    player.play()
    qtbot.waitUntil(lambda: player._starved)
    player.grow(2, False)
    assert player.position == 1 and player.playing


def test_as_fast_as_it_draws_goes_on_only_when_the_last_one_was_drawn(player, qtbot):
    grown(player, 10)
    player.set_speed(AS_FAST_AS_IT_DRAWS)
    player.play()
    qtbot.waitUntil(lambda: player.position == 1)
    qtbot.waitUntil(lambda: not player._timer.isActive())
    assert player.position == 1, "nothing has been drawn since"
    player.frame_drawn()
    qtbot.waitUntil(lambda: player.position == 2)


@pytest.mark.parametrize(("asked", "got"), [(0.01, 0.1), (3, 3), (1000, 60), (math.inf, math.inf)])
def test_speed_stays_within_its_bounds(player, asked, got):
    player.set_speed(asked)
    assert player.speed == got


def test_reset_forgets_the_run(player):
    grown(player, 3)
    player.play()
    player.reset()
    assert player.position is None and not player.playing
