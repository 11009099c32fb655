"""Loading the compiled kernels: that their absence is explained, and that compiling is left to another process."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

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


def square_again(x: float) -> float:
    return x * x


@pytest.mark.parametrize("kind", ["*.nbi", "*.nbc"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_cache_that_was_cut_short_is_compiled_anew(
    kind: str, share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged_warnings: list[str]
) -> None:
    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path))
    compiled.jit(square_again)(2.0)
    (damaged,) = tmp_path.rglob(kind)
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(compiled.Uncached), compiled.from_cache_alone():
        compiled.jit(square_again)(2.0)
    assert compiled.jit(square_again)(2.0) == 4.0
    with compiled.from_cache_alone():
        assert compiled.jit(square_again)(2.0) == 4.0
    assert [text.partition(":")[0] for text in logged_warnings] == ["a damaged cache is compiled anew"]


@pytest.fixture
def logged_warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    for module in (compiled, warming):
        monkeypatch.setattr(module._log, "warning", lambda text, *values: texts.append(text % values))
    return texts


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The processes that would be started to compile; in their place one is started that does nothing."""
    return replaced_program(monkeypatch, "")


def replaced_program(monkeypatch: pytest.MonkeyPatch, program: str) -> list[list[str]]:
    started: list[list[str]] = []
    start = subprocess.Popen

    def popen(command: list[str], **options: Any) -> subprocess.Popen[str]:
        started.append(command)
        return start([command[0], "-c", program], **options)

    monkeypatch.setattr(warming.subprocess, "Popen", popen)
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


@pytest.fixture
def nothing_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make as if nothing were in the cache, and nothing had been loaded."""

    def exercise() -> None:
        raise compiled.Uncached

    monkeypatch.setitem(compiled._OPTIONS, "cache", True)
    monkeypatch.setattr(family, "exercise", exercise)
    monkeypatch.setattr(warming, "_loaded", {})
    monkeypatch.setattr(warming, "_trouble", None)


@pytest.mark.usefixtures("nothing_cached")
@pytest.mark.parametrize(
    ("program", "logged"), [("raise OSError('LLVM is ill')", "LLVM is ill"), ("import os; os.abort()", "ended with code")]
)
def test_a_process_that_fails_to_compile_is_told_of(
    program: str, logged: str, monkeypatch: pytest.MonkeyPatch, logged_errors: list[logging.LogRecord]
) -> None:
    replaced_program(monkeypatch, program)
    warming._load(warming.KERNELS, [])
    assert warming.at_hand() is None
    assert "The log says why" in (warming.trouble() or "")
    assert [logged in str(record.exc_info[1]) for record in logged_errors if record.exc_info] == [True]


@pytest.mark.usefixtures("nothing_cached")
def test_nothing_is_told_when_the_program_is_ending(
    monkeypatch: pytest.MonkeyPatch, logged_errors: list[logging.LogRecord]
) -> None:
    def popen(*_: object, **__: object) -> None:
        raise RuntimeError("can't fork at interpreter shutdown")

    monkeypatch.setattr(warming.subprocess, "Popen", popen)
    monkeypatch.setattr(warming.sys, "is_finalizing", lambda: True)
    warming._load(warming.KERNELS, [])
    assert warming.trouble() is None
    assert logged_errors == []


def compiling(folder: Path, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", warming._PROGRAM, warming.KERNELS, *sys.path]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, **options)


def test_the_other_process_finds_the_program_from_anywhere(tmp_path: Path) -> None:
    with compiling(tmp_path, stdin=subprocess.PIPE) as process:
        assert process.stderr is not None
        complaint = process.stderr.read()
        assert process.wait() == 0, complaint


def test_the_other_process_ends_with_the_program(tmp_path: Path) -> None:
    with compiling(tmp_path, stdin=subprocess.DEVNULL) as process:
        assert process.wait() == 1
