"""Confusion table: how many points of each class each cluster has, darker where it is more of the cluster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kmeans_gui.clustering.notes import Note
from kmeans_gui.ui import appearance

MOST = 12
"""Rows and columns that are shown."""

_ROW = 20.0
_HEAD = 38.0
_DOT = 8.0
_STRONGEST = 0.35


class ConfusionTable(QWidget):
    """Clusters down, classes across, the best match of each cluster on the diagonal.

    Signals
    -------
    cell_requested : int, int
        The label and the class whose points the user wants.
    """

    cell_requested = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table: NDArray[np.int64] = np.empty((0, 0), np.int64)
        self._clusters: list[int] = []
        self._classes: list[int] = []
        self._colors: tuple[int, ...] = ()
        self.setFont(appearance.tabular(appearance.font(appearance.Type.CAPTION)))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Points of each cluster and class")
        self.setMouseTracking(True)

    def show_table(self, table: NDArray[np.int64], clusters: NDArray[np.int64], classes: NDArray[np.int64]) -> None:
        """Show a table, shape (c, t), of at most ``MOST`` rows and columns, with the labels of its rows and columns."""
        self._table = table[:MOST, :MOST]
        self._clusters = clusters[:MOST].tolist()
        self._classes = classes[:MOST].tolist()
        self.setFixedHeight(round((len(self._clusters) + 1) * _ROW))
        self.setAccessibleDescription("; ".join(map(self.words, range(len(self._clusters)))))
        self.update()

    def set_colors(self, colors: tuple[int, ...]) -> None:
        """Draw the clusters' marks in these color slots."""
        if colors != self._colors:
            self._colors = colors
            self.update()

    def words(self, row: int) -> str:
        """Return a row in words: "cluster 1: 50 of class 0, 2 of class 3"."""
        cells = zip(self._table[row].tolist(), self._classes, strict=True)
        return f"cluster {self._clusters[row] + 1}: " + ", ".join(f"{n:,} of class {name}" for n, name in cells if n)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for the points of the cell at the pointer."""
        cell = self._cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            row, column = cell
            self.cell_requested.emit(self._clusters[row], self._classes[column])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the number at the pointer is, and show where a press does something."""
        cell = self._cell_at(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if cell is None else Qt.CursorShape.PointingHandCursor)
        self.setToolTip("" if cell is None else self._cell_words(*cell))

    def _cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Return row and column of the cell at a place that has points."""
        if not self._table.size or at.x() < _HEAD or at.y() < _ROW:
            return None
        row, column = int(at.y() / _ROW) - 1, int((at.x() - _HEAD) / self._width())
        inside = row < self._table.shape[0] and column < self._table.shape[1]
        return (row, column) if inside and self._table[row, column] else None

    def _cell_words(self, row: int, column: int) -> str:
        points = Note("{n:# point|points}", {"n": int(self._table[row, column])})
        return f"{points} of class {self._classes[column]} in cluster {self._clusters[row] + 1}"

    def _width(self) -> float:
        return (self.width() - _HEAD) / len(self._classes)

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(240, round((len(self._clusters) + 1) * _ROW))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the heads, the grounds of the cells and their numbers."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._table.size:
            width = self._width()
            painter.setPen(appearance.color(appearance.current().quiet))
            for column, name in enumerate(self._classes):
                place = QRectF(_HEAD + column * width, 0, width, _ROW)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._fitting(str(name), width))
            for row in range(len(self._clusters)):
                self._paint_row(painter, row, width)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int, width: float) -> None:
        theme, top = appearance.current(), (row + 1) * _ROW
        cluster = self._clusters[row]
        slot = self._colors[cluster] if cluster < len(self._colors) else cluster
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(appearance.color(theme.cluster(slot)))
        painter.drawEllipse(QPointF(_DOT / 2 + 1, top + _ROW / 2), _DOT / 2, _DOT / 2)
        painter.setPen(appearance.color(theme.quiet))
        name = QRectF(_DOT + 5, top, _HEAD - _DOT - 5, _ROW)
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"{cluster + 1}")
        total = max(int(self._table[row].sum()), 1)
        for column, count in enumerate(self._table[row].tolist()):
            place = QRectF(_HEAD + column * width, top, width, _ROW)
            painter.fillRect(place.adjusted(1, 1, -1, -1), appearance.color(theme.text, _STRONGEST * count / total))
            painter.setPen(appearance.color(theme.text if count else theme.quiet))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._fitting(f"{count:,}", width))

    def _fitting(self, text: str, width: float) -> str:
        """Return ``text``, or a dot for one that has no room."""
        return text if QFontMetricsF(self.font()).horizontalAdvance(text) <= width else "·"
