"""The one door to numba: how the compiled loops are compiled.

Only modules that hold compiled loops import this one, and they are imported by :mod:`kmeans_gui.clustering.kernels.warming`
alone, in the background: importing numba takes longer than opening the window, and the program also works without it.

Every loop releases the GIL and is cached on disk, so that only the first start after an installation compiles. Floating-point
arithmetic is strict: no reordering, no contraction to fused multiply-adds, so that every machine gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}


def jit(function: F) -> F:
    """Compile ``function`` at its first call, or take it from the cache."""
    return cast(F, numba.njit(**_OPTIONS)(function))


def bare(function: F) -> F:
    """Compile ``function`` without reference counting: for loops that only look at arrays they were given.

    Counting costs an atomic operation for every slice, which is more than what is done with most slices here. Neither
    ``function`` nor what it calls may create an array.
    """
    try:
        return cast(F, numba.njit(**_OPTIONS, _nrt=False)(function))
    except (KeyError, TypeError):  # the option is not documented; without it the loop is only slower
        return jit(function)


def inline(function: F) -> F:
    """Compile ``function`` into each of its callers: for the steps of an innermost loop."""
    return cast(F, numba.njit(inline="always", error_model="numpy")(function))
