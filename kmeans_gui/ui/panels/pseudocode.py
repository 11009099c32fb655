"""Pseudocode: an algorithm's method line by line, the line of the half-step on show lit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kmeans_gui.ui import appearance

Lines = tuple[tuple[str, tuple[str, ...]], ...]

_BAR = 3
_INDENT = 3
"""Pixels of indentation for each leading space of a line."""

_WRAP = Qt.TextFlag.TextWordWrap.value | Qt.AlignmentFlag.AlignVCenter.value | Qt.AlignmentFlag.AlignLeft.value


class Pseudocode(QWidget):
    """The lines, wrapped. Room is kept for each in bold, so that lighting one moves none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: Lines = ()
        self._phase: str | None = None
        self._laid: dict[int, list[QRect]] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Method")
        self.setToolTip("The method line by line; the line of this half-step is lit")

    def set_lines(self, lines: Lines) -> None:
        """Show another method: its lines and in which phases each is lit."""
        if lines == self._lines:
            return
        self._lines = lines
        self._laid.clear()
        self.updateGeometry()
        self.update()

    def light(self, phase: str) -> None:
        """Light the lines of ``phase``."""
        if phase != self._phase:
            self._phase = phase
            self.setAccessibleDescription(" ".join(self.lit()))
            self.update()

    def lit(self) -> list[str]:
        """Return the lines that are lit."""
        return [text.strip() for text, phases in self._lines if self._phase in phases]

    def hasHeightForWidth(self) -> bool:
        """Return True: lines wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines, wrapped to ``width``."""
        return sum(box.height() for box in self._boxes(width))

    def sizeHint(self) -> QSize:
        """Return the size at the panel's usual width."""
        return QSize(appearance.GRID * 32, self.heightForWidth(appearance.GRID * 32))

    def changeEvent(self, event: QEvent) -> None:
        """Lay the lines out anew in another font."""
        if event.type() == QEvent.Type.FontChange:
            self._laid.clear()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines."""
        painter = QPainter(self)
        theme = appearance.current()
        for (text, phases), box in zip(self._lines, self._boxes(self.width()), strict=True):
            is_lit = self._phase in phases
            if is_lit:
                painter.fillRect(0, box.top(), _BAR, box.height(), appearance.color(theme.accent))
            painter.setFont(self._bold() if is_lit else self.font())
            painter.setPen(appearance.color(theme.text if is_lit else theme.quiet))
            painter.drawText(box, _WRAP, text.strip())
        painter.end()

    def _bold(self) -> QFont:
        bold = QFont(self.font())
        bold.setBold(True)
        return bold

    def _boxes(self, width: int) -> list[QRect]:
        """Return where each line stands. Layouts ask for it time and again, and to wrap the lines takes milliseconds."""
        if width not in self._laid:
            self._laid[width] = self._wrapped(width)
        return self._laid[width]

    def _wrapped(self, width: int) -> list[QRect]:
        metrics, boxes, top = QFontMetrics(self._bold()), [], 0
        for text, _ in self._lines:
            left = _BAR + appearance.GRID + _INDENT * (len(text) - len(text.lstrip()))
            room = max(width - left, 1)
            height = metrics.boundingRect(0, 0, room, 10_000, _WRAP, text.strip()).height() + appearance.GRID // 2
            boxes.append(QRect(left, top, room, height))
            top += height
        return boxes
