"""Minimum row: one of the minima that many runs found, as a button with a small picture of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.notes import number
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import paint_row_ground

HEIGHT = 64

_PICTURE = QSize(76, 56)
_MARGIN = 4.0
_POINT, _CENTROID = 2.4, 4.0
"""Diameters, in pixels."""
_BAR = 5.0


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """What the small picture shows.

    Parameters
    ----------
    points : ndarray of shape (m, 2)
        Some of the points, as they are drawn.
    labels : ndarray of shape (m,)
        The cluster of each, −1 for none.
    centroids : ndarray of shape (k, 2)
        NaN rows are not drawn.
    """

    points: Floats
    labels: NDArray[np.signedinteger]
    centroids: Floats


class MinimumRow(QAbstractButton):
    """A picture of the minimum, its objective, and the share of the runs that ended there, as words and as a bar.

    Signals
    -------
    pointed_out : bool
        The pointer or the keyboard is on it, or has left.
    """

    pointed_out = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnail: Thumbnail | None = None
        self._colors: tuple[int, ...] = ()
        self._words = ("", "")
        self._share = 0.0
        self._picture: QImage | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setCheckable(True)
        self.setToolTip("Watch a run that ends here")

    def show_minimum(self, thumbnail: Thumbnail, objective: float, share: float, runs: int, remark: str) -> None:
        """Show a minimum, which ``share`` of so many ``runs`` found; ``remark`` says what sets it apart, if anything."""
        self._thumbnail, self._share, self._picture = thumbnail, share, None
        found = f"{percent(share)} of {runs:,} {'run' if runs == 1 else 'runs'}"
        self._words = " · ".join(filter(None, (number(objective), remark))), found
        self.setAccessibleName(", ".join(filter(None, (number(objective), found, remark))))
        self.update()

    def set_colors(self, colors: tuple[int, ...]) -> None:
        """Draw the clusters in these color slots."""
        if colors != self._colors:
            self._colors, self._picture = colors, None
            self.update()

    def nextCheckState(self) -> None:
        """Leave it to the run on show whether this is its minimum."""

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(240, HEIGHT)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Tell that the pointer is here."""
        super().enterEvent(event)
        self.pointed_out.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that it has left."""
        super().leaveEvent(event)
        self.pointed_out.emit(False)

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._picture = None

    # What it looks like ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the picture, the words and the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row_ground(painter, self)
        if self._thumbnail is not None:
            painter.drawImage(QPointF(_MARGIN, (HEIGHT - _PICTURE.height()) / 2), self._drawn(self._thumbnail))
            self._paint_words(painter)
        painter.end()

    def _paint_words(self, painter: QPainter) -> None:
        theme, left = appearance.current(), 2 * _MARGIN + _PICTURE.width() + appearance.GRID / 2
        width = max(self.width() - left - appearance.GRID, 1.0)
        objective, share = self._words
        painter.setFont(appearance.tabular(appearance.font()))
        painter.setPen(appearance.color(theme.text))
        height = QFontMetricsF(painter.font()).height()
        painter.drawText(QRectF(left, _MARGIN + 2, width, height), Qt.AlignmentFlag.AlignLeft, objective)
        painter.setFont(appearance.tabular(appearance.font(appearance.Type.CAPTION)))
        painter.setPen(appearance.color(theme.quiet))
        painter.drawText(QRectF(left, _MARGIN + 2 + height, width, height), Qt.AlignmentFlag.AlignLeft, share)
        top = HEIGHT - _MARGIN - _BAR - 4
        painter.fillRect(QRectF(left, top, width, _BAR), appearance.color(theme.line))
        painter.fillRect(QRectF(left, top, max(width * self._share, 1.0), _BAR), appearance.color(theme.quiet))

    def _drawn(self, thumbnail: Thumbnail) -> QImage:
        """Return the picture, which is drawn once for each look."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatioF() != ratio:
            image = QImage(_PICTURE * ratio, QImage.Format.Format_ARGB32_Premultiplied)
            image.setDevicePixelRatio(ratio)
            image.fill(appearance.color(appearance.current().ground))
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _paint_clusters(painter, thumbnail, self._colors)
            painter.end()
            self._picture = image
        return self._picture


def _paint_clusters(painter: QPainter, thumbnail: Thumbnail, colors: tuple[int, ...]) -> None:
    theme = appearance.current()
    slots = (*colors, *range(len(colors), len(thumbnail.centroids)))
    points, centroids = _fitted(thumbnail.points, thumbnail.centroids)
    for label in np.unique(thumbnail.labels).tolist():
        ink = theme.unassigned if label < 0 else theme.cluster(slots[label])
        painter.setPen(QPen(appearance.color(ink), _POINT, c=Qt.PenCapStyle.RoundCap))
        painter.drawPoints([QPointF(x, y) for x, y in points[thumbnail.labels == label].tolist()])
    painter.setPen(QPen(appearance.color(theme.ground), 1))
    painter.setBrush(appearance.color(theme.outline))
    for x, y in centroids[np.isfinite(centroids).all(axis=1)].tolist():
        painter.drawEllipse(QPointF(x, y), _CENTROID / 2, _CENTROID / 2)


def _fitted(points: Floats, centroids: Floats) -> tuple[Floats, Floats]:
    """Return where points and centroids stand in the picture, both axes to one scale."""
    room = np.array([_PICTURE.width(), _PICTURE.height()]) - 2 * _MARGIN
    low, high = points.min(axis=0), points.max(axis=0)
    spread = np.maximum(high / 2 - low / 2, np.finfo(float).tiny)  # halves, since the whole may overflow
    scale, middle = (room / 2 / spread).min(), low / 2 + high / 2
    center = np.array([_PICTURE.width(), _PICTURE.height()]) / 2
    with np.errstate(all="ignore"):
        return tuple(center + (places - middle) * (scale, -scale) for places in (points, centroids))


def percent(share: float) -> str:
    """Return a share in words, with as many digits as keep a small one from 0 % and a large one from 100 %.

    >>> percent(0.38), percent(0.005), percent(0.0002), percent(0.995), percent(1)
    ('38 %', '0.5 %', '0.02 %', '99.5 %', '100 %')
    """
    if 0.99 < share < 1:
        return f"{100 * share:.{-math.floor(math.log10(100 * (1 - share)) + 1e-9)}f} %"
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"
