"""Raster: paints regions and very many points into an image, in any thread, without Qt.

The loops exist twice, with the same pixels bit for bit: in plain numpy (:mod:`plain`), and compiled (:mod:`compiled`,
:mod:`compiled_regions`). :func:`loops` returns the compiled ones as soon as they are loaded.

``regions``
    The nearest center's tint at each pixel, and lines between the regions.
``discs``
    Marks one by one, from tables of what they cover (:mod:`stamps`): as long as they can be told apart.
``density``, ``links``, ``coverage``, ``resolve``
    The mean color of all the points over a pixel (:mod:`sums`), for more than some 100,000 in view, or of all the lines from
    points to the centers of their clusters (:mod:`lines`).
"""

from __future__ import annotations

import threading

from kmeans_gui.clustering.kernels import warming
from kmeans_gui.ui.canvas.raster.base import GONE, MOST_WEIGHT, Colors, Loops, Pixels, Placement, Rows, Spans
from kmeans_gui.ui.canvas.raster.plain import PLAIN
from kmeans_gui.ui.canvas.raster.stamps import Stamps, disc_stamps, ring_stamps
from kmeans_gui.ui.canvas.raster.sums import Sums, lent, opacity_of_lines, opacity_of_marks

__all__ = [
    "FAMILY",
    "GONE",
    "MOST_WEIGHT",
    "Colors",
    "Loops",
    "Pixels",
    "Placement",
    "Rows",
    "Spans",
    "Stamps",
    "Sums",
    "begin",
    "disc_stamps",
    "is_compiled",
    "lent",
    "loops",
    "opacity_of_lines",
    "opacity_of_marks",
    "ring_stamps",
]

FAMILY = "kmeans_gui.ui.canvas.raster.family"
"""Where the compiled loops are, for :mod:`kmeans_gui.clustering.kernels.warming`."""


def begin() -> threading.Thread:
    """Begin to load the compiled loops, unless that has begun already; return the thread that does it."""
    return warming.begin(FAMILY)


def is_compiled() -> bool:
    """Whether :func:`loops` returns the compiled ones."""
    return loops() is not PLAIN


def loops() -> Loops:
    """Return the compiled loops if they are at hand; otherwise begin to load them, and return the plain ones."""
    family = warming.at_hand(FAMILY)
    return PLAIN if family is None else family.COMPILED
