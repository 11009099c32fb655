"""Ticks: round numbers along an axis, and how they are written. No Qt."""

from __future__ import annotations

import numpy as np

from kmeans_gui.clustering import Floats
from kmeans_gui.clustering.notes import number

_PLAIN = (1e-3, 1e5)
"""Numbers outside these bounds are written with an exponent, which is shorter."""


def ticks(low: float, high: float, most: int) -> Floats:
    """Return round numbers from ``low`` to ``high``, 1, 2 or 5 times a power of ten apart, at most ``most`` of them.

    If there is nothing between the two, it is ``low`` alone.
    """
    if not 0 < high - low < np.inf:
        return np.array([low])
    rough = (high - low) / max(most, 1)
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    places: Floats = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return places


def tick_words(value: float) -> str:
    """Write a round number in few figures.

    >>> tick_words(0.15), tick_words(20.0), tick_words(2e6)
    ('0.15', '20', '2e6')
    """
    if value and not _PLAIN[0] <= abs(value) < _PLAIN[1]:
        mantissa, _, exponent = f"{value:.1e}".partition("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    text = number(value, 3)
    return text.rstrip("0").rstrip(".") if "." in text else text
