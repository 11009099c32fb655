"""The trace: everything of a run stays within reach, its labels within a budget."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from packing import packed as pack

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step, Trace
from kmeans_gui.clustering.label_runs import LabelRuns

N = 500
X = np.random.default_rng(0).uniform(size=(N, 2))


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    """A run whose labels are plain, N bytes for each assignment."""
    return [replace(step, assignment=step.labels) for step in clustering.steps("lloyd", X, k=9, init="random")]


@pytest.fixture(scope="module")
def packed(steps: list[Step]) -> list[Step]:
    """The same steps with their labels packed, in an order in which they are a few long runs at the end."""
    rows = np.argsort(steps[-1].labels, kind="stable").astype(np.int32)
    runs: dict[int, LabelRuns] = {}
    for step in steps:
        runs.setdefault(id(step.assignment), pack(step.labels, rows, 9))
    return [replace(step, assignment=runs[id(step.assignment)]) for step in steps]


def trace_of(steps: list[Step], budget: int) -> Trace:
    return clustering.empty_trace("lloyd", X, budget).extend(iter(steps))


def makers(steps: list[Step]) -> list[int]:
    """The half-steps that changed labels: the last assignment of the run did not."""
    assert not steps[-2].changed
    return [step.index for step in steps if step.changed]


@pytest.mark.parametrize("budget", [0, N - 1, N, 3 * N, 5 * N + 17])
def test_labels_that_were_let_go_come_back_bit_for_bit(steps: list[Step], budget: int) -> None:
    trace = trace_of(steps, budget)
    assert len(trace) == len(steps) > 20
    assert not all(trace.holds_labels(i) for i in range(len(trace)))
    for kept, step in zip(trace, steps, strict=True):
        assert kept.labels.dtype == step.labels.dtype
        assert np.array_equal(kept.labels, step.labels)
        assert kept.centroids is step.centroids
        assert (kept.index, kept.phase, kept.objective) == (step.index, step.phase, step.objective)


@pytest.mark.parametrize("budget", [0, N, 3 * N, 5 * N + 17, 1 << 30])
def test_the_budget_holds_at_every_moment(steps: list[Step], budget: int) -> None:
    trace = clustering.empty_trace("lloyd", X, budget)
    for step in steps:
        trace.append(step)
        held = {id(s.labels): s.labels.nbytes for s in map(trace.light, range(1, len(trace)))}
        assert sum(held.values()) <= max(budget, N)  # the newest labels always stay


def test_the_start_and_the_newest_labels_stay(steps: list[Step]) -> None:
    trace = trace_of(steps, 0)
    held = [i for i in range(len(trace)) if trace.holds_labels(i)]
    assert held == [0, *range(makers(steps)[-1], len(steps))]
    assert trace[0] is steps[0]
    assert trace[-1] is steps[-1]


def test_the_oldest_go_first(steps: list[Step]) -> None:
    trace = trace_of(steps, 3 * N)
    held = [i for i in range(1, len(trace)) if trace.holds_labels(i)]
    assert held == list(range(makers(steps)[-3], len(steps)))


def test_a_dropped_centroid_is_remembered() -> None:
    points = np.array([[0.0], [1.0], [2.0], [9.0], [10.0]])
    parameters = {"k": 3, "init": [[0.0], [-50.0], [1.0]], "empty_clusters": "drop"}
    whole = clustering.run("lloyd", points, **parameters)
    light = clustering.run("lloyd", points, budget=0, **parameters)
    assert [s.labels.tolist() for s in light] == [s.labels.tolist() for s in whole]


def test_without_a_way_to_recompute_nothing_is_let_go(steps: list[Step]) -> None:
    trace = Trace(budget=0).extend(steps)
    assert all(trace.holds_labels(i) for i in range(len(steps)))
    assert all(a is b for a, b in zip(trace, steps, strict=True))


def test_it_reads_like_a_list(steps: list[Step]) -> None:
    trace = trace_of(steps, 0)
    assert trace[-3].index == len(steps) - 3
    assert trace.holds_labels(-1)
    assert not trace.holds_labels(-6)
    assert [s.index for s in trace[2:9:3]] == [2, 5, 8]
    assert [s.index for s in trace[-2:]] == [len(steps) - 2, len(steps) - 1]
    assert np.array_equal(trace[2:4][0].labels, steps[2].labels)
    assert [s.index for s in reversed(trace)] == list(range(len(steps)))[::-1]
    for outside in (len(steps), -len(steps) - 1):
        with pytest.raises(IndexError):
            trace[outside]


def test_light_recomputes_nothing(steps: list[Step]) -> None:
    def recall(step: Step) -> clustering.Labels:
        raise AssertionError("recomputed")

    trace = Trace(recall, 0).extend(steps)
    assert [trace.light(i).objective for i in range(len(steps))] == [s.objective for s in steps]
    assert trace.light(-1) is steps[-1]
    with pytest.raises(AssertionError, match="recomputed"):
        trace[2]


def test_steps_come_in_order(steps: list[Step]) -> None:
    trace = Trace()
    with pytest.raises(ValueError, match="step 1 cannot follow 0 steps"):
        trace.append(steps[1])
    trace.append(steps[0])
    with pytest.raises(ValueError, match="step 0 cannot follow 1 steps"):
        trace.append(steps[0])
    assert len(trace) == 1


def test_it_counts_iterations_and_knows_its_end(steps: list[Step]) -> None:
    trace = Trace()
    assert trace.iterations == 0
    assert not trace.complete
    counted, complete = [], []
    for step in steps:
        trace.append(step)
        counted.append(trace.iterations)
        complete.append(trace.complete)
    assert counted == np.cumsum([s.phase is Phase.ASSIGN for s in steps]).tolist()
    assert complete == [False] * (len(steps) - 1) + [True]


# Packed labels -------------------------------------------------------------------------------------------------------------


def test_packed_labels_count_as_they_are(packed: list[Step]) -> None:
    room = sum(packed[i].assignment.nbytes for i in makers(packed))
    assert room < N * len(makers(packed))
    all_fit = trace_of(packed, room)
    assert all(a is b for a, b in zip(all_fit, packed, strict=True))
    one_byte_short = trace_of(packed, room - 1)
    assert [i for i in range(len(packed)) if not one_byte_short.holds_labels(i)] == [1, 2]


@pytest.mark.parametrize("budget", [0, 600, 1 << 30])
def test_packed_labels_are_there_at_every_half_step(steps: list[Step], packed: list[Step], budget: int) -> None:
    trace = trace_of(packed, budget)
    order = np.random.default_rng(1).permutation(len(steps)).tolist()
    for index in order:
        assert np.array_equal(trace[index].labels, steps[index].labels)
        assert trace[index].counts().tolist() == steps[index].counts().tolist()


def test_labels_may_be_recomputed_packed(packed: list[Step]) -> None:
    trace = Trace(lambda step: packed[step.index].assignment, 0).extend(packed)
    assert not trace.holds_labels(5)
    assert all(a.assignment is b.assignment for a, b in zip(trace, packed, strict=True))
