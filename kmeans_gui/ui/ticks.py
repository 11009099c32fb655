"""Ticks: round numbers along an axis."""

from __future__ import annotations

import numpy as np

from kmeans_gui.clustering import Floats


def ticks(low: float, high: float, most: int) -> Floats:
    """Return round numbers from ``low`` to ``high``, 1, 2 or 5 times a power of ten apart, at most ``most`` of them."""
    rough = (high - low) / max(most, 1)
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    places: Floats = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return places
