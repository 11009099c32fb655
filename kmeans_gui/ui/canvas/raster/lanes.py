"""Lanes: the four channels of four pixels mixed at once, by the processor's vector instructions.

A mark covers a few pixels in each of a few rows. numba finds no vectors in loops that short, so the one step that does all the
work is written out for LLVM, which has instructions for it on every processor: sixteen numbers of 16 bits, since neither a
channel times what is covered nor the rounded sum of a mixture is larger. To be imported by compiled loops alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from kmeans_gui.ui.canvas.raster.base import Colors
from kmeans_gui.ui.canvas.raster.channels import FULL
from kmeans_gui.ui.canvas.raster.stamps import FOUR, Stamps

Lanes = NDArray[np.uint16]

LANES = 4 * FOUR
"""Channels of four pixels."""

STEP = 3 * LANES
"""Numbers in a table for each four pixels: what they keep, what the mark covers, and the light of its outline."""

_BYTES = ir.VectorType(ir.IntType(8), LANES)
_WIDE = ir.VectorType(ir.IntType(16), LANES)


@lru_cache(maxsize=8)
def table_of(stamps: Stamps, rim: int) -> Lanes:
    """Return what stamps do to pixels, four after four, row after row and stamp after stamp; shape (m,), read-only."""
    count, size = len(stamps.inner), stamps.size
    inner, rims = (_by_fours(table) for table in (stamps.inner, stamps.rim))
    light = rims * _channels(np.array([rim], np.uint32)) + FULL // 2  # the half rounds
    table = np.stack([FULL - inner - rims, inner, light], axis=3).astype(np.uint16)
    assert table.size == count * size * fours(size) * STEP
    table.flags.writeable = False
    return table.ravel()


def fours(size: int) -> int:
    """Return how many times four pixels a row of a stamp takes."""
    return -(-size // FOUR)


def colors_by_fours(colors: Colors) -> Lanes:
    """Return the channels of four pixels of each color; shape (len(colors) · LANES,)."""
    return _channels(colors).ravel()


def _by_fours(cover: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Return coverages of shape (stamps, size, size) as (stamps, size, fours, LANES), filled up with pixels not covered."""
    count, size, _ = cover.shape
    filled = np.pad(cover.astype(np.int64), ((0, 0), (0, 0), (0, fours(size) * FOUR - size)))
    return np.repeat(filled.reshape(count, size, -1, FOUR), 4, axis=3)


def _channels(colors: Colors) -> Lanes:
    """Return each color's channels as they lie in memory, four times over; shape (len(colors), LANES)."""
    return np.tile(colors.view(np.uint8).reshape(-1, 4).astype(np.uint16), (1, FOUR))


@intrinsic  # type: ignore[untyped-decorator]
def mix_four(typing: Any, pixels: Any, place: Any, table: Any, step: Any, colors: Any, color: Any) -> Any:
    """Mix a mark into the four pixels from ``place`` on, as :func:`kmeans_gui.ui.canvas.raster.channels.mixed` does with one.

    ``step`` and ``color`` say where in their arrays the table's numbers and the color's channels begin.
    """

    def write(context: Any, builder: ir.IRBuilder, signature: Any, values: list[ir.Value]) -> ir.Value:
        def pointer(array: int, index: ir.Value, vector: ir.VectorType) -> ir.Value:
            data = context.make_array(signature.args[array])(context, builder, values[array]).data
            return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())

        def numbers(array: int, index: ir.Value, later: int = 0) -> ir.Value:
            index = builder.add(index, ir.Constant(index.type, later))
            return builder.load(pointer(array, index, _WIDE), align=2)

        four = pointer(0, values[1], _BYTES)
        below = builder.mul(builder.zext(builder.load(four, align=4), _WIDE), numbers(2, values[3]))
        light = builder.mul(numbers(4, values[5]), numbers(2, values[3], LANES))
        total = builder.add(builder.add(below, light), numbers(2, values[3], 2 * LANES))
        mixed = builder.lshr(total, ir.Constant(_WIDE, [8] * LANES))
        builder.store(builder.trunc(mixed, _BYTES), four, align=4)
        return context.get_dummy_value()

    return types.void(pixels, place, table, step, colors, color), write
