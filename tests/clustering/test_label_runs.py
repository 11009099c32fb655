"""Packed labels: they say what plain labels say, in less room."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lloyd_textbook import large_board
from packing import packed

from kmeans_gui.clustering import Note, Phase, Step
from kmeans_gui.clustering.assignment import Assignment, label_dtype
from kmeans_gui.clustering.kernels import choose, force
from kmeans_gui.clustering.label_runs import LabelRuns

SIZES = (1, 2, 65_535, 65_536, 65_537, 131_073)
"""Around the number of points that are looked at in one go."""


def bands(n: int, k: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and the rows in an order in which each label but the last two comes in one stretch, as −1 does."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, k, n).astype(label_dtype(k))
    rows = np.argsort(np.minimum(labels, k - 2), kind="stable").astype(np.int32)
    return labels, rows


@st.composite
def assignments(draw: st.DrawFn) -> tuple[list[list[int]], list[int], int]:
    """Draw several assignments of the same points, the points' order along the curve, and K."""
    n, k = draw(st.integers(1, 40)), draw(st.sampled_from([1, 2, 5, 127, 128, 129, 4096]))
    labels = st.lists(st.sampled_from(sorted({-1, 0, k // 2, k - 1})), min_size=n, max_size=n)
    return draw(st.lists(labels, min_size=2, max_size=2)), draw(st.permutations(range(n))), k


@given(assignments())
def test_labels_come_back_in_input_order(drawn: tuple[list[list[int]], list[int], int]) -> None:
    (labels, _), order, k = drawn
    runs = packed(np.array(labels), np.array(order, np.int32), k)
    assert runs.labels().tolist() == labels
    assert runs.labels().dtype == label_dtype(k)
    assert runs.n == len(labels)
    assert runs.counts().tolist() == [labels.count(j) for j in range(k)]
    assert runs.starts[0] == 0
    assert (runs.values[1:] != runs.values[:-1]).all()


@given(assignments())
def test_switched_points_are_those_whose_label_changed_from_one_cluster_to_another(
    drawn: tuple[list[list[int]], list[int], int],
) -> None:
    (before, now), order, k = drawn
    rows = np.array(order, np.int32)
    switched = packed(np.array(now), rows, k).switched_from(packed(np.array(before), rows, k))
    assert switched.tolist() == [a != b and a >= 0 for a, b in zip(before, now, strict=True)]


@pytest.mark.parametrize("n", SIZES)
def test_every_number_of_points_comes_back(n: int) -> None:
    labels, rows = bands(n, 5)
    runs = packed(labels, rows, 5)
    assert np.array_equal(runs.labels(), labels)
    assert runs.counts().sum() == np.count_nonzero(labels >= 0)


def test_its_bytes_are_those_of_the_runs_alone() -> None:
    runs = packed(np.repeat([3, -1, 0], 100_000), np.arange(300_000, dtype=np.int32), 4)
    assert runs.nbytes == 3 * (4 + 2)


def test_what_is_packed_cannot_be_changed() -> None:
    runs = packed(*bands(50, 3), 3)
    for array in (runs.starts, runs.values, runs.rows, runs.labels()):
        assert not array.flags.writeable


def test_only_what_gets_smaller_is_packed() -> None:
    X = large_board("uniform", 6000, 2, 0)
    with force("filtering"):
        kernel = choose(X, 2)
        kernel.assign(X[:2])
        assert isinstance(kernel.assignment(), LabelRuns)
        scattered = np.random.default_rng(0).integers(0, 2, 6000, np.int8)
        kernel.adopt(scattered)
        plain = kernel.assignment()
        assert isinstance(plain, np.ndarray)
        assert plain.dtype == np.int8
        assert np.array_equal(plain, scattered)


# Remembering ---------------------------------------------------------------------------------------------------------------


def test_labels_are_remembered_as_long_as_somebody_holds_them() -> None:
    runs = packed(*bands(1000, 3), 3)
    held = runs.labels()
    part = held[10:20]
    assert runs.labels() is held
    gone = weakref.ref(held)
    del held
    assert runs.labels() is gone()  # a part of them is still held
    del part
    assert gone() is None
    assert runs.labels().shape == (1000,)


def test_threads_that_ask_at_once_get_the_same_labels() -> None:
    runs = packed(*bands(300_000, 3), 3)
    together = threading.Barrier(4)

    def ask(_: int) -> np.ndarray:
        together.wait()
        return runs.labels()

    with ThreadPoolExecutor(4) as threads:
        first, *others = threads.map(ask, range(4))
    assert all(labels is first for labels in others)


# Steps ---------------------------------------------------------------------------------------------------------------------


def step(assignment: Assignment, k: int) -> Step:
    words = Note("Assign")
    return Step(
        index=1,
        iteration=1,
        phase=Phase.ASSIGN,
        assignment=assignment,
        centroids=np.zeros((k, 2)),
        objective=0.0,
        title=words,
        note=words,
    )


def test_a_step_reads_the_same_packed_or_plain() -> None:
    labels, rows = bands(500, 6)
    plain, runs = step(labels, 6), step(packed(labels, rows, 6), 6)
    assert np.array_equal(runs.labels, plain.labels)
    assert runs.labels.dtype == plain.labels.dtype
    assert runs.counts().tolist() == plain.counts().tolist()
    assert runs.counts().dtype == plain.counts().dtype


def test_plain_labels_are_handed_out_as_they_are() -> None:
    labels = np.zeros(4, np.int8)
    assert step(labels, 1).labels is labels
    assert not labels.flags.writeable


def test_steps_that_share_packed_labels_share_them_unpacked() -> None:
    runs = packed(*bands(500, 6), 6)
    assert step(runs, 6).labels is step(runs, 6).labels


@pytest.mark.parametrize("now_packed", [False, True])
@pytest.mark.parametrize("before_packed", [False, True])
@pytest.mark.parametrize("same_order", [False, True])
def test_what_switched_is_the_same_packed_or_plain(now_packed: bool, before_packed: bool, same_order: bool) -> None:
    (before, rows), (now, _) = bands(500, 6, seed=1), bands(500, 6, seed=2)
    order = rows if same_order else rows[::-1].copy()
    first = step(packed(before, rows, 6) if before_packed else before, 6)
    second = step(packed(now, order, 6) if now_packed else now, 6)
    switched = second.switched_from(first)
    assert np.array_equal(switched, (now != before) & (before >= 0))
    assert 0 < np.count_nonzero(switched) < np.count_nonzero(now != before)


@pytest.mark.parametrize("n", [3, 65_537, 300_000])
def test_a_run_may_be_longer_than_what_is_looked_at_in_one_go(n: int) -> None:
    expected = np.repeat([4, -1, 2], [1, 1, n - 2])
    np.testing.assert_array_equal(packed(expected, np.arange(n, dtype=np.int32), 5).on_curve(), expected)
    np.testing.assert_array_equal(packed(expected[::-1], np.arange(n, dtype=np.int32), 5).on_curve(), expected[::-1])
