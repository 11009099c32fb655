"""Keyed chart: a chart that is gone through with the arrow keys once Tab has brought the focus to it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from kmeans_gui.ui import appearance

ACROSS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
"""The keys of a chart whose places stand side by side, and which way they go."""

DOWN = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
"""The keys of a chart whose places stand below each other; Left and Right still step the run."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeyedChart(QWidget):
    """A widget with a place that arrow keys move and Return acts on.

    No click gives it the focus: those who click go on to step the run with the arrow keys.

    Parameters
    ----------
    ways : mapping
        :data:`ACROSS` or :data:`DOWN`.
    """

    def __init__(self, ways: Mapping[Qt.Key, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ways = ways
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def go(self, way: int, *, extend: bool) -> None:
        """Go to the next place, ``way`` 1, or to the one before, −1; with ``extend`` those passed stay part of it."""
        raise NotImplementedError

    def act(self) -> None:
        """Do what a click on the place does."""

    def leave_place(self) -> None:
        """Be at no place any more: the focus has gone elsewhere."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        """Keep the keys that are the chart's own from the window's shortcuts."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move or act; leave other keys to the window."""
        if not self._is_own(event):
            event.ignore()
        elif event.key() in _ENTER:
            self.act()
        else:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.go(self._ways[Qt.Key(event.key())], extend=extend)

    def _is_own(self, event: QKeyEvent) -> bool:
        allowed = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        return not event.modifiers() & ~allowed and event.key() in (*self._ways, *_ENTER)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget the place."""
        super().focusOutEvent(event)
        self.leave_place()
        self.update()

    def paint_focus(self, painter: QPainter) -> None:
        """Paint a frame if the chart has the focus."""
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(appearance.color(appearance.current().accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), appearance.RADIUS, appearance.RADIUS)
