"""Switched points: a ring around each point that went from one cluster to another in this half-step."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter

from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.rings import draw_rings_around
from kmeans_gui.ui.canvas.view import View


class SwitchedLayer:
    """Draws the rings in the ground's opposite, since color means cluster."""

    name = "switched"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw a ring around each point of ``frame.switched`` that is in view."""
        if frame.switched is not None:
            draw_rings_around(painter, frame, np.flatnonzero(frame.switched), view, style, style.theme.outline)
