"""Render: one frame as a sheet of pixels, by the layers. In any thread; for the window and for exported pictures alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from kmeans_gui.errors import Cancelled
from kmeans_gui.ui.canvas import layers
from kmeans_gui.ui.canvas.frame import FULL, Effort, Frame, Style
from kmeans_gui.ui.canvas.sheet import Pixels, Sheet
from kmeans_gui.ui.canvas.view import View
from kmeans_gui.ui.theme import packed


@dataclass(frozen=True, eq=False)
class Request:
    """A frame to be drawn, and how.

    Parameters
    ----------
    frame : Frame
    view : View
        Its rectangle is the whole sheet: it begins at 0, 0.
    style : Style
    ratio : float
        Device pixels per logical pixel.
    """

    frame: Frame
    view: View
    style: Style
    ratio: float

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the sheet in device pixels."""
        return max(ceil(self.view.height * self.ratio), 1), max(ceil(self.view.width * self.ratio), 1)

    def same(self, other: Request) -> bool:
        """Whether it asks for the very same picture."""
        looks = (self.view, self.style, self.ratio) == (other.view, other.style, other.ratio)
        return self.frame is other.frame and looks


@dataclass(frozen=True, eq=False)
class Picture:
    """A frame, drawn.

    Parameters
    ----------
    request : Request
        What was asked for.
    sheet : Sheet
        The pixels.
    drawn : int
        How many points are on it.
    coarse : bool
        Whether it is a first one, which a full one follows.
    defect : Exception or None
        What kept some of it from being drawn.
    """

    request: Request
    sheet: Sheet
    drawn: int
    coarse: bool = False
    defect: Exception | None = None

    def place(self, view: View) -> QRectF:
        """Return where it belongs if ``view`` is on show, in logical pixels."""
        own, ratio = self.request.view, self.request.ratio
        scale_x, scale_y = (now / then for now, then in zip(view.pixels_per_unit, own.pixels_per_unit, strict=True))
        (left, top) = view.to_pixels(np.array([[own.x0, own.y1]]))[0].tolist()
        if scale_x == scale_y == 1:  # pixel by pixel, or what is crisp would be blurred
            left, top = round(left * ratio) / ratio, round(top * ratio) / ratio
        return QRectF(left, top, self.sheet.width() / ratio * scale_x, self.sheet.height() / ratio * scale_y)


def render(
    request: Request, pixels: Pixels, effort: Effort = FULL, painters: Sequence[layers.Layer] = layers.LAYERS
) -> Picture:
    """Draw what is asked for into ``pixels``, of the request's shape; whatever they hold is painted over.

    Raises
    ------
    Cancelled
        If the effort became unwanted meanwhile.
    """
    numbers: list[int] = []
    style = replace(request.style, effort=replace(effort, tell=numbers.append))
    if not layers.cover(request.frame, request.view, style, painters):
        pixels[:] = packed(style.theme.ground)
    sheet = Sheet(pixels, request.ratio)
    defect: Exception | None = None
    painter = QPainter(sheet)
    try:
        layers.paint(painter, request.frame, request.view, style, painters)
    except Cancelled:
        raise
    except Exception as error:  # noqa: BLE001  told with the picture, of which the rest is there
        defect = error
    finally:
        # A device that goes away before its painter takes the program with it.
        painter.end()
    return Picture(request, sheet, sum(numbers), effort.coarse, defect)
