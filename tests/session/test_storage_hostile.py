from __future__ import annotations

import io
import json
import pickle
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from session_files import Members, described, npy, refused, write

from kmeans_gui.errors import UserError
from kmeans_gui.session import archive, storage

# --- Not a session -------------------------------------------------------------------------------------------------------


def test_there_is_no_such_file(path: Path) -> None:
    with pytest.raises(UserError, match=r"four\.kmeans"):
        storage.load(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"x,y\n1,2\n", "not a session"),
        (b"PK\x05\x06" + bytes(18), "session.json is missing"),
        (b"PK\x03\x04" + bytes(100), "not a session"),
    ],
)
def test_other_files_are_refused(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    refused(path, words)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(path: Path, members: Members, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refused(path, "damaged")


def test_a_flipped_bit_in_the_data_is_noticed(path: Path, members: Members) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(np.float64(7.0).tobytes())] ^= 1
    path.write_bytes(content)
    refused(path, "damaged")


# --- Hostile archives ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["session.json", "points.npy", "row_ids.npy"])
def test_a_missing_member_is_named(path: Path, members: Members, name: str) -> None:
    del members[name]
    write(path, members)
    refused(path, f"{name} is missing")


@pytest.mark.parametrize("name", ["../points.npy", "/etc/passwd", "C:\\points.npy", "folder/", "notes.txt", "points.npy.npy"])
def test_nothing_else_may_be_in_it(path: Path, members: Members, name: str) -> None:
    write(path, {**members, name: b""})
    refused(path, "does not belong")
    assert list(path.parent.iterdir()) == [path]


def test_a_member_that_is_there_twice_is_refused(path: Path, members: Members) -> None:
    write(path, members)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as file:
        file.writestr("points.npy", members["points.npy"])
    refused(path, "twice")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_odd_compression_is_refused(path: Path, members: Members, compression: int) -> None:
    write(path, members, compression)
    refused(path, "compressed in a way")


@pytest.mark.parametrize("name", ["session.json", "points.npy"])
def test_a_zip_bomb_is_refused_before_it_goes_off(path: Path, members: Members, name: str, peak: Callable[[], int]) -> None:
    write(path, {**members, name: bytes(64 << 20)}, zipfile.ZIP_DEFLATED)
    before = peak()
    refused(path, "100 times as large")
    assert peak() - before < 4 << 20


def test_a_member_that_claims_more_than_the_file_has_takes_no_memory(
    path: Path, members: Members, peak: Callable[[], int]
) -> None:
    content = bytearray(path.read_bytes())
    at = content.index(b"points.npy", content.index(b"PK\x01\x02")) - 46  # its entry in the central directory
    for size in (20, 24):  # compressed and not
        content[at + size : at + size + 4] = (1 << 30).to_bytes(4, "little")
    path.write_bytes(content)
    before = peak()
    refused(path, "larger than a session can be")
    assert peak() - before < 4 << 20


def test_a_shape_that_promises_more_than_there_is_takes_no_memory(
    path: Path, members: Members, peak: Callable[[], int]
) -> None:
    header = {"descr": "<f8", "fortran_order": False, "shape": (10**11, 2)}
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, header)
    write(path, {**members, "points.npy": buffer.getvalue()})
    before = peak()
    refused(path, "points.npy does not have the size")
    assert peak() - before < 4 << 20


def test_a_session_beyond_the_limit_is_refused(path: Path, members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", sum(map(len, members.values())) - 1)
    refused(path, "larger than a session can be")


def test_an_encrypted_member_is_refused(path: Path, members: Members) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    refused(path, "encrypted")


def test_a_shortage_of_memory_is_told(path: Path, members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(zipfile.ZipExtFile, "read", read)
    refused(path, "not enough memory")


# --- Hostile arrays ------------------------------------------------------------------------------------------------------

POINTS = np.zeros((4, 2))


class Evil:
    """Unpickling it would raise a flag."""

    unpickled = False

    def __reduce__(self) -> tuple[Any, ...]:
        return setattr, (Evil, "unpickled", True)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("points.npy", POINTS.astype(np.float32)),
        ("points.npy", POINTS.astype(np.complex128)),
        ("points.npy", POINTS.astype(">f8")),
        ("points.npy", np.asfortranarray(POINTS)),
        ("points.npy", np.zeros(8)),
        ("points.npy", np.zeros((4, 2, 1))),
        ("points.npy", np.zeros((4, 3))),
        ("points.npy", np.zeros((4, 0))),
        ("points.npy", np.zeros((5, 2))),
        ("points.npy", np.array([[0, 0], [0, 0], [0, 0], [0, np.nan]])),
        ("points.npy", np.array([[0, 0], [0, 0], [0, 0], [0, -np.inf]])),
        ("points.npy", np.zeros(4, [("x", "<f8"), ("y", "<f8")])),
        ("row_ids.npy", np.zeros(4)),
        ("row_ids.npy", np.arange(4, dtype=np.int32)),
        ("row_ids.npy", np.arange(4, dtype=np.uint64)),
        ("row_ids.npy", np.array([b"a", b"b", b"c", b"d"])),
        ("row_ids.npy", np.arange(4)[:, None]),
        ("row_ids.npy", np.arange(3)),
        ("row_ids.npy", np.array([0, 2, 1, 2])),
        ("row_ids.npy", np.array(["a", "b", "a", "c"])),
        ("row_ids.npy", np.array([0x110000, 1, 2, 3], np.uint32).view("<U1")),
        ("truth.npy", np.zeros(5, np.int64)),
        ("truth.npy", np.zeros(4)),
        ("truth.npy", np.array([0, 0, -2, 0])),
        ("truth.npy", np.zeros(4, bool)),
        ("start.npy", np.zeros((2, 3))),
        ("start.npy", np.zeros((0, 2))),
        ("start.npy", np.full((2, 2), np.inf)),
        ("start.npy", np.zeros((2, 2), np.int64)),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.dtype}-{value.shape}",
)
def test_arrays_of_another_kind_are_refused(path: Path, members: Members, name: str, array: Any) -> None:
    write(path, {**members, name: npy(array)})
    refused(path, r"points\.npy|row_ids\.npy|truth\.npy|start\.npy")


@pytest.mark.parametrize("name", ["points.npy", "start.npy"])
def test_coordinates_that_no_run_could_use_are_refused(path: Path, members: Members, name: str) -> None:
    write(path, {**members, name: npy(np.full((4, 2), -2e150))})
    refused(path, r"A coordinate is as large as 2e\+150; beyond 1e\+150 distances overflow\. Rescale the data\.$")


@pytest.mark.parametrize("name", ["points.npy", "row_ids.npy", "truth.npy", "start.npy"])
def test_nothing_is_unpickled(path: Path, members: Members, name: str) -> None:
    for content in (npy(np.array([Evil()] * 4), allow_pickle=True), pickle.dumps(Evil())):
        write(path, {**members, name: content})
        refused(path, name)
    assert not Evil.unpickled


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (4, -2), }\n",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (4, 2.0), }\n",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (True, 2), }\n",
        b"{'descr': '<f8', 'fortran_order': False, 'shape': (" + b"9" * 5000 + b", 2), }\n",
        b"{'descr': " + b"(" * 9000 + b"}\n",
        b"__import__('os').abort()\n",
        b"",
    ],
    ids=lambda header: header[-24:].decode(),
)
def test_headers_are_not_interpreted(path: Path, members: Members, header: bytes) -> None:
    write(path, {**members, "points.npy": b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(64)})
    refused(path, r"points\.npy is not a plain array")


def test_an_array_is_neither_shorter_nor_longer_than_its_shape(path: Path, members: Members) -> None:
    for spoiled in (members["points.npy"][:-8], members["points.npy"] + bytes(8)):
        write(path, {**members, "points.npy": spoiled})
        refused(path, r"points\.npy does not have the size")


# --- Hostile descriptions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "other"}, "not a session of this program"),
        ({"format": ...}, "not a session of this program"),
        ({"seed": ...}, "'seed' is missing"),
        ({"extra": 1}, "'extra' is unknown"),
        ({"columns": ["x"]}, "columns"),
        ({"columns": []}, "columns"),
        ({"columns": "xy"}, "'columns'"),
        ({"columns": ["x", 2]}, "'columns'"),
        ({"source": None}, "'source'"),
        ({"left_out": True}, "'left_out'"),
        ({"left_out": -1}, "'left_out'"),
        ({"algorithm": "other"}, "no algorithm 'other'"),
        ({"algorithm": "x" * 100_000}, "no algorithm 'xxx"),
        ({"algorithm": ["lloyd"]}, "'algorithm'"),
        ({"parameters": []}, "'parameters'"),
        ({"parameters": {"speed": 1}}, "no parameter 'speed'"),
        ({"parameters": {"k": 0}}, "K is 0"),
        ({"parameters": {"k": True}}, "K is True"),
        ({"parameters": {"k": 1.5}}, "K is 1.5"),
        ({"parameters": {"k": [3]}}, "K is"),
        ({"parameters": {"tol": "nan"}}, "Tolerance is"),
        ({"parameters": {"init": [[1.0], [1.0, 2.0]]}}, "Start is"),
        ({"parameters": {"init": {"a": 1}}}, "Start is"),
        ({"seed": -1}, "'seed'"),
        ({"seed": False}, "'seed'"),
        ({"seed": 1.0}, "'seed'"),
        ({"seed": 2**63}, "'seed'"),
        ({"seed": 10**30}, "too large"),
        ({"position": -1}, "'position'"),
        ({"position": True}, "'position'"),
        ({"position": "3"}, "'position'"),
        ({"colors": [0, -1]}, "'colors'"),
        ({"colors": [65_536]}, "'colors'"),
        ({"colors": [True]}, "'colors'"),
        ({"colors": 3}, "'colors'"),
        ({"layers": ["points", "sparkles"]}, "'layers'"),
        ({"layers": [["points"]]}, "'layers'"),
        ({"layers": "points"}, "'layers'"),
        ({"viewport": [0, 1, 0]}, "'viewport'"),
        ({"viewport": [1, 0, 0, 1]}, "'viewport'"),
        ({"viewport": [0, 1, 1, 1]}, "'viewport'"),
        ({"viewport": [False, True, 0, 1]}, "'viewport'"),
        ({"viewport": [0, float("inf"), 0, 1]}, "not finite"),
        ({"viewport": [0, float("nan"), 0, 1]}, "not finite"),
        ({"viewport": "0101"}, "'viewport'"),
        ({"viewport": [-1.7e308, 1.7e308, 0, 1]}, "'viewport'"),
        ({"viewport": [0, 1, 0, 2e151]}, "'viewport'"),
        ({"viewport": [0, 5e-324, 0, 1]}, "'viewport'"),
    ],
    ids=lambda value: json.dumps(value, default=str)[:50] if isinstance(value, dict) else "",
)
def test_descriptions_of_another_kind_are_refused(path: Path, members: Members, changes: dict[str, Any], words: str) -> None:
    write(path, described(members, **changes))
    refused(path, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"[1]", "not an object"),
        (b"\xff\xfe{}", "not valid JSON"),
        (b'{"seed": 1e999}', "not finite"),
        (b'{"seed": -Infinity}', "not finite"),
        (b'{"seed": ' + b"9" * 5000 + b"}", "too large"),
        (b'{"seed": 1, "seed": 2}', "twice"),
        (b"[" * 200_000, "not valid JSON"),
        (b'{"a":' * 100_000, "not valid JSON"),
        (b'"' + b"a" * (17 << 20) + b'"', "session.json is too large"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_json_of_another_kind_is_refused(path: Path, members: Members, text: bytes, words: str) -> None:
    write(path, {**members, "session.json": text})
    refused(path, words)


# --- Chance --------------------------------------------------------------------------------------------------------------


def mutated(content: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 8])):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    if chance.random() < 0.2:
        del spoiled[chance.randrange(len(spoiled)) :]
    return bytes(spoiled)


def test_whatever_becomes_of_a_file_it_opens_or_is_refused_in_words(path: Path, members: Members) -> None:
    content, chance, refusals = path.read_bytes(), random.Random(1), 0
    for _ in range(400):
        path.write_bytes(mutated(content, chance) or b"P")
        try:
            storage.load(path)
        except UserError:
            refusals += 1
    assert refusals > 200


def test_members_may_be_spoiled_behind_a_valid_checksum(path: Path, members: Members) -> None:
    chance, refusals = random.Random(2), 0
    for _ in range(400):
        name = chance.choice(list(members))
        write(path, {**members, name: mutated(members[name], chance)})
        try:
            storage.load(path)
        except UserError:
            refusals += 1
    assert refusals > 100
