"""The layers, from the ground up.

To add one: write a module with a class that has a ``name`` and a ``paint`` as :class:`Layer` has them, and put it into
``LAYERS`` below. If it can be switched off, its name goes into ``session.state.LAYERS``, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PySide6.QtGui import QPainter

from kmeans_gui.errors import Cancelled
from kmeans_gui.ui.canvas.caption import CaptionLayer
from kmeans_gui.ui.canvas.centroids import CentroidsLayer
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.canvas.links import LinksLayer
from kmeans_gui.ui.canvas.overlays import OverlaysLayer
from kmeans_gui.ui.canvas.points import PointsLayer
from kmeans_gui.ui.canvas.regions import RegionsLayer
from kmeans_gui.ui.canvas.selection import SelectionLayer
from kmeans_gui.ui.canvas.switched import SwitchedLayer
from kmeans_gui.ui.canvas.trails import TrailsLayer
from kmeans_gui.ui.canvas.view import View


class Layer(Protocol):
    """Draws one kind of thing."""

    name: str

    def paint(self, painter: QPainter, frame: Frame, view: View, style: Style) -> None:
        """Draw it in logical pixels: the painter has no transformation, ``view`` says where things are.

        The painter paints on a :class:`kmeans_gui.ui.canvas.sheet.Sheet`, or into a vector file if the style says so.
        """


ALWAYS = frozenset({"selection", "caption"})
"""Layers that nobody switches off: the frame says whether there is something to draw."""


LAYERS: tuple[Layer, ...] = (
    RegionsLayer(),
    LinksLayer(),
    PointsLayer(),
    SwitchedLayer(),
    OverlaysLayer(),
    SelectionLayer(),
    TrailsLayer(),
    CentroidsLayer(),
    CaptionLayer(),
)
"""All of them. Any thread may paint, also several at once."""


def cover(frame: Frame, view: View, style: Style, layers: Iterable[Layer]) -> bool:
    """Whether ``layers`` paint over each pixel of a sheet, so that its ground need not be painted first."""
    regions = (layer for layer in layers if isinstance(layer, RegionsLayer) and layer.name in style.layers)
    return any(layer.covers(frame, view) for layer in regions)


def paint(painter: QPainter, frame: Frame, view: View, style: Style, layers: Iterable[Layer] = LAYERS) -> None:
    """Paint those of ``layers`` that ``style`` asks for; each starts with soft edges and leaves nothing behind.

    Where one fails the others are painted, then its exception is raised.
    """
    defect: Exception | None = None
    for layer in layers:
        if layer.name in style.layers or layer.name in ALWAYS:
            painter.save()
            try:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                layer.paint(painter, frame, view, style)
            except Cancelled:
                raise
            except Exception as error:  # noqa: BLE001  raised below
                defect = defect or error
            finally:
                painter.restore()
    if defect is not None:
        raise defect
