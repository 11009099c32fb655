"""Warm-up: loads in the background what the first run, table and export would otherwise wait for.

It waits until the window has been painted and a moment longer, so that it never delays that.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from kmeans_gui.clustering import kernels, neighborhoods, silhouette
from kmeans_gui.clustering.kernels import warming
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish
from kmeans_gui.errors import Cancelled, CancelQuestion
from kmeans_gui.ui.canvas import raster, strokes

_log = logging.getLogger(__name__)

LIBRARIES = ("colorcet", "scipy.optimize", "polars", "PIL.Image")
"""What takes long to import."""

FAMILIES = (warming.KERNELS, raster.FAMILY, strokes.FAMILY, neighborhoods.FAMILY, silhouette.FAMILY)
"""The compiled loops, those first that are looked at first."""

_REST_MS = 100
"""How long after the first painting it begins, so that what follows that, and the first click, have the processor alone."""


class WarmUp(QObject):
    """Loads, and says what went wrong with it.

    Signals
    -------
    troubled : str
        What is not as it should be, fit for the user.
    """

    troubled = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._slot = Background(self)
        self._slot.finished.connect(self._on_finished)
        self._soon = QTimer(self, singleShot=True, interval=_REST_MS)
        self._soon.timeout.connect(lambda: self._slot.begin(_load))

    def begin(self) -> None:
        """Begin soon after the window is painted."""
        self._window.installEventFilter(self)

    def close(self) -> None:
        """Do no more."""
        self._soon.stop()
        self._slot.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begin soon after the painting that is at hand."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._soon.start()
        return False

    def _on_finished(self, number: int, trouble: str | None) -> None:
        if trouble is not None:
            self.troubled.emit(trouble)


def _load(publish: Publish, cancelled: CancelQuestion) -> str | None:
    """Load the libraries, the compiled kernels and the canvas's loops; return what is wrong with these."""
    # An import cannot be stopped and may take seconds on a busy machine. A window that closes waits for the worker that this
    # runs in, but not for a daemon.
    importing = threading.Thread(target=_import_libraries, args=(cancelled,), name="importing", daemon=True)
    with _nothing_collected():
        importing.start()
        _wait_for(importing, cancelled)
    for family in FAMILIES:
        _wait_for(warming.begin(family), cancelled)
    return kernels.trouble()


def _import_libraries(cancelled: CancelQuestion) -> None:
    for name in (*LIBRARIES, *FAMILIES):
        if cancelled():
            return
        try:
            import_module(name)
        except Exception:  # noqa: BLE001  whoever needs it tells the user what is wrong with it
            _log.info("%s does not load", name, exc_info=True)


def _wait_for(thread: threading.Thread, cancelled: CancelQuestion) -> None:
    while thread.is_alive():
        if cancelled():
            raise Cancelled
        thread.join(0.05)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keep what is made meanwhile for good, and the garbage collector from looking through all of it.

    The libraries bring 150,000 objects that last as long as the program; a full collection, which looks at all of them, would
    hold up the event loop for a tenth of a second, now and time and again. To pass them over, the collector must pass over
    whatever there is by then: what the first seconds brought, if it ends up in a dead cycle, is not found again.
    """
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, 1 << 30)
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(young, middle, old)
