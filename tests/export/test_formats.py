"""Which formats there are, which one a path asks for, and what the door refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from export_fakes import job

from kmeans_gui.errors import Cancelled, UserError
from kmeans_gui.export import formats
from kmeans_gui.export.job import Content


def test_every_format_is_found_with_a_suffix_of_its_own():
    found = formats.formats()
    assert set(found) >= {"png", "svg", "frames", "gif", "labels"}
    assert len({entry.suffix for entry in found.values()}) == len(found)


def test_a_new_module_is_found_without_being_listed(tmp_path, monkeypatch):
    import kmeans_gui.export

    (tmp_path / "flipbook.py").write_text(
        "from kmeans_gui.export.job import Content, Format\n"
        "FORMAT = Format(name='flipbook', title='', suffix='.flip', content=Content.RUN, write=print)\n"
    )
    monkeypatch.setattr(kmeans_gui.export, "__path__", [*kmeans_gui.export.__path__, str(tmp_path)])
    found = formats.formats.__wrapped__()
    assert found["flipbook"].suffix == ".flip"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.png", "png"),
        ("a.PNG", "png"),
        ("a.svg", "svg"),
        ("a.gif", "gif"),
        ("a.csv", "labels"),
        ("a", "frames"),
        ("a.b/", "frames"),
    ],
)
def test_the_suffix_chooses_the_format(path, name):
    assert formats.for_path(path).name == name


def test_an_existing_folder_is_filled_with_frames_whatever_its_name(tmp_path):
    folder = tmp_path / "run.gif"
    folder.mkdir()
    assert formats.for_path(folder).name == "frames"


def test_an_unknown_suffix_is_refused_with_those_there_are():
    with pytest.raises(UserError, match=r"run\.tiff .*\.gif"):
        formats.for_path("run.tiff")


def test_one_picture_cannot_hold_a_run():
    with pytest.raises(UserError, match="one frame, but 7"):
        formats.for_path("frame.png", 7)
    assert formats.for_path("run.gif", 7).content is Content.RUN


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"which": lambda count: ()}, "no frames"),
        ({"width": 15}, "15 × 32"),
        ({"height": 8193}, "64 × 8193"),
        ({"seconds": 0.0}, "0 s"),
        ({"seconds": 61.0}, "61 s"),
        ({"seconds": float("nan")}, "nan s"),
    ],
)
def test_a_job_out_of_bounds_is_refused_and_writes_nothing(tmp_path, settings, words):
    with pytest.raises(UserError, match=words):
        formats.export(job(**settings), tmp_path / "run.gif", formats.formats()["gif"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", sorted(formats.formats()))
def test_every_format_tells_its_progress_up_to_the_end(tmp_path, name):
    told: list[tuple[int, int]] = []
    entry = formats.formats()[name]
    formats.export(job(), tmp_path / f"out{entry.suffix}", entry, lambda done, total: told.append((done, total)))
    done, totals = zip(*told, strict=True)
    assert len(set(totals)) == 1
    assert list(done) == sorted(done)
    assert told[-1] == (totals[0], totals[0])


@pytest.mark.parametrize("name", sorted(formats.formats()))
@pytest.mark.parametrize("existing", [False, True])
def test_every_format_leaves_nothing_when_cancelled(tmp_path, name, existing):
    entry = formats.formats()[name]
    target = tmp_path / f"out{entry.suffix}"
    if existing and entry.suffix:
        target.write_text("before")
    elif existing:
        target.mkdir()
        (target / "frame-0000.png").write_text("before")
    before = _contents(tmp_path)

    def stop(done: int, total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        formats.export(job(), target, entry, stop)
    assert _contents(tmp_path) == before


@pytest.mark.parametrize("name", sorted(formats.formats()))
def test_every_format_says_that_the_folder_is_missing(tmp_path, name):
    entry = formats.formats()[name]
    with pytest.raises(UserError, match="folder"):
        formats.export(job(), tmp_path / "missing" / f"out{entry.suffix}", entry)


def _contents(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}
