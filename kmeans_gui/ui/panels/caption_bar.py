"""The caption under the canvas: what the half-step on show does, in a sentence; a hint while there is none."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from kmeans_gui.ui.shown import Shown

HINTS = {
    "add": "Click to add a point, Shift-click for a cluster of them. Then press Space to watch k-means.",
    "spray": "Drag to spray points. The bar above sets how large and how dense.",
    "move": "Drag a point, or the selection, to another place.",
    "erase": "Drag over points to erase them. Ctrl+Z brings them back.",
    "select": "Drag a rectangle around points; Shift adds to the selection, Delete removes it.",
    "lasso": "Drag around points; Shift adds to the selection, Delete removes it.",
    "centroids": "Click to place a starting centroid, drag to move one, Shift-click to remove one.",
}
"""One line for each tool, on show until a run is."""


class CaptionBar(QLabel):
    """One line, as large as the room needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("caption")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(40)
        self._hints_seen: set[str] = set()

    def set_hints_seen(self, names: set[str]) -> None:
        """Leave out the hints of these tools."""
        self._hints_seen = names

    def set_font_pixels(self, pixels: int | None) -> None:
        """Write in letters of this size; None for the usual one."""
        font = QFont(self.font())
        if pixels is None:
            font = QFont()
        else:
            font.setPixelSize(pixels)
        # A style sheet outranks the font, so that the size goes through one.
        self.setStyleSheet(f"font-size: {pixels}px; font-weight: 600;" if pixels else "")
        self.setFont(font)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Say what is on show."""
        if old is None or old.step is not new.step or old.tool != new.tool or old.state.dataset is not new.state.dataset:
            self.setText(self._words(new))

    def _words(self, shown: Shown) -> str:
        if shown.step is not None:
            return shown.step.note.text()
        if shown.state.dataset.n == 0 or shown.tool in self._hints_seen:
            return ""
        return HINTS.get(shown.tool, "")
