"""Frames: the run as a folder of numbered PNG images, frame-0000.png and on."""

from __future__ import annotations

from pathlib import Path

from kmeans_gui.export.job import Content, Format, Job, Progress
from kmeans_gui.export.png import save_png
from kmeans_gui.files import atomic_folder


def write(job: Job, path: Path, progress: Progress) -> None:
    """Write every frame of ``job`` into the folder ``path``, numbered from 0 in the order in which they are shown."""
    total = len(job.frames)
    digits = max(4, len(str(total - 1)))
    with atomic_folder(path) as folder:
        for number, index in enumerate(job.frames):
            save_png(job.render.pixels(index, job.width, job.height), folder / f"frame-{number:0{digits}}.png")
            progress(number + 1, total)


FORMAT = Format(
    name="frames",
    title="Numbered images (PNG)",
    suffix="",
    content=Content.RUN,
    write=write,
    summary="A folder with one image for each half-step, for slides and video programs.",
)
