"""Screen: how the window's room is divided. The side panel folds where it is narrow; projection takes all chrome away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow, QWidget

from kmeans_gui.ui import settings
from kmeans_gui.ui.actions import Actions
from kmeans_gui.ui.controller import Controller
from kmeans_gui.ui.panels.caption_bar import CaptionBar
from kmeans_gui.ui.panels.section import SidePanel
from kmeans_gui.ui.projection import Projection, caption_pixels
from kmeans_gui.ui.shown import Shown

FOLDS_BELOW = 1100
"""Window width, in logical pixels, below which the side panel folds itself."""


class Screen(QObject):
    """Holds what the side panel and projection mode do to the window."""

    def __init__(
        self,
        window: QMainWindow,
        picture: QWidget,
        side: SidePanel,
        caption: CaptionBar,
        chrome: Sequence[QWidget],
        actions: Actions,
        controller: Controller,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._picture = picture
        self._side = side
        self._caption = caption
        self._actions = actions
        self._controller = controller
        self._projection = Projection(window, chrome)
        self._wanted = settings.PANEL.get()
        self._narrow = False
        unfolded = settings.lines(settings.OPEN)
        for title, section in side.sections.items():
            section.set_open(title in unfolded)
            section.toggled.connect(self._remember_open)
        actions.bind(
            {
                "panel": self._toggle_panel,
                "projection": lambda: controller.set_projection(not controller.shown.projection),
                "blank": self._toggle_blank,
                "leave": self._leave,
            }
        )

    def _remember_open(self) -> None:
        unfolded = [title for title, section in self._side.sections.items() if section.is_open()]
        settings.OPEN.set("\n".join(unfolded))

    def fit(self, width: int) -> None:
        """Fold the side panel when the window has become narrow, and bring it back when there is room again."""
        narrow = width < FOLDS_BELOW
        if narrow != self._narrow:
            self._narrow = narrow
            self._show_panel(self._wanted and not narrow)

    def _show_panel(self, on: bool) -> None:
        if not self._controller.shown.projection:
            self._side.setVisible(on)
            self._actions["panel"].setChecked(on)

    def _toggle_panel(self) -> None:
        if self._controller.shown.projection:
            return
        on = self._side.isHidden()
        if not self._narrow:
            self._wanted = on
            settings.PANEL.set(on)
        self._show_panel(on)

    def _toggle_blank(self) -> None:
        self._blank(not self._picture.isHidden())

    def _blank(self, on: bool) -> None:
        self._picture.setVisible(not on)
        self._window.setStyleSheet("QMainWindow { background: black; }" if on else "")

    def _leave(self) -> None:
        if self._controller.shown.projection:
            self.leave_projection()
        else:
            self._controller.select(self._controller.shown.selected[:0])

    def leave_projection(self) -> None:
        """Bring the chrome back if it is away."""
        if self._controller.shown.projection:
            self._controller.set_projection(False)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Enter and leave projection mode; whatever brings another half-step ends a blank screen."""
        if old is not None and old.position != new.position and self._picture.isHidden():
            self._blank(False)
            self._actions["blank"].setChecked(False)
        if old is None:
            self._show_panel(self._wanted and not self._narrow)
        elif old.projection != new.projection:
            self._blank(False)
            self._actions["blank"].setChecked(False)
            if new.projection:
                self._projection.enter()
            else:
                self._projection.leave()
            height = self._window.screen().size().height()
            self._caption.set_font_pixels(caption_pixels(height) if new.projection else None)
