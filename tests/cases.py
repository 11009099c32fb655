"""Many cases in one test: collecting and reporting a test each would take longer than most of them do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def case(*what: object) -> Iterator[None]:
    """Name the case in what is reported if it fails."""
    try:
        yield
    except BaseException as failure:
        failure.add_note(f"Case: {', '.join(map(str, what))}")
        raise
