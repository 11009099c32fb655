"""Background: a slot for background work, of which only the newest counts.

Beginning new work stops the old without waiting for it; whatever the old one still publishes is dropped. A worker is kept until
its thread has ended, since Qt does not survive the loss of a running thread.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from kmeans_gui.engine.worker import Work, Worker
from kmeans_gui.errors import Cancelled


class Background(QObject):
    """One slot.

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

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._current: Worker | None = None
        self._alive: set[Worker] = set()
        self._active = False

    @property
    def active(self) -> bool:
        """Whether work is under way that is not paused."""
        return self._active

    def begin(self, work: Work) -> int:
        """Stop what is under way, begin ``work`` and return its number."""
        self.stop()
        self._count += 1
        worker = Worker(self._count, work)
        worker.published.connect(self._on_published)
        worker.ended.connect(self._on_ended)
        worker.finished.connect(self._release)
        self._alive.add(worker)
        self._current = worker
        worker.start(QThread.Priority.LowPriority)
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

    def _is_current(self, number: int) -> bool:
        return self._current is not None and self._current.number == number

    def _on_published(self, number: int, item: object) -> None:
        if self._is_current(number):
            self.published.emit(number, item)

    def _on_ended(self, number: int, result: Any, error: Exception | None) -> None:
        if not self._is_current(number):
            return
        self._current = None
        self._set_active(False)
        if error is None:
            self.finished.emit(number, result)
        elif not isinstance(error, Cancelled):
            self.failed.emit(number, error)
