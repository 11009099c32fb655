"""Worker: the one thread class of the program.

It does a piece of work given as a plain function, which knows nothing of threads, and keeps what the function publishes until
its listener takes it. One signal at a time tells that there is something, so that the window is not kept busy by thousands.
The signal carries the worker's number, so that a listener can drop what comes late.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from kmeans_gui.errors import Cancelled, UserError

_log = logging.getLogger(__name__)

Publish = Callable[[object], None]
Work = Callable[[Publish, Callable[[], bool]], Any]
"""``work(publish, cancelled)``: publishes as it goes, returns its result, and asks ``cancelled`` often."""


_NICENESS = 10
"""What Linux is told of threads that let others go first, from 0 to 19."""


@dataclass(frozen=True)
class Ending:
    """How work ended: the last thing that a worker has to tell.

    Parameters
    ----------
    result : object
        What the work returned.
    error : Exception or None
        The exception that ended it.
    """

    result: Any
    error: Exception | None


class Worker(QThread):
    """Does ``work`` in a thread of its own.

    Parameters
    ----------
    number : int
        Goes with its signal.
    work : callable
        What is to be done.
    urgent : bool
        Whether it goes on at the window's own priority, since the window is waiting for it; else the window goes first.

    Signals
    -------
    woke : int
        The worker's number: there is something to :meth:`take`. Not emitted again until everything has been taken.
    """

    woke = Signal(int)

    def __init__(self, number: int, work: Work, urgent: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.number = number
        self._work = work
        self._urgent = urgent
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()
        self._untold: deque[object] = deque()
        self._waking = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Start the thread."""
        self.start(QThread.Priority.InheritPriority if self._urgent else QThread.Priority.LowPriority)

    def run(self) -> None:
        """Do the work. Called by Qt, in the new thread."""
        if not self._urgent:
            _let_others_go_first()
        result: Any = None
        error: Exception | None = None
        try:
            result = self._work(self._publish, self._stop.is_set)
        except (Cancelled, UserError) as expected:
            error = expected
        except Exception as defect:  # noqa: BLE001  a defect must end in the log and at the listener, not with the thread
            _log.exception("background work failed")
            error = defect
        self._tell(Ending(result, error))

    def _publish(self, item: object) -> None:
        self._go.wait()
        if self._stop.is_set():
            raise Cancelled
        self._tell(item)

    def _tell(self, item: object) -> None:
        with self._lock:
            self._untold.append(item)
            sleeping, self._waking = not self._waking, True
        if sleeping:
            self.woke.emit(self.number)

    def take(self) -> tuple[object, ...]:
        """Return the oldest thing published that has not been taken, alone in a tuple; an empty tuple if there is none.

        The last one is the :class:`Ending`.
        """
        with self._lock:
            self._waking = bool(self._untold)
            return (self._untold.popleft(),) if self._untold else ()

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


def _let_others_go_first() -> None:
    """Lower this thread's priority where Qt cannot: on Linux, ordinary threads have none but their niceness."""
    if sys.platform == "linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        except OSError:
            _log.debug("the priority of a thread cannot be lowered", exc_info=True)
