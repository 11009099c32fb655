"""The compiled loops, all in one place. To be imported by :mod:`kmeans_gui.clustering.kernels.warming` alone."""

from __future__ import annotations

import numpy as np

from kmeans_gui.ui.canvas.raster.base import Loops, Placement
from kmeans_gui.ui.canvas.raster.compiled import coverage, density, discs, resolve
from kmeans_gui.ui.canvas.raster.compiled_lines import links
from kmeans_gui.ui.canvas.raster.compiled_regions import regions
from kmeans_gui.ui.canvas.raster.stamps import disc_stamps
from kmeans_gui.ui.canvas.raster.sums import Sums, opacity_of_marks

COMPILED = Loops(regions=regions, discs=discs, density=density, links=links, coverage=coverage, resolve=resolve)


def exercise() -> None:
    """Run each loop once, so that all are compiled or taken from the cache."""
    pixels, sums = np.zeros((8, 8), np.uint32), Sums.zeros(8, 8)
    x, labels, spans = np.arange(8.0), np.zeros(8, np.int16), np.array([[0, 8]])
    placement, colors = Placement(1.0, 0.0, 1.0, 0.0), np.array([0xFF0000FF], np.uint32)
    regions(pixels, np.array([[2.0, 2.0], [6.0, 5.0]]), np.array([1, 2], np.uint32), 0, 1.0)
    discs(pixels, x, x, labels, spans, placement, disc_stamps(1.0, 0.5), colors, 0)
    for size in (1.0, 2.0):
        density(sums, x, x, labels, spans, placement, size, colors, 1)
        resolve(sums, pixels, opacity_of_marks(size, coverage(sums)))
    links(sums, x, x, labels, spans, placement, np.array([[6.0, 2.0]]), 1, colors, 1)
