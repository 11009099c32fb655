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

IN_THIS_PROCESS = ("family", "opening", "selection")
"""The benchmarks that leave nothing behind that other tests do not load, too."""


def run_apart(path: Path) -> str:
    """Run in a process of its own: the peers, once loaded, would stay in this one."""
    program = [sys.executable, str(path), "--quick", "--json"]
    result = subprocess.run(program, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr
    return result.stdout


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a benchmark as a module that is forgotten after the test."""
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look their module up
    monkeypatch.setattr(sys, "path", [*sys.path])
    spec.loader.exec_module(module)
    return module


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
def test_rows_for_a_program(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    if path.stem in IN_THIS_PROCESS:
        assert load(path.stem, monkeypatch).main(["--quick", "--json"]) == 0
        printed = capsys.readouterr().out
    else:
        printed = run_apart(path)
    check(json.loads(printed)["rows"])


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the engine's benchmark, with plain kernels and scikit-learn alone."""
    module = load("engine", monkeypatch)
    monkeypatch.setattr(module.engine_ours, "warm", lambda: None)
    for package in OPTIONAL:
        monkeypatch.setitem(sys.modules, package, None)
    return module


def test_a_table_for_a_reader_with_the_peers_that_there_are(engine: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert engine.main(["--quick", "--case", "uniform.*to"]) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.startswith("case")
    assert any("scikit-learn" in line for line in lines)
    assert not any(package in line for line in lines for package in OPTIONAL)


def test_a_pattern_selects_rows(engine: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    engine.main(["--quick", "--json", "--case", "gaussians.*ELKAN"])
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert row["case"].startswith("gaussians") and row["case"].endswith("elkan")


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_a_pattern_that_selects_nothing_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        load(path.stem, monkeypatch).main(["--quick", "--case", "no such row"])
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
