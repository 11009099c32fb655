"""The composition root: where the program starts, in a window or without one."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from kmeans_gui.errors import UserError
from kmeans_gui.resources import resource

if TYPE_CHECKING:
    from kmeans_gui.ui.main_window import MainWindow

_log = logging.getLogger("kmeans_gui")

_WITHOUT_QT = (
    "kmeans_gui.clustering.silhouette",
    "kmeans_gui.data.boards",
    "kmeans_gui.data.layout",
    "kmeans_gui.data.tables.text",
    "kmeans_gui.export.choice",
    "kmeans_gui.export.formats",
    "kmeans_gui.session.captions",
    "kmeans_gui.session.edits",
    "kmeans_gui.session.history",
    "kmeans_gui.session.identity",
    "kmeans_gui.session.storage",
    "kmeans_gui.ui.canvas.raster",
    *("cProfile", "importlib.resources", "multiprocessing.connection", "pydoc", "sysconfig"),
    "xml.etree.ElementTree",
)
"""What the window and pyqtgraph need and needs no Qt itself. PySide reads the source of every module that is imported after it,
to see whether it uses Qt; all of this before it makes the start a twentieth shorter."""

_SWITCH_INTERVAL = 0.001
"""Seconds for which a thread that runs Python may keep the window's thread waiting. With Python's own 5 ms a run of many short
half-steps delays the window several times in a row: its longest gaps were some 27 ms, and are some 20 ms with this."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with the command line's ``arguments`` and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _keep_log()
    path = None
    if words:
        from kmeans_gui import cli

        if cli.is_command(words):
            return cli.main(words)
        path = cli.parse_window(words)
    try:
        return _open_window(path)
    except UserError as error:
        print(f"kmeans-gui: {error}", file=sys.stderr)  # noqa: T201  there is no window to say it in
        return 1


def _open_window(path: Path | None) -> int:
    from kmeans_gui.qt_check import start_gui_application

    gc.disable()
    for name in _WITHOUT_QT:
        import_module(name)
    application = start_gui_application()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    application.setApplicationName("kmeans-gui")
    application.setOrganizationName("kmeans-gui")
    application.setApplicationDisplayName("kmeans-gui")
    from PySide6.QtGui import QIcon

    from kmeans_gui.ui.main_window import make_window

    application.setWindowIcon(QIcon(str(resource("icons/kmeans-gui.svg"))))
    window = make_window(application)
    _report_defects(window)
    window.show()
    window.begin(path)
    # All that has been made so far lasts as long as the program, and is never looked through for garbage.
    gc.freeze()
    gc.enable()
    return int(application.exec())


def log_file() -> Path:
    """Return where the log is kept."""
    import platform

    home = Path.home()
    folders = {
        "Windows": _folder_named_by("LOCALAPPDATA", home / "AppData" / "Local"),
        "Darwin": home / "Library" / "Logs",
    }
    return folders.get(platform.system(), _folder_named_by("XDG_STATE_HOME", home / ".local" / "state")) / "kmeans-gui.log"


def _folder_named_by(variable: str, usual: Path) -> Path:
    """Return the folder that an environment variable names.

    One that is empty or holds a relative path counts as unset, as the XDG Base Directory Specification says.
    """
    named = Path(os.environ.get(variable, ""))
    return named if named.is_absolute() else usual


def _keep_log() -> None:
    """Write warnings and errors to the log file; without a place to write to, to standard error."""
    handler: logging.Handler
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(log_file(), maxBytes=1 << 20, backupCount=1, delay=True, encoding="utf-8")
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    _log.addHandler(handler)
    _log.propagate = False


def _report_defects(window: MainWindow) -> None:
    """Let a defect end in the log and in one sentence on the screen, and the program go on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        _log.error("defect", exc_info=(kind, error, trace))
        window.report_defect()

    sys.excepthook = hook
