"""The rules of the house, so that nobody has to remember them: style, types, layers, and what may stand where."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from kmeans_gui import clustering

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kmeans_gui"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LAYOUT = {"main.py", "pyproject.toml", "README.md", "LICENSE", "kmeans_gui", "tests", "resources"}
LONGEST_FILE = 400
NUMBERS = ("clustering", "data", "session", "export")
"""The packages that work without Qt."""


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "tool",
    [
        ("-m", "mypy"),
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
    ],
    ids=["mypy", "ruff check", "ruff format", "import-linter"],
)
def test_the_checkers_are_content(tool: tuple[str, ...]) -> None:
    result = run_python(*tool)
    assert result.returncode == 0, result.stdout + result.stderr


def top_level() -> set[str]:
    """Return what a clone shows at its top, or what lies there if this is not a clone."""
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0 and listing.stdout:
        return {line.partition("/")[0].strip('"') for line in listing.stdout.splitlines()}
    made = {"__pycache__", "build", "dist"}
    return {path.name for path in ROOT.iterdir() if path.name not in made and path.suffix != ".egg-info"}


def test_the_top_level_stays_tidy() -> None:
    shown = {name for name in top_level() if not name.startswith(".")}
    assert shown <= LAYOUT
    assert {"main.py", "pyproject.toml", "kmeans_gui", "tests"} <= shown


def test_files_are_short_enough_to_read() -> None:
    files = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def where(found: Iterator[tuple[Path, ast.AST]]) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}" for path, node in found]


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    """Return all modules' code, each with its path."""
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES]


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    return ((path, node) for path, tree in trees() for node in ast.walk(tree))


def name_of(node: ast.AST) -> str:
    """Return what is called, imported or referred to: the last part of a dotted name."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.alias):
        return node.name.rpartition(".")[2]
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def without_docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk the code; a string that stands as a statement is documentation."""
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield child
            yield from without_docstrings(child)


def words(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield the names and strings of a module's code."""
    for node in without_docstrings(tree):
        for text in (getattr(node, field, None) for field in ("id", "attr", "name", "module", "arg", "value")):
            if isinstance(text, str):
                yield node, text


@cache
def all_words() -> dict[str, list[tuple[Path, ast.AST]]]:
    """Return those of all modules, each with the places where it stands."""
    found: dict[str, list[tuple[Path, ast.AST]]] = {}
    for path, tree in trees():
        for node, text in words(tree):
            found.setdefault(text, []).append((path, node))
    return found


@pytest.mark.parametrize("name", clustering.REGISTRY)
def test_an_algorithms_name_stands_in_its_own_file_alone(name: str) -> None:
    """Whatever depends on an algorithm follows from what it declares and from what its steps carry."""
    home = PACKAGE / "clustering" / "algorithms"
    own = {home / "__init__.py", home / f"{name.replace('-', '_').replace('+', '_plus')}.py"}
    pattern = re.compile(rf"(?<![\w-]){re.escape(name).replace('-', '[-_]')}(?![\w-])", re.IGNORECASE)
    assert all(path in SOURCES for path in own)
    places = (place for text, places in all_words().items() if pattern.search(text) for place in places)
    assert where((path, node) for path, node in places if path not in own) == []


def test_one_module_opens_message_boxes() -> None:
    users = {path for path, node in nodes() if name_of(node) == "QMessageBox"}
    assert users <= {PACKAGE / "ui" / "messages.py"}


def test_one_module_makes_actions_and_sets_shortcuts() -> None:
    makers = {"QAction", "QShortcut", "setShortcut", "setShortcuts"}
    found = (
        (path, node)
        for path, node in nodes()
        if isinstance(node, ast.Call) and name_of(node) in makers and path != PACKAGE / "ui" / "actions.py"
    )
    assert where(found) == []


def modules(package: str) -> list[str]:
    """Return the names of a package and of all that is in it."""
    found = importlib.import_module(f"kmeans_gui.{package}")
    return [found.__name__, *(module.name for module in pkgutil.walk_packages(found.__path__, found.__name__ + "."))]


def test_the_numbers_and_the_exporters_need_no_qt_and_load_nothing_slow() -> None:
    names = [name for package in NUMBERS for name in modules(package)]
    slow = "{'sklearn', 'polars', 'PIL', 'colorcet'}"
    program = (
        "import sys, importlib\n"
        "sys.modules.update(dict.fromkeys(['PySide6', 'pyqtgraph']))\n"  # importing these fails from here on
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print(sorted({slow} & set(sys.modules)))"
    )
    result = run_python("-c", program)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("name", modules("clustering"))
def test_the_examples_in_the_documentation_are_true(name: str) -> None:
    runner = doctest.DocTestRunner()
    for documented in doctest.DocTestFinder().find(importlib.import_module(name)):
        if documented.examples:  # a run without any, too, looks after each file of which a line has ever been quoted
            runner.run(documented)
    assert runner.failures == 0


def test_tests_can_be_imported_by_name_alone() -> None:
    """The folders of the tests are no packages, so two modules of one name would hide each other."""
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert sorted(names) == sorted(set(names))
    assert "__init__.py" not in names
