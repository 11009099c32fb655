"""The commands that write files: boards and exports."""

from __future__ import annotations

import csv
import io
import sys

import numpy as np
import pytest
from cli_calls import call, write_table
from PIL import Image, ImageSequence

from kmeans_gui import cli, clustering
from kmeans_gui.data import boards, tables
from kmeans_gui.errors import UserError


@pytest.fixture
def table(tmp_path):
    return write_table(tmp_path / "blobs.csv")


# board


@pytest.mark.parametrize("name", sorted(boards.REGISTRY))
def test_every_board_is_written_as_the_window_would_make_it(capsys, tmp_path, name):
    code, out, err = call(capsys, "board", name, "--n", "60", "--seed", "4", "--out", tmp_path / "board.csv")
    assert (code, out, err) == (0, "", "")
    wanted, got = boards.board(name, seed=4, n=60), tables.read(tmp_path / "board.csv")
    np.testing.assert_array_equal(got.points, wanted.points)
    assert (got.truth is None) == (wanted.truth is None)


def test_a_board_takes_its_own_parameters(capsys, tmp_path):
    call(capsys, "board", "gaussians", "--n", "50", "--k", "5", "--out", tmp_path / "board.csv")
    got = tables.read(tmp_path / "board.csv")
    assert (got.n, len(np.unique(got.truth))) == (50, 5)
    assert call(capsys, "board", "gaussians", "--noise", "1", "--out", tmp_path / "b.csv")[0] == 2
    assert call(capsys, "board", "gaussians", "--k", "51", "--n", "50", "--out", tmp_path / "b.csv")[0] == 1


def test_a_board_is_not_written_as_csv_under_another_suffix(capsys, tmp_path):
    code, _, err = call(capsys, "board", "grid", "--out", tmp_path / "board.npy")
    assert (code, "board.npy" in err, list(tmp_path.iterdir())) == (1, True, [])


# export


@pytest.fixture
def small(table):
    return ["export", table, "--k", "3", "--seed", "1", "--size", "160x90"]


@pytest.fixture
def run(table):
    return clustering.run("lloyd", tables.read(table).points, k=3, seed=1)


@pytest.mark.usefixtures("qapp")
class TestExport:
    @pytest.mark.parametrize(("options", "frames"), [([], len), (["--steps", "final"], lambda run: 1)])
    def test_a_gif_of_the_run(self, capsys, small, run, tmp_path, options, frames):
        code, out, err = call(capsys, *small, "--out", tmp_path / "run.gif", "--seconds", "1.5", "--once", *options)
        assert (code, out, err) == (0, "", "")
        with Image.open(tmp_path / "run.gif") as image:
            assert image.size == (160, 90)
            assert "loop" not in image.info
            assert [frame.info["duration"] for frame in ImageSequence.Iterator(image)] == [1500] * (frames(run) - 1) + [4500]

    def test_a_folder_of_frames_shows_the_half_steps_in_order(self, capsys, small, run, tmp_path):
        assert call(capsys, *small, "--out", f"{tmp_path}/frames/", "--steps", "iterations")[0] == 0
        files = sorted((tmp_path / "frames").iterdir())
        assert [file.name for file in files] == [f"frame-{i:04}.png" for i in range(run.iterations + 1)]
        assert len({file.read_bytes() for file in files}) == len(files)

    def test_one_picture_is_the_end_of_the_run(self, capsys, small, tmp_path):
        assert call(capsys, *small, "--out", tmp_path / "frame.png")[0] == 0
        assert call(capsys, *small, "--out", tmp_path / "all")[0] == 0
        assert (tmp_path / "frame.png").read_bytes() == max((tmp_path / "all").iterdir()).read_bytes()

    def test_dark_and_without_caption_look_otherwise(self, capsys, small, tmp_path):
        for name, options in {"plain": [], "dark": ["--dark"], "bare": ["--no-caption"]}.items():
            assert call(capsys, *small, "--out", tmp_path / f"{name}.png", *options)[0] == 0
        plain, dark, bare = (np.asarray(Image.open(tmp_path / f"{n}.png").convert("L")) for n in ("plain", "dark", "bare"))
        assert dark.mean() < 128 < plain.mean()
        assert not np.array_equal(plain, bare)

    def test_an_svg_and_labels(self, capsys, small, run, tmp_path):
        assert call(capsys, *small, "--out", tmp_path / "frame.svg")[0] == 0
        assert "<svg" in (tmp_path / "frame.svg").read_text()
        assert call(capsys, *small, "--out", tmp_path / "labels.csv")[0] == 0
        with (tmp_path / "labels.csv").open(newline="") as file:
            assert [int(row["label"]) for row in csv.DictReader(file)] == run[-1].labels.tolist()

    @pytest.mark.parametrize(
        ("options", "code", "says"),
        [
            (["--out", "run.tiff"], 1, ".gif"),
            (["--out", "frame.png", "--steps", "all"], 1, "one frame"),
            (["--out", "run.gif", "--size", "8x8"], 1, "8 × 8"),
            (["--out", "run.gif", "--size", "large"], 2, "1280x720"),
            (["--out", "run.gif", "--seconds", "0"], 1, "0.02"),
            (["--out", "run.gif", "--seconds", "nan"], 1, "0.02"),
            ([], 2, "--out"),
        ],
    )
    def test_what_cannot_be_written_is_told(self, capsys, small, tmp_path, monkeypatch, options, code, says):
        monkeypatch.chdir(tmp_path)
        before = list(tmp_path.iterdir())
        got, _, err = call(capsys, *small, *options)
        assert (got, says in err, list(tmp_path.iterdir())) == (code, True, before)

    def test_progress_is_shown_on_a_terminal_alone(self, small, run, tmp_path, monkeypatch):
        terminal = io.StringIO()
        terminal.isatty = lambda: True
        monkeypatch.setattr(sys, "stderr", terminal)
        assert cli.main([str(word) for word in [*small, "--out", tmp_path / "all"]]) == 0
        assert terminal.getvalue().endswith(f"\rframe {len(run)} of {len(run)}\n")

    def test_ctrl_c_leaves_nothing(self, capsys, small, tmp_path, monkeypatch):
        def interrupted(done, total):
            if done == 2:
                raise KeyboardInterrupt

        monkeypatch.setattr(cli, "_show_progress", interrupted)
        before = list(tmp_path.iterdir())
        assert call(capsys, *small, "--out", tmp_path / "run.gif")[0] == 130
        assert list(tmp_path.iterdir()) == before

    def test_a_system_without_qt_is_told_in_one_sentence(self, capsys, small, tmp_path, monkeypatch):
        from kmeans_gui import qt_check

        def refuse(offscreen):
            raise UserError("Qt needs a library. Install it.")

        monkeypatch.setattr(qt_check, "start_gui_application", refuse)
        code, _, err = call(capsys, *small, "--out", tmp_path / "run.gif")
        assert (code, err) == (1, "kmeans-gui: Qt needs a library. Install it.\n")
