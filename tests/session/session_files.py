"""Session files for the tests of this folder: a valid one, and what it takes to spoil it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import UserError
from kmeans_gui.session import storage
from kmeans_gui.session.state import State

Members = dict[str, bytes]


def make_state() -> State:
    points = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]])
    dataset = Dataset.of(points, row_ids=np.array(["a", "b", "c", "d"]), truth=[0, 0, 1, -1], source="four.csv", left_out=2)
    return State(
        dataset=dataset,
        start=points[:2].copy(),
        seed=7,
        position=3,
        colors=(1, 0, 2),
        viewport=(-1.0, 8.0, -2.0, 9.0),
    )


def write(path: Path, members: Members, compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)


def npy(array: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def described(members: Members, **changes: Any) -> Members:
    description = {**json.loads(members["session.json"]), **changes}
    return {**members, "session.json": json.dumps({k: v for k, v in description.items() if v is not ...}).encode()}


def refused(path: Path, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        storage.load(path)
    text = str(caught.value)
    assert text.startswith("four.kmeans ")
    assert text.endswith(".")
    assert len(text) < 400
    assert "\n" not in text
