"""View: the map from data to pixels. Computed in float64 by us, since Qt's transforms lose digits far from the origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kmeans_gui.clustering import Floats

NEAREST = 1e-10
"""Points that are nearer to each other than this share of their coordinates are shown as one place. Of a view as small as that,
a pixel is still hundreds of times as wide as the spacing of the numbers there."""


@dataclass(frozen=True)
class View:
    """A rectangle of the plane shown on a rectangle of the screen; y grows upwards in data and downwards in pixels.

    Parameters
    ----------
    x0, x1, y0, y1 : float
        The data range on show; x0 < x1 and y0 < y1.
    left, top, width, height : float
        Where on the painted surface, in logical pixels.
    """

    x0: float
    x1: float
    y0: float
    y1: float
    left: float
    top: float
    width: float
    height: float

    @classmethod
    def fitting(cls, low: Floats, high: Floats, width: float, height: float, margin: float = 0.08) -> View:
        """Return the view that shows all from ``low`` to ``high``, each of shape (2,): the corners of a box in data units.

        One data unit is as long across as up; ``margin`` is left free at each side, as a share of the size. A box that is too
        small for ``NEAREST`` is shown as the place that it is, with room around it.
        """
        center, span = (low + high) / 2, high - low
        offset = float(np.abs(center).max())
        scale = max(span[0] / width, span[1] / height) / (1 - 2 * margin)
        if not scale * min(width, height) > NEAREST * offset:
            scale = max(1.0, offset * 1e-3) * 2 / min(width, height)
        (x, y), half_width, half_height = center, scale * width / 2, scale * height / 2
        return cls(x - half_width, x + half_width, y - half_height, y + half_height, 0, 0, width, height)

    @property
    def pixels_per_unit(self) -> tuple[float, float]:
        """Logical pixels per data unit, across and up."""
        return self.width / (self.x1 - self.x0), self.height / (self.y1 - self.y0)

    def to_pixels(self, points: Floats) -> Floats:
        """Return data points of shape (n, 2) in logical pixels, shape (n, 2)."""
        sx, sy = self.pixels_per_unit
        out = np.empty((len(points), 2))
        out[:, 0] = self.left + (points[:, 0] - self.x0) * sx
        out[:, 1] = self.top + (self.y1 - points[:, 1]) * sy
        return out

    def to_data(self, pixels: Floats) -> Floats:
        """Return pixel positions of shape (n, 2) in data units, shape (n, 2)."""
        sx, sy = self.pixels_per_unit
        out = np.empty((len(pixels), 2))
        out[:, 0] = self.x0 + (pixels[:, 0] - self.left) / sx
        out[:, 1] = self.y1 - (pixels[:, 1] - self.top) / sy
        return out
