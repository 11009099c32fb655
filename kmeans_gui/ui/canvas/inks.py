"""Inks: the colors that points are drawn in where an overlay has more to say than which cluster they are in.

A mixture of colors, a shade, or a role in a clustering is told by drawing each point in one of some thousands of inks. So the
loops that draw points know nothing of overlays: they get labels and a palette as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.assignment import Assignment, Labels, few_labels, labels_of
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.overlays import Mixture, Roles, Shades
from kmeans_gui.errors import CancelQuestion
from kmeans_gui.ui.canvas.frame import Frame, Style
from kmeans_gui.ui.theme import Rgb, Theme, mix

SHADES = 64
"""Steps from pale to strong."""

PALEST = 0.16
"""Share of the text's color in the palest shade."""

BORDER = 0.5
"""Share of the cluster's color in a point on the border of its cluster."""

_SHARES = 1 << 19
"""Shares that are mixed in one go: those of a thousand clusters take their room."""
_CLUSTERS = 1 << 12
"""Of more clusters, some that could not be told apart share their inks."""
_BITS = 5
"""Of each channel of a mixed color, for telling inks apart; each is then the mean of the colors that it stands for."""

Inks = tuple[Assignment, tuple[Rgb, ...]]
"""Which ink each point has, and the inks; the last is that of points without one, so that −1 finds it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class InkedFrame(Frame):
    """A frame whose assignment says not which cluster a point has but which ink."""

    inks: tuple[Rgb, ...]

    @cached_property
    def k(self) -> int:
        """Number of inks, without that of points that have none."""
        return len(self.inks) - 1

    def palette(self, theme: Theme) -> tuple[Rgb, ...]:
        """Return the inks."""
        return self.inks


def inked(frame: Frame, style: Style) -> Frame:
    """Return ``frame`` as the points of it are to be drawn: itself, if no overlay has anything to say of them.

    Raises
    ------
    Cancelled
        If the effort has become unwanted.
    """
    if "overlays" not in style.layers:
        return frame
    for overlay in frame.overlays:
        if type(overlay) in _MAKERS:
            assignment, inks = _kept(frame, overlay, style)
            fields = {name: value for name, value in vars(frame).items() if name in Frame.__dataclass_fields__}
            return InkedFrame(**(fields | {"assignment": assignment}), inks=inks)
    return frame


_last: list[tuple[tuple[Any, ...], Inks]] = []
"""The inks of the last pictures: panning and zooming change nothing about them. Replaced as a whole, so any thread may look."""


def _kept(frame: Frame, overlay: Any, style: Style) -> Inks:
    global _last
    key = (overlay, frame.assignment, frame.colors, style.theme)
    for known, inks in _last:
        if all(a is b or (type(a) is tuple and a == b) for a, b in zip(known, key, strict=True)):
            return inks
    labels, colors = _MAKERS[type(overlay)](frame, overlay, style.theme, style.effort.unwanted)
    labels.flags.writeable = False
    _last = [*_last[-1:], (key, (labels, colors))]
    return labels, colors


def _shades(frame: Frame, overlay: Shades, theme: Theme, unwanted: CancelQuestion) -> tuple[Labels, tuple[Rgb, ...]]:
    levels = np.rint(np.clip(overlay.of(), 0, 1) * (SHADES - 1)).astype(np.int16)
    shares = np.linspace(PALEST, 1, SHADES).tolist()
    return levels, (*(mix(theme.ground, theme.text, share) for share in shares), theme.unassigned)


def _mixture(frame: Frame, overlay: Mixture, theme: Theme, unwanted: CancelQuestion) -> tuple[Labels, tuple[Rgb, ...]]:
    pure = np.array(frame.palette(theme)[:-1], np.float64)
    cells = np.empty(frame.layout.n, np.int16)
    total, count = np.zeros((1 << 3 * _BITS, 3)), np.zeros(1 << 3 * _BITS)
    for block in blocks(len(cells), max(_SHARES // len(pure), 1), unwanted):
        mixed = overlay.of(block) @ pure
        red, green, blue = (mixed.astype(np.int64) >> 8 - _BITS).T
        index = red << 2 * _BITS | green << _BITS | blue
        cells[block] = index
        count += np.bincount(index, minlength=len(count))
        for channel in range(3):
            total[:, channel] += np.bincount(index, weights=mixed[:, channel], minlength=len(count))
    used = np.flatnonzero(count)
    inks = np.rint(total[used] / count[used, None]).astype(int).tolist()
    number = np.zeros(len(count), np.int16)
    number[used] = np.arange(len(used))
    return number[cells], (*((r, g, b) for r, g, b in inks), theme.unassigned)


def _roles(frame: Frame, overlay: Roles, theme: Theme, unwanted: CancelQuestion) -> tuple[Labels, tuple[Rgb, ...]]:
    assert frame.assignment is not None
    *all_clusters, unassigned = frame.palette(theme)
    clusters, roles = all_clusters[:_CLUSTERS], labels_of(overlay.assignment)
    which, k = few_labels(labels_of(frame.assignment), _CLUSTERS).copy(), len(clusters)
    which[(roles == Roles.BORDER) & (which >= 0)] += k
    which[roles == Roles.NOISE] = 2 * k
    borders = (mix(theme.ground, color, BORDER) for color in clusters)
    return which, (*clusters, *borders, theme.quiet, unassigned)


_MAKERS: dict[type, Callable[[Frame, Any, Theme, CancelQuestion], tuple[NDArray[Any], tuple[Rgb, ...]]]] = {
    Shades: _shades,
    Mixture: _mixture,
    Roles: _roles,
}
