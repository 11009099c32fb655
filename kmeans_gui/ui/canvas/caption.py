"""The caption at the foot of the picture, on a strip that keeps it legible over whatever lies below."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption

from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.view import View

TYPE, LEGIBLE = 15.0, 10.0
"""Height of the type, in pixels, and the least in a small picture."""

PADDING = 16.0, 8.0
"""Around the text, across and down, in pixels."""

LINES = 2
"""More text than fits on these is cut off with an ellipsis."""

OPACITY = 0.86


class CaptionLayer:
    """Draws the caption if the frame has one."""

    name = "caption"

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw the strip over the full width and the text in it."""
        if not frame.caption:
            return
        across, down = (padding * style.scale for padding in PADDING)
        font = caption_font(style)
        metrics = QFontMetricsF(font)
        lines = wrapped(frame.caption, font, view.width - 2 * across)
        height = len(lines) * metrics.height() + 2 * down
        top = view.top + view.height - height
        strip = QColor(*style.theme.ground)
        strip.setAlphaF(OPACITY)
        painter.fillRect(QRectF(view.left, top, view.width, height), strip)
        painter.setFont(font)
        painter.setPen(QColor(*style.theme.text))
        for i, line in enumerate(lines):
            painter.drawText(QPointF(view.left + across, top + down + i * metrics.height() + metrics.ascent()), line)


def caption_font(style: Style) -> QFont:
    """Return the caption's font; all its digits are of one width, so that it does not jitter while a run plays."""
    font = QFont()
    font.setPixelSize(round(max(TYPE * style.scale, LEGIBLE)))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def caption_height(style: Style) -> float:
    """Return how much of a picture a caption of one line covers, in pixels."""
    return QFontMetricsF(caption_font(style)).height() + 2 * PADDING[1] * style.scale


def wrapped(text: str, font: QFont, width: float) -> list[str]:
    """Return ``text`` broken into at most ``LINES`` lines of ``width`` pixels, the last one elided if need be."""
    breaks = _line_starts(text, font, width)
    metrics = QFontMetricsF(font)
    lines = [text[start:end].strip() for start, end in zip(breaks, [*breaks[1:], len(text)], strict=True)][: LINES - 1]
    rest = text[breaks[len(lines)] :].strip() if len(breaks) > len(lines) else ""
    return [*lines, metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)] if rest else lines


def _line_starts(text: str, font: QFont, width: float) -> list[int]:
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    starts = []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1))
        starts.append(line.textStart())
    layout.endLayout()
    return starts
