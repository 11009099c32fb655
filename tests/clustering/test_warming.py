"""Loading the compiled kernels: that their absence is explained, and that compiling is left to another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kmeans_gui.clustering.kernels import compiled, family, warming

ROOT = Path(__file__).parents[2]

MISSING = "import sys; sys.modules['numba'] = None"
BROKEN = """
from kmeans_gui.clustering.kernels import family
def exercise(): raise OSError("LLVM is ill")
family.exercise = exercise
"""


@pytest.mark.parametrize(
    ("state", "told", "logged"),
    [(MISSING, "pip install numba", "compiled kernels are missing"), (BROKEN, "The log says why", "LLVM is ill")],
    ids=["missing", "broken"],
)
def test_why_there_are_no_compiled_kernels_is_told_and_logged_once(state: str, told: str, logged: str) -> None:
    program = f"{state}\nfrom kmeans_gui.clustering import kernels\nprint(kernels.warm(), kernels.warm(), kernels.trouble())"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("False False numba ")
    assert told in result.stdout
    assert result.stderr.count(logged) == 1


def square(x: float) -> float:
    return x * x


def test_only_what_is_in_the_cache_is_taken_if_so_wished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path))
    with pytest.raises(compiled.Uncached), compiled.from_cache_alone():
        compiled.jit(square)(2.0)
    assert compiled.jit(square)(2.0) == 4.0
    with compiled.from_cache_alone():
        assert compiled.jit(square)(2.0) == 4.0


def test_without_a_place_for_the_cache_loops_are_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(compiled._OPTIONS, "cache", True)
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])
    loop = compiled.jit(square)
    assert not compiled.is_cached()
    assert loop(3.0) == 9.0


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The processes that are started; they do nothing."""
    started: list[list[str]] = []

    class Process:
        def __init__(self, command: list[str], **_: object) -> None:
            started.append(command)

        def wait(self) -> None:
            pass

        kill = wait

    monkeypatch.setattr(warming.subprocess, "Popen", Process)
    return started


def test_what_is_in_the_cache_needs_no_other_process(commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(family, "exercise", lambda: None)
    assert warming._family() is family
    assert commands == []


def test_what_is_not_in_the_cache_is_compiled_by_another_process(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def exercise() -> None:
        if not commands:
            raise compiled.Uncached

    monkeypatch.setitem(compiled._OPTIONS, "cache", True)
    monkeypatch.setattr(family, "exercise", exercise)
    assert warming._family() is family
    assert [command[0] for command in commands] == [sys.executable]


def test_a_process_without_a_cache_would_compile_in_vain(commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def exercise() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise compiled.Uncached

    monkeypatch.setitem(compiled._OPTIONS, "cache", False)
    monkeypatch.setattr(family, "exercise", exercise)
    assert warming._family() is family
    assert commands == []


def test_the_other_process_finds_the_program_from_anywhere(tmp_path: Path) -> None:
    command = [sys.executable, "-c", warming._PROGRAM, *sys.path]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
