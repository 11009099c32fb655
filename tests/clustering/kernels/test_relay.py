"""The relay: nobody can tell where the baton passed, and a run survives a runner who never comes."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from lloyd_textbook import assert_same, assert_same_run, large_board

from kmeans_gui import clustering
from kmeans_gui.clustering import Step, kernels
from kmeans_gui.clustering.algorithms import lloyd
from kmeans_gui.clustering.kernels import Kernel, choose, family, force
from kmeans_gui.clustering.kernels.plain import PLAIN, Plain
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.clustering.kernels.relay import Prepare, Relay
from kmeans_gui.errors import Cancelled

PATIENCE = 10.0
"""Seconds after which something that should have happened never will."""
K = 5

every_better = pytest.mark.parametrize("better", family.KERNELS)


@pytest.fixture(scope="module")
def X() -> np.ndarray:
    return large_board("uniform", 1000, 2, 3)


@pytest.fixture(scope="module")
def wanted(X: np.ndarray) -> list[Step]:
    with force("plain"):
        steps = list(clustering.steps("lloyd", X, k=K, init="random"))
    assert len(steps) > 20  # so that there is time for handing over
    return steps


@pytest.fixture
def run_with(X: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Callable[[Kernel], Iterator[Step]]:
    """Let Lloyd run with a given kernel."""

    def run(kernel: Kernel) -> Iterator[Step]:
        monkeypatch.setattr(lloyd, "choose", lambda *arguments, **options: kernel)
        return clustering.steps("lloyd", X, k=K, init="random")

    return run


def plain(X: np.ndarray, cancelled: Callable[[], bool] = lambda: False) -> Plain:
    return Plain(Points(X, PLAIN, cancelled), K, cancelled)


def compiled(name: str, X: np.ndarray) -> Kernel:
    return family.KERNELS[name](Points(X, family.COMPILED), K, lambda: False)


def wait_for(relay: Relay) -> None:
    """Wait until the better kernel is ready or known to fail."""
    assert relay._better is not None
    relay._better.exception(PATIENCE)


class Baton:
    """Lets a relay have its better kernel when told so."""

    def __init__(self, prepare: Prepare) -> None:
        self._prepare = prepare
        self._may = threading.Event()

    def __call__(self, unwanted: Callable[[], bool]) -> Kernel:
        assert self._may.wait(PATIENCE)
        return self._prepare(unwanted)

    def pass_to(self, relay: Relay) -> None:
        self._may.set()
        wait_for(relay)


# --- Handing over --------------------------------------------------------------------------------------------------------


@every_better
def test_handing_over_at_any_moment_gives_the_same_steps(
    better: str, X: np.ndarray, wanted: list[Step], run_with: Callable[[Kernel], Iterator[Step]]
) -> None:
    for moment in {*range(8), len(wanted) // 2, len(wanted) - 3, len(wanted) - 1}:
        baton = Baton(lambda unwanted: compiled(better, X))
        relay = Relay(plain(X), baton)
        steps = []
        for step in run_with(relay):
            steps.append(step)
            if len(steps) == moment + 1:
                baton.pass_to(relay)
        assert_same_run(steps, wanted)


@every_better
def test_handing_over_within_a_fit_gives_the_same_end(
    better: str, X: np.ndarray, wanted: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    baton = Baton(lambda unwanted: compiled(better, X))
    first = plain(X)
    relay = Relay(first, baton)
    assigned: list[int] = []

    def assign(centroids: np.ndarray) -> int:
        assigned.append(Plain._assign(first, centroids))
        if len(assigned) == 3:
            baton.pass_to(relay)
        return assigned[-1]

    monkeypatch.setattr(first, "_assign", assign)
    monkeypatch.setattr(lloyd, "choose", lambda *arguments, **options: relay)
    assert_same(clustering.fit("lloyd", X, k=K, init="random"), wanted[-1])
    assert len(assigned) == 3


@every_better
def test_a_relay_may_hand_over_to_a_relay(
    better: str, X: np.ndarray, wanted: list[Step], run_with: Callable[[Kernel], Iterator[Step]]
) -> None:
    to_last = Baton(lambda unwanted: compiled(better, X))
    inner = Relay(compiled("fused", X), to_last)
    to_inner = Baton(lambda unwanted: inner)
    relay = Relay(plain(X), to_inner)
    steps = []
    for step in run_with(relay):
        steps.append(step)
        if len(steps) == 2:
            to_inner.pass_to(relay)
        if len(steps) == 6:
            to_last.pass_to(inner)
    assert_same_run(steps, wanted)


# --- When the better kernel never comes ----------------------------------------------------------------------------------


def test_a_failure_leaves_the_run_intact_and_is_logged(
    X: np.ndarray,
    wanted: list[Step],
    run_with: Callable[[Kernel], Iterator[Step]],
    logged_errors: list[logging.LogRecord],
) -> None:
    def fail(unwanted: Callable[[], bool]) -> Kernel:
        raise MemoryError("too many points")

    relay = Relay(plain(X), fail)
    wait_for(relay)
    assert_same_run(list(run_with(relay)), wanted)
    assert [str(record.exc_info[1]) for record in logged_errors if record.exc_info] == ["too many points"]


def wait_until(unwanted: Callable[[], bool], begun: threading.Event, told: threading.Event) -> Kernel:
    begun.set()
    pause = threading.Event()
    while not unwanted():
        pause.wait(0.001)
    told.set()
    raise Cancelled


def test_cancelling_the_run_cancels_the_preparation(X: np.ndarray) -> None:
    stop, begun, told = threading.Event(), threading.Event(), threading.Event()
    relay = Relay(plain(X, stop.is_set), lambda unwanted: wait_until(unwanted, begun, told))
    relay.assign(X[:K])
    assert begun.wait(PATIENCE)
    assert not told.is_set()
    stop.set()
    assert told.wait(PATIENCE)
    wait_for(relay)
    with pytest.raises(Cancelled):
        relay.assign(X[:K])


def test_a_relay_that_nobody_holds_tells_so(X: np.ndarray) -> None:
    begun, told = threading.Event(), threading.Event()
    relay = Relay(plain(X), lambda unwanted: wait_until(unwanted, begun, told))
    assert begun.wait(PATIENCE)
    assert not told.is_set()
    del relay
    gc.collect()
    assert told.wait(PATIENCE)


# --- Before the compiled kernels are loaded ------------------------------------------------------------------------------


@pytest.fixture
def loading(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Make as if the compiled kernels were still being loaded, until the event is set."""
    loaded = threading.Event()
    loader = threading.Thread(target=loaded.wait, args=(PATIENCE,), daemon=True)
    loader.start()
    monkeypatch.setattr(kernels, "begin", lambda: loader)
    monkeypatch.setattr(kernels, "at_hand", lambda: family if loaded.is_set() else None)
    return loaded


def test_plain_numpy_begins_and_hands_over(
    X: np.ndarray, wanted: list[Step], loading: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "WORTH_WAITING", len(X) * K)
    kernel = choose(X, K)
    assert isinstance(kernel, Relay)
    monkeypatch.setattr(lloyd, "choose", lambda *arguments, **options: kernel)
    steps = []
    for step in clustering.steps("lloyd", X, k=K, init="random"):
        steps.append(step)
        if len(steps) == 4:
            assert isinstance(kernel._now, Plain)
            loading.set()
            wait_for(kernel)
    assert not isinstance(kernel._now, Plain)
    assert_same_run(steps, wanted)


def test_plain_numpy_keeps_what_is_soon_done(X: np.ndarray, loading: threading.Event) -> None:
    assert type(choose(X, K)) is Plain
    loading.set()
    assert type(choose(X, K)) is not Plain


def test_a_cancelled_run_no_longer_waits_for_the_loading(
    X: np.ndarray, loading: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "WORTH_WAITING", 0)
    stop = threading.Event()
    kernel = choose(X, K, stop.is_set)
    assert isinstance(kernel, Relay)
    stop.set()
    wait_for(kernel)
    with pytest.raises(Cancelled):
        kernel.assign(X[:K])
    loading.set()
