from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from session_files import Members, make_state

from kmeans_gui.session import storage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "four.kmeans"


@pytest.fixture
def members(path: Path) -> Members:
    """What is in a valid session file, to be spoiled."""
    storage.save(path, make_state())
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """The most memory that Python and numpy have held at once, in bytes."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
