"""Kernels against each other over whole runs: the steps of plain numpy, which the textbook vouches for, bit for bit."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from cases import case
from hypothesis import event, given, settings
from hypothesis import strategies as st
from lloyd_textbook import (
    ALL_DIMENSIONS,
    KERNELS,
    KINDS,
    Board,
    assert_same,
    assert_same_run,
    boards,
    dimensions,
    every_kernel,
    kernels_for,
    large_board,
)

from kmeans_gui import clustering
from kmeans_gui.clustering import Step
from kmeans_gui.clustering.kernels import filtering, force, fused, high_d, use_threads

COMPILED = [kernel for kernel in KERNELS if kernel != "plain"]
every_compiled = pytest.mark.parametrize("kernel", COMPILED)


def watch(kernel: str, X: np.ndarray, **parameters: object) -> list[Step]:
    with force(kernel):
        return list(clustering.steps("lloyd", X, **parameters))


@lru_cache(maxsize=10)
def board_and_plain_steps(kind: str, n: int, d: int, board_seed: int, **parameters: object) -> tuple[np.ndarray, list[Step]]:
    """Return a large board and plain numpy's run; the tests of the kernels follow each other, so it is made once for all."""
    X = large_board(kind, n, d, board_seed)
    return X, watch("plain", X, **parameters)


@every_compiled
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 17, 64, 300])
def test_any_number_of_clusters(kernel: str, k: int) -> None:
    for seed, d in enumerate(dimensions(kernel)):
        parameters = {"k": k, "init": "random", "seed": seed, "max_iter": 15}
        X, plain = board_and_plain_steps(KINDS[(seed + k) % len(KINDS)], 1500, d, seed, **parameters)
        assert_same_run(watch(kernel, X, **parameters), plain)


@every_compiled
def test_more_clusters_than_a_byte_can_count(kernel: str) -> None:
    parameters = {"k": 1100, "init": "random", "max_iter": 4}
    X, plain = board_and_plain_steps("uniform", 3000, dimensions(kernel)[0], 1, **parameters)
    assert_same_run(watch(kernel, X, **parameters), plain)


@every_compiled
@pytest.mark.parametrize(("kind", "d", "seed"), [("uniform", 2, 4), ("uniform", 3, 3), ("repeated", 2, 4), ("repeated", 3, 3)])
def test_a_long_run(kernel: str, kind: str, d: int, seed: int) -> None:
    """So long that what is known of the points decides most of the later iterations."""
    parameters = {"k": 7, "init": "random", "seed": seed}
    X, plain = board_and_plain_steps(kind, 20_000, d, 2, **parameters)
    assert plain[-1].iterations > 50
    assert_same_run(watch(kernel, X, **parameters), plain)


@every_compiled
def test_a_centroid_far_from_all_points(kernel: str) -> None:
    X = large_board("uniform", 2000, dimensions(kernel)[1], 3)
    for far in (1e3, 1e9, 1e20, 1e100):
        init = np.vstack([X[:5], np.full((1, X.shape[1]), far)])
        assert_same_run(*(watch(name, X, init=init) for name in (kernel, "plain")))


@every_compiled
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads(kernel: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "CALL", 20_000)
    monkeypatch.setattr(fused, "SHARED", 0)
    for module in (filtering, high_d):
        monkeypatch.setattr(module, "SHARED", 0)
    for d in dimensions(kernel):
        X, plain = board_and_plain_steps("clustered", 5000, d, d, k=9, seed=1)
        with use_threads(threads):
            ours = watch(kernel, X, k=9, seed=1)
            last = fit(kernel, X, k=9, seed=1)
        assert_same_run(ours, plain)
        assert_same(last, ours[-1])


# --- The last step alone -------------------------------------------------------------------------------------------------


def fit(kernel: str, X: np.ndarray, **parameters: object) -> Step:
    with force(kernel):
        return clustering.fit("lloyd", X, **parameters)


@settings(max_examples=100)
@given(
    board=boards(ALL_DIMENSIONS),
    rule=st.sampled_from(["keep", "farthest", "drop"]),
    tol=st.sampled_from([0.0, 0.0, 1e-3, 0.1]),
    max_iter=st.sampled_from([1, 2, 3, 300]),
)
def test_fit_returns_the_last_step(board: Board, rule: str, tol: float, max_iter: int) -> None:
    points, start = board
    parameters = {"init": start, "empty_clusters": rule, "tol": tol, "max_iter": max_iter}
    for kernel in kernels_for(points.shape[1]):
        with case(kernel):
            last = watch(kernel, points, **parameters)[-1]
            event(str(last.note))
            assert_same(fit(kernel, points, **parameters), last)


@every_kernel
@pytest.mark.parametrize("max_iter", [1, 7, 8, 300])
@pytest.mark.parametrize("rule", ["keep", "farthest", "drop"])
def test_fit_returns_the_last_step_of_larger_boards(kernel: str, max_iter: int, rule: str) -> None:
    X = large_board("clustered", 3000, dimensions(kernel)[1], 5)
    init = np.vstack([X[:8], X[:1], X[:1] + 100.0])  # the last two get no points
    parameters = {"init": init, "max_iter": max_iter, "empty_clusters": rule}
    assert_same(fit(kernel, X, **parameters), watch(kernel, X, **parameters)[-1])


@every_compiled
@pytest.mark.parametrize("chunk", [1, 1000, 100_000])
def test_fit_does_not_depend_on_how_much_a_call_does(kernel: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    X = large_board("uniform", 3000, dimensions(kernel)[1], 6)
    wanted = fit("plain", X, k=6)
    for module in (fused, filtering):
        monkeypatch.setattr(module, "CALL", chunk)
    monkeypatch.setattr(filtering, "SHARED", max(chunk, 2000))
    assert_same(fit(kernel, X, k=6), wanted)


@settings(max_examples=75)
@given(board=boards(ALL_DIMENSIONS))
def test_labels_are_recalled(board: Board) -> None:
    points, recall = clustering.check_points(board[0]), clustering.REGISTRY["lloyd"].recall
    for kernel in kernels_for(points.shape[1]):
        with case(kernel), force(kernel):
            step = watch(kernel, points, init=board[1], max_iter=2)[1]
            recalled = recall(points, step)
            assert np.array_equal(recalled if isinstance(recalled, np.ndarray) else recalled.labels(), step.labels)
