"""GIF: the run as an animation that every browser, mail program and slide shows.

All frames share one palette, so that a color does not flicker from frame to frame, and each frame stores only what differs from
the one before it. The last frame is held three times as long as the others and for at least two seconds, whether the animation
starts over or not: without that pause the result, which is what one wants to see, would flash by before the start comes again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.export.job import Content, Format, Job, Pixels, Progress
from kmeans_gui.export.palette import Quantizer, shared_palette
from kmeans_gui.files import atomic_write

Indices = NDArray[np.uint8]

_UNCHANGED = 255
"""The transparent palette index, which lets the frame before show through; it leaves 255 for colors."""
_SAMPLED_FRAMES = 8
"""How many frames the palette is made from; they are drawn twice, since keeping them could fill the memory."""
_KEEP = 1
"""GIF's disposal method that leaves a frame in place for the next one to be drawn over."""
_TRAILER = b";"


def durations(count: int, seconds: float) -> list[int]:
    """Return how long each of ``count`` frames stays, in milliseconds.

    A GIF counts hundredths of a second, so ``seconds`` is rounded to them; the last frame stays longer (see the module).
    """
    each = round(seconds * 100) * 10
    return [each] * (count - 1) + [max(3 * each, 2000)]


def write(job: Job, path: Path, progress: Progress) -> None:
    """Write the frames of ``job`` one by one, so that memory holds one however long the run is."""
    progress(0, len(job.frames))
    palette = shared_palette(_samples(job, progress), _UNCHANGED)
    quantizer = Quantizer(palette)
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        previous: Indices | None = None
        for number, (index, duration) in enumerate(zip(job.frames, durations(len(job.frames), job.seconds), strict=True)):
            frame = quantizer.indices(job.render.pixels(index, job.width, job.height))
            if previous is None:
                file.writelines(_header(frame, palette, job.loop))
            _write_frame(file, frame, previous, duration)
            previous = frame
            progress(number + 1, len(job.frames))
        file.write(_TRAILER)


def _samples(job: Job, progress: Progress) -> Iterator[Pixels]:
    """Draw frames from the whole run, the first and the last among them."""
    chosen = np.linspace(0, len(job.frames) - 1, min(_SAMPLED_FRAMES, len(job.frames))).round().astype(int)
    for number in chosen:
        yield job.render.pixels(job.frames[number], job.width, job.height)
        progress(0, len(job.frames))


def _header(frame: Indices, palette: Pixels, loop: bool) -> list[bytes]:
    from PIL import GifImagePlugin, Image

    image = Image.fromarray(frame)
    image.putpalette(np.resize(palette, (256, 3)).tobytes())
    info = {"transparency": _UNCHANGED} | ({"loop": 0} if loop else {})
    return GifImagePlugin.getheader(image, info=info)[0]


def _write_frame(file: BinaryIO, frame: Indices, previous: Indices | None, duration: int) -> None:
    # Pillow's save_all keeps every frame until the last one has come; its getdata encodes one.
    from PIL import GifImagePlugin, Image

    (left, top), part = ((0, 0), frame) if previous is None else _difference(frame, previous)
    file.writelines(
        GifImagePlugin.getdata(Image.fromarray(part), (left, top), duration=duration, transparency=_UNCHANGED, disposal=_KEEP)
    )


def _difference(frame: Indices, previous: Indices) -> tuple[tuple[int, int], Indices]:
    """Return the left top corner and the content of the smallest rectangle that turns ``previous`` into ``frame``."""
    changed = frame != previous
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not rows.size:
        return (0, 0), np.full((1, 1), _UNCHANGED, np.uint8)
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return (int(columns[0]), int(rows[0])), np.where(changed[box], frame[box], np.uint8(_UNCHANGED))


FORMAT = Format(
    name="gif",
    title="Animation (GIF)",
    suffix=".gif",
    content=Content.RUN,
    write=write,
    summary="The run as an animation that plays in browsers, mails and slides; it pauses at its last frame.",
    timed=True,
)
