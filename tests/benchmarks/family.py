"""How fast the relatives of k-means are, against the same methods of scikit-learn and SciPy.

    python tests/benchmarks/family.py                   a table; some minutes
    python tests/benchmarks/family.py --json            the same rows for a program
    python tests/benchmarks/family.py --quick           a smoke run: few points, a round each, nothing asked of the speed
    python tests/benchmarks/family.py --case minibatch  the rows whose name holds a pattern (a regular expression)

Both sides run in one process on one thread, in turns, after a run of each that does not count: with it the results are
compared, and a row where they are not those of the same work has the ratio 0 and fails. ``ours`` and ``peer`` are medians in
milliseconds, ``ratio`` is the median over the rounds of peer / ours, ``need`` the ratio that a row must reach.

The cases stand in modules of their own, of which each exports ``CASES``.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed

from family_case import Case
from report import Row, parser, report
from threadpoolctl import threadpool_limits

from kmeans_gui.clustering import kernels

ROUNDS = 5
PARTS = ("family_means", "family_mixtures", "family_trees", "family_others")
CASES: tuple[Case, ...] = tuple(case for part in PARTS if find_spec(part) for case in import_module(part).CASES)


def milliseconds(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1e3


def row(case: Case, rounds: int, quick: bool) -> Row:
    """Compare the results of both sides, then time them."""
    need = None if quick else case.need
    ours, peer, check = case.make(quick)
    try:
        check(ours(), peer())
    except AssertionError as problem:
        print(f"{case.name}: {problem}", file=sys.stderr)
        return Row(case.name, 0.0, 0.0, 0.0, need, ok=False)
    pairs = [(milliseconds(ours), milliseconds(peer)) for _ in range(rounds)]
    ratio = median(theirs / own for own, theirs in pairs)
    own, theirs = (median(side) for side in zip(*pairs, strict=True))
    return Row(case.name, own, theirs, ratio, need, ok=need is None or ratio >= need)


def run(about: str, cases: Sequence[Case], arguments: Sequence[str] | None) -> int:
    """Run those of ``cases`` that are asked for, both sides with one thread; return 1 if a row falls short."""
    options_of = parser(about, ROUNDS)
    options = options_of.parse_args(arguments)
    chosen = [case for case in cases if re.search(options.case, case.name, re.IGNORECASE)]
    if not chosen:
        options_of.error(f"no row is called anything like {options.case!r}")
    rounds = 1 if options.quick else options.rounds
    kernels.warm()
    import_module("sklearn.cluster")  # only what is loaded can be limited
    with threadpool_limits(1), kernels.use_threads(1):
        rows = (row(case, rounds, options.quick) for case in chosen)
        return report(rows, max(len(case.name) for case in cases), options.json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 if a row falls short."""
    return run("Time the relatives of k-means against other libraries.", CASES, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
