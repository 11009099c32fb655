"""Background: a slot for background work, of which only the newest counts.

Beginning new work stops the old without waiting for it; whatever the old one still publishes is dropped. A worker is kept until
its thread has ended, since Qt does not survive the loss of a running thread.
"""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from kmeans_gui.engine.worker import Ending, Work, Worker
from kmeans_gui.errors import Cancelled

_TURN = 0.004
"""Seconds for which what has been published is passed on; then the window's other events have their turn."""


class Background(QObject):
    """One slot.

    Parameters
    ----------
    urgent : bool
        Whether the window waits for the work, so that it runs at the window's own priority.

    Signals
    -------
    published : int, object
        The number of the work and what it published.
    finished : int, object
        The number of the work and its result.
    failed : int, object
        The number of the work and the exception that ended it.
    active_changed : bool
        Whether work is under way that is not paused.
    """

    published = Signal(int, object)
    finished = Signal(int, object)
    failed = Signal(int, object)
    active_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None, *, urgent: bool = False) -> None:
        super().__init__(parent)
        self._urgent = urgent
        self._count = 0
        self._current: Worker | None = None
        self._alive: set[Worker] = set()
        self._active = False
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.timeout.connect(self._pass_on)

    @property
    def active(self) -> bool:
        """Whether work is under way that is not paused."""
        return self._active

    def begin(self, work: Work) -> int:
        """Stop what is under way, begin ``work`` and return its number."""
        self.stop()
        self._count += 1
        worker = Worker(self._count, work, self._urgent)
        worker.woke.connect(self._on_woke)
        worker.finished.connect(self._release)
        self._alive.add(worker)
        self._current = worker
        worker.begin()
        self._set_active(True)
        return worker.number

    def stop(self) -> None:
        """Stop what is under way, without waiting; nothing of it is heard again."""
        worker, self._current = self._current, None
        if worker is not None:
            worker.stop()
        self._set_active(False)

    def pause(self) -> None:
        """Let the work rest; ``resume`` lets it go on."""
        if self._current is not None:
            self._current.pause()
            self._set_active(False)

    def resume(self) -> None:
        """Let paused work go on."""
        if self._current is not None:
            self._current.resume()
            self._set_active(True)

    def close(self) -> None:
        """Stop everything and wait until no thread is left."""
        self.stop()
        for worker in tuple(self._alive):
            worker.wait()
        self._alive.clear()

    def _release(self) -> None:
        self._alive = {worker for worker in self._alive if not worker.isFinished()}

    def _set_active(self, active: bool) -> None:
        if active != self._active:
            self._active = active
            self.active_changed.emit(active)

    def _on_woke(self, number: int) -> None:
        if self._current is not None and self._current.number == number:
            self._pass_on()

    def _pass_on(self) -> None:
        """Pass on what the work has published; if that is much, the rest of it in the next turns."""
        worker, end = self._current, perf_counter() + _TURN
        while worker is not None and worker is self._current:
            if perf_counter() > end:
                self._more.start(0)
                return
            told = worker.take()
            if not told:
                return
            if isinstance(told[0], Ending):
                self._on_ended(worker.number, told[0])
            else:
                self.published.emit(worker.number, told[0])

    def _on_ended(self, number: int, ending: Ending) -> None:
        self._current = None
        self._set_active(False)
        if ending.error is None:
            self.finished.emit(number, ending.result)
        elif not isinstance(ending.error, Cancelled):
            self.failed.emit(number, ending.error)
