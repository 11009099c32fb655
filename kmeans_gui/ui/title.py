"""Title: the window bears the name of the file whose points are on the table, and a mark while that has not all of them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kmeans_gui.ui.controller import Controller
from kmeans_gui.ui.documents import Documents
from kmeans_gui.ui.shown import Shown

PROGRAM = "kmeans-gui"


class Title:
    """Keeps the title of ``window``."""

    def __init__(self, window: QWidget, controller: Controller, documents: Documents) -> None:
        self._window = window
        self._controller = controller
        self._documents = documents
        documents.path_changed.connect(lambda _: self._write())

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Write the title anew if the points are others."""
        if old is None or new.state.dataset is not old.state.dataset:
            self._write()

    def _write(self) -> None:
        path, unsaved = self._documents.path, self._controller.unsaved
        name = path.name if path is not None else "Board" if unsaved else ""
        self._window.setWindowFilePath("" if path is None else str(path))
        self._window.setWindowTitle(f"{name}[*] – {PROGRAM}" if name else f"{PROGRAM}[*]")
        self._window.setWindowModified(unsaved)
