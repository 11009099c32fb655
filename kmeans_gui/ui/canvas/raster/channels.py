"""Arithmetic on the four channels of a pixel at once.

Four channels of 8 bits fit into 64 bits with 8 bits of room above each, so that one multiplication and one addition do for all
of them. The functions are written once: numpy runs them on arrays of uint64, and the compiled loops compile them for single
numbers.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Wide = TypeVar("Wide", np.uint64, NDArray[np.uint64])
"""Four channels: blue in the lowest 16 bits, then red, green and alpha."""

FULL = 256
"""Coverage of a pixel that lies wholly under a mark."""

_PAIR = np.uint64(0x00FF00FF)
_OTHER_PAIR = np.uint64(0xFF00FF00)
_ALL = np.uint64(0x00FF00FF00FF00FF)
_HALVES = np.uint64(0x0080008000800080)
_APART = np.uint64(24)
_EIGHT = np.uint64(8)
_FULL = np.uint64(FULL)


def spread(pixel: Wide) -> Wide:
    """Return a pixel, 0xAARRGGBB, with room above each channel."""
    return (pixel & _PAIR) | ((pixel & _OTHER_PAIR) << _APART)


def packed(wide: Wide) -> Wide:
    """Return the pixel of which ``wide`` are the channels."""
    return (wide & _PAIR) | ((wide >> _APART) & _OTHER_PAIR)


def mixed(below: Wide, light: Wide, cover: Wide) -> Wide:
    """Return the channels ``below`` under a mark that covers ``cover`` of ``FULL`` and adds ``light``, rounded.

    ``light`` is the sum of the mark's colors, each times what it covers.
    """
    return ((below * (_FULL - cover) + light + _HALVES) >> _EIGHT) & _ALL
