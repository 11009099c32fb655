"""Blocks: a text table in pieces of whole rows. Read so, it takes little memory, tells how far it is and can be given up.

A line feed between quotation marks ends no row. A row therefore ends at a line feed with an even number of marks before it,
which is how polars tells rows apart, too.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from kmeans_gui.data.tables.info import Progress
from kmeans_gui.data.tables.sniffing import tidied

PLAIN_BYTES = 1 << 22
"""Bytes of a block: enough to keep some cores busy, and read in a hundredth of a second."""

UNTIDY_BYTES = 1 << 20
"""Bytes of a block that must be tidied, during which no other thread of Python goes on."""

_MOST_LINES = 1000
"""Lines in one field. If there are more, a quotation mark has been left open."""


def plain_blocks(path: Path, head: bytes, progress: Progress) -> Iterator[bytes]:
    """Yield the rows of a table in UTF-8 as they are, with ``head`` before each block.

    Raises
    ------
    UnicodeDecodeError
        If they are not in UTF-8.
    """
    for block in _pieces(path, PLAIN_BYTES, head, progress):
        if not block.isascii():
            block.decode()
        yield block


def tidied_blocks(path: Path, head: bytes, delimiter: str, encoding: str, progress: Progress) -> Iterator[bytes]:
    """Yield the rows of a table in UTF-8 and :func:`tidied`, with ``head`` before each block.

    Raises
    ------
    UnicodeDecodeError
        If they are not encoded as said.
    """
    for block in _pieces(path, UNTIDY_BYTES, b"", progress):
        yield head + tidied(block.decode(encoding).encode(), delimiter)


def _pieces(path: Path, size: int, head: bytes, progress: Progress) -> Iterator[bytes]:
    """Yield pieces of ``size`` bytes and what is missing of a row; tell of each when the next is asked for."""
    with path.open("rb") as file:
        total = os.fstat(file.fileno()).st_size
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        while piece := file.read(size):
            yield b"".join([head, piece, *_rest_of_row(piece, file)])
            progress(file.tell(), total)


def _rest_of_row(piece: bytes, file: BinaryIO) -> list[bytes]:
    """Return the lines of ``file`` that belong to the last row of ``piece``; all, if a quotation mark is left open in it."""
    lines = [file.readline()]
    marks = lines[0].count(b'"')
    if b'"' in piece:  # to look for the first takes a fraction of the time that counting all takes
        marks += piece.count(b'"')
    while marks % 2 and (line := file.readline() if len(lines) < _MOST_LINES else file.read()):
        lines.append(line)
        marks += line.count(b'"')
    return lines
