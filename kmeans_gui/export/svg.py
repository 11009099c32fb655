"""SVG: one frame as a drawing that scales."""

from __future__ import annotations

from pathlib import Path

from kmeans_gui.export.job import Content, Format, Job, Progress
from kmeans_gui.files import atomic_write


def write(job: Job, path: Path, progress: Progress) -> None:
    """Write the first frame of ``job``."""
    with atomic_write(path) as temporary:
        temporary.write_text(job.render.svg(job.frames[0], job.width, job.height), encoding="utf-8")
        progress(1, 1)


FORMAT = Format(
    name="svg",
    title="Drawing (SVG)",
    suffix=".svg",
    content=Content.FRAME,
    write=write,
    summary="One half-step as lines and shapes, sharp at any size, for print and for editing.",
)
