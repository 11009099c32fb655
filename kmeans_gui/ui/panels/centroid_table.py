"""Centroid table: how many points each centroid has, beside its color and its number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kmeans_gui.clustering import Step
from kmeans_gui.clustering.step import Assignment
from kmeans_gui.ui import appearance
from kmeans_gui.ui.theme import contrast

MOST_ROWS = 12
_ROW_HEIGHT = 24
_SWATCH_WIDTH = 32
_SWATCH_HEIGHT = 18
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Row:
    """One centroid: its number from 1, its color slot, and in words how many points it has and which share of them."""

    number: int
    slot: int
    count: str
    share: str


class CentroidTable(QWidget):
    """The table. Points are counted when it is painted: nobody waits for ten million labels that nobody looks at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step: Step | None = None
        self._colors: tuple[int, ...] = ()
        self._counted: Assignment | None = None
        self._counts: NDArray[np.intp] = np.empty(0, np.intp)
        self.setFont(appearance.tabular(appearance.font()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Centroids")
        self.setToolTip("Each centroid's color, number, points and share of the points")

    def show_step(self, step: Step, colors: tuple[int, ...]) -> None:
        """Show the centroids of ``step``; ``colors`` are their color slots."""
        k = None if self._step is None else self._step.k
        self._step, self._colors = step, colors
        if step.k != k:
            self.updateGeometry()
        self.update()

    def rows(self) -> list[Row]:
        """Return the rows that are shown."""
        if self._step is None:
            return []
        counts = self._count(self._step)
        total = int(counts.sum())
        return [self._row(self._step, j, int(counts[j]), total) for j in range(min(self._step.k, MOST_ROWS))]

    def rest(self) -> str:
        """Return how many centroids have no row: "and 13 more"; empty if each has one."""
        more = (self._step.k if self._step else 0) - MOST_ROWS
        return f"and {more:,} more" if more > 0 else ""

    def sizeHint(self) -> QSize:
        """Return the height of all rows and the heads of the columns."""
        rows = 1 + min(self._step.k, MOST_ROWS) + bool(self.rest()) if self._step else 0
        return QSize(appearance.GRID * 30, rows * _ROW_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint heads, rows, and how many more there are."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = appearance.current()
        rows = self.rows()
        painter.setPen(appearance.color(theme.quiet))
        self._paint_cells(painter, 0, "Points", "Share")
        for line, row in enumerate(rows, start=1):
            self._paint_swatch(painter, line, row)
            painter.setFont(self.font())
            painter.setPen(appearance.color(theme.text))
            self._paint_cells(painter, line, row.count, row.share)
        painter.setPen(appearance.color(theme.quiet))
        painter.drawText(QRectF(0, (len(rows) + 1) * _ROW_HEIGHT, self.width(), _ROW_HEIGHT), _LEFT, self.rest())
        painter.end()
        self.setAccessibleDescription("; ".join(f"centroid {row.number}: {row.count} points" for row in rows))

    def _paint_cells(self, painter: QPainter, line: int, count: str, share: str) -> None:
        top, middle = line * _ROW_HEIGHT, self.width() * 0.62
        painter.drawText(QRectF(_SWATCH_WIDTH, top, middle - _SWATCH_WIDTH, _ROW_HEIGHT), _RIGHT, count)
        painter.drawText(QRectF(middle, top, self.width() - middle, _ROW_HEIGHT), _RIGHT, share)

    def _paint_swatch(self, painter: QPainter, line: int, row: Row) -> None:
        fill = appearance.current().cluster(row.slot)
        ink = max(((255, 255, 255), (0, 0, 0)), key=lambda candidate: contrast(candidate, fill))
        box = QRectF(0, line * _ROW_HEIGHT + (_ROW_HEIGHT - _SWATCH_HEIGHT) / 2, _SWATCH_WIDTH, _SWATCH_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(appearance.color(fill))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(appearance.color(ink))
        number = QFont(self.font())
        number.setBold(True)
        number.setPixelSize(appearance.font(appearance.Type.CAPTION).pixelSize())
        painter.setFont(number)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(row.number))

    def _row(self, step: Step, j: int, count: int, total: int) -> Row:
        slot = self._colors[j] if j < len(self._colors) else j
        if step.centroids is not None and np.isnan(step.centroids[j, 0]):
            return Row(j + 1, slot, "dropped", "")
        return Row(j + 1, slot, f"{count:,}" if total else "–", f"{count / total:.1%}".replace("%", " %") if total else "–")

    def _count(self, step: Step) -> NDArray[np.intp]:
        # Only an assignment makes a new one; the steps after it carry the same.
        if step.assignment is not self._counted or len(self._counts) != step.k:
            self._counted, self._counts = step.assignment, step.counts()
        return self._counts
