"""Warming: loads the compiled kernels in the background.

Importing numba and loading its cache takes about a second, and the first start after an installation compiles for half a minute
or so. Nobody waits for that: until it is done, :mod:`kmeans_gui.clustering.kernels.plain` does the work, with the same results.
If numba is missing or broken, that is how it stays.

Compiling is left to a process of its own, which fills the cache. Here it would hold up the event loop for a quarter of a second
every other second, and leave 200 MiB behind.
"""

from __future__ import annotations

import logging
import subprocess
import sys
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
        _loaded = _family()
    except Exception as defect:  # noqa: BLE001  whatever is wrong with the compiler, plain numpy does the work
        if sys.is_finalizing():  # no process or thread may be started any more, and nobody is left to be told
            return
        if isinstance(defect, ModuleNotFoundError) and defect.name == "numba":
            _log.warning("compiled kernels are missing: %s", defect)
            _trouble = "numba is not installed, so large data run slowly. Install it with: pip install numba"
        else:
            _log.exception("compiled kernels do not work")
            _trouble = "numba does not work on this machine, so large data run slowly. The log says why."


def _family() -> ModuleType:
    """Return the compiled kernels, each of its loops compiled."""
    from kmeans_gui.clustering.kernels import compiled, family

    try:
        with compiled.from_cache_alone():
            family.exercise()
    except compiled.Uncached:
        if compiled.is_cached():
            _fill_cache()
        family.exercise()
    return family


_PROGRAM = """
import os, sys, threading
sys.path[:] = sys.argv[1:]
def end_with_parent():
    os.read(0, 1)
    os._exit(1)
threading.Thread(target=end_with_parent, daemon=True).start()
if hasattr(os, "nice"):
    os.nice(10)
from kmeans_gui.clustering.kernels import family
family.exercise()
"""
"""Its standard input ends when the program does, in whatever way."""


def _fill_cache() -> None:
    """Compile in a process of its own, which ends with this one.

    Raises
    ------
    RuntimeError
        If that failed. Nor would this process succeed, and it might be what ends it: a compiler can crash.
    """
    if not sys.executable or getattr(sys, "frozen", False):  # there is no interpreter to start
        return
    # On Windows, where there is no ``os.nice``; and no console shall pop up.
    flags = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *sys.path],
            stdin=pipe,
            stdout=subprocess.DEVNULL,
            stderr=pipe,
            text=True,
            errors="replace",
            creationflags=flags,
        )
    except OSError as refused:
        _log.warning("no process to compile in: %s", refused)
        return
    with process:
        assert process.stderr is not None
        complaint, code = process.stderr.read(), process.wait()
    if code:
        raise RuntimeError(f"the process that compiles ended with code {code}: {complaint}")
