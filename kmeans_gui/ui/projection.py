"""Projection mode: the picture alone, large enough for the back row.

A caption's capitals are at least 1/40 of the screen's height and a mark at least 1/120 (see ``caption_pixels`` and
``mark_scale``); the rest of the window is out of the way until Escape is pressed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMainWindow, QWidget

_CAPITALS = 0.7
"""Height of capitals as a share of the font's pixel size, as low as common fonts have it."""
_POINT_PIXELS = 6.0
"""Diameter of a point at scale 1."""


def caption_pixels(screen_height: int) -> int:
    """Return the font size, in logical pixels, whose capitals are 1/40 of the screen's height."""
    return -int(-screen_height // (40 * _CAPITALS))


def mark_scale(screen_height: int) -> float:
    """Return how many times larger than life marks are drawn: points at least 1/100 of the screen's height across."""
    return max(1.25, screen_height / 100 / _POINT_PIXELS)


class Projection(QObject):
    """Takes the chrome away and brings it back as it was."""

    def __init__(self, window: QMainWindow, chrome: Sequence[QWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._chrome = chrome
        self._hidden: list[QWidget] = []
        self._state = Qt.WindowState.WindowNoState

    def enter(self) -> None:
        """Fill the screen with the picture."""
        self._state = self._window.windowState()
        self._hidden = [widget for widget in self._chrome if not widget.isHidden()]
        for widget in self._hidden:
            widget.hide()
        self._window.showFullScreen()

    def leave(self) -> None:
        """Put the window back as it was."""
        for widget in self._hidden:
            widget.show()
        self._hidden = []
        self._window.setWindowState(self._state)
