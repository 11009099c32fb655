"""Sums of the colors of all points over each pixel, and how opaque so many points are.

Where marks are so many that they lie on top of each other, a pixel shows the mean color of all of them, so that none is hidden
by those after it, and the more opaque the more there are.

Sums are integers, and so do not depend on the order. A pixel's weight and colors share 64 bits, which keeps them in the cache
and makes a point cost one addition; before these could overflow, they are carried over to sums of 64 bits each, of which few
are ever touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.canvas.raster.channels import FULL
from kmeans_gui.ui.canvas.raster.stamps import Stamps, disc_stamps

FAINTEST = 0.36
"""Opacity of a single mark, however many there are elsewhere."""

ALONE = 1.5
"""Up to so many marks over a pixel, on average of those that have any, they are told apart."""

CARRIED = np.uint64(1 << 63)
"""Set in ``Sums.near`` where there is something in ``Sums.far``."""

WEIGHT, RED, GREEN = np.uint64(51), np.uint64(34), np.uint64(17)
"""Lowest bits of the fields of ``Sums.near``; blue has the lowest of all."""

FIELD = np.uint64((1 << 17) - 1)

FULLEST = (1 << 9) - 1
"""The most weight that there is room for: nine bits, and that times 255 is below 2¹⁷."""

RIPE = np.uint64(1 << 59)
"""The highest bit of the weight. Once it is set, the sums are carried over: what one point adds is less than that again."""

GRAINS = 8
"""Weight of a pixel under one mark, if marks cover pixels in part."""

OFTEN = 8
"""So many times the typical weight is as opaque as it gets."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of weights and of weighted colors over each pixel.

    Parameters
    ----------
    shape : tuple of int
        Height and width of the image.
    near : ndarray of shape (h · w,), uint64
        From the highest bit down: ``CARRIED``, the weight (9 bits), red, green, blue (17 bits each).
    far : ndarray of shape (h · w, 4), int64
        Weight, red, green, blue, in addition.
    """

    shape: tuple[int, int]
    near: NDArray[np.uint64]
    far: NDArray[np.int64]

    @classmethod
    def zeros(cls, height: int, width: int) -> Sums:
        """Return cleared sums for an image."""
        return cls((height, width), np.zeros(height * width, np.uint64), np.zeros((height * width, 4), np.int64))

    def totals(self) -> NDArray[np.int64]:
        """Return weight, red, green, blue of each pixel: shape (h · w, 4)."""
        shifts, masks = np.array([WEIGHT, RED, GREEN, 0], np.uint64), np.array([FULLEST] + 3 * [FIELD], np.uint64)
        return self.far + (self.near[:, None] >> shifts & masks).astype(np.int64)


def grains(size: float) -> int:
    """Return the weight of a pixel that lies wholly under one mark of diameter ``size``."""
    return GRAINS if size > 1 else 1


@lru_cache(maxsize=16)
def grain_stamps(size: float) -> Stamps:
    """Return the weights that a mark of diameter ``size`` > 1 adds, instead of what it covers."""
    discs = disc_stamps(size / 2, 0.0)
    return Stamps((discs.inner * GRAINS + FULL // 2) // FULL, discs.rim)


class Opacity(NamedTuple):
    """How much a pixel's points cover of it, by their weight.

    Parameters
    ----------
    steps : ndarray of shape (256,), int64
        Ascending: the cover, of 256, is the number of steps that are not above the weight.
    light : ndarray of shape (4096,), uint64
        The cover of each small weight, to look up.
    """

    steps: NDArray[np.int64]
    light: NDArray[np.uint64]


_LIGHT = 4096


@lru_cache(maxsize=16)
def opacity_of_marks(size: float, typical: float) -> Opacity:
    """Return how opaque marks of diameter ``size`` are if pixels that have any have the weight ``typical`` on average.

    As long as hardly any share a pixel, marks are as opaque as discs are. The more do, the fainter is a single one, down to
    ``FAINTEST``, and the more it takes to be opaque: each time that marks double, opacity grows by the same amount.
    """
    typical /= grains(size)
    covers = (np.arange(FULL) + 0.5) / FULL
    crowding = max(typical / ALONE, 1.0)
    share = min(np.log2(crowding), 1.0)
    crowded = _crowded(covers, max(FAINTEST, crowding**-0.7), 1.0, max(OFTEN * typical, 2.0))
    return _by_weight(_sparse(covers, size) ** (1 - share) * crowded**share * grains(size))


@lru_cache(maxsize=16)
def opacity_of_lines(single: float, typical: float, most: float) -> Opacity:
    """Return how opaque lines are: a ``single`` one, and, in the end, as many as make ``OFTEN`` times the weight ``typical``.

    In between opacity grows by the same amount each time that lines double. It is never above ``most``: lines are drawn below
    the points, which are to stand out.
    """
    covers = (np.arange(FULL) + 0.5) / FULL
    lines = _crowded(covers, single, most, max(OFTEN * typical / GRAINS, 2.0))
    return _by_weight(np.where(covers <= most, lines * GRAINS, np.inf))


def _by_weight(weights: Floats) -> Opacity:
    """Return the opacity of which ``weights``, shape (256,), ascending, is the least weight of each step."""
    steps = np.maximum(np.ceil(np.minimum(weights, 2.0**62)), 1).astype(np.int64)
    light = np.searchsorted(steps, np.arange(_LIGHT), side="right").astype(np.uint64)
    steps.flags.writeable = light.flags.writeable = False
    return Opacity(steps, light)


def _sparse(covers: Floats, size: float) -> Floats:
    """Return how many marks cover so much of a pixel if they lie there by chance, one over the other.

    Of marks that cover pixels in part, some lie side by side and some on top of each other; x / (1 + x⁴)^¼ was found to be what
    they cover on average.
    """
    return covers / (1 - covers**4) ** 0.25 if size > 1 else covers


def _crowded(covers: Floats, single: float, full: float, most: float) -> Floats:
    """Return how many marks cover so much of a pixel: one ``single``, and ``most`` the share ``full`` of it."""
    return np.where(covers <= single, covers / single, most ** (np.maximum(covers - single, 0) / max(full - single, 1e-3)))


KEPT = 1 << 22
"""Pixels of a window; of larger pictures, for export, nothing is kept."""

_free: list[Sums] = []
"""Cleared sums of the last picture: as new ones they would cost a page fault for each four kilobytes."""


@contextmanager
def lent(height: int, width: int) -> Iterator[Sums]:
    """Lend cleared sums for an image to any thread; they must be cleared in the end, or they are not used again."""
    sums = _free.pop() if _free else None  # an atomic operation
    if sums is None or sums.shape != (height, width):
        sums = Sums.zeros(height, width)
    yield sums
    if not _free and height * width <= KEPT:
        _free.append(sums)
