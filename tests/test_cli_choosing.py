"""``choose-k`` on the command line."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from cli_calls import call, write_table

from kmeans_gui.clustering import choosing_k, silhouette
from kmeans_gui.clustering.choosing_k import CRITERIA, OF_MIXTURES, PARAMETERS, choose_k
from kmeans_gui.clustering.kernels import warming
from kmeans_gui.data import tables
from kmeans_gui.session import storage
from kmeans_gui.session.state import State


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Load the loops first; otherwise one of two calls may round the silhouettes as plain numpy does."""
    warming.warm(silhouette.FAMILY)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path / "blobs.csv")


QUICK = ("--max-k", "5", "--references", "4", "--n-init", "3", "--seed", "0")


def test_the_result_for_a_program(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "choose-k", table, *QUICK, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out, parse_constant=pytest.fail)
    assert list(found) == ["n", "sampled", "hopkins", "nothing_to_find", *CRITERIA]
    assert (found["n"], found["sampled"]) == (60, 60)
    choices = choose_k(tables.read(table).points, max_k=5, references=4, n_init=3, seed=0)
    assert found["hopkins"] == choices.hopkins
    for criterion in choices.criteria:
        values = found[criterion.name]["values"]
        assert list(values) == ["1", "2", "3", "4", "5"]
        expected = [None if np.isnan(value) else value for value in criterion.values]
        assert list(values.values()) == expected
        assert found[criterion.name]["suggested"] == criterion.suggested
    assert found["silhouette"]["suggested"] == 3
    assert found["silhouette"]["values"]["1"] is None


def test_the_result_for_people(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "choose-k", table, *QUICK)
    assert (code, err) == (0, "")
    assert re.search(r"^points +60$", out, re.MULTILINE)
    assert re.search(r"^Silhouette +3 +The mean silhouette is highest at K = 3: 0\.\d+", out, re.MULTILINE)
    assert all(title in out for title, _ in CRITERIA.values())
    assert "nan" not in out


def test_mixtures_add_two_criteria(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "choose-k", table, *QUICK, "--mixtures", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out, parse_constant=pytest.fail)
    assert list(found) == ["n", "sampled", "hopkins", "nothing_to_find", *CRITERIA, *OF_MIXTURES]
    choices = choose_k(tables.read(table).points, max_k=5, references=4, n_init=3, seed=0, mixtures=True)
    for criterion in choices.criteria[-2:]:
        expected = [None if np.isnan(value) else value for value in criterion.values]
        assert list(found[criterion.name]["values"].values()) == expected
        assert found[criterion.name]["suggested"] == criterion.suggested
    assert found["bic"]["suggested"] == 3
    text = call(capsys, "choose-k", table, *QUICK, "--mixtures")[1]
    assert re.search(r"^BIC +3 +The BIC is lowest at K = 3: ", text, re.MULTILINE)
    without = call(capsys, "choose-k", table, *QUICK, "--no-mixtures", "--json")[1]
    assert without == call(capsys, "choose-k", table, *QUICK, "--json")[1]


def test_the_progress_of_mixtures_counts_those_without_a_value(
    table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing_k, "PERIOD", 0.0)
    monkeypatch.setattr(choosing_k, "information_by_k", lambda X, fits, *options: ((k, np.nan, np.nan) for k in fits))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    err = call(capsys, "choose-k", table, *QUICK, "--mixtures")[2]
    assert [f"\r{k} of 5 fitted with mixtures" in err for k in range(1, 6)] == [True] * 5


def test_the_reference_matters_to_the_gap(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box, pca = (
        json.loads(call(capsys, "choose-k", table, *QUICK, "--reference", name, "--json")[1]) for name in ("box", "pca")
    )
    assert box["gap"]["values"] != pca["gap"]["values"]
    assert box["fk"] == pca["fk"]


def test_columns_and_sessions(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    storage.save(tmp_path / "session.kmeans", State(dataset=tables.read(table)))
    words = (*QUICK, "--json")
    whole = call(capsys, "choose-k", table, *words)[1]
    assert call(capsys, "choose-k", tmp_path / "session.kmeans", *words)[1] == whole
    assert call(capsys, "choose-k", table, "--columns", "width", *words)[1] != whole


def test_what_cannot_be_used_is_told_in_one_sentence(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "choose-k", table, "--max-k", "0")
    assert (code, out) == (1, "")
    assert err == "kmeans-gui: Largest K is '0', but must be a whole number from 1 to 4,096.\n"


def test_the_help_lists_every_parameter(capsys: pytest.CaptureFixture[str]) -> None:
    out = " ".join(call(capsys, "choose-k", "--help")[1].split())
    assert all(f"--{parameter.name.replace('_', '-')} " in out and parameter.help in out for parameter in PARAMETERS)
