"""What every test gets: a hidden screen, settings of its own, and a look at what it left behind.

A test that asks for ``logged_errors`` may log errors and reads them there; in every other test an error in the log is a
failure. ``KMEANS_GUI_TEST_PLATFORM=xcb pytest …`` runs the tests on a real display.
"""

from __future__ import annotations

import gc
import itertools
import logging
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import hypothesis
import pytest

# Read when Qt, numpy's BLAS and OpenMP are loaded, so set before a test imports them.
os.environ["QT_QPA_PLATFORM"] = os.environ.get("KMEANS_GUI_TEST_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"  # decimal points, whichever country the tests run in
for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_pool, "1")  # the tests run in parallel themselves

hypothesis.settings.register_profile(
    "kmeans-gui",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=50,
    print_blob=True,
)
hypothesis.settings.load_profile("kmeans-gui")

PATIENCE = 1.0
"""Seconds that a thread gets to end after its test."""


def pytest_configure(config: pytest.Config) -> None:
    if os.environ["QT_QPA_PLATFORM"] == "offscreen":
        # Of the platform, not of the program: there is no window manager that could raise, hint or grab.
        config.addinivalue_line("qt_log_ignore", "^This plugin does not support ")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile all loops once, before there are workers of which each would compile them for itself."""
    config = session.config
    directs = bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
    if directs and not config.option.collectonly:
        _warm()


def _warm() -> None:
    from kmeans_gui.clustering import neighborhoods, silhouette
    from kmeans_gui.clustering.kernels import warming
    from kmeans_gui.ui.canvas import raster, strokes

    for family in (warming.KERNELS, raster.FAMILY, strokes.FAMILY, neighborhoods.FAMILY, silhouette.FAMILY):
        warming.warm(family)


def _qt(module: str) -> Any:
    """Return a module of PySide6 if a test has loaded it: the numbers' tests run without Qt."""
    return sys.modules.get(f"PySide6.{module}")


# --- Settings ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New folders without end."""
    base = tmp_path_factory.mktemp("homes")
    return (base / str(i) for i in itertools.count())


@pytest.fixture(autouse=True)
def home(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty home folder, so that nobody's settings are read and none are written."""
    folder = next(_homes)
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
    if "XDG_RUNTIME_DIR" not in os.environ:
        (folder / "runtime").mkdir(mode=0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
    if core := _qt("QtCore"):
        core.QStandardPaths.setTestModeEnabled(True)
        core.QSettings.setDefaultFormat(core.QSettings.Format.IniFormat)
        # QSettings looks its folders up once in a process; the variables above come too late for it.
        for kind in (core.QSettings.Format.IniFormat, core.QSettings.Format.NativeFormat):
            core.QSettings.setPath(kind, core.QSettings.Scope.UserScope, str(folder / "config"))
    return folder


# --- Logged errors -------------------------------------------------------------------------------------------------------


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _errors(request: pytest.FixtureRequest) -> Iterator[list[logging.LogRecord]]:
    handler, logger = _Errors(), logging.getLogger("kmeans_gui")
    logger.addHandler(handler)
    yield handler.records
    logger.removeHandler(handler)
    if handler.records and "logged_errors" not in request.fixturenames:
        pytest.fail("Errors were logged: " + "; ".join(record.getMessage() for record in handler.records), pytrace=False)


@pytest.fixture
def logged_errors(_errors: list[logging.LogRecord]) -> list[logging.LogRecord]:
    """The errors that the program has logged so far; whoever asks for them expects some."""
    return _errors


# --- Leaks ---------------------------------------------------------------------------------------------------------------

_QT_KEEPS = {"QTipLabel"}
"""Top-level widgets that Qt makes once and keeps."""


@pytest.fixture(autouse=True)
def _nothing_left_behind(_errors: object) -> Iterator[None]:
    """Fail a test after which a window, a thread or an active timer lives on."""
    threads, survivors = set(threading.enumerate()), _Survivors()
    yield
    left = [f"thread {t.name!r}" for t in threading.enumerate() if t not in threads and _keeps_running(t)]
    left += survivors.names()
    if left:
        pytest.fail("The test left behind: " + ", ".join(left), pytrace=False)


def _keeps_running(thread: threading.Thread) -> bool:
    # Python lists a dummy for each foreign thread that once ran Python code, and may never take it off again.
    if isinstance(thread, threading._DummyThread):
        return False
    if thread.name == "warming" or thread.name.startswith("kernel"):  # they serve the whole process
        return False
    thread.join(PATIENCE)
    return thread.is_alive()


class _Survivors:
    """Qt objects that a test must not leave behind, told from those that were there before it."""

    _old: ClassVar[weakref.WeakSet[Any]] = weakref.WeakSet()
    """The threads and timers that were there before the test."""

    def __init__(self) -> None:
        if self._app():
            # The collector overlooks what is frozen, so that the searches below look at little more than the test has made.
            gc.collect()
            self._old.update(self._made())
            gc.freeze()
        self._before = {id(found): found for found, _ in self._found()}

    @staticmethod
    def _app() -> Any:
        widgets = _qt("QtWidgets")
        return widgets and widgets.QApplication.instance()

    def names(self) -> list[str]:
        """Name what has come and stayed, and who holds it; then put it away, so that the next test starts clean."""
        if not self._app():
            return []
        self._settle()
        if self._new():
            gc.collect()
            for thread in (found for found, _ in self._new() if hasattr(found, "isRunning")):
                thread.wait(int(PATIENCE * 1000))
            self._settle()
        left = self._new()
        names = [f"{what} (held by {_holders(found) or 'Qt alone'})" for found, what in left]
        for found, _ in left:
            _put_away(found)
        self._settle()
        return names

    def _new(self) -> list[tuple[Any, str]]:
        return [(found, what) for found, what in self._found() if id(found) not in self._before]

    def _settle(self) -> None:
        core, app = _qt("QtCore"), self._app()
        core.QThreadPool.globalInstance().waitForDone(int(PATIENCE * 1000))
        app.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
        app.processEvents()

    def _found(self) -> list[tuple[Any, str]]:
        app = self._app()
        if not app:
            return []
        widgets = [(w, f"window {_describe(w)}") for w in app.topLevelWidgets() if type(w).__name__ not in _QT_KEEPS]
        return widgets + self._running()

    @staticmethod
    def _made() -> list[Any]:
        """Return the threads and timers made since the collector's last freeze."""
        core = _qt("QtCore")
        # Not isinstance(), which fails on numba's weak proxies when what they stand for has gone.
        return [found for found in gc.get_objects() if issubclass(type(found), (core.QThread, core.QTimer))]

    @classmethod
    def _running(cls) -> list[tuple[Any, str]]:
        core, valid = _qt("QtCore"), sys.modules["shiboken6"].isValid
        alive = [found for found in {*cls._old, *cls._made()} if valid(found)]
        threads = [t for t in alive if isinstance(t, core.QThread) and t.isRunning() and t is not core.QThread.currentThread()]
        timers = [t for t in alive if isinstance(t, core.QTimer) and t.isActive()]
        return [(t, f"QThread {_describe(t)}") for t in threads] + [
            (t, f"active timer {_describe(t)}, {t.interval()} ms") for t in timers
        ]


def _describe(found: Any) -> str:
    title = found.objectName() or (found.windowTitle() if hasattr(found, "windowTitle") else "")
    parent = f" of {type(found.parent()).__name__}" if found.parent() else ""
    return f"{type(found).__name__} {title!r}{parent}"


def _holders(found: Any) -> str:
    gc.unfreeze()
    holders = [r for r in gc.get_referrers(found) if type(r).__name__ not in ("frame", "tuple")]
    return ", ".join(sorted({getattr(r, "__qualname__", type(r).__name__) for r in holders}))


def _put_away(found: Any) -> None:
    core = _qt("QtCore")
    if isinstance(found, core.QThread):
        found.requestInterruption()
        found.quit()
    elif isinstance(found, core.QTimer):
        found.stop()
    else:
        found.hide()
        found.deleteLater()
