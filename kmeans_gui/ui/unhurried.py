"""Unhurried: views that need not follow each half-step of a run that plays as fast as it draws.

Nobody reads sixty numbers a second. Painting them would take longer than drawing the points, so that the run would play at a
fraction of its speed; and all of them in one turn of the event loop would keep the mouse waiting.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer

from kmeans_gui.ui.shown import Shown, View

PACE_MS = 12
"""How soon after one view the next one follows then."""


class Unhurried(QObject):
    """Passes what is shown on to some views: at once to all, but at full speed to one after the other, and the newest only."""

    def __init__(self, views: Iterable[View], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self._passed: list[Shown | None] = [None] * len(self._views)
        self._newest: Shown | None = None
        self._next = 0
        self._turns = QTimer(self, interval=PACE_MS)
        self._turns.timeout.connect(self._take_turn)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show ``new``, or soon something newer."""
        self._newest = new
        if new.playing and math.isinf(new.speed):
            if not self._turns.isActive():
                self._turns.start()
            return
        self._turns.stop()
        for i in range(len(self._views)):
            self._pass_on(i, new)

    def _take_turn(self) -> None:
        """Let the next view show the newest; rest when all have."""
        if self._newest is None or all(passed is self._newest for passed in self._passed):
            self._turns.stop()
            return
        self._pass_on(self._next, self._newest)
        self._next = (self._next + 1) % len(self._views)

    def _pass_on(self, i: int, new: Shown) -> None:
        old, self._passed[i] = self._passed[i], new
        if old is not new:
            self._views[i].refresh(old, new)
