"""What is saved is saved whole or not at all; what cannot be opened or saved is told in words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kmeans_gui.errors import Cancelled, UserError
from kmeans_gui.files import atomic_folder, atomic_write, existing_file


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_appears_under_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "run.gif"
    with atomic_write(target) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".gif"
        temporary.write_bytes(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["run.gif"]


@pytest.mark.parametrize("failure", [RuntimeError, Cancelled, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, failure: type[BaseException]) -> None:
    target = tmp_path / "session.kmeans"
    target.write_bytes(b"old")

    def write_half() -> None:
        with atomic_write(target) as temporary:
            temporary.write_bytes(b"half")
            raise failure

    with pytest.raises(failure):
        write_half()
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["session.kmeans"]


@pytest.mark.skipif(os.name == "nt", reason="modes and links are POSIX's")
def test_a_replaced_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with atomic_write(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("write", [atomic_write, atomic_folder])
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EACCES, "does not allow it"),
        (errno.EROFS, "can only be read"),
        (errno.EIO, "[Ii]nput/output error"),
    ],
)
def test_what_the_system_refuses_names_the_folder_and_leaves_nothing(tmp_path: Path, write, code: int, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught, write(tmp_path / "out.png"):
        raise OSError(code, os.strerror(code))
    assert str(tmp_path) in str(caught.value)
    assert "Choose another folder" in str(caught.value) or "choose another folder" in str(caught.value)
    assert names(tmp_path) == []


@pytest.mark.parametrize("write", [atomic_write, atomic_folder])
def test_a_missing_folder_is_refused_before_any_work(tmp_path: Path, write) -> None:
    with pytest.raises(UserError, match="does not exist"), write(tmp_path / "missing" / "out"):
        pytest.fail("the body ran")


@pytest.mark.parametrize("write", [atomic_write, atomic_folder])
def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, write) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(UserError, match="file"), write(tmp_path / "file" / "out"):
        pytest.fail("the body ran")


def test_a_folder_is_not_overwritten_by_a_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder"), atomic_write(tmp_path):
        pytest.fail("the body ran")


def write_frames(target: Path, count: int, failure: Exception | None = None) -> None:
    with atomic_folder(target) as temporary:
        for i in range(count):
            (temporary / f"frame-{i:03}.png").write_bytes(b"png")
        if failure:
            raise failure


def test_frames_appear_together_and_replace_earlier_ones(tmp_path: Path) -> None:
    target = tmp_path / "frames"
    write_frames(target, 3)
    (target / ".DS_Store").write_bytes(b"left by a file manager")
    write_frames(target, 2)
    assert names(target) == ["frame-000.png", "frame-001.png"]
    assert names(tmp_path) == ["frames"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    write_frames(tmp_path / "frames", 1)
    assert names(tmp_path / "frames") == ["frame-000.png"]


def test_a_failure_among_the_frames_leaves_the_earlier_ones(tmp_path: Path) -> None:
    target = tmp_path / "frames"
    write_frames(target, 3)
    with pytest.raises(Cancelled):
        write_frames(target, 1, Cancelled())
    assert names(target) == ["frame-000.png", "frame-001.png", "frame-002.png"]
    assert names(tmp_path) == ["frames"]


@pytest.mark.parametrize("entry", ["thesis.txt", "frame-000.svg", "picture.png"])
def test_a_folder_with_anything_else_is_refused_and_untouched(tmp_path: Path, entry: str) -> None:
    target = tmp_path / "frames"
    write_frames(target, 1)
    (target / entry).write_text("mine")
    with pytest.raises(UserError, match=f"already holds {entry}"), atomic_folder(target):
        pytest.fail("the body ran")
    assert names(target) == sorted(["frame-000.png", entry])


def test_a_folder_that_looks_like_a_frame_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "frames" / "frame-000.png").mkdir(parents=True)
    with pytest.raises(UserError, match="already holds"), atomic_folder(tmp_path / "frames"):
        pytest.fail("the body ran")


def test_a_file_put_among_the_frames_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "frames"
    write_frames(target, 1)
    with pytest.raises(UserError, match=r"already holds notes\.txt"), atomic_folder(target):
        (target / "notes.txt").write_text("mine")
    assert (target / "notes.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_frames_is_refused(tmp_path: Path) -> None:
    (tmp_path / "frames").write_text("mine")
    with pytest.raises(UserError, match="is a file"), atomic_folder(tmp_path / "frames"):
        pytest.fail("the body ran")


def test_frames_go_back_when_the_new_ones_cannot_take_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "frames"
    write_frames(target, 2)
    rename = Path.rename

    def refuse_the_new_one(self: Path, to: Path) -> Path:
        if to == target and len(names(self)) == 1:
            raise PermissionError(errno.EACCES, "refused")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", refuse_the_new_one)
    with pytest.raises(UserError, match="does not allow it"):
        write_frames(target, 1)
    assert names(target) == ["frame-000.png", "frame-001.png"]
    assert names(tmp_path) == ["frames"]


def test_a_file_that_can_be_opened_is_returned(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    assert existing_file(str(tmp_path / "a.csv")) == tmp_path / "a.csv"


def test_what_cannot_be_opened_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    for path, words in [
        (tmp_path / "missing.csv", "no file"),
        (tmp_path, "is a folder"),
        (tmp_path / "empty.csv", "is empty"),
        (tmp_path / ("x" * 300), "cannot be opened"),
        ("nul\0byte", "cannot be opened"),
    ]:
        with pytest.raises(UserError, match=words):
            existing_file(path)
