"""How fast a whole fit is, against scikit-learn's Lloyd on the same points from the same start.

    python tests/benchmarks/engine.py            a table
    python tests/benchmarks/engine.py --json     the same rows for a program
    python tests/benchmarks/engine.py --quick    the small cases, a round each

Both sides run on one thread, in turns, in one process; each must make the same iterations and find the same labels. ``ours``
and ``peer`` are medians in milliseconds, ``ratio`` is the median over the rounds of peer / ours, ``need`` is the ratio that a
case must reach, if one is set. To add a case, add its line to ``CASES``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed

from kmeans_gui import clustering

LIMIT = 10_000
"""Iterations that no case comes near: both sides run until an assignment changes nothing."""


@dataclass(frozen=True)
class Case:
    """Uniform points; a round times ``repeats`` fits in a row, so that the clock's grain does not show."""

    name: str
    n: int
    k: int
    rounds: int = 5
    repeats: int = 1
    need: float | None = None
    quick: bool = False


CASES = (
    Case("uniform, N = 10, K = 3", 10, 3, rounds=15, repeats=20, quick=True),
    Case("uniform, N = 2,000, K = 15", 2_000, 15, rounds=15, repeats=3, quick=True),
    Case("uniform, N = 100,000, K = 15", 100_000, 15),
    Case("uniform, N = 1,000,000, K = 15", 1_000_000, 15),
)


@dataclass(frozen=True)
class Row:
    """The outcome of a case."""

    case: str
    ours: float
    peer: float
    ratio: float
    need: float | None
    ok: bool


def timed(fit: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the milliseconds that one fit takes, and its result."""
    begin = time.perf_counter()
    for _ in range(repeats):
        result = fit()
    return (time.perf_counter() - begin) * 1e3 / repeats, result


def measure(case: Case, rounds: int) -> Row:
    """Run both sides in turns.

    Raises
    ------
    RuntimeError
        If the two sides did not do the same work.
    """
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (case.n, 2))
    init = X[rng.choice(case.n, case.k, replace=False)]
    peer = KMeans(case.k, algorithm="lloyd", init=init, n_init=1, tol=0, max_iter=LIMIT)
    times = []
    for _ in range(rounds):
        ours, step = timed(lambda: clustering.fit(clustering.DEFAULT, X, k=case.k, init=init, max_iter=LIMIT), case.repeats)
        theirs, fitted = timed(lambda: peer.fit(X), case.repeats)
        if step.iterations != fitted.n_iter_ or not np.array_equal(step.labels, fitted.labels_):
            raise RuntimeError(f"{case.name}: {step.iterations} iterations against {fitted.n_iter_}, or other labels")
        times.append((ours, theirs))
    ratio = median(theirs / ours for ours, theirs in times)
    return Row(
        case=case.name,
        ours=median(ours for ours, _ in times),
        peer=median(theirs for _, theirs in times),
        ratio=ratio,
        need=case.need,
        ok=case.need is None or ratio >= case.need,
    )


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a text to read."""
    lines = [f"{'case':<34}{'ours, ms':>12}{'peer, ms':>12}{'ratio':>8}{'need':>8}"]
    for row in rows:
        need = "–" if row.need is None else f"{row.need:g}"
        lines.append(
            f"{row.case:<34}{row.ours:>12.3f}{row.peer:>12.3f}{row.ratio:>8.2f}{need:>8}{'' if row.ok else '  too slow'}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 if a case falls short."""
    parser = argparse.ArgumentParser(description="Time whole fits against scikit-learn's.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quick", action="store_true", help="the small cases alone, a round each")
    options = parser.parse_args(arguments)
    with threadpool_limits(1):
        rows = [measure(case, 1 if options.quick else case.rounds) for case in CASES if case.quick or not options.quick]
    print(json.dumps({"rows": [asdict(row) for row in rows]}) if options.json else table(rows))
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
