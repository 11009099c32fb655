"""Frame item: the canvas's frame as a part of the plot, below its axes."""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QRegion


class FrameItem(pg.GraphicsObject):  # type: ignore[misc]
    """The plot's one item: lets the canvas paint its frame, in logical pixels of the viewport."""

    def __init__(self, paint_frame: Callable[[QPainter], None]) -> None:
        super().__init__()
        self._paint_frame = paint_frame

    def boundingRect(self) -> QRectF:
        """Return the part of the plane on show."""
        return QRectF(self.viewRect())

    def viewTransformChanged(self) -> None:
        """Take up all of the new view."""
        super().viewTransformChanged()
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Paint the frame."""
        painter.save()
        try:
            painter.resetTransform()
            self._paint_frame(painter)
        finally:
            painter.restore()


def fill(painter: QPainter, region: QRegion, color: QColor) -> None:
    """Fill a region. Not rectangle by rectangle: those that a region hands out are its own memory, and go with it."""
    if not region.isEmpty():
        painter.save()
        painter.setClipRegion(region)
        painter.fillRect(region.boundingRect(), color)
        painter.restore()
