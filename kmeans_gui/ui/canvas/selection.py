"""The selection: an accent ring around each selected point; where points crowd, the density of those selected in the accent."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter

from kmeans_gui.data.layout import POINTED_OUT
from kmeans_gui.ui.canvas import marks, raster
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.rings import SMALL, draw_rings_around
from kmeans_gui.ui.canvas.sheet import sheet_of
from kmeans_gui.ui.canvas.view import View


class SelectionLayer:
    """Draws what is selected; it cannot be switched off, since the tools act on that."""

    name = "selection"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw the selected points that are in view."""
        if not len(frame.selected):
            return
        positions = frame.layout.at(frame.selected)
        size = marks.diameter(marks.on_show(frame.layout, view), view, style)
        if style.vector or size >= SMALL * style.scale:
            draw_rings_around(painter, frame, positions, view, style, style.theme.accent)
            return
        if len(positions) <= POINTED_OUT:
            size = SMALL * style.scale
        sheet, loops = sheet_of(painter), raster.loops()
        ratio, colors = sheet.devicePixelRatio(), marks.colors_of((style.theme.accent,))
        group = marks.group_of(positions, np.zeros(len(positions), np.int16), view, ratio)
        with raster.lent(*sheet.pixels.shape) as sums:
            for piece in marks.pieces((group,), style.effort):
                loops.density(sums, *piece, size * ratio, colors, 1)
            loops.resolve(sums, sheet.pixels, raster.opacity_of_marks(size * ratio, loops.coverage(sums)))
