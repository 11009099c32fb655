"""Stamps: how much of each pixel a round mark covers, for centers at every eighth of a pixel.

Marks so lie where their points are and not on the nearest whole pixel. The area that a disc has in common with a pixel is
integrated: exactly along the row, and by the midpoint rule over thin strips across it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.raster.channels import FULL

OFFSETS = 8
"""Sub-pixel offsets across, and as many down."""

FOUR = 4
"""So many pixels are drawn in one turn of a loop."""

_STRIPS = 16


@dataclass(frozen=True, eq=False)
class Stamps:
    """A mark with an outline, at each offset.

    Parameters
    ----------
    inner, rim : ndarray of shape (OFFSETS², size, size), uint16
        What the mark and its outline cover of each pixel, of 256; together at most 256. In row j · OFFSETS + i, the center lies
        (size − 1) / 2 + i / OFFSETS from the left and (size − 1) / 2 + j / OFFSETS from the top.
    """

    inner: NDArray[np.uint16]
    rim: NDArray[np.uint16]

    @property
    def size(self) -> int:
        """Edge of a stamp in pixels."""
        return int(self.inner.shape[1])

    @cached_property
    def cells(self) -> Cells:
        """The pixels that each stamp covers at all."""
        # A few uncovered ones, to fill up with.
        inner, rim = (np.pad(t.reshape(len(t), -1), ((0, 0), (0, FOUR))) for t in (self.inner, self.rim))
        count = -(-int(np.count_nonzero(inner + rim, axis=1).max()) // FOUR) * FOUR
        # No pixel is there twice, so within a stamp the order does not matter.
        order = np.argsort(inner + rim == 0, axis=1, kind="stable")[:, :count]
        place = order % self.size**2
        return Cells(
            rows=place // self.size,
            columns=place % self.size,
            inner=np.take_along_axis(inner, order, 1).astype(np.uint64),
            rim=np.take_along_axis(rim, order, 1).astype(np.uint64),
        )


class Cells(NamedTuple):
    """The pixels that each stamp covers at all, the same number for each, so that the processor can tell where loops end.

    The number is a multiple of ``FOUR``.

    Parameters
    ----------
    rows, columns : ndarray of shape (OFFSETS², m), int64
        Place within the stamp.
    inner, rim : ndarray of shape (OFFSETS², m), uint64
        What is covered, as in :class:`Stamps`.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    inner: NDArray[np.uint64]
    rim: NDArray[np.uint64]


def corner(size: int) -> float:
    """Return how far the corner from which offsets are counted lies above and to the left of a mark's center.

    The sixteenth makes cutting off the same as taking the nearest offset.
    """
    return (size - 1) / 2 - 0.5 / OFFSETS


@lru_cache(maxsize=64)
def disc_stamps(radius: float, hair: float) -> Stamps:
    """Return discs of ``radius`` within an outline of width ``hair``."""
    size = _size(radius + hair)
    inner, whole = _cover(size, radius), _cover(size, radius + hair)
    return _frozen(inner, whole - inner)


@lru_cache(maxsize=64)
def ring_stamps(radius: float, width: float, halo: float) -> Stamps:
    """Return rings whose middle line has ``radius``, between two outlines of width ``halo``; their inside is clear."""
    outer, inner = radius + width / 2, radius - width / 2
    size = _size(outer + halo)
    ring = _cover(size, outer) - _cover(size, inner)
    return _frozen(ring, _cover(size, outer + halo) - _cover(size, inner - halo) - ring)


def _size(radius: float) -> int:
    return int(np.ceil(2 * radius)) + 1


def _cover(size: int, radius: float) -> NDArray[np.int64]:
    """Return what a disc covers of each pixel, of 256: shape (OFFSETS², size, size)."""
    centers = (size - 1) / 2 + np.arange(OFFSETS) / OFFSETS
    strips = (np.arange(size * _STRIPS) + 0.5) / _STRIPS - centers[:, None]
    half_chords = np.sqrt(np.maximum(max(radius, 0.0) ** 2 - strips**2, 0))
    edges = np.arange(size + 1) - centers[:, None]
    # Of each strip, how much of the disc lies to the left of each edge.
    left = np.clip(edges[None, :, None, :], -half_chords[:, None, :, None], half_chords[:, None, :, None])
    areas: Floats = np.diff(left, axis=-1).reshape(OFFSETS, OFFSETS, size, _STRIPS, size).mean(axis=3)
    return np.rint(areas * FULL).astype(np.int64).reshape(-1, size, size)


def _frozen(inner: NDArray[np.int64], rim: NDArray[np.int64]) -> Stamps:
    tables = inner.astype(np.uint16), rim.astype(np.uint16)
    for table in tables:
        table.flags.writeable = False
    return Stamps(*tables)
