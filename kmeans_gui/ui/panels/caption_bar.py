"""The caption under the canvas: what the half-step on show does, in a sentence; a hint while there is none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from kmeans_gui.ui import settings
from kmeans_gui.ui.shown import Shown

HINTS = {
    "add": "Click to add a point, Shift-click for a cluster of them. Then press Space to watch k-means.",
    "spray": "Drag to spray points. The sliders set how large and how dense.",
    "move": "Drag a point, or the selection, to another place.",
    "erase": "Drag over points to erase them. Ctrl+Z brings them back.",
    "select": "Drag a rectangle around points; Shift adds to the selection, Delete removes it.",
    "lasso": "Drag around points; Shift adds to the selection, Delete removes it.",
    "centroids": "Click to place a starting centroid, drag to move one, Shift-click to remove one.",
}
"""One line for each tool, on show until it has been used once."""


LINES = 2
"""Room for so many lines, always: if it came and went, the picture above would change its size from half-step to half-step."""

_GAP = 8


class CaptionBar(QLabel):
    """One sentence, as large as the room needs; what has no room in it is in the tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("caption")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._whole = ""
        self._seen = set(settings.lines(settings.HINTS_SEEN))

    def set_font_pixels(self, pixels: int | None) -> None:
        """Write in letters of this size; None for the usual one."""
        self.setStyleSheet(f"font-size: {pixels}px; font-weight: 600;" if pixels else "")
        self.ensurePolished()
        self._make_room()

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Say what is on show."""
        if old is not None and _used(old, new) and new.tool not in self._seen:
            self._seen.add(new.tool)
            settings.HINTS_SEEN.set("\n".join(sorted(self._seen)))
        if old is None or old.step is not new.step or old.tool != new.tool or old.state.dataset is not new.state.dataset:
            self._whole = self._words(new)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room there is."""
        super().resizeEvent(event)
        self._make_room()

    def changeEvent(self, event: QEvent) -> None:
        """Use it in other letters as well."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._make_room()

    def _make_room(self) -> None:
        self.setFixedHeight(LINES * self.fontMetrics().lineSpacing() + _GAP)
        self._fit()

    def _fit(self) -> None:
        """Show as many words as there is room for."""
        words, room = self._whole.split(" "), self.contentsRect().adjusted(self.margin(), 0, -self.margin(), 0)
        shown = self._whole
        while len(words) > 1 and not self._fits(shown, room):
            words.pop()
            shown = " ".join(words) + "…"
        self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")
        self.setAccessibleName(self._whole)

    def _fits(self, text: str, room: QRect) -> bool:
        flags = int(Qt.TextFlag.TextWordWrap)
        box = self.fontMetrics().boundingRect(QRect(0, 0, max(room.width(), 1), 1 << 20), flags, text)
        return box.height() <= LINES * self.fontMetrics().lineSpacing() or room.width() <= 0

    def _words(self, shown: Shown) -> str:
        if shown.step is not None:
            return shown.step.note.text()
        if shown.state.dataset.n == 0 or shown.tool in self._seen:
            return ""
        return HINTS.get(shown.tool, "")


def _used(old: Shown, new: Shown) -> bool:
    """Whether the tool that is on has just done something, so that its hint has served."""
    before, now = old.state.dataset, new.state.dataset
    edited = before is not now and before.n > 0 and before.source == now.source
    selected = len(new.selected) > 0 and old.selected is not new.selected
    placed = new.state.start is not None and old.state.start is not new.state.start
    return old.tool == new.tool and (edited or selected or placed)
