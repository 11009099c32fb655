"""Appearance: the theme as Qt wants it: palette, stylesheet, three sizes of type, icons.

``apply`` may be called again at any time, for instance when the system turns dark: palette and icons follow by themselves.
A widget that paints itself asks ``current()`` for the theme whenever it paints, and keeps no color.

Widgets take their looks from the property ``role``, set by ``dress``: ``primary`` and ``link`` for buttons, ``quiet`` and
``warning`` for labels, ``strip`` for a bar along the window's edge. A new role is a line in ``stylesheet``.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import TypeVar

from PySide6.QtCore import QMarginsF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QIcon, QIconEngine, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from kmeans_gui.resources import resource
from kmeans_gui.ui.theme import LIGHT, Rgb, Theme, mix

GRID = 8
"""Distance between controls, in logical pixels; half of it inside them."""

RADIUS = 5
CONTROL_HEIGHT = 28

_ICON_MARGIN = 1 / 16
"""What stays free around an icon on each side, as a share of its height."""

_LEAST_BODY = 14
_TYPE_RATIO = 1.25

_current = LIGHT
W = TypeVar("W", bound=QWidget)


class Type(IntEnum):
    """The three sizes of type, each 1.25 times the one before."""

    CAPTION = -1
    BODY = 0
    TITLE = 1


def apply(app: QApplication, theme: Theme) -> None:
    """Dress the whole program in ``theme``."""
    global _current
    _current = theme
    app.setStyleSheet("")  # or each line below would dress all widgets anew by the old rules
    app.setStyle("Fusion")
    app.setFont(font())
    colors = palette(theme)
    app.setPalette(colors)
    QToolTip.setPalette(colors)
    app.setStyleSheet(stylesheet(theme))


def current() -> Theme:
    """Return the theme that was applied last; the light one before that."""
    return _current


def dress(widget: W, role: str) -> W:
    """Give ``widget`` a role that the stylesheet knows, and return it."""
    widget.setProperty("role", role)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)
    return widget


def color(value: Rgb, alpha: float = 1.0) -> QColor:
    """Return a color of the theme as a QColor; ``alpha`` is from 0 to 1."""
    return QColor(*value, round(255 * alpha))


def font(size: Type = Type.BODY) -> QFont:
    """Return the system's font in one of the three sizes."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    body = max(_LEAST_BODY, QFontInfo(system).pixelSize())
    system.setPixelSize(round(body * _TYPE_RATIO ** int(size)))
    return system


def tabular(base: QFont) -> QFont:
    """Return ``base`` with figures that are all equally wide, so that a changing number does not jitter."""
    figures = QFont(base)
    figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


def palette(theme: Theme) -> QPalette:
    """Return the theme as a palette."""
    roles = QPalette.ColorRole
    colors = {
        roles.Window: theme.surface,
        roles.WindowText: theme.text,
        roles.Base: theme.raised,
        roles.AlternateBase: theme.surface,
        roles.Text: theme.text,
        roles.Button: theme.raised,
        roles.ButtonText: theme.text,
        roles.BrightText: theme.text,
        roles.ToolTipBase: theme.raised,
        roles.ToolTipText: theme.text,
        roles.PlaceholderText: theme.quiet,
        roles.Highlight: theme.accent,
        roles.HighlightedText: theme.ground if theme.dark else theme.raised,
        roles.Accent: theme.accent,
        roles.Link: theme.accent,
        roles.LinkVisited: theme.accent,
        roles.Light: mix(theme.surface, theme.raised, 0.5),
        roles.Midlight: theme.surface,
        roles.Mid: theme.line,
        roles.Dark: mix(theme.line, theme.text, 0.3),
        roles.Shadow: theme.outline,
    }
    result = QPalette()
    for role, value in colors.items():
        result.setColor(role, color(value))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, color(faded(theme)))
    return result


def faded(theme: Theme) -> Rgb:
    """Return the color of what cannot be used at the moment."""
    return mix(theme.surface, theme.text, 0.4)


def stylesheet(theme: Theme) -> str:
    """Return the rules that the palette cannot state: spacing, corners, hover and focus."""
    names = {
        name: color(getattr(theme, name)).name() for name in ("ground", "surface", "raised", "line", "text", "quiet", "accent")
    }
    hover = color(mix(theme.raised, theme.text, 0.06)).name()
    pressed = color(mix(theme.raised, theme.text, 0.12)).name()
    edge = color(mix(theme.line, theme.text, 0.12)).name()
    thumb = color(mix(theme.surface, theme.text, 0.28)).name()
    return _RULES % {
        **names,
        "hover": hover,
        "pressed": pressed,
        "edge": edge,
        "thumb": thumb,
        "thumb_hover": names["quiet"],
        "faded": color(faded(theme)).name(),
        "on_accent": color(theme.ground if theme.dark else theme.raised).name(),
        "text_hover": color(mix(theme.text, theme.ground, 0.15)).name(),
        "warning": color(_warning(theme)).name(),
        # The arrows, which a stylesheet can only take from files; their gray shows on both grounds.
        "icons": resource("icons").as_posix(),
        "radius": RADIUS,
        "half": GRID // 2,
        "grid": GRID,
        "height": CONTROL_HEIGHT - 2,
    }


def _warning(theme: Theme) -> Rgb:
    return (255, 180, 120) if theme.dark else (164, 66, 0)


_RULES = """
QToolTip { color: %(text)s; background: %(raised)s; border: 1px solid %(line)s; padding: %(half)dpx; }

QMenuBar { background: %(surface)s; border-bottom: 1px solid %(line)s; padding: 0 %(half)dpx; }
QMenuBar::item { background: transparent; padding: %(half)dpx %(grid)dpx; border-radius: %(radius)dpx; }
QMenuBar::item:selected { background: %(pressed)s; }
QMenu { background: %(raised)s; border: 1px solid %(line)s; padding: %(half)dpx 0; }
QMenu::item { padding: %(half)dpx 32px %(half)dpx 28px; }
QMenu::item:selected { background: %(pressed)s; }
QMenu::item:disabled { color: %(faded)s; }
QMenu::separator { height: 1px; background: %(line)s; margin: %(half)dpx 0; }

QToolBar { background: %(surface)s; border: none; border-right: 1px solid %(line)s; padding: %(half)dpx; spacing: %(half)dpx; }
QToolBar::separator { height: 1px; background: %(line)s; margin: %(half)dpx; }
QToolBar QToolButton {
    background: transparent; border-color: transparent; padding: 0; min-width: 36px; max-width: 36px;
    min-height: 36px; max-height: 36px;
}
QToolBar QToolButton:hover { background: %(hover)s; }
QToolBar QToolButton:checked { background: %(raised)s; border-color: %(accent)s; }

QFrame#brushBar { background: %(ground)s; }
QFrame#message {
    background: %(raised)s; border: 1px solid %(edge)s; border-radius: %(radius)dpx;
}
QFrame#message[kind="error"] { border-color: %(warning)s; border-left: 4px solid %(warning)s; }
QFrame#welcome { background: transparent; }
QLabel#caption { background: %(ground)s; padding: %(grid)dpx 16px; }

QPushButton, QToolButton {
    color: %(text)s; background: %(raised)s; border: 1px solid %(edge)s; border-radius: %(radius)dpx;
    padding: 0 %(grid)dpx; min-height: %(height)dpx; max-height: %(height)dpx;
}
QPushButton:hover, QToolButton:hover { background: %(hover)s; }
QPushButton:pressed, QToolButton:pressed, QToolButton:checked { background: %(pressed)s; }
QPushButton:focus, QToolButton:focus { border-color: %(accent)s; }
QPushButton:disabled, QToolButton:disabled { color: %(faded)s; background: transparent; border-color: %(line)s; }

QPushButton[role="primary"], QToolButton[role="primary"] {
    color: %(ground)s; background: %(text)s; border-color: %(text)s; font-weight: 600;
}
QPushButton[role="primary"]:hover, QToolButton[role="primary"]:hover {
    background: %(text_hover)s; border-color: %(text_hover)s;
}
QPushButton[role="primary"]:focus, QToolButton[role="primary"]:focus { border: 2px solid %(accent)s; }
QPushButton[role="primary"]:disabled, QToolButton[role="primary"]:disabled {
    color: %(faded)s; background: transparent; border-color: %(line)s;
}

QPushButton[role="link"] {
    color: %(accent)s; background: transparent; border-color: transparent; padding: 0; text-align: left;
}
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border-color: %(accent)s; }

QToolButton[role="bare"] { background: transparent; border-color: transparent; padding: 0 %(half)dpx; }
QToolButton[role="bare"]:hover { background: %(hover)s; }
QToolButton[role="bare"]:pressed, QToolButton[role="bare"]:checked { background: %(pressed)s; }
QToolButton[role="bare"]:focus { border-color: %(accent)s; }

QToolButton[role="square"] { padding: 0; }

QToolButton[role="header"] {
    background: transparent; border-color: transparent; padding: 0 %(half)dpx; text-align: left; font-weight: 600;
}
QToolButton[role="header"]:checked { background: transparent; }
QToolButton[role="header"]:checked:hover, QToolButton[role="header"]:hover { background: %(hover)s; }
QToolButton[role="header"]:focus { border-color: %(accent)s; }

QToolButton[role="more"] {
    color: %(quiet)s; background: transparent; border-color: transparent; padding: 0; text-align: left; min-height: 18px;
}
QToolButton[role="more"]:hover { color: %(text)s; }
QToolButton[role="more"]:focus { border-color: %(accent)s; }

QAbstractSpinBox, QComboBox, QLineEdit {
    color: %(text)s; background: %(raised)s; border: 1px solid %(edge)s; border-radius: %(radius)dpx;
    padding: 0 %(half)dpx; min-height: %(height)dpx; max-height: %(height)dpx; selection-background-color: %(accent)s;
    selection-color: %(on_accent)s;
}
QAbstractSpinBox:hover, QComboBox:hover { border-color: %(quiet)s; }
QAbstractSpinBox:focus, QComboBox:focus, QComboBox:on, QLineEdit:focus { border-color: %(accent)s; }
QAbstractSpinBox:disabled, QComboBox:disabled, QLineEdit:disabled {
    color: %(faded)s; background: transparent; border-color: %(line)s;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    subcontrol-origin: border; width: 18px; border: none; background: transparent; margin: 1px;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: %(pressed)s; border-radius: 3px; }
QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow, QComboBox::down-arrow { width: 10px; height: 10px; }
QAbstractSpinBox::up-arrow { image: url("%(icons)s/up.svg"); }
QAbstractSpinBox::down-arrow, QComboBox::down-arrow { image: url("%(icons)s/down.svg"); }
QAbstractSpinBox::up-arrow:off, QAbstractSpinBox::down-arrow:off, QComboBox::down-arrow:disabled { image: none; }
QComboBox::drop-down { subcontrol-origin: border; subcontrol-position: center right; width: 20px; border: none; }
QComboBox QAbstractItemView {
    color: %(text)s; background: %(raised)s; border: 1px solid %(line)s; outline: none;
    selection-background-color: %(pressed)s; selection-color: %(text)s;
}
QComboBox QAbstractItemView::item { min-height: %(height)dpx; padding: 0 %(half)dpx; }

QLabel[role="quiet"], QLabel[role="caption"] { color: %(quiet)s; }
QLabel[role="warning"] { color: %(warning)s; }

QFrame[role="rule"] { background: %(line)s; }
QWidget[role="strip"] { background: %(surface)s; border-top: 1px solid %(line)s; }
QScrollArea { background: %(surface)s; border: none; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: %(thumb)s; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: %(thumb_hover)s; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
    background: transparent; border: none; width: 0; height: 0;
}

QProgressBar { background: %(line)s; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: %(quiet)s; border-radius: 3px; }
"""


class _PaletteIcon(QIconEngine):
    """Draws an icon in the colors of the moment, so that it never outlives its theme."""

    def __init__(self, name: str, inverse: bool) -> None:
        super().__init__()
        self._name = name
        self._inverse = inverse

    def _ink(self, mode: QIcon.Mode) -> str:
        theme = current()
        return color(faded(theme) if mode is QIcon.Mode.Disabled else theme.ground if self._inverse else theme.text).name()

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        drawing = QSvgRenderer(_outline(self._name).replace("currentColor", self._ink(mode)).encode())
        drawing.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        margin = rect.height() * _ICON_MARGIN
        drawing.render(painter, QRectF(rect).marginsRemoved(QMarginsF(margin, margin, margin, margin)))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        key = f"{self._name} {self._ink(mode)} {size.width()} {size.height()}"
        pixmap = QPixmap()
        if QPixmapCache.find(key, pixmap):  # a button asks for it whenever it is painted
            return pixmap
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(pixmap.rect()), mode, state)
        painter.end()
        QPixmapCache.insert(key, pixmap)
        return pixmap

    def clone(self) -> QIconEngine:
        return _PaletteIcon(self._name, self._inverse)


@cache
def _outline(name: str) -> str:
    return resource(f"icons/material/{name}.svg").read_text(encoding="utf-8")


def icon(name: str, *, inverse: bool = False) -> QIcon:
    """Return the icon called ``name``: a file in ``resources/icons/material``, read when it is first drawn.

    It is drawn in the colors of the theme at the moment of drawing, for a primary button in the ``inverse`` ones.
    """
    return QIcon(_PaletteIcon(name, inverse))
