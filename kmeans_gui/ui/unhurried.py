"""Unhurried: views that need not follow each half-step of a run that plays as fast as it draws.

Nobody reads sixty numbers a second. Painting them would take longer than drawing the points, so that the run would play at a
fraction of its speed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer

from kmeans_gui.ui.shown import Shown, View

PACE_MS = 50
"""How often they follow then."""


class Unhurried(QObject):
    """Passes what is shown on to some views: at once, but at full speed only now and then, and the last of it always."""

    def __init__(self, views: Iterable[View], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self._passed: Shown | None = None
        self._newest: Shown | None = None
        self._resting = QTimer(self, singleShot=True, interval=PACE_MS)
        self._resting.timeout.connect(self._catch_up)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show ``new``, or soon something newer."""
        self._newest = new
        hurried = new.playing and math.isinf(new.speed)
        if not hurried:
            self._resting.stop()
        if not self._resting.isActive():
            self._pass_on(new)
            if hurried:
                self._resting.start()

    def _catch_up(self) -> None:
        if self._newest is not None and self._newest is not self._passed:
            self._pass_on(self._newest)
            self._resting.start()

    def _pass_on(self, new: Shown) -> None:
        old, self._passed = self._passed, new
        for view in self._views:
            view.refresh(old, new)
