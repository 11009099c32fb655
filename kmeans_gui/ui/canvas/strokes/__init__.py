"""Strokes: lines with round ends and dots, thousands of them at once, drawn into an image in any thread, without Qt.

A QPainter takes some ten microseconds to outline a line with soft edges, and the trails of ten centroids are hundreds of them.
Here a pixel is covered as far as its center lies within the stroke, which softens the edges as well as the eye can tell.

The loop exists twice, with the same pixels bit for bit: in plain numpy (:mod:`plain`), and compiled (:mod:`family`).
"""

from __future__ import annotations

from kmeans_gui.clustering.kernels import warming
from kmeans_gui.ui.canvas.strokes.base import Draw, shades
from kmeans_gui.ui.canvas.strokes.plain import draw

__all__ = ["FAMILY", "drawer", "shades"]

FAMILY = "kmeans_gui.ui.canvas.strokes.family"
"""Where the compiled loop is, for :mod:`kmeans_gui.clustering.kernels.warming`."""


def drawer() -> Draw:
    """Return the compiled loop if it is at hand; otherwise begin to load it, and return the plain one."""
    family = warming.at_hand(FAMILY)
    return draw if family is None else family.draw
