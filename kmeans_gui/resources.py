"""Where the files of ``resources`` are: beside the package in a checkout, inside it once it is installed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent


@cache
def resource(name: str) -> Path:
    """Return the path of a resource, named from the folder on: ``"icons/up.svg"``.

    Raises
    ------
    FileNotFoundError
        If there is none: the installation is not whole.
    """
    for folder in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(name)
