"""Warming: loads compiled loops in the background: the kernels, and those of others who ask for it.

A family is a module with all loops of one kind and a function ``exercise()`` that runs each of them once. It is asked for by
the module's name, so that nothing here depends on those of others.

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
from importlib import import_module
from types import ModuleType

_log = logging.getLogger(__name__)

KERNELS = "kmeans_gui.clustering.kernels.family"

_lock = threading.Lock()
_threads: dict[str, threading.Thread] = {}
_loaded: dict[str, ModuleType] = {}
_trouble: str | None = None


def begin(family: str = KERNELS) -> threading.Thread:
    """Begin to load a family, unless that has begun already; return the thread that does it."""
    with _lock:
        if family not in _threads:
            # A daemon: a window that closes at once does not wait for it.
            thread = threading.Thread(target=_load, args=(family, list(_threads.values())), name="warming", daemon=True)
            _threads[family] = thread
            thread.start()
        return _threads[family]


def warm(family: str = KERNELS) -> bool:
    """Load a family and wait until that is done; return whether it is at hand."""
    begin(family).join()
    return family in _loaded


def at_hand(family: str = KERNELS) -> ModuleType | None:
    """Return a family if it is at hand; otherwise begin to load it."""
    if family not in _loaded:
        begin(family)
    return _loaded.get(family)


def trouble() -> str | None:
    """Return why there are no compiled kernels, fit for the user, or None if there are or may yet be."""
    return _trouble


def _load(family: str, earlier: list[threading.Thread]) -> None:
    global _trouble
    for thread in earlier:  # two at a time would take as long, and what came first is what is waited for
        thread.join()
    if _trouble is not None:
        return
    try:
        _loaded[family] = _family(family)
    except Exception as defect:  # noqa: BLE001  whatever is wrong with the compiler, plain numpy does the work
        if sys.is_finalizing():  # no process or thread may be started any more, and nobody is left to be told
            return
        if isinstance(defect, ModuleNotFoundError) and defect.name == "numba":
            _log.warning("compiled kernels are missing: %s", defect)
            _trouble = "numba is not installed, so large data run slowly. Install it with: pip install numba"
        else:
            _log.exception("compiled kernels do not work")
            _trouble = "numba does not work on this machine, so large data run slowly. The log says why."


def _family(name: str = KERNELS) -> ModuleType:
    """Return a family, each of its loops compiled."""
    from kmeans_gui.clustering.kernels import compiled

    family = import_module(name)
    try:
        with compiled.from_cache_alone():
            family.exercise()
    except compiled.Uncached:
        if compiled.is_cached():
            _fill_cache(name)
        family.exercise()
    return family


_PROGRAM = """
import importlib, os, sys, threading
sys.path[:] = sys.argv[2:]
def end_with_parent():
    os.read(0, 1)
    os._exit(1)
threading.Thread(target=end_with_parent, daemon=True).start()
if hasattr(os, "nice"):
    os.nice(10)
importlib.import_module(sys.argv[1]).exercise()
"""
"""Its standard input ends when the program does, in whatever way."""


def _fill_cache(family: str) -> None:
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
            [sys.executable, "-c", _PROGRAM, family, *sys.path],
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
