"""Settings: what the window remembers from one start to the next. One typed entry a setting."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QByteArray, QSettings

T = TypeVar("T", bool, str, QByteArray)
RECENT = 10


class Setting(Generic[T]):
    """A value with a name, a type and a default; a stored value of another type counts as none."""

    def __init__(self, key: str, default: T) -> None:
        self._key = key
        self._default: T = default

    def get(self) -> T:
        """Return the stored value, or the default."""
        kind = type(self._default)
        value: T = QSettings().value(self._key, self._default, kind)  # type: ignore[assignment]
        return value if isinstance(value, kind) else self._default

    def set(self, value: T) -> None:
        """Store a value."""
        QSettings().setValue(self._key, value)


GEOMETRY = Setting("window/geometry", QByteArray())
PANEL = Setting("window/panel", True)
THEME = Setting("window/theme", "system")
MOTION = Setting("canvas/motion", True)
LIVE = Setting("canvas/live", False)
OPEN = Setting("window/open", "Data\nAlgorithm\nDendrogram\nDistances\nObjective\nThis step")
"""Titles of the sections that are open, a line each: whatever comes to be added is folded at first."""

HINTS_SEEN = Setting("hints/seen", "")
RECENT_FILES = Setting("files/recent", "")
LAST_FOLDER = Setting("files/folder", "")


def lines(setting: Setting[str]) -> list[str]:
    """Return the lines of a setting that holds several texts."""
    return setting.get().splitlines()


def recent_files() -> list[Path]:
    """Return the files opened or saved last, the newest first."""
    return [Path(line) for line in lines(RECENT_FILES)]


def remember_file(path: Path) -> None:
    """Put ``path`` at the head of the recent files."""
    entries = [str(path.resolve()), *map(str, recent_files())]
    RECENT_FILES.set("\n".join(list(dict.fromkeys(entries))[:RECENT]))
    LAST_FOLDER.set(str(path.resolve().parent))
