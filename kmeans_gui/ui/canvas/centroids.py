"""The centroids: stars in the color of their cluster, with their number."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.overlays import Tags
from kmeans_gui.ui.canvas import sprites
from kmeans_gui.ui.canvas.frame import FULL, Frame, Style
from kmeans_gui.ui.canvas.marks import within
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import Rgb, Theme

RADIUS, SMALLEST = 9.0, 6.0
"""A star's, in pixels; the smallest is still well above a point's."""

FEW = 64
"""Up to this many centroids are drawn at full size and numbered."""

OUTLINE, HALO = 2.0, 1.0
PADDING = 3.0
NUMBER, LEGIBLE = 12.0, 9.0
"""Height of a number's type, in pixels, and the least in a small picture."""

_INNER = 0.48
_ORIGIN = np.zeros(2)
_NOWHERE = (math.nan,) * 4
_ANGLES = np.pi / 5 * np.arange(10)
_STAR = np.column_stack([np.sin(_ANGLES), -np.cos(_ANGLES)]) * np.where(np.arange(10) % 2, _INNER, 1.0)[:, None]


def star_radius(k: int, style: Style) -> float:
    """Return the radius of a star among ``k``, in logical pixels."""
    return style.scale * max(SMALLEST, RADIUS * min(1.0, math.sqrt(FEW / max(k, 1))))


def star_reach(k: int, style: Style) -> float:
    """Return how far a star among ``k`` reaches with its outline, in logical pixels."""
    radius = star_radius(k, style)
    return radius * (1 + (OUTLINE + HALO) / RADIUS)


def star_core(k: int, style: Style) -> float:
    """Return within which distance of its center a star among ``k`` covers everything, in logical pixels."""
    return star_radius(k, style) * (_INNER + (OUTLINE + HALO) / RADIUS)


class CentroidsLayer:
    """Draws the stars, then the numbers, which may not be covered by a star."""

    name = "centroids"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw the centroids that are in view."""
        if frame.centroids is None:
            return
        radius = star_radius(frame.k, style)
        pixels = view.to_pixels(frame.centroids)
        shown = np.flatnonzero(within(pixels, view, 2 * radius))
        if not len(shown):
            return
        palette = frame.palette(style.theme)
        if style.vector:
            for j in shown.tolist():
                _draw_outline(painter, pixels[j], radius, style.theme)
                _draw_area(painter, pixels[j], radius, QColor(*palette[j]))
        else:
            _copy_stars(painter, pixels[shown], [palette[j] for j in shown.tolist()], radius, style.theme)
        if len(pixels) <= FEW:
            texts = _texts(frame, style)
            _draw_texts(painter, pixels[shown], [texts[j] for j in shown.tolist()], radius, view, style)


def _copy_stars(painter: QPainter, places: Floats, colors: list[Rgb], radius: float, theme: Theme) -> None:
    distinct = tuple(dict.fromkeys(colors))
    row = {color: i for i, color in enumerate(distinct)}
    sheet = _stars(distinct, radius, theme, painter.device().devicePixelRatio())
    sheet.draw(painter, places, np.array([row[color] for color in colors], np.intp))


@lru_cache(maxsize=4)
def _stars(colors: tuple[Rgb, ...], radius: float, theme: Theme, ratio: float) -> sprites.Sprites:
    reach = radius * (1 + (OUTLINE + HALO) / RADIUS)
    outline = sprites.cells_of(lambda painter: _draw_outline(painter, _ORIGIN, radius, theme), reach, ratio)
    area = sprites.cells_of(lambda painter: _draw_area(painter, _ORIGIN, radius, QColor("black")), reach, ratio)
    return sprites.Sprites.of([sprites.tinted(outline, area, color) for color in colors], ratio)


def _star(at: Floats, radius: float) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in (_STAR * radius + at).tolist()])


def _draw_outline(painter: QPainter, at: Floats, radius: float, theme: Theme) -> None:
    # Lines lie half inside the shape; filling it last leaves their full width outside and the star its size.
    for width, line in ((OUTLINE + HALO, theme.ground), (OUTLINE, theme.outline)):
        painter.setPen(QPen(QColor(*line), 2 * width * radius / RADIUS, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolygon(_star(at, radius))


def _draw_area(painter: QPainter, at: Floats, radius: float, color: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(_star(at, radius))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def number_font(size: float) -> QFont:
    """Return the font of numbers: bold, all digits of one width."""
    font = QFont()
    font.setPixelSize(max(round(size), 1))
    font.setBold(True)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _texts(frame: Frame, style: Style) -> list[str]:
    """Return what is written beside each star: its number, and what an overlay has to say of it."""
    numbers = [str(j + 1) for j in range(frame.k)]
    tags = next((overlay.texts for overlay in frame.overlays if isinstance(overlay, Tags)), ())
    if not tags or "overlays" not in style.layers:
        return numbers
    return [f"{number} · {tag}" if tag else number for number, tag in zip(numbers, tags, strict=True)]


def _draw_texts(painter: QPainter, stars: Floats, texts: list[str], radius: float, view: View, style: Style) -> None:
    """Draw each text in a tag beside its star, and none where every place is taken."""
    metrics = QFontMetricsF(_font(style))
    # All digits are of one width.
    digit = metrics.horizontalAdvance("0")
    lengths = [digit * len(text) if text.isdecimal() else metrics.horizontalAdvance(text) for text in texts]
    widths = np.array(lengths) + 2 * PADDING * style.scale
    height, ratio = metrics.capHeight() + 2 * PADDING * style.scale, painter.device().devicePixelRatio()
    looks = replace(style, layers=frozenset(), effort=FULL)
    for text, place in zip(texts, _tags(stars.tobytes(), widths.tobytes(), height, radius, view), strict=True):
        if place[0] != place[0]:  # NaN: every place is taken
            continue
        left, top, right, bottom = place
        if style.vector:
            _draw_tag(painter, QRectF(left, top, right - left, bottom - top), text, style)
        else:
            corner = QPointF(round(left * ratio) / ratio, round(top * ratio) / ratio)
            painter.drawImage(corner, _tag(text, right - left, height, looks, ratio))


def _font(style: Style) -> QFont:
    return number_font(max(NUMBER * style.scale, LEGIBLE))


@lru_cache(maxsize=2 * FEW)
def _tag(text: str, width: float, height: float, style: Style, ratio: float) -> QImage:
    """Return a tag to be copied at each half-step: text takes a QPainter ten times as long."""
    image = QImage(math.ceil(width * ratio), math.ceil(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_tag(painter, QRectF(0, 0, width, height), text, style)
    finally:
        painter.end()
    return image


def _draw_tag(painter: QPainter, box: QRectF, text: str, style: Style) -> None:
    font, round_by = _font(style), PADDING * style.scale
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*style.theme.ground))
    painter.drawRoundedRect(box, round_by, round_by)
    painter.setPen(QColor(*style.theme.text))
    painter.setFont(font)
    painter.drawText(QPointF(box.left() + round_by, box.center().y() + QFontMetricsF(font).capHeight() / 2), text)


@lru_cache(maxsize=4)
def _tags(stars: bytes, widths: bytes, height: float, radius: float, view: View) -> list[tuple[float, ...]]:
    """Return :func:`_placed` of arrays given as their bytes: an assignment leaves the stars where the update has moved them."""
    return _placed(np.frombuffer(stars).reshape(-1, 2), np.frombuffer(widths), height, radius, view)


def _placed(stars: Floats, widths: Floats, height: float, radius: float, view: View) -> list[tuple[float, ...]]:
    """Return where the tags of stars at (m, 2) stand: each at the first of four places around its star that is free.

    Returns
    -------
    list of (left, top, right, bottom)
        NaN where no place is free.
    """
    x, y, gap = stars[:, 0], stars[:, 1], 0.72 * radius
    right, left, below, above = x + gap, x - gap - widths, y + gap, y - gap - height
    corners = np.stack([(right, below), (left, below), (right, above), (left, above)]).transpose(2, 0, 1)
    tags = np.concatenate([corners, corners + np.stack([widths, np.full_like(widths, height)], axis=1)[:, None]], axis=2)
    inside = (tags[..., :2] >= (view.left, view.top)) & (tags[..., 2:] <= (view.left + view.width, view.top + view.height))
    bodies = np.hstack([stars - 0.8 * radius, stars + 0.8 * radius])
    on_star = _overlap(tags[:, :, None], bodies)
    on_star[np.arange(len(stars)), :, np.arange(len(stars))] = False  # beside its own star a tag may be close
    free: NDArray[np.bool_] = inside[..., 0] & inside[..., 1] & ~np.logical_or.reduce(on_star, axis=2)
    placed: list[tuple[float, ...]] = []
    for candidates, are_free in zip(tags.tolist(), free.tolist(), strict=True):
        open_places = (tuple(place) for place, is_free in zip(candidates, are_free, strict=True) if is_free)
        placed.append(next((place for place in open_places if not _touches(place, placed)), _NOWHERE))
    return placed


def _touches(place: tuple[float, ...], others: list[tuple[float, ...]]) -> bool:
    # In plain Python: with few numbers at a time, numpy takes five times as long.
    left, top, right, bottom = place
    return any(left < r and right > l and top < b and bottom > t for l, t, r, b in others)  # noqa: E741


def _overlap(a: Floats, b: Floats) -> NDArray[np.bool_]:
    """Return which rectangles, given as left, top, right, bottom, have more than an edge in common."""
    apart = (a[..., :2] >= b[..., 2:]) | (a[..., 2:] <= b[..., :2])
    mask: NDArray[np.bool_] = ~(apart[..., 0] | apart[..., 1])
    return mask
