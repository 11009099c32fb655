"""Every algorithm on the command line and in a session file, and those of other packages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from cli_calls import call, write_table

from kmeans_gui import clustering
from kmeans_gui.clustering import REGISTRY
from kmeans_gui.data import tables
from kmeans_gui.session import storage
from kmeans_gui.session.state import State, defaults


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path / "blobs.csv")


@pytest.mark.parametrize("name", REGISTRY)
def test_it_runs_on_a_table(name: str, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "run", table, "--algorithm", name, "--json")
    assert (code, err) == (0, "")
    result, points = json.loads(out, parse_constant=pytest.fail), tables.read(table).points
    last = clustering.fit(name, points)
    assert (result["algorithm"], result["k"], result["iterations"]) == (name, last.k, last.iterations)
    assert result["counts"] == last.counts().tolist()
    assert sum(result["counts"]) + result["unassigned"] == len(points)
    code, out, err = call(capsys, "run", table, "--algorithm", name)
    assert (code, err) == (0, "")
    assert re.search(rf"^K +{last.k}$", out, re.MULTILINE)


@pytest.mark.parametrize("name", REGISTRY)
def test_a_session_brings_it_back(name: str, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = State(dataset=tables.read(table), algorithm=name, parameters=defaults(name), seed=7)
    storage.save(tmp_path / "session.kmeans", state)
    loaded = storage.load(tmp_path / "session.kmeans")
    assert (loaded.algorithm, dict(loaded.parameters), loaded.seed) == (name, dict(state.parameters), 7)
    code, out, _ = call(capsys, "run", tmp_path / "session.kmeans", "--json")
    assert code == 0
    assert json.loads(out)["counts"] == clustering.fit(name, state.dataset.points, seed=7).counts().tolist()


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("name", REGISTRY)
def test_its_last_step_can_be_exported(name: str, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "last.png"
    words = ("export", table, "--algorithm", name, "--steps", "final", "--size", "200x150", "--out", out)
    assert call(capsys, *words)[0] == 0
    assert out.stat().st_size > 1000


def test_what_an_algorithm_of_another_package_lacks_is_told(
    table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clustering, "load_plugins", lambda: ["The algorithm 'mine' cannot be used: no such module."])
    code, out, err = call(capsys, "run", table)
    assert (code, err) == (0, "kmeans-gui: The algorithm 'mine' cannot be used: no such module.\n")
    assert "centroid" in out


def test_centroids_placed_by_hand_are_left_aside_by_an_algorithm_that_takes_none(table: Path) -> None:
    state = State(dataset=tables.read(table), start=np.zeros((2, 2)), parameters={"eps": 0.5})
    assert state.run_parameters() == {"eps": 0.5}
