"""That the benchmarks run and print what they promise. How fast anything is, no test asks."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARKS = [
    path
    for path in sorted(Path(__file__).parent.glob("*.py"))
    if not path.name.startswith("test_") and "\ndef main(" in path.read_text(encoding="utf-8")
]
OPTIONAL = ("faiss", "mlpack")
"""Peers that are compared with if they are installed."""

SOME_ROWS = {
    "canvas": "recolor",
    "engine": "uniform.*to",
    "family": "n_init",
    "opening": "read",
    "selection": "restarts",
    "starting": "first paint",
}
"""A pattern for some rows of each, so that a table is soon there."""

BARE = """
import runpy, sys
from pathlib import Path

packages, sys.argv = sys.argv[1].split(), sys.argv[2:]
sys.modules.update(dict.fromkeys(packages))  # importing these fails from here on
sys.path[0] = str(Path(sys.argv[0]).parent)
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a program as ``python program`` does, but without some packages."""


def run(*arguments: str) -> str:
    """Run in a process of its own: compiled kernels, once loaded, and the peers would stay in this one."""
    result = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr
    return result.stdout


def check(rows: list[dict[str, object]]) -> None:
    assert rows
    assert len({row["case"] for row in rows}) == len(rows)
    for row in rows:
        assert list(row) == ["case", "ours", "peer", "ratio", "need", "ok"]
        assert row["case"]
        assert min(row["ours"], row["peer"], row["ratio"]) > 0
        reached = row["need"] is None or (
            row["ratio"] <= row["need"] if "at most" in row["case"] else row["ratio"] >= row["need"]
        )
        assert row["ok"] is reached


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_rows_for_a_program(path: Path) -> None:
    check(json.loads(run(str(path), "--quick", "--json"))["rows"])


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_a_table_for_a_reader_with_the_peers_that_there_are(path: Path) -> None:
    heading, *lines = run("-c", BARE, " ".join(OPTIONAL), str(path), "--quick", "--case", SOME_ROWS[path.stem]).splitlines()
    assert heading.startswith("case")
    assert lines
    assert not any(package in line for line in lines for package in OPTIONAL)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the engine's benchmark, with plain kernels and scikit-learn alone."""
    path = Path(__file__).with_name("engine.py")
    name = "benchmark_engine"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)  # dataclasses look their module up
    monkeypatch.setattr(sys, "path", [*sys.path])
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.engine_ours, "warm", lambda: None)
    for package in OPTIONAL:
        monkeypatch.setitem(sys.modules, package, None)
    return module


def test_a_pattern_selects_rows(engine: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    engine.main(["--quick", "--json", "--case", "gaussians.*ELKAN"])
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert row["case"].startswith("gaussians") and row["case"].endswith("elkan")


def test_a_pattern_that_selects_nothing_is_refused(engine: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        engine.main(["--quick", "--case", "no such row"])
    assert "no such row" in capsys.readouterr().err


@pytest.mark.parametrize("part", ["labels", "centroids", "iterations"])
def test_a_peer_that_did_other_work_fails_the_row(
    part: str, engine: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare = engine.PEERS[engine.engine_peers.LLOYD].prepare

    def wrong(X: np.ndarray, init: np.ndarray) -> Callable[[int], object]:
        fit = prepare(X, init)

        def other(max_iter: int) -> object:
            fitted = fit(max_iter)
            return replace(fitted, **{part: getattr(fitted, part) + 1})

        return other

    monkeypatch.setitem(engine.PEERS, engine.engine_peers.LLOYD, engine.Peer(wrong))
    assert engine.main(["--quick", "--json", "--case", "gaussians.*convergence; .*lloyd"]) == 1
    told = capsys.readouterr()
    (row,) = json.loads(told.out)["rows"]
    assert row["ratio"] == 0 and row["ok"] is False
    assert part in told.err
