"""PNG: one frame as an image."""

from __future__ import annotations

from pathlib import Path

from kmeans_gui.export.job import Content, Format, Job, Pixels, Progress
from kmeans_gui.files import atomic_write

_COMPRESSION = 6
"""zlib's level: 9 takes three times as long and saves 2 % of such pictures, 1 is no faster."""


def save_png(pixels: Pixels, path: Path) -> None:
    """Write ``pixels`` of shape (height, width, 3), RGB, to ``path`` as it stands, without the care for half-written files."""
    from PIL import Image

    Image.fromarray(pixels).save(path, format="PNG", compress_level=_COMPRESSION)


def write(job: Job, path: Path, progress: Progress) -> None:
    """Write the first frame of ``job``."""
    with atomic_write(path) as temporary:
        save_png(job.render.pixels(job.frames[0], job.width, job.height), temporary)
        progress(1, 1)


FORMAT = Format(
    name="png",
    title="Image (PNG)",
    suffix=".png",
    content=Content.FRAME,
    write=write,
    summary="One half-step as pixels, for slides and web pages.",
)
