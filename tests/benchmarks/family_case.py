"""Case: one row of the family's benchmark, two sides that do the same work and what compares their results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """One row.

    Parameters
    ----------
    name : str
    need : float
        How many times as long as ours the peer must take.
    make : callable
        Given whether the run is a smoke run, with few points, returns three functions: ours and the peer, which return what
        they found, and one that is given both results and raises AssertionError if they are not those of the same work.
        Compiled loops that it takes besides the kernels are loaded before it returns.
    """

    name: str
    need: float
    make: Callable[[bool], tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]]
