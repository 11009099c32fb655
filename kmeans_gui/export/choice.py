"""What somebody who exports can choose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from kmeans_gui.export.formats import formats
from kmeans_gui.export.job import Content, Format


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

    def called(self, path: Path) -> ExportChoice:
        """Return the choice for a file that the user has called ``path``: a suffix of another format chooses that format."""
        form = next((entry for entry in formats().values() if entry.suffix == path.suffix.lower() != ""), self.format)
        begins_a_run = form.content is Content.RUN is not self.format.content
        return replace(self, format=form, frames="all" if begins_a_run else self.frames)
