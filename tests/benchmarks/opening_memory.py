"""How much memory opening a table takes at its peak: ``python opening_memory.py SIDE PATH`` prints the bytes.

A process of its own, because a peak is the highest since a process began.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from engine_memory import peak, resident

SIDES = ("ours", "polars")


def measure_apart(side: str, path: Path) -> float:
    """Return the bytes that opening a table takes, measured in a new process."""
    command = [sys.executable, __file__, side, str(path)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def reader_of(side: str) -> Callable[[Path], object]:
    if side == "ours":
        from kmeans_gui.data import tables

        return tables.read

    import polars as pl

    return pl.read_csv


def measure(side: str, path: Path) -> int:
    """Read a few rows, so that all is loaded, and then all."""
    read = reader_of(side)
    read(path.with_name("few.csv"))
    before = resident()
    _ = read(path)  # held until the peak is known
    return peak() - before


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed
    print(measure(sys.argv[1], Path(sys.argv[2])))
