"""Algorithms from other packages: installed ones are there, broken ones are told of."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import REGISTRY, Algorithm
from kmeans_gui.clustering.algorithms import plugins

Install = Callable[[str, str, str], None]

WORKING = """
    from dataclasses import replace
    from kmeans_gui.clustering.algorithms.lloyd import ALGORITHM as LLOYD
    ALGORITHM = replace(LLOYD, name="mine", title="My method")
"""


@pytest.fixture
def registry() -> dict[str, Algorithm]:
    return dict(REGISTRY)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a package with one entry point where Python finds it."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(name: str, value: str, source: str) -> None:
        module = value.partition(":")[0]
        (tmp_path / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[kmeans_gui.algorithms]\n{name} = {value}\n", encoding="utf-8")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return put


def test_an_installed_algorithm_joins_the_others_and_runs(
    install: Install, registry: dict[str, Algorithm], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("mine", "kmg_works:ALGORITHM", WORKING)
    assert plugins.load(registry) == []
    assert list(registry) == [*REGISTRY, "mine"]
    monkeypatch.setitem(REGISTRY, "mine", registry["mine"])
    points = np.random.default_rng(0).normal(size=(50, 2))
    assert clustering.fit("mine", points, k=4).objective == clustering.fit("lloyd", points, k=4).objective


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("raise OSError('no license file.')", "no license file"),
        ("raise KeyError", "KeyError"),
        ("import no_such_module_anywhere", "No module named 'no_such_module_anywhere'"),
        ("ALGORITHM = 'lloyd'", "kmg_broken:ALGORITHM is not an Algorithm"),
        ("", "ALGORITHM"),
        (
            "from dataclasses import replace\nfrom kmeans_gui.clustering.algorithms.lloyd import ALGORITHM as LLOYD\n"
            "ALGORITHM = replace(LLOYD, title='Mine')",
            "there is an algorithm of the name 'lloyd' already",
        ),
        (
            "from dataclasses import replace\nfrom kmeans_gui.clustering.algorithms.lloyd import ALGORITHM as LLOYD\n"
            "ALGORITHM = replace(LLOYD, name='mine', parameters=(1,))",
            "its name, its title or its parameters are not such as they should be",
        ),
    ],
)
def test_a_broken_one_is_told_of_and_left_out(
    install: Install, registry: dict[str, Algorithm], source: str, cause: str, caplog: pytest.LogCaptureFixture
) -> None:
    install("broken", "kmg_broken:ALGORITHM", source)
    install("mine", "kmg_works:ALGORITHM", WORKING)
    (trouble,) = plugins.load(registry)
    assert trouble.startswith("The algorithm 'broken' of the package kmg_broken cannot be used: ")
    assert cause in trouble
    assert trouble.endswith(".")
    assert "broken = kmg_broken:ALGORITHM" in caplog.text
    assert list(registry) == [*REGISTRY, "mine"]


def test_loading_again_is_no_trouble(install: Install, registry: dict[str, Algorithm]) -> None:
    install("mine", "kmg_works:ALGORITHM", WORKING)
    assert plugins.load(registry) == []
    assert plugins.load(registry) == []
