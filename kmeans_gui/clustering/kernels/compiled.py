"""The door to numba: how the compiled loops are compiled. (Vector instructions are written for it in ``raster.lanes``.)

Only modules that hold compiled loops import this one, here or elsewhere, and they are imported by
:mod:`kmeans_gui.clustering.kernels.warming` alone, in the background: importing numba takes longer than opening the window, and
the program also works without it.

Every loop releases the GIL and is cached on disk, so that only the first start after an installation compiles. Floating-point
arithmetic is strict, except where :func:`reordered` says so: no reordering, no contraction to fused multiply-adds, so that
every machine gives the same bits.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import event

_log = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., object])

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}


def jit(function: F) -> F:
    """Compile ``function`` at its first call, or take it from the cache."""
    return _compiled(function)


def bare(function: F) -> F:
    """Compile ``function`` without reference counting: for loops that only look at arrays they were given.

    Counting costs an atomic operation for every slice, which is more than what is done with most slices here. Neither
    ``function`` nor what it calls may create an array.
    """
    try:
        return _compiled(function, _nrt=False)
    except (KeyError, TypeError):  # the option is not documented; without it the loop is only slower
        return jit(function)


def reordered(function: F) -> F:
    """Compile ``function`` and let additions be reordered and fused: for sums of which only a bound is needed."""
    return _compiled(function, fastmath={"reassoc", "contract"})


def inline(function: F) -> F:
    """Compile ``function`` into each of its callers: for the steps of an innermost loop."""
    return cast(F, numba.njit(inline="always", error_model="numpy")(function))


def _compiled(function: F, **more: Any) -> F:
    try:
        loop = numba.njit(**_OPTIONS, **more)(function)
    except RuntimeError:
        if not is_cached():
            raise
        # Neither the package's folder nor the user's cache can be written to: every start compiles.
        _OPTIONS["cache"] = False
        return _compiled(function, **more)
    if (kept := getattr(loop._cache, "_cache_file", None)) is not None:
        # numba looks only whether the file of a loop itself has changed, not those of the loops that are compiled into it.
        kept._source_stamp = kept._source_stamp, _sources(Path(function.__code__.co_filename).parent)
        loop._cache._load_overload = _healing(loop._cache._load_overload, kept.flush)
    return cast(F, loop)


def _healing(load: Callable[..., Any], forget: Callable[[], None]) -> Callable[..., Any]:
    """Let ``load`` find nothing in a cache that it cannot read, after ``forget`` has emptied that.

    A file may have been cut short when the power failed. numba would raise, at each start again.
    """

    def load_or_forget(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except Exception as damage:  # noqa: BLE001  what is raised depends on where the file ends
            _log.warning("a damaged cache is compiled anew: %r", damage)
            forget()
            return None

    return load_or_forget


@cache
def _sources(folder: Path) -> str:
    """Return a digest that changes with any of the loops in ``folder``, and with how they are compiled."""
    digest = hashlib.blake2b(digest_size=8)
    for source in (Path(__file__), *sorted(folder.glob("*.py"))):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def is_cached() -> bool:
    """Whether there is a place on disk for what is compiled."""
    return bool(_OPTIONS["cache"])


class Uncached(Exception):
    """A loop is not in the cache."""


@contextmanager
def from_cache_alone() -> Iterator[None]:
    """Raise :class:`Uncached` where this thread would compile a loop, instead of taking it from the cache."""
    with event.install_listener("numba:compile", _Refusal()):
        yield


class _Refusal(event.Listener):  # type: ignore[misc]
    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def on_start(self, event: object) -> None:
        """Refuse, unless it is a function of somebody else's that is being compiled."""
        if threading.get_ident() == self._thread:
            raise Uncached

    def on_end(self, event: object) -> None:
        """Let others finish."""
