"""Ticks: round numbers along an axis, and how they are written. No Qt."""

from __future__ import annotations

import math

from kmeans_gui.clustering.notes import number

_ROUND = (1.0, 2.0, 5.0, 10.0)
_PLAIN = (1e-3, 1e5)
"""Numbers outside these bounds are written with an exponent, which is shorter."""


def ticks(top: float, most: int) -> list[float]:
    """Return at most ``most`` + 1 multiples of 1, 2 or 5 times a power of ten, from 0 up to ``top``.

    >>> ticks(7.3, 4)
    [0.0, 2.0, 4.0, 6.0]
    """
    if not 0 < top < math.inf or most < 1:
        return [0.0]
    power = 10.0 ** math.floor(math.log10(top / most))
    step = next(digit * power for digit in _ROUND if digit * power * most >= top * (1 - 1e-9) or digit == _ROUND[-1])
    return [i * step for i in range(math.floor(top / step * (1 + 1e-9)) + 1)]


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
