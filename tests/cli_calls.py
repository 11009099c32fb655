"""Calling the command line in this process, on a small table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kmeans_gui import cli
from kmeans_gui.data import tables
from kmeans_gui.data.dataset import Dataset


def call(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Return the exit code, and what was written to the two streams."""
    code = cli.main([str(word) for word in words])
    return code, *capsys.readouterr()


def write_table(path: Path) -> Path:
    """Write three clear clusters of 20 points each, with the ids 100 to 159."""
    rng = np.random.default_rng(3)
    points = np.repeat([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]], 20, axis=0) + rng.normal(size=(60, 2))
    tables.write_csv(Dataset.of(points, columns=("width", "height"), row_ids=np.arange(100, 160)), path)
    return path
