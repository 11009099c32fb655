"""Way row: one of the ways to start, as a button with a small histogram of where its runs ended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from kmeans_gui.clustering.notes import Note
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.atlas_chart import ink_of, paint_bars
from kmeans_gui.ui.panels.controls import paint_row_ground

HEIGHT = 48

_MARGIN = 8.0
_STRIP = 20.0
_GAP = 1.0


class WayRow(QAbstractButton):
    """What a way to start is called, the share of its runs that found the best minimum of all ways, and how they all ended.

    All rows have the same axis. In a group the arrow keys go from one to the next.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = ""
        self._counts: NDArray[np.intp] = np.empty((0, 2), np.intp)  # of the best minima, and of all others
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setCheckable(True)

    def show_way(self, words: str, share: str, counts: NDArray[np.intp], is_best: NDArray[np.bool]) -> None:
        """Show how the runs of a way ended.

        Parameters
        ----------
        words : str
            What the way is called.
        share : str
            The share of its runs that found the best minimum of all ways, in words.
        counts : ndarray of shape (bars, m)
            How many runs of each minimum ended in each range of the objective.
        is_best : ndarray of shape (m,), bool
            Which of the minima are the best of all ways.
        """
        self._share, self._counts = share, counts @ np.column_stack([is_best, ~is_best])
        self.setText(words)
        found = str(Note("{share} of {runs:# run|runs} found the best result", {"share": share, "runs": int(counts.sum())}))
        self.setAccessibleName(f"{words}, {found}")
        self.setToolTip(f"{words}: {found}. Click to see where they all ended.")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Return for a click."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(240, HEIGHT)

    # What it looks like ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the words and the strip of bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row_ground(painter, self)
        area = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN / 2, -_MARGIN, -_MARGIN / 2)
        self._paint_words(painter, area)
        self._paint_strip(painter, QRectF(area.left(), area.bottom() - _STRIP, area.width(), _STRIP))
        painter.end()

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        painter.setFont(appearance.tabular(appearance.font()))
        painter.setPen(appearance.color(appearance.current().text))
        metrics = QFontMetricsF(painter.font())
        line = QRectF(area.left(), area.top(), area.width(), metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._share)
        room = area.width() - metrics.horizontalAdvance(self._share) - _MARGIN
        # The smaller type, since what a way is called fits beside the share only then.
        painter.setFont(appearance.font(appearance.Type.CAPTION))
        words = QFontMetricsF(painter.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_strip(self, painter: QPainter, area: QRectF) -> None:
        if len(self._counts):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            paint_bars(painter, area, self._counts, _GAP, lambda piece: ink_of(piece == 0))
            painter.setPen(QPen(appearance.color(appearance.current().line), 1))
            painter.drawLine(QPointF(area.left(), area.bottom()), QPointF(area.right(), area.bottom()))
