"""Look: which theme is on, light or dark, by choice or as the system has it; and whether things may move."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from kmeans_gui.ui import appearance, settings
from kmeans_gui.ui.theme import DARK, LIGHT, Theme

_BY_NAME = {"light": LIGHT, "dark": DARK}


class Look(QObject):
    """Resolves the theme, dresses the application in it, and says so.

    Signals
    -------
    changed : Theme
        Another theme is on.
    """

    changed = Signal(object)

    def __init__(self, application: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application
        self.theme = self._resolve()
        appearance.apply(application, self.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def choice(self) -> str:
        """What was chosen: "system", "light" or "dark"."""
        return settings.THEME.get()

    def choose(self, name: str) -> None:
        """Choose "light", "dark", or "system" to follow the system."""
        settings.THEME.set(name)
        self._follow()

    def _resolve(self) -> Theme:
        system = DARK if QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT
        return _BY_NAME.get(self.choice, system)

    def _follow(self) -> None:
        theme = self._resolve()
        if theme is not self.theme:
            self.theme = theme
            appearance.apply(self._application, theme)
            self.changed.emit(theme)
