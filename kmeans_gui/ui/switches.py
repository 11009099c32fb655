"""Switches: what is on or off and stays so from one start to the next, each with its action in the menu."""

from __future__ import annotations

from PySide6.QtCore import QObject

from kmeans_gui.ui import settings
from kmeans_gui.ui.actions import Actions
from kmeans_gui.ui.stage import Stage

SWITCHES = {"motion": settings.MOTION, "live": settings.LIVE}
"""Name of the action, and the setting that keeps its state."""


class Switches(QObject):
    """Sets the stage as it was left last, and anew when an action is triggered."""

    def __init__(self, actions: Actions, stage: Stage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stage = stage
        for name, setting in SWITCHES.items():
            actions[name].setChecked(setting.get())
            actions[name].toggled.connect(setting.set)
            actions[name].toggled.connect(self._apply)
        self._apply()

    def _apply(self, *_: object) -> None:
        self._stage.motion = settings.MOTION.get()
        self._stage.live.on = settings.LIVE.get()
