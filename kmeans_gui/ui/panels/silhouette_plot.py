"""Silhouette plot: a bar for each point, as long as the point is well placed, sorted within the clusters.

After Rousseeuw ("Silhouettes: a graphical aid to the interpretation and validation of cluster analysis", 1987). Thousands of
bars are one picture, made by numpy: a row of pixels is all that a bar can have.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kmeans_gui.clustering.metrics import Silhouettes
from kmeans_gui.clustering.notes import Note, number
from kmeans_gui.data.dataset import Rows
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.keyed_chart import DOWN, KeyedChart
from kmeans_gui.ui.panels.silhouette_layout import SilhouetteLayout, lay_out
from kmeans_gui.ui.theme import packed
from kmeans_gui.ui.ticks import tick_words, ticks

LEAST_HEIGHT, MOST_HEIGHT = 216, 400
_CLUSTER_HEIGHT = 18
"""Pixels for each cluster, as long as the whole stays below the most."""

_LEFT, _RIGHT, _TOP, _FOOT = 24, 44, 4, 20
_MOST_TICKS = 5
_FADED = 0.4
"""How strong the bars of another half-step than the one on show are."""

_BAND = 0.16
_NO_ROWS: Rows = np.empty(0, np.intp)


class SilhouettePlot(KeyedChart):
    """The bars of some :class:`~kmeans_gui.clustering.metrics.Silhouettes`.

    Up and Down go from bar to bar, with Shift over several, and Return selects their points.

    Signals
    -------
    rows_hovered : ndarray of int
        The points of the bar at the pointer, or where the keys are; none when they have left.
    rows_requested : ndarray of int
        The points of the bars that were clicked on, dragged over, or chosen by the keys.
    read : str
        The bar at the pointer, or where the keys are, in words; empty when they have left.
    """

    rows_hovered = Signal(object)
    rows_requested = Signal(object)
    read = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(DOWN, parent)
        self._silhouettes: Silhouettes | None = None
        self._colors: tuple[int, ...] = ()
        self._layout: SilhouetteLayout | None = None
        self._image: QImage | None = None
        self._drawn_as: tuple[object, ...] = ()
        self._low = 0.0
        self._is_past = False
        self._pressed: float | None = None
        self._pointed: tuple[float, float] | None = None  # from and to, in pixels
        self._places: Rows = _NO_ROWS  # of the points pointed out, in the silhouettes
        self._keyed: tuple[int, int] | None = None  # the bar where the keys began to extend, and the one where they are
        self.setFont(appearance.tabular(appearance.font(appearance.Type.CAPTION)))
        self.setFixedHeight(LEAST_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Silhouette plot")
        self.setToolTip("Each bar is a point: click one to select it, or drag over several")

    def show_silhouettes(self, silhouettes: Silhouettes | None, colors: tuple[int, ...] = ()) -> None:
        """Show bars, None for none; ``colors`` are the color slots of the clusters."""
        if silhouettes is not self._silhouettes:
            self._silhouettes, self._layout = silhouettes, None
            self._pressed = self._keyed = None
            self._point_at(None)
            if silhouettes is not None:
                least = float(silhouettes.values.min(initial=0.0))
                self._low = np.floor(least * 5) / 5
                clusters = len(np.unique(silhouettes.labels[silhouettes.labels >= 0]))
                room = clusters * _CLUSTER_HEIGHT + _TOP + _FOOT
                self.setFixedHeight(min(max(room, LEAST_HEIGHT), MOST_HEIGHT))
                self.setAccessibleDescription(self.words())
        self._colors = colors
        self.update()

    def show_past(self, is_past: bool) -> None:
        """Draw the bars faded if they are those of another half-step than the one on show."""
        if is_past != self._is_past:
            self._is_past = is_past
            self.update()

    def words(self) -> str:
        """Return the mean of each cluster in words."""
        layout = self._up_to_date()
        if layout is None:
            return ""
        means = zip((layout.clusters + 1).tolist(), layout.means.tolist(), strict=True)
        return "Mean by cluster: " + ", ".join(f"{cluster:,}: {number(mean, 2)}" for cluster, mean in means)

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(240, self.height())

    # Places ------------------------------------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(self.width() - _LEFT - _RIGHT, 1), self.height() - _TOP - _FOOT)

    def _up_to_date(self) -> SilhouetteLayout | None:
        """Return where the bars stand, in rows of the screen's own pixels."""
        height = round(self._area().height() * self.devicePixelRatioF())
        if self._silhouettes is not None and (self._layout is None or len(self._layout.at) != height):
            self._layout = lay_out(self._silhouettes, height)
        return self._layout

    def _row(self, y: float) -> int:
        return int((y - _TOP) * self.devicePixelRatioF())

    def x_of(self, value: float) -> float:
        """Return where a value stands, in pixels."""
        area = self._area()
        return area.left() + (value - self._low) / (1 - self._low) * area.width()

    def y_of(self, cluster: int, share: float = 0.5) -> float:
        """Return where a cluster that has points stands, in pixels; ``share`` is 0 at its upper edge and 1 at its lower one."""
        layout = self._up_to_date()
        assert layout is not None
        top, end = layout.band(int(np.searchsorted(layout.clusters, cluster)))
        return _TOP + (top + share * (end - top)) / self.devicePixelRatioF()

    def _between(self, y: float, to: float) -> Rows:
        """Return the places of the points between two pixels, in the silhouettes."""
        layout = self._up_to_date()
        return _NO_ROWS if layout is None else layout.order[layout.sharing(self._row(y), self._row(to))]

    # What the user does ------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press on a bar."""
        if event.button() is Qt.MouseButton.LeftButton and self._silhouettes is not None:
            self._pressed = event.position().y()
            self._point_at(self._pressed, self._pressed)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point out the bar at the pointer, or those that are dragged over."""
        y = event.position().y()
        self._point_at(self._pressed if self._pressed is not None else y, y)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select the points of the bars between where it was pressed and where it is let go."""
        pressed, self._pressed = self._pressed, None
        if pressed is not None:
            self._request(self._between(pressed, event.position().y()))
        event.accept()

    def _request(self, places: Rows) -> None:
        """Ask for the points at some places of the silhouettes."""
        if self._silhouettes is not None and len(places):
            self.rows_requested.emit(np.sort(self._silhouettes.rows[places]))

    def leaveEvent(self, event: QEvent) -> None:
        """Point out nothing any more."""
        self._point_at(None)

    def go(self, way: int, *, extend: bool) -> None:
        """Point out the next bar, or all from where Shift was pressed."""
        layout = self._up_to_date()
        if layout is None or not len(layout.order):
            return
        firsts, lasts, begins = _bars_in(layout)
        bar = min(max(self._keyed[1] + way, 0), len(firsts) - 1) if self._keyed else (0 if way > 0 else len(firsts) - 1)
        since = self._keyed[0] if self._keyed and extend else bar
        self._keyed = since, bar
        upper, lower = sorted(min(end, len(firsts) - 1) for end in self._keyed)
        ratio = self.devicePixelRatioF()
        top, end = _TOP + firsts[upper] / ratio, _TOP + (lasts[lower] + 1) / ratio
        self._point_at(top, end, layout.order[begins[upper] : np.append(begins, len(layout.order))[lower + 1]])

    def act(self) -> None:
        """Select the points of the bars that are pointed out."""
        self._request(self._places)

    def leave_place(self) -> None:
        """Point out nothing any more."""
        self._keyed = None
        self._point_at(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, which scrolls."""
        event.ignore()

    def _point_at(self, y: float | None, to: float = 0.0, places: Rows | None = None) -> None:
        """Point out what is between two pixels; ``places`` are those of its points, if they are known already."""
        pointed = None if y is None or self._silhouettes is None else (min(y, to), max(y, to))
        if pointed == self._pointed:
            return
        self._pointed = pointed
        if places is None:
            places = _NO_ROWS if pointed is None else self._between(*pointed)
        self._places, silhouettes = places, self._silhouettes
        self.rows_hovered.emit(_NO_ROWS if silhouettes is None else silhouettes.rows[places])
        words = "" if silhouettes is None or not len(places) else _words(silhouettes, places)
        self.read.emit(words)
        self.setAccessibleDescription(words or self.words())
        self.update()

    # What it looks like ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars, the axis, what is pointed at, the mean, and the clusters' numbers and means."""
        silhouettes, layout = self._silhouettes, self._up_to_date()
        if silhouettes is None or layout is None:
            return
        painter = QPainter(self)
        painter.setOpacity(_FADED if self._is_past else 1.0)
        painter.drawImage(self._area(), self._bars(silhouettes, layout))
        painter.setOpacity(1.0)
        self._paint_axis(painter)
        self._paint_pointed(painter)
        self._paint_mean(painter, silhouettes)
        self._paint_words(painter, layout)
        self.paint_focus(painter)
        painter.end()

    def _bars(self, silhouettes: Silhouettes, layout: SilhouetteLayout) -> QImage:
        """Return the picture of all bars, each row of pixels in its cluster's color from 0 to its value."""
        area, ratio, theme = self._area(), self.devicePixelRatioF(), appearance.current()
        width = max(round(area.width() * ratio), 1)
        drawn_as = layout, self._colors, theme, width
        if self._image is not None and self._drawn_as == drawn_as:
            return self._image
        self._drawn_as = drawn_as
        places = layout.order[layout.at] if len(layout.order) else np.zeros(len(layout.at), np.intp)
        values = np.where(layout.at >= 0, silhouettes.values[places], 0.0) if len(layout.order) else np.zeros(len(places))
        zero, end = (np.array([0.0]) - self._low) / (1 - self._low) * width, (values - self._low) / (1 - self._low) * width
        columns = np.arange(width) + 0.5
        inside = (columns > np.minimum(zero, end)[:, None]) & (columns < np.maximum(zero, end)[:, None])
        slots = [self._colors[c] if c < len(self._colors) else None for c in layout.clusters.tolist()]
        inks = np.array([packed(theme.unassigned if s is None else theme.cluster(s)) for s in slots] or [0], np.uint32)
        cluster = np.clip(np.searchsorted(layout.edges, layout.at, "right") - 1, 0, len(inks) - 1)
        pixels = np.where(inside, inks[cluster][:, None], np.uint32(0))
        image = QImage(pixels.tobytes(), width, len(pixels), 4 * width, QImage.Format.Format_ARGB32)
        self._image = image.copy()  # which owns its pixels
        return self._image

    def _paint_axis(self, painter: QPainter) -> None:
        area, theme = self._area(), appearance.current()
        foot = round(area.bottom()) + 0.5
        for value in ticks(self._low, 1.0, _MOST_TICKS).tolist():
            x = round(self.x_of(value)) + 0.5
            painter.setPen(QPen(appearance.color(theme.quiet if abs(value) < 1e-9 else theme.line), 1))
            painter.drawLine(QPointF(x, area.top() if abs(value) < 1e-9 else foot), QPointF(x, foot + 3))
            painter.setPen(appearance.color(theme.quiet))
            box = QRectF(x - 24, foot + 3, 48, _FOOT - 3)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, tick_words(value))

    def _paint_pointed(self, painter: QPainter) -> None:
        if self._pointed is not None:
            area, ink = self._area(), appearance.current().text
            top, end = (min(max(y, area.top()), area.bottom()) for y in self._pointed)
            box = QRectF(0, np.floor(top), self.width(), max(np.ceil(end) - np.floor(top), 1.0))
            painter.fillRect(box, appearance.color(ink, _BAND if end - top >= 1 else 3 * _BAND))

    def _paint_mean(self, painter: QPainter, silhouettes: Silhouettes) -> None:
        area, ink = self._area(), appearance.current().text
        if silhouettes.error > 0:
            low, high = (self.x_of(silhouettes.mean + way * silhouettes.error) for way in (-1, 1))
            painter.fillRect(QRectF(low, area.top(), high - low, area.height()), appearance.color(ink, _BAND))
        x = round(self.x_of(silhouettes.mean)) + 0.5
        painter.setPen(QPen(appearance.color(ink), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_words(self, painter: QPainter, layout: SilhouetteLayout) -> None:
        """Write each cluster's number to the left and its mean to the right, those left out for which there is no room."""
        theme, height, free = appearance.current(), QFontMetricsF(self.font()).height(), -1e9
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for i, (cluster, mean) in enumerate(zip(layout.clusters.tolist(), layout.means.tolist(), strict=True)):
            top, end = layout.band(i)
            y = _TOP + (top + end) / 2 / self.devicePixelRatioF() - height / 2
            if y < free:
                continue
            free = y + height
            painter.setPen(appearance.color(theme.quiet))
            painter.drawText(QRectF(0, y, _LEFT - 6, height), middle, f"{cluster + 1}")
            painter.setPen(appearance.color(theme.text))
            painter.drawText(QRectF(self.width() - _RIGHT, y, _RIGHT, height), middle, f"{mean:.2f}".replace("-", "−"))


def _bars_in(layout: SilhouetteLayout) -> tuple[Rows, Rows, Rows]:
    """Return the first and the last row of pixels of each bar, from the top down, and where its points begin in the order.

    They begin with the cluster, or halfway from the point that the bar above shows, and those of the last bar end where the
    order does: every point has a bar, be it narrower than a row of pixels.
    """
    ends = np.flatnonzero(np.diff(layout.at, prepend=-2, append=-2))
    there = layout.at[ends[:-1]] >= 0
    firsts, lasts = ends[:-1][there], ends[1:][there] - 1
    shown = layout.at[firsts]
    clusters = np.searchsorted(layout.edges, shown, "right") - 1
    is_new, halfway = np.diff(clusters) > 0, (shown[1:] + shown[:-1] + 1) // 2
    return firsts, lasts, np.append(0, np.where(is_new, layout.edges[clusters[1:]], halfway))


def _words(silhouettes: Silhouettes, places: Rows) -> str:
    """Return the values of some points in words: "0.430, cluster 2" or "0.410 to 0.440, 12 points of cluster 2"."""
    values, clusters = silhouettes.values[places], np.unique(silhouettes.labels[places]) + 1
    if len(values) == 1:
        return f"{number(float(values[0]), 3)}, cluster {clusters[0]:,}"
    points = Note("{n:# point|points}", {"n": len(values)}).text()
    of = f" of cluster {clusters[0]:,}" if len(clusters) == 1 else ""
    return f"{number(float(values.min()), 3)} to {number(float(values.max()), 3)}, {points}{of}"
