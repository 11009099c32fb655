"""Transport: the bar that walks the run. Always there."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering.notes import number
from kmeans_gui.clustering.parameters import Int, Parameter
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ChoiceBox, IntBox
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.timeline import Timeline
from kmeans_gui.ui.shown import Shown

SPEEDS: dict[float, str] = {
    0.1: "One in 10 s",
    0.25: "One in 4 s",
    0.5: "One in 2 s",
    1.0: "1 a second",
    1.7: "One in 0.6 s",
    4.0: "4 a second",
    10.0: "10 a second",
    30.0: "30 a second",
    60.0: "60 a second",
    math.inf: "As fast as it draws",
}
"""Half-steps a second, in words."""

BUTTONS = ("to_start", "back", "play", "step", "to_end")
"""The actions that the bar wants."""

_LONGEST_STEP = "Assign 10,000,000 points"
_NARROW_STEP_WIDTH = 120
_ROOMY = 1000
"""Width of the bar from which there is room for everything."""
_PLAY_WIDTH = 96
_SPEED_WIDTH = 136
_NO_K = Int(name="k", label="K", default=1, minimum=1, help="Number of clusters.")


class ActionButton(QToolButton):
    """Triggers an action, and wears words of its own where it has been given some.

    Parameters
    ----------
    action : QAction
        What is triggered; the button follows its enablement, tooltip and, without words of its own, its icon and text.
    """

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: str | None = None
        self._icon = ""
        self.setIconSize(QSize(20, 20))
        self.setDefaultAction(action)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(action.text())

    def say(self, words: str, icon: str = "") -> None:
        """Wear ``words``, or the first of them where they do not all fit, and the icon called ``icon``."""
        self._words, self._icon = words, icon
        self._wear()

    def words(self) -> str:
        """Return the words in full."""
        return self.text() if self._words is None else self._words

    def width_for(self, words: str) -> int:
        """Return how wide the button must be for ``words``."""
        return QFontMetrics(self.font()).horizontalAdvance(words) + self.iconSize().width() + 3 * appearance.GRID

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wear as many words as fit now."""
        super().resizeEvent(event)
        self._wear()

    def actionEvent(self, event: QActionEvent) -> None:
        """Keep the words when the action changes."""
        super().actionEvent(event)
        self._wear()

    def _wear(self) -> None:
        if self._words is None:
            return
        fits = self.width_for(self._words) <= self.width()
        self.setText((self._words if fits else self._words.partition(" ")[0]).replace("&", "&&"))
        self.setAccessibleName(self._words)
        if self._icon:
            self.setIcon(appearance.icon(self._icon, inverse=True))


class TransportBar(Panel):
    """The bar at the bottom: buttons, timeline, position, speed and K.

    Parameters
    ----------
    actions : mapping of str to QAction
        Those named in ``BUTTONS``, of the action table.

    Signals
    -------
    seek_requested : int
        The half-step that the user wants to see.
    speed_requested : float
        Half-steps a second, infinity for as fast as it draws.
    k_requested : int
        The number of clusters to look for.
    """

    seek_requested = Signal(int)
    speed_requested = Signal(float)
    k_requested = Signal(int)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {name: ActionButton(actions[name]) for name in BUTTONS}
        self.timeline = Timeline()
        self.place = QLabel()
        self.speed = ChoiceBox(SPEEDS, "Speed", "Half-steps shown in a second while it plays")
        self.k = IntBox(_NO_K)
        self.k_label = QLabel("K")
        self._style()
        self._lay_out()
        self._connect_signals()

    def _style(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        appearance.dress(self, "strip")
        for name, button in self.buttons.items():
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            appearance.dress(button, "primary" if name == "play" else "bare")
        for name in ("play", "step"):
            self.buttons[name].setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.buttons["play"].setFixedWidth(_PLAY_WIDTH)
        appearance.dress(self.buttons["step"], "")
        self.place.setFont(appearance.tabular(appearance.font()))
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.place.setToolTip("Half-step on show and number of half-steps")
        self.place.setAccessibleName("Position")
        self.speed.setFixedWidth(_SPEED_WIDTH)
        self.k.setFixedWidth(76)
        self.k_label.setBuddy(self.k)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(appearance.GRID, appearance.GRID, appearance.GRID, appearance.GRID)
        layout.setSpacing(appearance.GRID // 2)
        for button in self.buttons.values():
            layout.addWidget(button)
        layout.addSpacing(appearance.GRID)
        layout.addWidget(self.timeline, 1)
        layout.addWidget(self.place)
        layout.addSpacing(appearance.GRID)
        layout.addWidget(self.speed)
        layout.addSpacing(appearance.GRID)
        layout.addWidget(self.k_label)
        layout.addWidget(self.k)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the timeline room to be scrubbed where the window is narrow."""
        super().resizeEvent(event)
        step = self.buttons["step"]
        step.setFixedWidth(step.width_for(_LONGEST_STEP) if self.width() >= _ROOMY else _NARROW_STEP_WIDTH)

    def _connect_signals(self) -> None:
        self.timeline.seek_requested.connect(self.seek_requested)
        self.speed.value_requested.connect(self.speed_requested.emit)
        self.k.value_requested.connect(self.k_requested.emit)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show what differs between ``old`` and ``new``."""
        self.timeline.refresh(old, new)
        self._render_words(old, new)
        self._render_place(new)
        if old is None or new.speed != old.speed:
            self.speed.set_value(new.speed, otherwise=f"{number(new.speed)} a second")
        if old is None or new.state is not old.state:
            self._render_k(old, new)

    def _render_words(self, old: Shown | None, new: Shown) -> None:
        if old is None or new.playing != old.playing:
            self.buttons["play"].say(*(("Pause", "pause") if new.playing else ("Play", "play")))
        if old is None or new.next_title != old.next_title:
            self.buttons["step"].say(new.next_title or ("At the end" if new.complete else "Step"))

    def _render_place(self, new: Shown) -> None:
        text = "–" if new.position is None else f"{new.position:,} / {new.length - 1:,}{'…' if new.computing else ''}"
        if text != self.place.text():
            self.place.setText(text)
            self.place.setFixedWidth(self._room_for(new.length - 1))

    def _room_for(self, last: int) -> int:
        digits = f"{max(last, 10):,}"
        return QFontMetrics(self.place.font()).horizontalAdvance(f"{digits} / {digits}…") + appearance.GRID

    def _render_k(self, old: Shown | None, new: Shown) -> None:
        if old is None or new.state.algorithm != old.state.algorithm:
            declared = _k_of(clustering.algorithm(new.state.algorithm).parameters)
            self.k.setVisible(declared is not None)
            self.k_label.setVisible(declared is not None)
            self.k.declare(declared or _NO_K)
        k = new.state.k if new.state.start is None else len(new.state.start)
        if k != self.k.value():
            self.k.set_value(k)


def _k_of(parameters: tuple[Parameter, ...]) -> Parameter | None:
    return next((parameter for parameter in parameters if parameter.name == "k"), None)
