"""Tree picture: a dendrogram drawn at one size, kept so that the pointer can be followed without drawing it again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPixmap

from kmeans_gui.clustering.overlays import Tree
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.tree_layout import Ints, TreeLayout, sketch
from kmeans_gui.ui.theme import Rgb, Theme
from kmeans_gui.ui.ticks import tick_words, ticks

STRIP_GAP, STRIP = 3.0, 6.0
"""Below the tree, the strip of the clusters' colors: its distance and its height."""

_TICK = 4.0
_MOST_TICKS = 4
_SPACIOUS = 5.0
"""Pixels from leaf to leaf from which on lines are twice as thick."""

_ABOVE = -2
"""In place of a color slot: above the cut, where nothing belongs to a single cluster."""


@dataclass(frozen=True)
class Look:
    """What a picture depends on, besides the tree: where the tree stands, device pixels to a logical one, colors, type."""

    area: QRectF
    ratio: float
    theme: Theme
    font: QFont


class TreePicture:
    """The tree of ``layout`` with its axis, and below it which leaf is in which cluster. It may be made in any thread."""

    def __init__(self, layout: TreeLayout, look: Look) -> None:
        self.look = look
        self.layout = layout
        self._sketch = sketch(layout, look.area.width(), look.area.height(), look.ratio)
        self._drawn: Tree | None = None
        self._colors: tuple[int, ...] = ()
        self._pixmap: QPixmap | None = None

    def paint(self, painter: QPainter, tree: Tree, colors: tuple[int, ...]) -> None:
        """Paint the tree as it is cut; it is drawn anew only if it is cut elsewhere than the last time."""
        if self._pixmap is None or self._drawn is not tree or self._colors != colors:
            self._drawn, self._colors = tree, colors
            self._pixmap = self._draw(tree, colors)
        painter.drawPixmap(QPointF(0, 0), self._pixmap)

    def _draw(self, tree: Tree, colors: tuple[int, ...]) -> QPixmap:
        area, ratio = self.look.area, self.look.ratio
        pixmap = QPixmap(round((area.right() + 1) * ratio), round((area.bottom() + STRIP_GAP + STRIP) * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        clusters = self.layout.clusters_at(tree.merged)
        painter = QPainter(pixmap)
        self._draw_axis(painter)
        slots = self._slots(tree, colors, clusters, self.layout.first[self._sketch.owners])
        self._draw_lines(painter, np.where(self._sketch.owners < self.layout.leaves + tree.merged, slots, _ABOVE))
        self._draw_strip(painter, self._slots(tree, colors, clusters, self._columns()))
        painter.end()
        return pixmap

    def _slots(self, tree: Tree, colors: tuple[int, ...], clusters: Ints, places: Ints) -> NDArray[np.intp]:
        """Return the color slot of the cluster that has the leaf at each of ``places``; −1 for none."""
        found = clusters[np.searchsorted(self.layout.first[clusters], places, "right") - 1]
        labels = np.asarray(tree.labels)[found].astype(np.intp)
        slots = np.append(np.array(colors, np.intp), -1)
        return np.where((labels >= 0) & (labels < len(colors)), slots[np.minimum(labels, len(colors))], labels)

    def _draw_axis(self, painter: QPainter) -> None:
        area, theme = self.look.area, self.look.theme
        height = QFontMetricsF(self.look.font).height()
        painter.setFont(self.look.font)
        for value in ticks(0.0, self.layout.highest, _MOST_TICKS).tolist():
            y = round(area.bottom() - value / self.layout.top * area.height()) - 0.5
            painter.setPen(QPen(appearance.color(theme.line), 1))
            painter.drawLine(QPointF(area.left() - _TICK - 2, y), QPointF(area.left() - 2, y))
            painter.setPen(appearance.color(theme.quiet))
            box = QRectF(0, y - height / 2, area.left() - 2 * _TICK, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick_words(value))

    def _draw_lines(self, painter: QPainter, slots: NDArray[np.intp]) -> None:
        """Draw the branches, those above the cut first; where lines cross, the clusters' colors are on top."""
        area = self.look.area
        spacious = area.width() / max(self.layout.leaves, 1) >= _SPACIOUS
        painter.save()
        painter.translate(area.left(), area.bottom())
        painter.scale(1, -1)
        for slot in np.unique(slots).tolist():
            painter.setPen(QPen(appearance.color(self._color(slot)), 2 if spacious else 1, c=Qt.PenCapStyle.SquareCap))
            painter.drawLines([QLineF(*line) for line in self._sketch.lines[slots == slot].tolist()])
        painter.restore()

    def _columns(self) -> Ints:
        """Return the place of the leaf in the middle of each pixel across."""
        columns = max(round(self.look.area.width() * self.look.ratio), 1)
        return ((np.arange(columns) + 0.5) / columns * self.layout.leaves).astype(np.intp)

    def _draw_strip(self, painter: QPainter, slots: NDArray[np.intp]) -> None:
        """Draw below each pixel of the tree the color of its leaf, neighbors of one color at once."""
        area, ratio = self.look.area, self.look.ratio
        edges = np.flatnonzero(np.diff(slots, prepend=_ABOVE, append=_ABOVE))
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            box = QRectF(area.left() + start / ratio, area.bottom() + STRIP_GAP, (stop - start) / ratio, STRIP)
            painter.fillRect(box, appearance.color(self._color(int(slots[start]))))

    def _color(self, slot: int) -> Rgb:
        theme = self.look.theme
        return theme.unassigned if slot == -1 else theme.quiet if slot == _ABOVE else theme.cluster(slot)
