from dataclasses import replace

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Trace
from kmeans_gui.data.layout import Layout
from kmeans_gui.ui.canvas.frame import MOVES, Way, frame_of, trail
from kmeans_gui.ui.theme import LIGHT


@pytest.fixture(scope="module")
def run():
    points = np.random.default_rng(3).uniform(-1, 1, (300, 2))
    return Layout.of(points), clustering.run("lloyd", points, k=5, seed=2, init="random")


def test_the_trail_leads_through_every_place_before_the_present_one(run):
    layout, trace = run
    for step in trace:
        frame = frame_of(layout, trace, step.index)
        places = [s.centroids for s in trace[: step.index + 1] if s.phase in (Phase.START, Phase.UPDATE)]
        np.testing.assert_array_equal(frame.centroids, places[-1])
        assert len(frame.trail) == len(places) - 1
        for drawn, place in zip(frame.trail, places, strict=False):
            np.testing.assert_array_equal(drawn, place)
        assert frame.moved == (step.phase is Phase.UPDATE)


class _Watched(Trace):
    looks = 0

    def light(self, index):
        self.looks += 1
        return super().light(index)


def test_a_trail_of_a_long_run_is_its_last_moves_and_takes_no_longer(run):
    _, short = run
    start, assigned, update = short[0], short[1], short[2]
    trace = _Watched().extend([start])
    for i in range(1, 2001):
        trace.append(replace(update if i % 2 == 0 else assigned, index=i, centroids=np.full((5, 2), float(i // 2))))
    drawn = trail(trace, 1999)
    assert [stop[0, 0] for stop in drawn] == list(range(999 - MOVES, 999))
    assert trace.looks < 4 * MOVES
    assert [stop[0, 0] for stop in trail(trace, 6)] == [start.centroids[0, 0], 1, 2]


def test_the_way_of_a_run_is_its_trail_wherever_one_goes(run):
    _, short = run
    start, assigned, update = short[0], short[1], short[2]
    longer, way = Trace().extend([start]), Way()
    for i in range(1, 200):
        k = 5 if i < 150 else 4  # the trail cannot go on with fewer
        step = start if i == 100 else update if i % 2 == 0 else assigned
        longer.append(replace(step, index=i, centroids=np.full((k, 2), float(i // 2))))
    for trace, indices in ((longer, range(200)), (short, (0, 1, 2, 4, 3, 4, 4)), (longer, (198, 199, 3, 4, 5, 6))):
        for index in indices:
            known = way.until(trace, index)
            np.testing.assert_array_equal(known, trail(trace, index))
            assert len(known) <= MOVES


def test_switched_points_are_those_whose_label_changed_from_one_cluster_to_another(run):
    layout, trace = run
    assert len(frame_of(layout, trace, 1).switched()) == 0
    for step in trace[2:]:
        changed = step.labels != trace[step.index - 1].labels
        np.testing.assert_array_equal(frame_of(layout, trace, step.index).switched(), layout.points[changed])
    assert len(frame_of(layout, trace, 3).switched())


def test_points_and_centroids_with_one_coordinate_lie_on_a_line():
    points = np.array([[1.0], [2.0], [8.0], [9.0]])
    trace = clustering.run("lloyd", points, k=2, init=points[[0, 3]])
    frame = frame_of(Layout.of(points), trace, len(trace) - 1)
    np.testing.assert_allclose(frame.centroids, [[1.5, 0], [8.5, 0]])
    np.testing.assert_allclose(frame.trail, [[[1, 0], [9, 0]]])


def test_of_more_coordinates_the_first_two_are_drawn():
    points = np.random.default_rng(0).normal(size=(20, 4))
    trace = clustering.run("lloyd", points, k=2)
    frame = frame_of(Layout.of(points), trace, 2)
    np.testing.assert_array_equal(frame.points, points[:, :2])
    np.testing.assert_array_equal(frame.centroids, trace[2].centroids[:, :2])


def test_colors_go_by_slot_and_unassigned_comes_last(run):
    layout, trace = run
    palette = frame_of(layout, trace, 1, colors=(4, 0, 1)).palette(LIGHT)
    assert palette == (*(LIGHT.cluster(slot) for slot in (4, 0, 1, 3, 4)), LIGHT.unassigned)


def test_caption_only_when_asked_for(run):
    layout, trace = run
    assert frame_of(layout, trace, 1, caption=True).caption == "N = 300, K = 5, iteration 1"
    assert frame_of(layout, trace, 1, caption=False).caption == ""
