"""Magnitude: the factor that brings squares of distances into the range of numbers.

A square of 1e-200 is 0 and one of 1e200 infinite, and a method that goes by squares would take all points for one, or for lost.
Powers of two are factors that round nothing, so such points are multiplied by one, and what is found is divided by it again.
"""

from __future__ import annotations

import numpy as np

from kmeans_gui.clustering.overlays import Floats
from kmeans_gui.clustering.parameters import LARGEST
from kmeans_gui.clustering.squares import sum_of_squares

_EXPONENT = 300
"""Up to 2 to the power of this, and down to its inverse, squares and their sums are in range."""

_LARGEST_EXPONENT = 1000
"""Of a factor: larger ones would be no numbers themselves."""


def scale_of(*arrays: Floats) -> float:
    """Return the power of two to multiply ``arrays`` by, so that squares of their differences are in range; mostly 1."""
    # Each square is at most the sum, and the largest at least the mean: one quick pass, and mostly that is all.
    sums, size = sum(map(sum_of_squares, arrays)), sum(array.size for array in arrays)
    if size * 2.0 ** (-2 * _EXPONENT) <= sums <= 2.0 ** (2 * _EXPONENT):
        return 1.0
    largest = max((float(np.fmax.reduce(np.abs(array), axis=None, initial=0.0)) for array in arrays), default=0.0)
    exponent = int(np.frexp(largest)[1])
    return 1.0 if abs(exponent) <= _EXPONENT or not largest else 2.0 ** min(-exponent, _LARGEST_EXPONENT)


def scaled_length(length: float, scale: float) -> float:
    """Return a parameter that is a length in the units of points multiplied by ``scale``."""
    return length if scale == 1 else min(length * scale, LARGEST)
