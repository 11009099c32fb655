"""How fast the canvas and the window around it are, against pyqtgraph's ScatterPlotItem and Orange's Interactive k-Means.

    python tests/benchmarks/canvas.py                   a table; some ten minutes
    python tests/benchmarks/canvas.py --json            the same rows for a program
    python tests/benchmarks/canvas.py --quick           a smoke run: few points, a round each, nothing asked of the speed
    python tests/benchmarks/canvas.py --case pan        the rows whose name holds a pattern (a regular expression)
    python tests/benchmarks/canvas.py --orange PYTHON   rows against Orange, too: an interpreter with orange3-educational 0.8

All is shown at 1280x800, without a screen, with marks of the same size; compiled loops have been loaded. A picture counts as
painted when each point is on it: ours is drawn in the background, and coarse ones that come first do not count. Of the ways to
use a ScatterPlotItem (:mod:`canvas_peers`) the best is compared with, in each round anew. Both sides take turns in one process,
Orange in one of its own. ``ours`` and ``peer`` are medians in milliseconds, ``ratio`` is the median over the rounds of
peer / ours, ``need`` the least allowed.

A half-step of ours is a whole run's share: from the press of Play at the centroids just placed until the last half-step is on
the screen, all computed and each painted on the way, in the window with all its panels. Orange's is the mean of an update and
an assignment. Neither is animated. Orange has 10 clusters at most, so both have 10; all other rows have 12.

Rows called "at most" have a limit: there ``ratio`` is ours and ``need`` the most allowed. The peer of a click is a point added
to a ScatterPlotItem, of a move in live mode a run of scikit-learn's alone, of the gaps the same window at rest, of the memory
(in GiB) the points themselves.

How long the program takes to start is the business of ``starting.py``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import isqrt
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed

import canvas_heavy
import canvas_ours
import canvas_peers
import engine_memory
from canvas_ours import milliseconds
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from report import Row, parser, report

K, ORANGE_K, LIVE_K = 12, 10, 15
ROUNDS = 5
SECONDS, QUICK_SECONDS = 30.0, 0.7
"""How long the window is watched under load."""
GIBI = 1 << 30
LIVE_MOVES = 4
"""Of the mouse, in each round."""
SHIFT = 0.05
"""Data units of a pan: some ten pixels."""


@dataclass(frozen=True)
class Ask:
    """A row that is wanted: what is measured by which measure, at how many points, and what must be reached."""

    what: str
    measure: str
    n: int
    need: float | None

    @property
    def name(self) -> str:
        return f"{self.what}, N = {self.n:,}"


LIST, BEST = "against a list of brushes", "against the best ScatterPlotItem"
ORANGE = "half-step computed and on the screen, against Orange"
ASKS = (
    Ask(f"recolor and repaint, {LIST}", "list", 100_000, 500),
    Ask(f"recolor and repaint, {BEST}", "recolor", 100_000, 20),
    Ask(f"recolor and repaint, {BEST}", "recolor", 1_000_000, 150),
    Ask(f"pan, {BEST}", "pan", 1_000_000, 30),
    Ask(ORANGE, "orange", 2_000, 15),
    Ask(ORANGE, "orange", 20_000, 100),
    Ask(ORANGE, "orange", 100_000, 300),
    Ask("click to the point on the screen, at most ms", "click", 1_000_000, 16),
    Ask("live mode: a move to the end of the run on the screen, at most ms", "live", 20_000, 33),
    Ask("99 % of gaps in the event loop, run and pan, at most ms", "p99", 10_000_000, 16),
    Ask("longest gap in the event loop, run and pan, at most ms", "longest", 10_000_000, 33),
    Ask("resident memory with a run under way, at most GiB", "memory", 10_000_000, 1.5),
)
Side = canvas_ours.Picture | canvas_peers.Scatter
Act = Callable[[Side], None]
Pairs = list[tuple[float, float]]
"""Ours and the peer's, of each round."""


def outcome(ask: Ask, pairs: Pairs) -> Row:
    """Return the row of an ask: one that asks for a limit compares ours with it, another one the ratio."""
    ours, peer = (median(side) for side in zip(*pairs, strict=True))
    if "at most" in ask.what:
        return Row(ask.name, ours, peer, ours, ask.need, ok=ask.need is None or ours <= ask.need)
    ratio = median(theirs / own for own, theirs in pairs)
    return Row(ask.name, ours, peer, ratio, ask.need, ok=ask.need is None or ratio >= ask.need)


class Duel:
    """The canvas and scatter plots with the same points.

    Parameters
    ----------
    n : int
        How many points.
    variants : sequence of classes
        The scatter plots.
    """

    def __init__(self, n: int, variants: Sequence[type[canvas_peers.Scatter]]) -> None:
        points, centers = canvas_ours.blobs(n, K)
        self._labels = canvas_ours.nearest(points, centers), canvas_ours.nearest(points, centers + SHIFT)
        self._ours = canvas_ours.Picture(points, self._labels[0])
        look = self._labels[0], self._ours.viewport, self._ours.mark_size
        self._peers = [variant(points, *look) for variant in variants]

    def recolor(self, turn: int) -> tuple[float, float]:
        labels = self._labels[turn % 2]
        return self._play(lambda side: side.recolor(labels))

    def pan(self, turn: int) -> tuple[float, float]:
        offset = SHIFT if turn % 2 else -SHIFT
        times = self._play(lambda side: side.pan(offset))
        self._ours.settle()
        return times

    def _play(self, act: Act) -> tuple[float, float]:
        """Let all sides do the same; return the milliseconds of ours and of the fastest other one."""
        ours, *peers = (self._time(act, side) for side in (self._ours, *self._peers))
        return ours, min(peers)

    def _time(self, act: Act, side: Side) -> float:
        QApplication.processEvents()  # what the others have left behind is not to be done in this side's time
        return milliseconds(lambda: act(side))

    def close(self) -> None:
        for side in (self._ours, *self._peers):
            side.close()


def duel_pairs(ask: Ask, rounds: int) -> Pairs:
    variants = (canvas_peers.BrushList,) if ask.measure == "list" else canvas_peers.VARIANTS
    duel = Duel(ask.n, variants)
    act = duel.pan if ask.measure == "pan" else duel.recolor
    act(1)
    pairs = [act(turn) for turn in range(rounds)]
    duel.close()
    return pairs


def orange_pairs(ask: Ask, rounds: int, python: str) -> Pairs:
    points, _ = canvas_ours.blobs(ask.n, ORANGE_K)
    rng = np.random.default_rng(1)
    ours = canvas_ours.Window(points, ORANGE_K)

    def play() -> float:
        return ours.play(points[rng.choice(ask.n, ORANGE_K, replace=False)])

    play()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "points.npy"
        np.save(path, points)
        with canvas_peers.orange(python, path, ORANGE_K) as peer:
            pairs = [(play(), peer.step()) for _ in range(rounds)]
    ours.close()
    return pairs


def click_pairs(ask: Ask, rounds: int) -> Pairs:
    points, centers = canvas_ours.blobs(ask.n, K)
    ours = canvas_ours.Window(points, K)
    peer = canvas_peers.BrushArray(points, canvas_ours.nearest(points, centers), ours.canvas.viewport_range(), 1.0)

    def click(turn: int) -> tuple[float, float]:
        at = QPoint(15, 40 + 20 * turn)  # in the margin, where there are no other points
        x, y = ours.canvas.view.to_data(np.array([[at.x(), at.y()]], float))[0]
        took = ours.click(at), milliseconds(lambda: peer.add(x, y))
        QApplication.processEvents()  # what the peer has left behind
        ours.settle()
        return took

    click(0)
    pairs = [click(turn) for turn in range(1, rounds + 1)]
    ours.close()
    peer.close()
    return pairs


def live_pairs(ask: Ask, rounds: int) -> Pairs:
    from sklearn.cluster import KMeans

    points, _ = canvas_ours.blobs(ask.n, LIVE_K)
    ours = canvas_ours.Window(points, LIVE_K)
    at = ours.hold(0)
    start = ours.controller.shown.trace[0].centroids

    def peer() -> object:
        return KMeans(LIVE_K, init=start, n_init=1, tol=0).fit(points)

    def move(turn: int) -> tuple[float, float]:
        return ours.drag(at + QPoint(8 * turn + 8, 3 * turn)), milliseconds(peer)

    move(0)
    pairs = [move(turn) for turn in range(1, LIVE_MOVES * rounds + 1)]
    ours.close()
    return pairs


@cache
def heavy(n: int, seconds: float) -> canvas_heavy.Found:
    """Return what the window's heaviest load does to it; one sitting for all rows about it."""
    return canvas_heavy.measure_apart(n, K, seconds)


def heavy_pairs(ask: Ask, seconds: float) -> Pairs:
    found = heavy(ask.n, seconds)
    sides = {
        "p99": (found.p99, found.rest_p99),
        "longest": (found.longest, found.rest_longest),
        "memory": (found.resident / GIBI, found.points / GIBI),
    }
    return [sides[ask.measure]]


def row(ask: Ask, rounds: int, seconds: float, python: str) -> Row:
    """Return what was asked for."""
    if ask.measure in ("list", "recolor", "pan"):
        pairs = duel_pairs(ask, rounds)
    elif ask.measure == "orange":
        pairs = orange_pairs(ask, rounds, python)
    elif ask.measure == "click":
        pairs = click_pairs(ask, rounds)
    elif ask.measure == "live":
        pairs = live_pairs(ask, rounds)
    else:
        pairs = heavy_pairs(ask, seconds)
    return outcome(ask, pairs)


def possible(ask: Ask, python: str) -> bool:
    """Return whether there is what it takes; say so if not."""
    lacking = ""
    if ask.measure == "orange" and not python:
        lacking = "an interpreter with Orange, to be named by --orange"
    if ask.measure == "memory" and not engine_memory.available():
        lacking = "a system that tells of memory"
    if lacking:
        print(f"Left out: {ask.name}. It takes {lacking}.", file=sys.stderr)
    return not lacking


def rows_of(asks: Sequence[Ask], rounds: int, seconds: float, python: str) -> Iterator[Row]:
    with canvas_ours.application():
        for ask in asks:
            yield row(ask, rounds, seconds, python)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 if a row falls short."""
    options_of = parser("Time the canvas against other programs' plots.", ROUNDS)
    options_of.add_argument("--orange", metavar="PYTHON", default="", help="an interpreter that has orange3-educational 0.8")
    options = options_of.parse_args(arguments)
    few = [Ask(ask.what, ask.measure, isqrt(ask.n), None) for ask in ASKS]
    asks = [ask for ask in (few if options.quick else ASKS) if re.search(options.case, ask.name, re.IGNORECASE)]
    asks = [ask for ask in asks if possible(ask, options.orange)]
    if not asks:
        options_of.error(f"no row that is possible here is called anything like {options.case!r}")
    rounds, seconds = (1, QUICK_SECONDS) if options.quick else (options.rounds, SECONDS)
    rows = rows_of(asks, rounds, seconds, options.orange)
    return report(rows, max(len(ask.name) for ask in ASKS), options.json)


if __name__ == "__main__":
    raise SystemExit(main())
