"""What every exporter is handed: the run, the frames asked for, and somebody who can draw them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering import Trace
from kmeans_gui.data.dataset import Dataset

Progress = Callable[[int, int], None]
"""Told after each frame: frames written, frames in all."""

Pixels = NDArray[np.uint8]


class Renderer(Protocol):
    """Draws one half-step of a run. Handed in, so that exporters need no widgets."""

    def pixels(self, index: int, width: int, height: int) -> Pixels:
        """Return half-step ``index`` as an array of shape (height, width, 3), RGB."""

    def svg(self, index: int, width: int, height: int) -> str:
        """Return half-step ``index`` as an SVG document of ``width`` × ``height`` units."""


class Content(StrEnum):
    """What a format holds, from which the export form follows."""

    FRAME = "frame"
    RUN = "run"
    DATA = "data"


@dataclass(frozen=True, kw_only=True)
class Job:
    """One export.

    Parameters
    ----------
    dataset : Dataset
        The points.
    trace : Trace
        The run's steps.
    frames : tuple of int
        The half-steps to write, in order; a format that holds one frame takes the first.
    render : Renderer
        Draws them.
    width, height : int
        Size of a frame in pixels.
    seconds : float
        How long each frame of an animation stays.
    loop : bool
        Whether an animation starts over at its end.
    """

    dataset: Dataset
    trace: Trace
    frames: tuple[int, ...]
    render: Renderer
    width: int = 1280
    height: int = 720
    seconds: float = 0.6
    loop: bool = True


@dataclass(frozen=True, kw_only=True)
class Format:
    """One way to write an export to disk; each module of this package that defines ``FORMAT`` is found by itself.

    Parameters
    ----------
    name : str
        Its name in the program: "gif".
    title : str
        Its name in the window: "Animation (GIF)".
    suffix : str
        Of the file, with the dot; empty if the target is a folder.
    content : Content
        One frame, a run, or data.
    summary : str
        What it is good for, one sentence.
    timed : bool
        Whether its frames stay for a time.
    write : callable
        ``write(job, path, progress)``: writes all or nothing. ``progress`` may raise ``Cancelled``, which passes through after
        whatever was half-written has been removed.
    """

    name: str
    title: str
    suffix: str
    content: Content
    write: Callable[[Job, Path, Progress], None]
    summary: str = ""
    timed: bool = False
