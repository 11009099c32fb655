"""Every kernel asks often whether to go on, and stops wherever it is told to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from lloyd_textbook import dimensions, every_kernel, large_board

from kmeans_gui import clustering
from kmeans_gui.clustering import kernels, spatial_order
from kmeans_gui.clustering.kernels import base, choose, curve, family, filtering, force, fused, high_d, points, use_threads
from kmeans_gui.clustering.kernels.plain import PLAIN
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.errors import Cancelled

N = 9000


class Asked:
    """Counts the questions and says yes to one of them and all that follow."""

    def __init__(self, yes_at: float = float("inf")) -> None:
        self.times = 0
        self._yes_at = yes_at

    def __call__(self) -> bool:
        self.times += 1
        return self.times > self._yes_at


@pytest.fixture(autouse=True)
def _small_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the work so small that a small board has as many pieces as millions of points."""
    monkeypatch.setattr(base, "BLOCK", 1000)
    monkeypatch.setattr(points, "SLICE", 2000)
    monkeypatch.setattr(curve, "PIECE", 2000)
    monkeypatch.setattr(spatial_order, "SORTED_BLOCK", 2000)
    monkeypatch.setattr(fused, "CALL", 20_000)
    monkeypatch.setattr(filtering, "CALL", 5000)
    monkeypatch.setattr(filtering, "SHARED", 1000)
    monkeypatch.setattr(filtering, "LEAVES_A_CALL", 16)
    monkeypatch.setattr(high_d, "CALL", 20_000)
    monkeypatch.setattr(high_d, "SWEEP", 2000)
    monkeypatch.setattr(kernels, "_last", None)


def board(kernel: str) -> np.ndarray:
    return large_board("clustered", N, dimensions(kernel)[1], 0)


def watch(X: np.ndarray, cancelled: Callable[[], bool]) -> object:
    return list(clustering.steps("lloyd", X, k=6, init="random", max_iter=6, cancelled=cancelled))


def fit(X: np.ndarray, cancelled: Callable[[], bool]) -> object:
    return clustering.fit("lloyd", X, k=6, init="random", max_iter=6, cancelled=cancelled)


@every_kernel
@pytest.mark.parametrize("run", [watch, fit])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_ends_at_whichever_question_is_answered_yes(
    kernel: str, run: Callable[[np.ndarray, Callable[[], bool]], object], threads: int
) -> None:
    X, never = board(kernel), Asked()
    with force(kernel), use_threads(threads):
        run(X, never)
        assert never.times > 30
        for m in {0, 1, 2, 3, 4, 5, *range(6, never.times, never.times // 20), never.times - 1}:
            if m < 6 or threads == 1:
                with pytest.raises(Cancelled):
                    run(X, Asked(m))


@every_kernel
def test_after_a_yes_hardly_anybody_asks_again(kernel: str) -> None:
    """The work really ends: each worker asks once more at most."""
    X = board(kernel)
    for m in (3, 20, 30):
        asked = Asked(m)
        with force(kernel), use_threads(2), pytest.raises(Cancelled):
            watch(X, asked)
        assert asked.times <= m + 2


def questions(work: Callable[[], object], asked: Asked) -> int:
    before = asked.times
    work()
    return asked.times - before


@pytest.mark.parametrize("loops", [PLAIN, family.COMPILED], ids=["numpy", "compiled"])
def test_measuring_asks_for_every_slice(loops: points.Loops) -> None:
    X, asked = large_board("uniform", N, 3, 0), Asked()
    of = Points(X, loops, asked)
    assert asked.times >= X.size / points.SLICE
    assert questions(lambda: of.squares(asked), asked) >= X.size / points.SLICE


@pytest.mark.parametrize("loops", [PLAIN, family.COMPILED], ids=["numpy", "compiled"])
def test_sorting_asks_for_every_piece(loops: points.Loops) -> None:
    of, asked = Points(large_board("uniform", N, 2, 0), loops), Asked()
    assert questions(lambda: of.order(asked), asked) >= N / curve.PIECE


def test_plain_numpy_asks_for_every_block() -> None:
    X, asked = large_board("uniform", N, 2, 0), Asked()
    with force("plain"):
        kernel = choose(X, 6, asked)
    assert questions(lambda: kernel.assign(X[:6]), asked) >= N / base.BLOCK


@pytest.mark.parametrize("d", [1, 2, 3, 7])
@pytest.mark.parametrize("k", [1, 3, 40])
@pytest.mark.parametrize("threads", [1, 3])
def test_fused_asks_for_every_call(d: int, k: int, threads: int) -> None:
    X, asked = large_board("uniform", N, d, 0), Asked()
    with force("fused"), use_threads(threads):
        kernel = choose(X, k, asked)
        assert questions(lambda: kernel.assign(X[:k]), asked) >= N / (fused.CALL // (d * k) + 1)


def test_fused_asks_between_some_iterations_in_a_row() -> None:
    X, asked = large_board("uniform", 500, 2, 0), Asked()
    with force("fused"):
        kernel = choose(X, 3, asked)
        made = kernel.advance(X[:3], 300).made
        again = choose(X, 3, asked)
        assert made > 10
        assert questions(lambda: again.advance(X[:3], 300), asked) >= made * 500 * 2 * 3 / fused.CALL


def test_filtering_asks_at_every_root_while_there_is_much_to_look_at() -> None:
    X, asked = large_board("uniform", N, 2, 0), Asked()
    with force("filtering"):
        kernel = choose(X, 6, asked)
        assert questions(lambda: kernel.assign(X[:6]), asked) >= filtering.ROOTS
        assert questions(lambda: kernel.adopt(kernel.labels()), asked) >= N / (filtering.LEAF * filtering.LEAVES_A_CALL)


def test_filtering_asks_between_some_iterations_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtering, "SHARED", 10 * N)
    X, asked = large_board("uniform", N, 2, 0), Asked()
    with force("filtering"):
        kernel = choose(X, 6, asked)
        made = 0
        for _ in range(5):
            before = asked.times
            made = kernel.advance(X[:6] + made, 4).made
            assert asked.times - before >= made / 4
