"""Which half-steps are written."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Trace
from kmeans_gui.export.selection import SELECTIONS, frame_indices


@pytest.fixture(scope="module")
def trace() -> Trace:
    return clustering.run("lloyd", np.random.default_rng(1).normal(size=(80, 2)), k=5)


def test_all_takes_every_half_step(trace):
    assert frame_indices(trace, "all") == tuple(range(len(trace)))


def test_final_takes_the_last(trace):
    assert frame_indices(trace, "final") == (len(trace) - 1,)


def test_iterations_take_the_start_each_move_and_the_end(trace):
    phases = [trace[i].phase for i in frame_indices(trace, "iterations")]
    moves = sum(step.phase is Phase.UPDATE for step in trace)
    assert phases == [Phase.START, *[Phase.UPDATE] * moves, Phase.DONE]


def test_a_run_that_is_cut_short_ends_with_its_last_half_step():
    trace = clustering.run("lloyd", np.random.default_rng(1).normal(size=(80, 2)), k=5, max_iter=2)
    chosen = frame_indices(trace, "iterations")
    assert [trace[i].phase for i in chosen] == [Phase.START, Phase.UPDATE, Phase.DONE]


def test_iterations_of_several_runs_stay_in_order():
    trace = clustering.run("lloyd", np.random.default_rng(1).normal(size=(80, 2)), k=5, n_init=3)
    chosen = frame_indices(trace, "iterations")
    assert list(chosen) == sorted(chosen)
    assert [trace[i].phase for i in chosen].count(Phase.START) == 3


@pytest.mark.parametrize("which", sorted(SELECTIONS))
def test_a_run_without_steps_has_no_frames(which):
    assert frame_indices(Trace(), which) == ()
