"""Formats: those there are, found in this package, and the door through which every export goes."""

from __future__ import annotations

import os
import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

import kmeans_gui.export
from kmeans_gui.errors import UserError
from kmeans_gui.export.job import Content, Format, Job, Progress

SMALLEST, LARGEST = 16, 8192
"""Bounds of a frame's width and height, in pixels."""
SHORTEST, LONGEST = 0.02, 60.0
"""Bounds of the time that a frame stays, in seconds: viewers play frames shorter than 0.02 s more slowly than they are told."""


@cache
def formats() -> dict[str, Format]:
    """Return every format by its name: the ``FORMAT`` of each module in this package that defines one."""
    modules = (
        import_module(f"{kmeans_gui.export.__name__}.{m.name}") for m in pkgutil.iter_modules(kmeans_gui.export.__path__)
    )
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {entry.name: entry for entry in sorted(found, key=lambda entry: entry.name)}


def for_path(path: str | os.PathLike[str], frames: int = 1) -> Format:
    """Return the format that ``path`` asks for by its suffix.

    A folder (one that exists, a path that ends with a slash, or one without a suffix) asks for the format that fills folders.

    Raises
    ------
    UserError
        If no format has the suffix, or the format holds one frame and ``frames`` are to be written.
    """
    text = os.fspath(path)
    target = Path(text)
    is_folder = text.endswith(("/", os.sep)) or target.is_dir()
    suffix = "" if is_folder else target.suffix.lower()
    found = next((entry for entry in formats().values() if entry.suffix == suffix), None)
    if found is None:
        known = ", ".join(entry.suffix for entry in formats().values() if entry.suffix)
        raise UserError(f"{target.name} has a suffix that no format has. Use {known}, or a folder for numbered frames.")
    if found.content is Content.FRAME and frames > 1:
        raise UserError(
            f"{target.name} holds one frame, but {frames:,} are to be written. Choose the final half-step, or write to a "
            "folder or an animation."
        )
    return found


def export(job: Job, path: str | os.PathLike[str], form: Format, progress: Progress = lambda done, total: None) -> None:
    """Write ``job`` to ``path`` in the format ``form``: all of it, or nothing.

    Parameters
    ----------
    job : Job
        What to write.
    path : path-like
        A file, or a folder where the format fills one.
    form : Format
        One of :func:`formats`.
    progress : callable
        Told after each frame how many are done, of how many. Whatever it raises passes through, and nothing is left behind;
        raise ``kmeans_gui.errors.Cancelled`` to stop.

    Raises
    ------
    UserError
        If there are no frames, a size or a time is out of bounds, or ``path`` cannot be written.
    """
    if not job.frames:
        raise UserError("There are no frames to write. Run the algorithm first.")
    if not all(SMALLEST <= side <= LARGEST for side in (job.width, job.height)):
        raise UserError(f"A frame is {job.width} × {job.height} pixels, but each side must be from {SMALLEST} to {LARGEST:,}.")
    if not SHORTEST <= job.seconds <= LONGEST:
        raise UserError(f"A frame stays for {job.seconds:g} s, but it must be from {SHORTEST} to {LONGEST:g} s.")
    form.write(job, Path(path), progress)
