"""What the plain and the compiled loops have in common: the types of what goes in, and what each loop does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.raster.stamps import Stamps
from kmeans_gui.ui.canvas.raster.sums import Opacity, Sums

Pixels = NDArray[np.uint32]
"""Shape (h, w), C-contiguous, each 0xffRRGGBB."""

Colors = NDArray[np.uint32]
Spans = NDArray[np.int64]
"""Shape (m, 2), ascending: the first place and the one after the last of each."""

Rows = NDArray[np.int16]

GONE = -2
"""The row of a place whose point is not drawn; −1 stands for the last row of the colors."""

MOST_WEIGHT = 16


class Placement(NamedTuple):
    """Where points lie in the image: device x = x · ax + bx, and device y = y · ay + by, in pixels."""

    ax: float
    bx: float
    ay: float
    by: float


@dataclass(frozen=True)
class Loops:
    """The loops over pixels and points: plain or compiled, with the same pixels.

    Lengths are in device pixels. The center of the pixel in row r and column c is (c + 0.5, r + 0.5). Arrays must be
    C-contiguous and, but for those that are changed, may be read-only.

    Attributes
    ----------
    regions : callable
        ``regions(pixels, centers, tints, border, width)`` paints each pixel in the tint of its nearest center, and lines
        between the regions.

        pixels : ndarray of shape (h, w), uint32, changed in place
        centers : ndarray of shape (k, 2), float64
            Equally near ones: the first. A row that is not finite, or farther than 1e150 off, has no region. If that is so for
            all of them, nothing is painted.
        tints : ndarray of shape (k,), uint32
        border : int
            Color of the lines.
        width : float
            Of the lines; 0 for none.
    discs : callable
        ``discs(pixels, x, y, labels, spans, placement, stamps, colors, rim) -> int`` draws a mark at each point, one over the
        other, and returns how many have their center in the image.

        pixels : ndarray of shape (h, w), uint32, changed in place
        x, y : ndarray of shape (n,), float64
            In the order in which they are drawn.
        labels : ndarray of shape (n,), int16
            Row of ``colors`` of each; −1 for the last, ``GONE`` for a point that is not drawn.
        spans : ndarray of shape (m, 2), int64
            Which places to look at.
        placement : Placement
        stamps : Stamps
            The mark: :func:`disc_stamps`, :func:`ring_stamps`.
        colors : ndarray of shape (m,), uint32
        rim : int
            Color of the outline that the stamps have.
    density : callable
        ``density(sums, x, y, labels, spans, placement, size, colors, weight) -> int`` adds the coverage and the color of each
        point to the sums of the pixels under it, and returns how many have their center in the image, times ``weight``.

        sums : Sums, changed in place
        size : float
            Diameter of a mark; up to 1, it is the one pixel that its center lies in.
        weight : int
            1 to ``MOST_WEIGHT``: how many points each of these stands for.
    links : callable
        ``links(sums, x, y, labels, spans, placement, ends, square, colors, weight)`` adds a line from each point to the end
        that its label has to the sums of the pixels under it; see :mod:`kmeans_gui.ui.canvas.raster.lines`.

        sums : Sums, changed in place
        ends : ndarray of shape (k, 2), float64
            In the image or not. Labels that have none, or one that is not finite, have no lines.
        square : int
            Edge of the squares that share lines; only if it is 1, lines have soft edges.
        weight : int
            As for ``density``.
    coverage : callable
        ``coverage(sums) -> float`` tells what weight a pixel has on average, of those that have any.
    resolve : callable
        ``resolve(sums, pixels, opacity)`` mixes the mean color of each pixel into what is below and clears the sums.

        sums : Sums, changed in place
        pixels : ndarray of shape (h, w), uint32, changed in place
        opacity : Opacity
            How opaque a weight is: :func:`kmeans_gui.ui.canvas.raster.sums.opacity_of_marks`, ``opacity_of_lines``.
    """

    regions: Callable[[Pixels, Floats, Colors, int, float], None]
    discs: Callable[[Pixels, Floats, Floats, Rows, Spans, Placement, Stamps, Colors, int], int]
    density: Callable[[Sums, Floats, Floats, Rows, Spans, Placement, float, Colors, int], int]
    links: Callable[[Sums, Floats, Floats, Rows, Spans, Placement, Floats, int, Colors, int], None]
    coverage: Callable[[Sums], float]
    resolve: Callable[[Sums, Pixels, Opacity], None]
