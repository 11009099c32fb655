"""The rows that the benchmarks print: a table for a reader, JSON for a program."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """The outcome of what was asked."""

    case: str
    ours: float
    peer: float
    ratio: float
    need: float | None
    ok: bool


def parser(description: str, rounds: int) -> argparse.ArgumentParser:
    """Return the options that benchmarks have in common."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--json", action="store_true", help="print JSON instead of a table")
    made.add_argument("--quick", action="store_true", help="a smoke run: small, a round each, nothing asked of the speed")
    made.add_argument("--case", metavar="PATTERN", default="", help="only rows whose name holds this regular expression")
    made.add_argument("--rounds", type=int, metavar="COUNT", default=rounds, help=f"rounds of every row; {rounds} unless given")
    return made


def report(rows: Iterable[Row], width: int, as_json: bool) -> int:
    """Print rows as they come, or all as JSON in the end; return 1 if one falls short.

    Parameters
    ----------
    rows : iterable of Row
    width : int
        Letters of the longest name of a case.
    as_json : bool
    """
    if not as_json:
        print(f"{'case':<{width}}{'ours':>11}{'peer':>12}{'ratio':>9}{'need':>6}", flush=True)
    done = []
    for row in rows:
        done.append(row)
        if not as_json:
            print(_line(row, width), flush=True)
    if as_json:
        print(json.dumps({"rows": [asdict(row) for row in done]}))
    return 0 if all(row.ok for row in done) else 1


def _line(row: Row, width: int) -> str:
    need = "–" if row.need is None else f"{row.need:g}"
    verdict = "" if row.ok else "  missed"
    return f"{row.case:<{width}}{row.ours:>11.3f}{row.peer:>12.3f}{row.ratio:>9.2f}{need:>6}{verdict}"
