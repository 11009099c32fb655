"""How fast a table is opened, against polars reading the same file.

    python tests/benchmarks/opening.py                  a table; some minutes, and 1.5 GB of temporary files
    python tests/benchmarks/opening.py --json           the same rows for a program
    python tests/benchmarks/opening.py --quick          a smoke run: few rows, a round each, nothing asked of the speed
    python tests/benchmarks/opening.py --case label     the rows whose name holds a pattern (a regular expression)

Ours is :func:`kmeans_gui.data.tables.read`: finding out how the table is written, reading it, leaving out the rows that are not
finite, and making row ids and true clusters. Polars' is ``read_csv`` alone, which guesses the types as well. Both run in one
process in turns, after a run of each that does not count; the file is in the system's cache. ``ours`` and ``peer`` are medians
in milliseconds, ``ratio`` is the median over the rounds of ours / peer, ``need`` is the most allowed. Of memory all are bytes a
row, the ratio being ours.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed

import engine_memory
import opening_memory
from report import Row, parser, report

from kmeans_gui.data import tables

MILLION = 1_000_000
ROUNDS = 5
MOST_TIMES = 2.0
"""How many times polars' own reading time opening may take."""
MOST_BYTES = 100.0
"""Bytes a row that opening may take: the points and row ids that remain are 24, and the reader needs some for a while."""

QUICK_ROWS = 200_000
"""Fewer rows would not raise the peak of memory."""


@dataclass(frozen=True)
class Case:
    """A table, and what is measured of its opening.

    Parameters
    ----------
    n : int
        Rows.
    kind : str
        Its columns: "x and y", "row ids" or "labels".
    memory : bool
        Whether memory is measured instead of time.
    """

    n: int
    kind: str
    memory: bool = False

    @property
    def name(self) -> str:
        measure = "peak memory to open, at most bytes a row" if self.memory else "time to open, at most times polars.read_csv"
        return f"uniform, N = {self.n:,}, {self.kind}: {measure}"


KINDS = ("x and y", "row ids", "labels")
CASES = (
    *(Case(n, kind) for n in (MILLION, 10 * MILLION) for kind in KINDS),
    *(Case(10 * MILLION, kind, memory=True) for kind in KINDS),
)


def write_table(path: Path, n: int, kind: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, (2, n))
    first = {"row": np.arange(n)} if kind == "row ids" else {}
    last = {"label": np.array(["setosa", "versicolor", "virginica"])[rng.integers(0, 3, n)]} if kind == "labels" else {}
    pl.DataFrame({**first, "x": x, "y": y, **last}).write_csv(path)


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    _ = work()
    return time.perf_counter() - begin


def time_row(case: Case, path: Path, rounds: int, need: float | None) -> Row:
    def play() -> tuple[float, float]:
        return seconds(lambda: tables.read(path)), seconds(lambda: pl.read_csv(path))

    play()
    times = [play() for _ in range(rounds)]
    ratio = median(ours / theirs for ours, theirs in times)
    ours, theirs = (median(side) * 1e3 for side in zip(*times, strict=True))
    return Row(case.name, ours, theirs, ratio, need, ok=need is None or ratio <= need)


def memory_row(case: Case, path: Path, need: float | None) -> Row:
    ours, theirs = (opening_memory.measure_apart(side, path) / case.n for side in opening_memory.SIDES)
    return Row(case.name, ours, theirs, ours, need, ok=need is None or ours <= need)


def rows_of(cases: Sequence[Case], rounds: int, quick: bool) -> Iterator[Row]:
    """Yield a row for each case; what is written for it is gone afterwards."""
    for case in cases:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "points.csv"
            write_table(path, case.n, case.kind)
            write_table(path.with_name("few.csv"), 10, case.kind)
            if case.memory:
                yield memory_row(case, path, None if quick else MOST_BYTES)
            else:
                yield time_row(case, path, rounds, None if quick else MOST_TIMES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 if a row falls short."""
    options_of = parser("Time the opening of tables against polars.", ROUNDS)
    options = options_of.parse_args(arguments)
    cases = [Case(QUICK_ROWS, kind, memory) for memory in (False, True) for kind in KINDS] if options.quick else CASES
    chosen = [case for case in cases if re.search(options.case, case.name, re.IGNORECASE)]
    if not engine_memory.available():
        chosen = [case for case in chosen if not case.memory]
    if not chosen:
        options_of.error(f"no row is called anything like {options.case!r}")
    rows = rows_of(chosen, 1 if options.quick else options.rounds, options.quick)
    return report(rows, max(len(case.name) for case in CASES), options.json)


if __name__ == "__main__":
    raise SystemExit(main())
