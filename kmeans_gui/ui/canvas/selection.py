"""The selection: an accent ring around each selected point."""

from __future__ import annotations

from PySide6.QtGui import QPainter

from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.rings import draw_rings_around
from kmeans_gui.ui.canvas.view import View


class SelectionLayer:
    """Draws the rings; it cannot be switched off, since the tools act on what is selected."""

    name = "selection"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw a ring around each selected point that is in view."""
        if len(frame.selected):
            draw_rings_around(painter, frame, frame.points[frame.selected], view, style, style.theme.accent)
