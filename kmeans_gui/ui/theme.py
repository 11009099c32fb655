"""Theme: every color of the program, for light and for dark, and the sizes of type.

Color means *cluster* and nothing else; one accent marks the focus. The first eight clusters follow Okabe & Ito ("Color
universal design", 2008), lightened or darkened until they reach a contrast of 3:1 against the ground; beyond eight,
colorcet's Glasbey palettes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kmeans_gui.clustering.assignment import REPEAT

Rgb = tuple[int, int, int]

_OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#6B6B6B")
CLUSTER_COLORS = REPEAT


def rgb(text: str) -> Rgb:
    """Return "#RRGGBB" as three numbers."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def packed(color: Rgb) -> int:
    """Return an opaque color as the number 0xffRRGGBB."""
    return 0xFF000000 | color[0] << 16 | color[1] << 8 | color[2]


def luminance(color: Rgb) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: Rgb, b: Rgb) -> float:
    """Return the contrast ratio of two colors, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(a: Rgb, b: Rgb, share: float) -> Rgb:
    """Return ``a`` with ``share`` (0 to 1) of ``b`` in it."""
    return tuple(round(p + (q - p) * share) for p, q in zip(a, b, strict=True))  # type: ignore[return-value]


def legible(color: Rgb, ground: Rgb, least: float = 3.0) -> Rgb:
    """Return ``color``, taken away from the ground as little as gives the contrast ``least``."""
    target: Rgb = (0, 0, 0) if luminance(ground) > 0.5 else (255, 255, 255)
    steps = (mix(color, target, i / 40) for i in range(41))
    return next((c for c in steps if contrast(c, ground) >= least), target)


@dataclass(frozen=True)
class Theme:
    """The colors of one appearance."""

    dark: bool
    ground: Rgb
    surface: Rgb
    raised: Rgb
    line: Rgb
    text: Rgb
    quiet: Rgb
    unassigned: Rgb
    outline: Rgb
    accent: Rgb

    def cluster(self, slot: int) -> Rgb:
        """Return the color of a slot; slots repeat after 256."""
        return _clusters(self.ground, self.dark)[slot % CLUSTER_COLORS]


LIGHT = Theme(
    dark=False,
    ground=rgb("#FAFAF8"),
    surface=rgb("#F1F1EE"),
    raised=rgb("#FFFFFF"),
    line=rgb("#D6D6D1"),
    text=rgb("#1D1F23"),
    quiet=rgb("#5A5D63"),
    unassigned=rgb("#8A8D93"),
    outline=rgb("#16181D"),
    accent=rgb("#2F6FDE"),
)
DARK = Theme(
    dark=True,
    ground=rgb("#16181D"),
    surface=rgb("#1F2228"),
    raised=rgb("#2A2E36"),
    line=rgb("#3A3F49"),
    text=rgb("#ECEDEF"),
    quiet=rgb("#A9ADB5"),
    unassigned=rgb("#80848C"),
    outline=rgb("#FAFAF8"),
    accent=rgb("#7AA7FF"),
)


@cache
def _clusters(ground: Rgb, dark: bool) -> tuple[Rgb, ...]:
    import colorcet

    further = colorcet.glasbey_light if dark else colorcet.glasbey_dark
    colors = [legible(rgb(c), ground) for c in _OKABE_ITO]
    for text in further:
        color = legible(rgb(text), ground)
        if color not in colors:
            colors.append(color)
    further_round = [legible(mix(c, (128, 128, 128), 0.35), ground) for c in colors]
    return tuple((colors + further_round)[:CLUSTER_COLORS])
