"""Frame item: the canvas's frame as a part of the plot, below its axes."""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter


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


def fill_around(painter: QPainter, whole: QRect, covered: QRect, color: QColor) -> None:
    """Fill what of ``whole`` is not covered, strip by strip: a region takes ten times as long."""
    inner = covered & whole
    if covered.isEmpty() or inner.isEmpty():  # Qt would take an empty one for one of negative size, and turn it over
        painter.fillRect(whole, color)
        return
    above, below = inner.top() - whole.top(), whole.bottom() - inner.bottom()
    before, after = inner.left() - whole.left(), whole.right() - inner.right()
    painter.fillRect(whole.left(), whole.top(), whole.width(), above, color)
    painter.fillRect(whole.left(), inner.bottom() + 1, whole.width(), below, color)
    painter.fillRect(whole.left(), inner.top(), before, inner.height(), color)
    painter.fillRect(inner.right() + 1, inner.top(), after, inner.height(), color)
