from __future__ import annotations

import errno
import io
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from session_files import Members, described, make_state, refused, write
from session_strategies import same, states

from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import Cancelled, UserError
from kmeans_gui.session import archive, storage
from kmeans_gui.session.state import State

# --- Round trip ----------------------------------------------------------------------------------------------------------


@given(state=states())
def test_what_is_saved_comes_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, state: State) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip.kmeans"
    storage.save(path, state)
    assert same(storage.load(path), state)


def test_a_new_session_can_be_saved(path: Path) -> None:
    storage.save(path, State())
    assert same(storage.load(path), State())


def test_a_loaded_state_is_frozen(path: Path) -> None:
    storage.save(path, make_state())
    state = storage.load(path)
    assert not state.dataset.points.flags.writeable
    with pytest.raises(TypeError):
        state.parameters["k"] = 2  # type: ignore[index]


def test_the_same_state_makes_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.kmeans", tmp_path / "b.kmeans"
    storage.save(first, make_state())
    storage.save(second, make_state())
    assert first.read_bytes() == second.read_bytes()


def test_numpy_reads_the_arrays_without_pickle(members: Members) -> None:
    points = np.load(io.BytesIO(members["points.npy"]), allow_pickle=False)
    assert points.tolist() == make_state().dataset.points.tolist()
    ids = np.load(io.BytesIO(members["row_ids.npy"]), allow_pickle=False)
    assert ids.tolist() == ["a", "b", "c", "d"]


def test_a_file_name_that_is_no_unicode_survives_as_the_source(path: Path) -> None:
    state = State(dataset=Dataset.of([[0.0, 0.0]], source="caf\udce9.csv"))
    storage.save(path, state)
    assert storage.load(path).dataset.source == "caf\udce9.csv"


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_session_that_was_unpacked_and_packed_again_opens(path: Path, members: Members, compression: int) -> None:
    write(path, dict(reversed(members.items())), compression)
    assert same(storage.load(path), make_state())


def test_parameters_that_a_file_does_not_name_have_their_defaults(path: Path, members: Members) -> None:
    write(path, described(members, parameters={"k": 2}))
    assert dict(storage.load(path).parameters) == {**State().parameters, "k": 2}


# --- Saving fails --------------------------------------------------------------------------------------------------------


class FullDisk(io.FileIO):
    """A file on a disk that has room for ``room`` bytes."""

    room = 0

    def write(self, data: Any) -> int:
        if self.tell() + memoryview(data).nbytes > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("room", [0, 500, 1500])
def test_a_full_disk_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    storage.save(path, State())
    old = path.read_bytes()
    monkeypatch.setattr(FullDisk, "room", room)
    monkeypatch.setattr(zipfile, "io", SimpleNamespace(**{**vars(io), "open": FullDisk}))
    with pytest.raises(UserError, match=r"four\.kmeans could not be saved: .* full"):
        storage.save(path, make_state())
    monkeypatch.undo()
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        storage.save(tmp_path / "nowhere" / "a.kmeans", State())


@pytest.mark.parametrize("limit", ["LARGEST", "SMALL"])
def test_what_could_not_be_opened_again_is_not_saved(path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    storage.save(path, State())
    old = path.read_bytes()
    monkeypatch.setattr(archive, limit, 100)
    with pytest.raises(UserError, match="larger than"):
        storage.save(path, make_state())
    assert path.read_bytes() == old


@pytest.mark.parametrize(
    "defect",
    [{"start": np.full((2, 2), np.nan)}, {"start": np.zeros((2, 3))}, {"position": -1}, {"layers": {"k"}, "colors": (-1,)}],
    ids=str,
)
def test_a_defective_state_does_not_replace_a_file_that_opens(path: Path, defect: dict[str, Any]) -> None:
    storage.save(path, State())
    with pytest.raises(archive.Refused):
        storage.save(path, State(**defect))
    assert same(storage.load(path), State())


def test_a_save_that_is_given_up_leaves_the_old_file(path: Path) -> None:
    storage.save(path, State())
    with pytest.raises(Cancelled):
        storage.save(path, make_state(), lambda: True)
    assert same(storage.load(path), State())
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("viewport", [(-1.7e308, 1.7e308, 0.0, 1.0), (0.0, 1.0, 0.0, 5e-324)])
def test_a_viewport_that_cannot_be_drawn_is_not_saved(path: Path, viewport: tuple[float, float, float, float]) -> None:
    storage.save(path, State(viewport=viewport))
    assert storage.load(path).viewport is None


@pytest.mark.parametrize(
    "far", [{"dataset": Dataset.of([[2e150, 0.0]])}, {"start": np.full((2, 2), -2e150)}], ids=["points", "start"]
)
def test_points_too_far_out_are_not_saved(path: Path, far: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="as large as 2e\\+150"):
        storage.save(path, State(**far))
    assert not path.exists()


# --- Versions ------------------------------------------------------------------------------------------------------------


def test_a_newer_version_asks_for_an_update_whatever_else_is_in_it(path: Path, members: Members) -> None:
    newer = described(members, version=storage.VERSION + 1, novelty=[1], seed=...)
    write(path, {**newer, "images/pixels.bin": b"?"})
    refused(path, "made by a newer version of the program. Update the program")


@pytest.mark.parametrize("version", [0, -1, True, 1.0, "1", None, ...])
def test_a_version_is_a_whole_number(path: Path, members: Members, version: object) -> None:
    write(path, described(members, version=version))
    refused(path, "version")


def test_the_version_decides_which_migrations_are_made(path: Path, members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "VERSION", 3)
    monkeypatch.setattr(
        storage,
        "MIGRATIONS",
        {1: lambda d: {**d, "seed": d["seed"] + 10}, 2: lambda d: {**d, "seed": d["seed"] * 2}},
    )
    assert storage.load(path).seed == (7 + 10) * 2
    write(path, described(members, version=2))
    assert storage.load(path).seed == 7 * 2
    storage.save(path, make_state())
    assert storage.load(path).seed == 7


def test_each_version_before_this_one_has_its_migration() -> None:
    assert set(storage.MIGRATIONS) == set(range(1, storage.VERSION))
