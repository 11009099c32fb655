"""The command line, called as a script would call it."""

from __future__ import annotations

import csv
import json
import logging
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_calls import call, write_table
from sklearn.cluster import KMeans

from kmeans_gui import __version__, cli, clustering
from kmeans_gui.clustering.algorithms import REGISTRY
from kmeans_gui.data import boards, tables
from kmeans_gui.session import storage
from kmeans_gui.session.state import State, defaults

ROOT = Path(__file__).parents[1]


@pytest.fixture
def table(tmp_path):
    return write_table(tmp_path / "blobs.csv")


def result(capsys, *words):
    code, out, err = call(capsys, "run", *words, "--json")
    assert (code, err) == (0, "")
    # A parser that takes no NaN, as most languages' parsers do not.
    return json.loads(out, parse_constant=pytest.fail)


# run


def test_the_result_is_scikit_learns_from_the_same_start(capsys, table, tmp_path):
    points = tables.read(table).points
    start = points[[0, 1, 2, 3]]
    np.save(tmp_path / "start.npy", start)
    ours = result(capsys, table, "--init", tmp_path / "start.npy", "--seed", "5")
    theirs = KMeans(4, init=start, n_init=1, tol=0, algorithm="lloyd").fit(points)
    assert list(ours) == ["algorithm", "n", "d", "k", "seed", "iterations", "objective", "centroids", "counts", "unassigned"]
    assert (ours["algorithm"], ours["n"], ours["d"], ours["k"], ours["seed"]) == ("lloyd", 60, 2, 4, 5)
    assert ours["iterations"] == theirs.n_iter_
    assert ours["objective"] == pytest.approx(theirs.inertia_)
    np.testing.assert_allclose(ours["centroids"], theirs.cluster_centers_)
    assert ours["counts"] == np.bincount(theirs.labels_).tolist()


def test_the_same_seed_gives_the_same_bytes_and_another_start_another_run(capsys, table):
    once, again, other = (call(capsys, "run", table, "--k", "6", "--seed", seed, "--json")[1] for seed in (1, 1, 2))
    assert once == again != other


def test_labels_are_written_with_the_ids_of_the_rows(capsys, table, tmp_path):
    ours = result(capsys, table, "--k", "3", "--labels", tmp_path / "labels.csv")
    with (tmp_path / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["id"]) for row in rows] == list(range(100, 160))
    assert np.bincount([int(row["label"]) for row in rows]).tolist() == ours["counts"]


def test_a_dropped_centroid_is_null(capsys, table, tmp_path):
    (tmp_path / "start.csv").write_text("width,height\n0,0\n8,0\n0,8\n1000,1000\n")
    ours = result(capsys, table, "--init", tmp_path / "start.csv", "--empty-clusters", "drop")
    assert [row is None for row in ours["centroids"]] == [False, False, False, True]
    assert ours["counts"] == [20, 20, 20, 0]
    assert "dropped" in call(capsys, "run", table, "--init", tmp_path / "start.csv", "--empty-clusters", "drop")[1]


def test_an_objective_that_overflows_is_null(capsys, table, monkeypatch):
    # With coordinates of 1e150 it takes a hundred million points.
    step = replace(clustering.fit("lloyd", tables.read(table).points, k=3), objective=np.inf)
    monkeypatch.setattr(clustering, "fit", lambda *_, **__: step)
    assert result(capsys, table)["objective"] is None


def test_starting_centroids_are_matched_by_the_names_of_their_columns(capsys, table, tmp_path):
    (tmp_path / "turned.csv").write_text("id,height,note,width\n7,0,a,8\n8,8,b,0\n")
    (tmp_path / "plain.csv").write_text("8,0\n0,8\n")
    turned, plain = (result(capsys, table, "--init", tmp_path / name) for name in ("turned.csv", "plain.csv"))
    assert turned == plain
    assert turned["k"] == 2


def test_the_table_for_people_shows_each_centroid_under_its_column(capsys, table):
    code, out, _ = call(capsys, "run", table, "--k", "3", "--seed", "1")
    ours = result(capsys, table, "--k", "3", "--seed", "1")
    lines = out.splitlines()
    assert code == 0
    assert [line.split()[:2] for line in lines[:3]] == [["points", "60"], ["K", "3"], ["iterations", str(ours["iterations"])]]
    assert lines[3].startswith("inertia")
    assert lines[5].split() == ["centroid", "points", "width", "height"]
    shown = np.array([[float(cell) for cell in line.split()] for line in lines[6:]])
    np.testing.assert_array_equal(shown[:, 0], [1, 2, 3])
    np.testing.assert_array_equal(shown[:, 1], ours["counts"])
    np.testing.assert_allclose(shown[:, 2:], ours["centroids"], rtol=1e-3)
    assert len({len(line) for line in lines[5:]}) == 1


def test_columns_are_chosen_by_name_or_number(capsys, tmp_path):
    (tmp_path / "iris.csv").write_text("a,b,c\n1,2,3\n4,5,9\n")
    named = result(capsys, tmp_path / "iris.csv", "--columns", "a,c", "--k", "1")
    assert named["centroids"] == [[2.5, 6.0]]
    assert result(capsys, tmp_path / "iris.csv", "--columns", "1,3", "--k", "1") == named
    assert result(capsys, tmp_path / "iris.csv", "--columns", "b", "--k", "1")["centroids"] == [[3.5]]


@pytest.mark.parametrize(("rows", "words"), [(["1,"], "1 row was left out"), (["1,", "x,2"], "2 rows were left out")])
def test_rows_left_out_are_told_apart_from_the_result(capsys, tmp_path, rows, words):
    (tmp_path / "gaps.csv").write_text("\n".join(["a,b", *["1,2", "3,4"] * 20, *rows]) + "\n")
    code, out, err = call(capsys, "run", tmp_path / "gaps.csv", "--k", "2", "--json")
    assert code == 0
    assert err.startswith(f"kmeans-gui: {words}")
    assert json.loads(out)["n"] == 40


def test_a_session_brings_its_settings_and_options_go_before_them(capsys, table, tmp_path):
    state = State(dataset=tables.read(table), parameters=dict(defaults("lloyd")) | {"k": 5, "init": "random"}, seed=7)
    storage.save(tmp_path / "lesson.kmeans", state)
    session = tmp_path / "lesson.kmeans"
    assert result(capsys, session) == result(capsys, table, "--k", "5", "--init", "random", "--seed", "7")
    assert result(capsys, session, "--k", "2", "--seed", "1") == result(
        capsys, table, "--k", "2", "--init", "random", "--seed", "1"
    )


def test_centroids_placed_by_hand_hold_until_k_or_the_start_is_given(capsys, table, tmp_path):
    start = np.array([[0.0, 0.0], [8.0, 0.0]])
    storage.save(tmp_path / "placed.kmeans", State(dataset=tables.read(table), start=start))
    np.save(tmp_path / "start.npy", start)
    session = tmp_path / "placed.kmeans"
    assert result(capsys, session) == result(capsys, table, "--init", tmp_path / "start.npy")
    assert result(capsys, session, "--k", "3") == result(capsys, table, "--k", "3")


# What cannot be used


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["missing.csv"], "missing.csv"),
        (["blobs.csv", "--k", "0"], "K is '0'"),
        (["blobs.csv", "--k", "61"], "only 60 points"),
        (["blobs.csv", "--init", "nonsense"], "nonsense"),
        (["blobs.csv", "--init", "absent.npy"], "absent.npy"),
        (["blobs.csv", "--k", "3", "--init", "two.csv"], "(2, 2)"),
        (["blobs.csv", "--init", "gap.csv"], "gap.csv"),
        (["blobs.csv", "--seed", "-1"], "Seed"),
        (["blobs.csv", "--columns", "width,depth"], "depth"),
        (["blobs.csv", "--labels", "nowhere/labels.csv"], "nowhere"),
        (["placed.kmeans", "--columns", "width"], "--columns"),
    ],
)
def test_input_that_cannot_be_used_is_one_line_on_stderr(capsys, table, tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    Path("two.csv").write_text("1,2\n3,4\n")
    Path("gap.csv").write_text("width,height\n1,2\n3,\n4,5\n")
    storage.save(Path("placed.kmeans"), State(dataset=tables.read(table)))
    code, out, err = call(capsys, "run", *words)
    assert (code, out) == (1, "")
    assert err.startswith("kmeans-gui: ")
    assert says in err
    assert err.count("\n") == 1


def test_an_option_of_another_algorithm_is_refused(capsys, table, monkeypatch):
    lloyd = REGISTRY["lloyd"]
    plain = replace(lloyd, name="plain", parameters=tuple(p for p in lloyd.parameters if p.name in ("k", "init")))
    monkeypatch.setitem(REGISTRY, "plain", plain)
    code, _, err = call(capsys, "run", table, "--algorithm", "plain", "--max-iter", "5")
    assert code == 1
    assert "plain has no option --max-iter; it has --k, --init." in err


@pytest.mark.parametrize(
    "argv", [["run"], ["run", "a.csv", "--nonsense"], ["run", "a.csv", "--ma", "3"], ["--nonsense"], ["x", "y"]]
)
def test_wrong_usage_is_code_2_with_the_usage(capsys, argv):
    code, _, err = call(capsys, *argv)
    assert code == 2
    assert err.startswith("usage: kmeans-gui")


def test_ctrl_c_is_code_130_without_a_traceback(capsys, table, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(clustering, "fit", interrupted)
    assert call(capsys, "run", table) == (130, "", "")


def test_a_defect_names_the_log_and_shows_itself_on_request(capsys, table, tmp_path, monkeypatch, logged_errors):
    def broken(*_, **__):
        raise ZeroDivisionError("the reason")

    monkeypatch.setattr(clustering, "fit", broken)
    log = logging.FileHandler(tmp_path / "the.log")
    logging.getLogger("kmeans_gui").addHandler(log)
    try:
        code, out, err = call(capsys, "run", table)
    finally:
        logging.getLogger("kmeans_gui").removeHandler(log)
        log.close()
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert str(tmp_path / "the.log") in err
    assert "the reason" in (tmp_path / "the.log").read_text()
    assert len(logged_errors) == 1
    monkeypatch.setenv(cli.DEBUG, "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["run", str(table)])


# Help


def test_the_help_tells_of_the_window_and_the_commands(capsys):
    code, out, _ = call(capsys, "--help")
    assert code == 0
    assert "[FILE]" in out
    assert "window opens" in out
    assert all(name in out for name in cli.COMMANDS)


@pytest.mark.parametrize("command", ["run", "export"])
def test_the_help_lists_every_parameter_of_every_algorithm(capsys, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "1000")
    out = " ".join(call(capsys, command, "--help")[1].split())
    for method in REGISTRY.values():
        assert method.name in out
        for parameter in method.parameters:
            own = out.rsplit(f"--{parameter.name.replace('_', '-')} ", 1)[1].split(" --")[0]
            assert parameter.help in own
            defaults = own.rsplit("Default: ", 1)[1].removesuffix(".")
            value = re.escape(str(parameter.default).removesuffix(".0"))
            assert re.search(rf"^{value}$|(^|, ){value} \([^)]*\b{re.escape(method.name)}[,)]", defaults)


def test_the_help_lists_every_board_and_its_parameters(capsys):
    out = call(capsys, "board", "--help")[1]
    for board in boards.REGISTRY.values():
        own = call(capsys, "board", board.name, "--help")[1]
        for parameter in board.parameters:
            option = f"--{parameter.name.replace('_', '-')} "
            assert option in own
            assert any(line.split()[:1] == [board.name] and option in line for line in out.splitlines())


def test_the_version(capsys):
    assert call(capsys, "--version")[:2] == (0, f"kmeans-gui {__version__}\n")


@pytest.mark.parametrize(
    ("argv", "is_command"),
    [([], False), (["points.csv"], False), (["run"], True), (["board", "grid"], True), (["--help"], True), (["a", "b"], True)],
)
def test_what_is_a_command_and_what_a_file(argv, is_command):
    assert cli.is_command(argv) is is_command
    if not is_command:
        assert cli.parse_window(argv) == (Path(argv[0]) if argv else None)


# In a process of its own


def test_the_program_runs_from_a_checkout(table):
    words = [sys.executable, "main.py", "run", str(table), "--k", "3", "--seed", "1", "--json"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["counts"] == [20, 20, 20]


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_passed_over_in_silence(table, unbuffered):
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-c", f"from kmeans_gui import cli; raise SystemExit(cli.main(['run', {str(table)!r}]))"]
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_column_that_the_terminal_cannot_write_does_not_stop_the_result(tmp_path):
    (tmp_path / "greek.csv").write_text("λ,μ\n1,2\n3,4\n", encoding="utf-8")
    words = [sys.executable, "-c", "import sys; from kmeans_gui import cli; raise SystemExit(cli.main(sys.argv[1:]))"]
    done = subprocess.run(
        [*words, "run", str(tmp_path / "greek.csv"), "--k", "1"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "points" in done.stdout
