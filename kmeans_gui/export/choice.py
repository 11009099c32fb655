"""What somebody who exports can choose."""

from __future__ import annotations

from dataclasses import dataclass

from kmeans_gui.export.job import Format


@dataclass(frozen=True, kw_only=True)
class ExportChoice:
    """The choices of one export.

    Parameters
    ----------
    format : Format
        What to write.
    frames : str
        Which half-steps: "all", "iterations" or "final".
    width, height : int
        Size of a frame in pixels.
    seconds : float
        How long a frame of an animation stays.
    loop : bool
        Whether an animation starts over at its end.
    caption : bool
        Whether each frame bears N, K and the iteration.
    """

    format: Format
    frames: str = "all"
    width: int = 1280
    height: int = 720
    seconds: float = 0.6
    loop: bool = True
    caption: bool = True
