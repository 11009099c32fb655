"""Worker: the one thread class of the program.

It does a piece of work given as a plain function, which knows nothing of threads, and publishes what the function publishes.
Every signal carries the worker's number, so that a listener can drop what comes late.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from kmeans_gui.errors import Cancelled, UserError

_log = logging.getLogger(__name__)

Publish = Callable[[object], None]
Work = Callable[[Publish, Callable[[], bool]], Any]
"""``work(publish, cancelled)``: publishes as it goes, returns its result, and asks ``cancelled`` often."""


class Worker(QThread):
    """Does ``work`` in a thread of its own, at low priority so that the window goes first.

    Signals
    -------
    published : int, object
        The worker's number and what the work published: for a run, one step.
    ended : int, object, object
        The worker's number, the result, and the exception that ended the work or None.
    """

    published = Signal(int, object)
    ended = Signal(int, object, object)

    def __init__(self, number: int, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.number = number
        self._work = work
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()

    def run(self) -> None:
        """Do the work. Called by Qt, in the new thread."""
        result: Any = None
        error: Exception | None = None
        try:
            result = self._work(self._publish, self._stop.is_set)
        except (Cancelled, UserError) as expected:
            error = expected
        except Exception as defect:  # noqa: BLE001  a defect must end in the log and at the listener, not with the thread
            _log.exception("background work failed")
            error = defect
        self.ended.emit(self.number, result, error)

    def _publish(self, item: object) -> None:
        self._go.wait()
        if self._stop.is_set():
            raise Cancelled
        self.published.emit(self.number, item)

    def pause(self) -> None:
        """Let the work rest at its next publication."""
        self._go.clear()

    def resume(self) -> None:
        """Let it go on."""
        self._go.set()

    def stop(self) -> None:
        """Ask the work to end; returns at once."""
        self._stop.set()
        self._go.set()
