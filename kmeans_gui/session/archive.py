"""Archives: the container of a session file, a zip of texts and NPY arrays.

It is written without compression and with a fixed time, so that the same content makes the same bytes. It is read as if it came
from an enemy: nothing is unpacked onto the disk or unpickled, and no memory is taken for a member before its size has been
checked against the file's, against its own header and against the limits below.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 4 << 30
"""Bytes that all members together may have."""

SMALL = 16 << 20
"""Bytes up to which a member does no harm, however well it is compressed. Texts may not be larger."""

RATIO = 100
"""How many times as large as in the file a larger member may become. Our own are not compressed; those packed anew may be."""

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_HEADER = re.compile(rb"\{'descr': '([^']{1,12})', 'fortran_order': False, 'shape': \((\d{1,12}),(?: (\d{1,12}))?\), \} *\n")
"""What numpy writes for a plain array of one or two dimensions; anything else is not ours and is not interpreted."""


class Refused(ValueError):
    """What is wrong with a file, in words that follow "cannot be opened:", and what to do about it."""

    def __init__(self, reason: str, advice: str = "Choose another file, or an older copy of this one.") -> None:
        super().__init__(reason)
        self.advice = advice


def write_archive(path: Path, content: Mapping[str, bytes | NDArray[Any]]) -> None:
    """Write texts and arrays, by name of the member, to ``path``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, value in content.items():
            pieces = _npy(value) if isinstance(value, np.ndarray) else (value,)
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            info.external_attr = 0o644 << 16
            info.file_size = sum(map(len, pieces))  # lets zipfile see in time that a member needs 64-bit sizes
            with archive.open(info, "w") as member:
                for piece in pieces:
                    member.write(piece)


def _npy(array: NDArray[Any]) -> tuple[bytes, memoryview]:
    """Return an array as the header and the data of an NPY file, version 1.0."""
    array = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    return header.getvalue(), array.reshape(-1).view(np.uint8).data


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive for reading.

    Raises
    ------
    Refused
        If it is not a zip, or holds what no session file needs.
    """
    with _damage_in_words("it is not a session, or it is damaged"):
        file = zipfile.ZipFile(path)
    with file:
        yield Archive(file, path.stat().st_size)


class Archive:
    """The members of an archive, all of them checked.

    Parameters
    ----------
    file : ZipFile
        The archive.
    size : int
        Its size in bytes.
    """

    def __init__(self, file: zipfile.ZipFile, size: int) -> None:
        self._file = file
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in file.infolist():
            if info.filename in self._members:
                raise Refused(f"it holds {info.filename!r} twice")
            _check(info)
            self._members[info.filename] = info
        packed = sum(info.compress_size for info in self._members.values())
        if packed > size or sum(info.file_size for info in self._members.values()) > LARGEST:
            raise Refused("its parts claim to be larger than a session can be")

    @property
    def names(self) -> frozenset[str]:
        """The names of the members."""
        return frozenset(self._members)

    def text(self, name: str) -> bytes:
        """Return a text as bytes."""
        info = self._info(name)
        if info.file_size > SMALL:
            raise Refused(f"{name} is too large")
        with _damage_in_words(), self._file.open(info) as member:
            return member.read()

    def array(self, name: str, types: str, dimensions: int) -> NDArray[Any]:
        """Return an array, read-only.

        Parameters
        ----------
        name : str
            The member.
        types : str
            A regular expression of the NPY types that it may have: ``"<f8"``.
        dimensions : int
            How many dimensions it must have: 1 or 2.
        """
        info = self._info(name)
        with _damage_in_words(), self._file.open(info) as member:
            start = member.read(10)
            header = member.read(int.from_bytes(start[8:], "little"))
            dtype, shape = _parse_header(name, start, header, types, dimensions)
            size = prod(shape) * dtype.itemsize
            if size != info.file_size - len(start) - len(header):
                raise Refused(f"{name} does not have the size that its shape {shape} asks for")
            data = member.read(size)
            return np.ndarray(shape, dtype, data).astype(dtype.newbyteorder("="), copy=False)

    def _info(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            raise Refused(f"{name} is missing in it")
        return self._members[name]


def _check(info: zipfile.ZipInfo) -> None:
    """Refuse a member that is encrypted, oddly compressed, or would swell out of all proportion."""
    if info.flag_bits & 1:
        raise Refused("it is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("it is compressed in a way that sessions are not")
    if info.file_size > max(SMALL, RATIO * info.compress_size):
        raise Refused(f"unpacked, it would be more than {RATIO} times as large as it is")


def _parse_header(name: str, start: bytes, header: bytes, types: str, dimensions: int) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Return the type and shape that an NPY header states, if they are such as are wanted."""
    match = _HEADER.fullmatch(header)
    if start[:8] != b"\x93NUMPY\x01\x00" or not match:
        raise Refused(f"{name} is not a plain array")
    descr = match[1].decode("latin-1")
    if not re.fullmatch(types, descr):
        raise Refused(f"{name} holds values of the type {descr!r}, which it must not")
    shape = tuple(int(text) for text in match.groups()[1:] if text is not None)
    if len(shape) != dimensions:
        raise Refused(f"{name} has the shape {shape}, which it must not")
    return np.dtype(descr), shape


@contextmanager
def _damage_in_words(words: str = "it is damaged") -> Iterator[None]:
    """Turn whatever ``zipfile`` raises over a damaged file into a refusal. It promises no single type."""
    try:
        yield
    except Refused:
        raise
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError, OverflowError) as error:
        raise Refused(words) from error
    except MemoryError as error:
        raise Refused("there is not enough memory for it", "Close other programs and try again.") from error
