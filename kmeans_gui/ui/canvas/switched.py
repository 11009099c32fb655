"""Switched points: a ring around each point that went from one cluster to another in this half-step."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter

from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.rings import draw_rings_around
from kmeans_gui.ui.canvas.view import View

NOWHERE = np.empty((0, 2))


class SwitchedLayer:
    """Draws the rings in the ground's opposite, since color means cluster."""

    name = "switched"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw a ring around each point that is in view and had another cluster before."""
        # Not for a first look: of millions of points, hundreds of thousands may switch.
        positions = NOWHERE if style.effort.coarse else frame.switched()
        if len(positions):
            draw_rings_around(painter, frame, positions, view, style, style.theme.outline)
