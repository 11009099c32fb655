"""Palette: the few colors that stand for all colors of a run, for formats that can hold no more.

The pictures are flat: a ground, a tint for each region, a color for each cluster, and thin edges where these blend. The most
frequent colors are therefore kept exactly, and the blends share what is left. Nothing is dithered, so flat stays flat.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.export.job import Pixels

Packed = NDArray[np.uint32]
"""Colors as 0xRRGGBB."""

_SAMPLED_PIXELS = 1 << 20
"""How many pixels of one frame are counted: every color that covers more than a trace of it is among them."""
_BLOCK = 1 << 18
"""How many pixels are looked up at a time, so that their intermediate arrays stay small beside the frame."""
_EXACT_SHARE = 0.5
"""The share of the palette that goes to the most frequent colors: enough for ground, text and sixty clusters with regions."""


def pack(pixels: Pixels) -> Packed:
    """Return ``pixels`` of shape (…, 3) as numbers 0xRRGGBB of shape (…)."""
    wide = pixels.astype(np.uint32)
    return np.asarray(wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2], np.uint32)


def unpack(packed: Packed) -> Pixels:
    """Return numbers 0xRRGGBB of shape (…) as colors of shape (…, 3)."""
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=-1).astype(np.uint8)


def shared_palette(samples: Iterable[Pixels], size: int) -> Pixels:
    """Return at most ``size`` colors for all the frames that ``samples`` stand for.

    Parameters
    ----------
    samples : iterable of ndarray of shape (height, width, 3)
        Some of the frames; one is held at a time.
    size : int
        The most colors to return.

    Returns
    -------
    ndarray of shape (m, 3), uint8
        All colors, if there are no more than ``size``; else the most frequent ones, and for the rest those of a median cut
        (Heckbert, "Color image quantization for frame buffer display", SIGGRAPH 1982).
    """
    colors, counts = np.empty(0, np.uint32), np.empty(0, np.int64)
    for pixels in samples:
        stride = int(np.ceil(np.sqrt(pixels.shape[0] * pixels.shape[1] / _SAMPLED_PIXELS)))
        colors, counts = _add(colors, counts, *np.unique(pack(pixels[::stride, ::stride]), return_counts=True))
    by_frequency = np.argsort(-counts, kind="stable")
    if len(colors) <= size:
        return unpack(colors[by_frequency])
    exact, rest = np.split(by_frequency, [int(size * _EXACT_SHARE)])
    return np.concatenate([unpack(colors[exact]), _median_cut(colors[rest], size - len(exact))])


def _add(colors: Packed, counts: NDArray[np.int64], new: Packed, times: NDArray[np.int64]) -> tuple[Packed, NDArray[np.int64]]:
    """Return the union of two counted sets of colors, sorted by color."""
    union, place = np.unique(np.concatenate([colors, new]), return_inverse=True)
    total = np.zeros(len(union), np.int64)
    np.add.at(total, place, np.concatenate([counts, times]))
    return union, total


def _median_cut(colors: Packed, size: int) -> Pixels:
    # Each color counts once, however often it occurs: the frequent ones are kept anyway, and this halves the largest error.
    from PIL import Image

    image = Image.fromarray(unpack(colors)[None])
    chosen = image.quantize(size, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).getpalette()
    return np.array(chosen, np.uint8).reshape(-1, 3)[:size]


class Quantizer:
    """Finds the nearest color of a palette for each pixel, and remembers it for each color that it has met."""

    _UNKNOWN = -1

    def __init__(self, palette: Pixels) -> None:
        self._palette = palette.astype(np.float32)
        self._known = np.full(1 << 24, self._UNKNOWN, np.int16)

    def indices(self, pixels: Pixels) -> NDArray[np.uint8]:
        """Return the palette index of each pixel of an array of shape (height, width, 3), shape (height, width)."""
        result = np.empty(pixels.shape[:2], np.uint8)
        rows = max(1, _BLOCK // pixels.shape[1])
        for top in range(0, len(pixels), rows):
            result[top : top + rows] = self._look_up(pack(pixels[top : top + rows]))
        return result

    def _look_up(self, colors: Packed) -> NDArray[np.int16]:
        found = self._known[colors]
        unknown = found == self._UNKNOWN
        if unknown.any():
            self._learn(np.unique(colors[unknown]))
            found[unknown] = self._known[colors[unknown]]
        return found

    def _learn(self, colors: Packed) -> None:
        squares = (self._palette**2).sum(axis=1)
        for start in range(0, len(colors), 1 << 14):
            block = colors[start : start + (1 << 14)]
            # Less the square of the color itself, which changes no comparison. All numbers are whole and below 2**24, so that
            # float32 is exact and ties go to the lowest index on every machine.
            distances = squares - 2 * (unpack(block).astype(np.float32) @ self._palette.T)
            self._known[block] = distances.argmin(axis=1)
