"""That the benchmarks run and print what they promise. How fast anything is, no test asks."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BENCHMARKS = [path for path in sorted(Path(__file__).parent.glob("*.py")) if not path.name.startswith("test_")]


@pytest.fixture(params=BENCHMARKS, ids=lambda path: path.stem)
def main(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], int]:
    """Load a benchmark as running it would."""
    name = f"benchmark_{request.param.stem}"
    spec = importlib.util.spec_from_file_location(name, request.param)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)  # dataclasses look their module up
    monkeypatch.setattr(sys, "path", [*sys.path])
    spec.loader.exec_module(module)
    return module.main


def test_rows_for_a_program(main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> None:
    main(["--quick", "--json"])
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows
    for row in rows:
        assert list(row) == ["case", "ours", "peer", "ratio", "need", "ok"]
        assert row["case"]
        assert min(row["ours"], row["peer"], row["ratio"]) > 0
        assert row["ok"] is (row["need"] is None or row["ratio"] >= row["need"])


def test_a_table_for_a_reader(main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]) -> None:
    main(["--quick"])
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.startswith("case")
    assert lines
