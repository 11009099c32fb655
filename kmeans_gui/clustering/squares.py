"""Squares: their sum, by which a whole array of numbers is judged at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sum_of_squares(numbers: NDArray[np.float64]) -> float:
    """Return the sum of the squares of all numbers, of any shape: infinity if it is too large, NaN if one of them is.

    Not by ``np.vdot``: BLAS shares a long vector out over threads and waits for them, on a busy machine for a hundredth of a
    second where the sum takes a ten-thousandth.
    """
    flat = numbers.reshape(-1)
    return float(np.einsum("i,i->", flat, flat))
