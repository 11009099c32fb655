"""How fast the engine is, against k-means of other libraries on the same points from the same start.

    python tests/benchmarks/engine.py                   a table; some twenty minutes
    python tests/benchmarks/engine.py --json            the same rows for a program
    python tests/benchmarks/engine.py --quick           a smoke run: few points, a round each, nothing asked of the speed
    python tests/benchmarks/engine.py --case elkan      the rows whose name holds a pattern (a regular expression)

Both sides run in one process on the same number of threads, in turns, after a run of each that does not count. A peer that
computes in float64 must make the same iterations and leave each point with the same label; a row where it does not has the
ratio 0 and fails. Peers in float32 are compared by the iteration, as they may stop earlier or later. ``ours`` and ``peer`` are
medians in milliseconds, ``ratio`` is the median over the rounds of peer / ours, ``need`` is the ratio that a row must reach,
if one is set. Of memory, ``ours``, ``peer`` and ``ratio`` are bytes a point beyond the input, the ratio being ours, and
``need`` is the most allowed.

What costs the peers more than the loop itself is theirs: scikit-learn centers a copy of the points, mlpack assigns all points
once more by brute force at the end, ours sorts the points and brings the labels back into their order. Rows of single
iterations leave out what is built once; rows "to convergence" do not.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, count, groupby
from pathlib import Path
from statistics import mean, median
from typing import TypeVar

import numpy as np
from sklearn.cluster import kmeans_plusplus

sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed

import engine_memory
import engine_ours
import engine_peers
from engine_cases import CASES, Ask, Case, Measure
from engine_ours import Fitted
from engine_peers import PEERS, PLUS_PLUS, Peer
from report import Row, report

from kmeans_gui.clustering import Floats

LONG, LONG_ROUNDS = 10.0, 2
"""Rounds that take more seconds than this are not made more often than that, where no ratio is needed."""

GRAIN = 1e-9
"""Seconds that a difference of two timings is taken for at least."""

T = TypeVar("T")
Seconds = dict[Measure, float]
Round = Callable[[], tuple[Seconds, Seconds]]
"""Times our side, then the peer, once by each measure asked for."""


class DisagreementError(Exception):
    """The two sides did not do the same work."""


def timed(work: Callable[[], T], repeats: int = 1) -> tuple[float, T]:
    """Return the seconds that ``work`` takes, the mean of ``repeats`` times in a row, and its result."""
    begin = time.perf_counter()
    for _ in range(repeats):
        result = work()
    return (time.perf_counter() - begin) / repeats, result


def timed_on_copies(work: Callable[[Floats], T], X: Floats, repeats: int = 1) -> tuple[float, T]:
    """Do the same with work on a copy of ``X`` each time, so that nothing can be known of the points from an earlier run."""
    seconds, results = zip(*(timed(partial(work, X.copy())) for _ in range(repeats)), strict=True)
    return mean(seconds), results[-1]


class Contest:
    """Runs of k-means, ours and a peer's, from the same start."""

    def __init__(self, case: Case, peer: Peer, X: Floats, init: Floats, measures: set[Measure]) -> None:
        self._case = case
        self._exact = peer.exact
        self._X = X
        self._init = init
        self._measures = measures
        self._fit = peer.prepare(X, init)
        self._compared = False
        engine_ours.fit(X.copy(), init, 2)
        engine_ours.iterations(X.copy(), init, 2)
        self._fit(2)

    def play(self) -> tuple[Seconds, Seconds]:
        """Time both sides once.

        Raises
        ------
        DisagreementError
            If an exact peer did not do the same work. Labels are compared the first time: later they are the same.
        """
        ours: Seconds = {}
        theirs: Seconds = {}
        if self._measures & {Measure.FIRST, Measure.MEDIAN}:
            most = self._case.max_iter if Measure.MEDIAN in self._measures else self._case.first
            each = engine_ours.iterations(self._X.copy(), self._init, most)
            ours |= {Measure.FIRST: mean(each[: self._case.first]), Measure.MEDIAN: median(each)}
        if Measure.FIRST in self._measures:
            theirs[Measure.FIRST] = self._first_of_peer()
        if self._measures & {Measure.MEDIAN, Measure.WHOLE}:
            self._play_whole(ours, theirs)
        self._compared = True
        return ours, theirs

    def _first_of_peer(self) -> float:
        one, _ = timed(lambda: self._fit(1))
        more, fitted = timed(lambda: self._fit(1 + self._case.first))
        self._compare_labels(fitted)
        added = (fitted.iterations or 1 + self._case.first) - 1
        return max(more - one, GRAIN) / max(added, 1)

    def _play_whole(self, ours: Seconds, theirs: Seconds) -> None:
        most, repeats = self._case.max_iter, self._case.repeats
        ours[Measure.WHOLE], own = timed_on_copies(lambda X: engine_ours.fit(X, self._init, most), self._X, repeats)
        assert own.iterations is not None
        allowed = most if self._exact else own.iterations  # one in float32 need not come to rest
        whole, fitted = timed(lambda: self._fit(allowed), repeats)
        self._compare_run(own, fitted)
        made = fitted.iterations or own.iterations
        theirs[Measure.MEDIAN] = whole / made
        theirs[Measure.WHOLE] = whole * own.iterations / made

    def _compare_run(self, own: Fitted, fitted: Fitted) -> None:
        if not self._exact:
            return
        assert own.centroids is not None and fitted.centroids is not None
        if fitted.iterations not in (None, own.iterations):
            raise DisagreementError(f"{own.iterations} iterations against {fitted.iterations}")
        if not np.allclose(own.centroids, fitted.centroids, rtol=0, atol=1e-9 * np.abs(self._X).max()):
            raise DisagreementError(f"other centroids after {own.iterations} iterations")
        self._compare_labels(fitted)

    def _compare_labels(self, fitted: Fitted) -> None:
        """Compare with our labels after one assignment more than updates: those of the nearest of the final centroids."""
        if not self._exact or self._compared:
            return
        updates = fitted.iterations or self._case.max_iter
        own = engine_ours.fit(self._X.copy(), self._init, updates + 1)
        different = int(np.count_nonzero(own.labels != fitted.labels))
        if different:
            raise DisagreementError(f"{different:,} of {len(self._X):,} labels differ")


def placing(case: Case, X: Floats) -> Round:
    """Return a round of k-means++, from a seed of its own each time."""
    seeds = count()
    kmeans_plusplus(X[: case.k], case.k, random_state=0)
    engine_ours.place(X[: case.k], case.k, seed=0)

    def play() -> tuple[Seconds, Seconds]:
        seed = next(seeds)
        whole, alone = engine_ours.place(X.copy(), case.k, seed)
        theirs, _ = timed(lambda: kmeans_plusplus(X, case.k, random_state=seed))
        ours = {Measure.PLACE: whole, Measure.PLACE_ALONE: alone}
        return ours, dict.fromkeys(ours, theirs)

    return play


def rounds_of(play: Round, most: int, patient: bool) -> list[tuple[Seconds, Seconds]]:
    """Play ``most`` rounds, or fewer if they are long and there is no need to be patient."""
    times = []
    for number in range(1, most + 1):
        begin = time.perf_counter()
        times.append(play())
        if not patient and number >= LONG_ROUNDS and time.perf_counter() - begin > LONG:
            break
    return times


def time_rows(case: Case, peer: str, asks: Sequence[Ask], data: tuple[Floats, Floats], rounds: int | None) -> Iterator[Row]:
    """Yield what ``asks`` asks of one peer."""
    patient = rounds is not None or any(ask.need for ask in asks)
    try:
        if peer == PLUS_PLUS:
            play = placing(case, data[0])
        else:
            play = Contest(case, PEERS[peer], *data, {ask.measure for ask in asks}).play
        times = rounds_of(play, rounds or case.rounds, patient)
    except DisagreementError as problem:
        print(f"{case.row(asks[0])}: {problem}", file=sys.stderr)
        yield from (Row(case.row(ask), 0.0, 0.0, 0.0, ask.need, ok=False) for ask in asks)
        return
    for ask in asks:
        pairs = [(ours[ask.measure], theirs[ask.measure]) for ours, theirs in times]
        ratio = median(theirs / ours for ours, theirs in pairs)
        yield Row(
            case=case.row(ask),
            ours=median(ours for ours, _ in pairs) * 1e3,
            peer=median(theirs for _, theirs in pairs) * 1e3,
            ratio=ratio,
            need=ask.need,
            ok=ask.need is None or ratio >= ask.need,
        )


def memory_row(case: Case, ask: Ask) -> Row:
    """Return the peaks of both sides; the peer's is reached in its first iterations."""
    ours = engine_memory.measure_apart("ours", case.n, case.k, case.max_iter)
    theirs = engine_memory.measure_apart("scikit-learn", case.n, case.k, 3)
    return Row(case.row(ask), ours, theirs, ours, ask.need, ok=ask.need is None or ours <= ask.need)


def selected(cases: Sequence[Case], pattern: str) -> list[tuple[Case, list[Ask]]]:
    """Return what is asked in rows whose name holds ``pattern``."""
    found = [(case, [ask for ask in case.asks if re.search(pattern, case.row(ask), re.IGNORECASE)]) for case in cases]
    return [(case, asks) for case, asks in found if asks]


def possible(ask: Ask) -> bool:
    """Return whether there is what it takes; say so if not."""
    if ask.measure is Measure.MEMORY:
        there, wanted = engine_memory.available(), "a system that tells peaks of memory"
    else:
        wanted = PEERS[ask.peer].needs if ask.peer in PEERS else "sklearn"
        there = engine_peers.installed(wanted)
    if not there:
        print(f"Left out: {ask.peer} takes {wanted}.", file=sys.stderr)
    return there


def rows_of(case: Case, asks: Sequence[Ask], rounds: int | None) -> Iterator[Row]:
    """Yield what is asked of a case, as far as that is possible."""
    asks = [ask for ask in asks if possible(ask)]
    timings = [ask for ask in asks if ask.measure is not Measure.MEMORY]
    if timings:
        data = case.data()
        for peer, group in groupby(timings, lambda ask: ask.peer):
            yield from time_rows(case, peer, list(group), data, rounds)
    yield from (memory_row(case, ask) for ask in asks if ask.measure is Measure.MEMORY)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 if a row falls short."""
    parser = argparse.ArgumentParser(description="Time k-means against other libraries.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quick", action="store_true", help="a smoke run: few points, a round each")
    parser.add_argument("--case", metavar="PATTERN", default="", help="only rows whose name holds this regular expression")
    parser.add_argument("--rounds", type=int, metavar="COUNT", help="rounds of every row, instead of each case's own number")
    parser.add_argument("--threads", type=int, default=1, metavar="COUNT", help="threads of both sides; 1 unless given")
    options = parser.parse_args(arguments)
    chosen = selected([case.small() for case in CASES] if options.quick else CASES, options.case)
    if not chosen:
        parser.error(f"no row is called anything like {options.case!r}")
    width = max(len(case.row(ask)) for case in CASES for ask in case.asks)
    engine_ours.warm()
    with engine_peers.use_threads(options.threads), engine_ours.use_threads(options.threads):
        rows = chain.from_iterable(rows_of(*choice, options.rounds) for choice in chosen)
        return report(rows, width, options.json)


if __name__ == "__main__":
    raise SystemExit(main())
