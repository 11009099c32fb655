"""Files: written whole or not at all, and refused in words.

Everything that the program saves goes through :func:`atomic_write` or :func:`atomic_folder`: the work is done under a
temporary name in the same folder and moved into place at the end, so that a crash, a full disk or a cancelled export leaves
what was there before. Everything that it opens goes through :func:`existing_file` first.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kmeans_gui.errors import UserError

FRAMES = "frame-*.png"
"""What the frames in a folder are called; :func:`atomic_folder` replaces those written earlier."""

_LEFT_BY_FILE_MANAGERS = {".DS_Store", "Thumbs.db", "desktop.ini"}

_REASONS = {
    errno.EACCES: "the folder {folder} does not allow it. Choose another folder.",
    errno.EPERM: "the folder {folder} does not allow it. Choose another folder.",
    errno.EROFS: "the folder {folder} can only be read. Choose another folder.",
    errno.ENOSPC: "the disk of {folder} is full. Free some space or choose another folder.",
    errno.EDQUOT: "your share of the disk of {folder} is used up. Free some space or choose another folder.",
    errno.ENOENT: "the folder {folder} does not exist. Create it or choose another folder.",
    errno.ENOTDIR: "{folder} is not a folder. Choose a folder.",
    errno.ENAMETOOLONG: "its name is too long for {folder}. Choose a shorter name.",
}


def existing_file(path: str | os.PathLike[str]) -> Path:
    """Return ``path`` as a Path if a file with something in it can be opened there.

    Raises
    ------
    UserError
        If there is no such file, or it is a folder, is empty, or must not be read.
    """
    file = Path(path)
    if os.path.isdir(file):
        raise UserError(f"{file} is a folder. Choose a file in it.")
    try:
        with file.open("rb") as opened:
            empty = not opened.read(1)
    except FileNotFoundError:
        raise UserError(f"There is no file {file}. Check its name and folder.") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be opened: {_in_words(error)}. Check that you may read it.") from error
    if empty:
        raise UserError(f"{file.name} is empty. Choose a file with something in it.")
    return file


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Write a file whole or not at all.

    Yields the path of a new, empty file in the same folder and with the same suffix, to be written by the body. When the body
    ends it replaces ``path``; when the body raises it is removed, and ``path`` stays as it was.

    Raises
    ------
    UserError
        If the system refuses, before or within the body; the text names the folder and says what to do.
    """
    target = Path(path)
    with _refusals_in_words(target):
        if target.is_dir():
            raise UserError(f"{target} is a folder. Choose a file name.")
        # A link is kept: the file it points to is replaced.
        place = Path(os.path.realpath(target))
        temporary = _sibling(place)
        temporary.touch(exist_ok=False)
        try:
            yield temporary
            if place.exists():
                shutil.copymode(place, temporary)
            _flush(temporary)
            os.replace(temporary, place)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Write a folder of frames whole or not at all.

    Yields the path of a new, empty folder beside ``path``, to be filled by the body. When the body ends it is moved to
    ``path``; when the body raises it is removed, and ``path`` stays as it was. Frames written earlier are replaced.

    Raises
    ------
    UserError
        If ``path`` holds anything but frames, or if the system refuses, before or within the body.
    """
    target = Path(path)
    with _refusals_in_words(target):
        place = Path(os.path.realpath(target))
        _check_replaceable(place)
        temporary = _sibling(place)
        temporary.mkdir()
        try:
            yield temporary
            _check_replaceable(place)
            _swap(temporary, place)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _check_replaceable(folder: Path) -> None:
    """Raise a UserError unless ``folder`` is missing, empty, or holds frames alone."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UserError(f"{folder} is a file. Choose another name for the folder.")
    for entry in folder.iterdir():
        if entry.name not in _LEFT_BY_FILE_MANAGERS and not (entry.match(FRAMES) and entry.is_file()):
            raise UserError(f"The folder {folder} already holds {entry.name}. Choose a new or an empty folder.")


def _swap(new: Path, place: Path) -> None:
    """Move the folder ``new`` to ``place``; what was there is kept until the new one stands."""
    if not place.exists():
        new.rename(place)
        return
    old = _sibling(place)
    place.rename(old)
    try:
        new.rename(place)
    except OSError:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sibling(path: Path) -> Path:
    """Return a name that is free in the same folder; short, so that it fits wherever ``path`` does."""
    return path.with_name(f".{secrets.token_hex(6)}{path.suffix}")


def _flush(file: Path) -> None:
    """Wait until the file is on the disk: otherwise a power cut after the move could leave an empty one."""
    with file.open("rb+") as written:
        os.fsync(written.fileno())


@contextmanager
def _refusals_in_words(path: Path) -> Iterator[None]:
    """Turn what the system refuses while ``path`` is written into a UserError."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"{_in_words(error)} in {{folder}}. Choose another folder.")
        raise UserError(f"{path.name} could not be saved: {reason.format(folder=path.absolute().parent)}") from error


def _in_words(error: Exception) -> str:
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return text[:1].lower() + text[1:]
