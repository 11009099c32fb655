"""Switches: what is on or off and stays so from one start to the next, each with its action in the menu."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from kmeans_gui.ui import settings
from kmeans_gui.ui.actions import Actions
from kmeans_gui.ui.stage import Stage

SWITCHES = {"motion": settings.MOTION, "live": settings.LIVE}
"""Name of the action, and the setting that keeps its state."""

HINTS = {"live": "Live mode is on: drag a point or a centroid, and you see how the run ends from there. J switches it off."}
"""What is said when one is switched on that shows nothing by itself."""


class Switches(QObject):
    """Sets the stage as it was left last, and anew when an action is triggered.

    Signals
    -------
    hinted : str
        What can be done now.
    """

    hinted = Signal(str)

    def __init__(self, actions: Actions, stage: Stage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stage = stage
        for name, setting in SWITCHES.items():
            actions[name].setChecked(setting.get())
            actions[name].toggled.connect(lambda on, name=name: self._switch(name, on))
        self._apply()

    def _switch(self, name: str, on: bool) -> None:
        SWITCHES[name].set(on)
        self._apply()
        if on and name in HINTS:
            self.hinted.emit(HINTS[name])

    def _apply(self) -> None:
        self._stage.motion = settings.MOTION.get()
        self._stage.live.on = settings.LIVE.get()
