"""Everything below the window works where Qt is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import importlib, pkgutil, sys

for name in ("PySide6", "shiboken6", "pyqtgraph"):
    sys.modules[name] = None  # an import of it fails

import kmeans_gui

for room in ("clustering", "data", "session", "export"):
    package = importlib.import_module(f"kmeans_gui.{room}")
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)

from kmeans_gui import cli

folder = sys.argv[1]
assert cli.main(["board", "gaussians", "--n", "50", "--out", f"{folder}/board.csv"]) == 0
assert cli.main(["run", f"{folder}/board.csv", "--k", "3", "--labels", f"{folder}/labels.csv"]) == 0
assert cli.main(["export", f"{folder}/board.csv", "--k", "3", "--out", f"{folder}/run.gif"]) == 1
"""


def test_all_but_the_window_works_without_qt(tmp_path):
    words = [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path)]
    done = subprocess.run(words, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    # Pictures need Qt, and one sentence says so.
    assert done.stderr.startswith("kmeans-gui: Qt ")
    assert done.stderr.count("\n") == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["board.csv", "labels.csv"]
