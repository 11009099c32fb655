"""Warming: loads the compiled kernels in the background.

Importing numba and loading its cache takes about a second, and the first start after an installation compiles for half a minute
or so. Nobody waits for that: until it is done, :mod:`kmeans_gui.clustering.kernels.plain` does the work, with the same results.
If numba is missing or broken, that is how it stays.
"""

from __future__ import annotations

import logging
import threading
from types import ModuleType

_log = logging.getLogger(__name__)

_lock = threading.Lock()
_thread: threading.Thread | None = None
_loaded: ModuleType | None = None
_trouble: str | None = None


def begin() -> threading.Thread:
    """Begin to load the compiled kernels, unless that has begun already; return the thread that does it."""
    global _thread
    with _lock:
        if _thread is None:
            # A daemon: a window that closes at once does not wait for it.
            _thread = threading.Thread(target=_load, name="warming", daemon=True)
            _thread.start()
        return _thread


def warm() -> bool:
    """Load the compiled kernels and wait until that is done; return whether they are at hand."""
    begin().join()
    return _loaded is not None


def at_hand() -> ModuleType | None:
    """Return :mod:`kmeans_gui.clustering.kernels.family` if the compiled kernels are at hand; otherwise begin to load them."""
    if _loaded is None:
        begin()
    return _loaded


def trouble() -> str | None:
    """Return why there are no compiled kernels, fit for the user, or None if there are or may yet be."""
    return _trouble


def _load() -> None:
    global _loaded, _trouble
    try:
        from kmeans_gui.clustering.kernels import family

        family.exercise()
    except ImportError as missing:
        _log.warning("compiled kernels are missing: %s", missing)
        _trouble = "numba is not installed, so large data run slowly. Install it with: pip install numba"
    except Exception:  # noqa: BLE001  whatever is wrong with the compiler, plain numpy does the work
        _log.exception("compiled kernels do not work")
        _trouble = "numba does not work on this machine, so large data run slowly. The log says why."
    else:
        _loaded = family
