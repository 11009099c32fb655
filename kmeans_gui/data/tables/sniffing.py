"""Sniffing: how a text table is written, found out from its beginning.

Encoding, delimiter, header and column names, and which columns hold numbers. The rest is left to
``text``, which reads it all. To support another delimiter, add it to ``DELIMITERS``.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kmeans_gui.errors import UserError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", " ": "space"}

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "?"})
"""What stands for a missing value, in lower case."""

PADDING = ' \t"'
"""What may surround a number."""

_SAMPLE_BYTES = 1 << 20
_SAMPLE_ROWS = 200

Row = list[str]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a text table is written.

    Parameters
    ----------
    encoding : str
        "utf-8" (with or without byte order mark) or "latin-1", as far as the beginning tells.
    delimiter : str
        A key of ``DELIMITERS``.
    header : tuple of str or None
        The names as written, one a column; None if the first row is data.
    width : int
        Number of columns.
    numeric : tuple of bool
        Which columns hold numbers.
    whole : tuple of bool
        Which columns hold nothing but whole numbers.
    plain : bool
        Whether the file needs no :func:`tidied`: UTF-8, one delimiter between two fields, a line feed after each row, no
        blank line at its beginning, and no field lacking in the first row of data, in which polars counts the columns.
    rows : int or None
        How many rows of data there are, if the beginning is all there is.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...] | None
    width: int
    numeric: tuple[bool, ...]
    whole: tuple[bool, ...]
    plain: bool
    rows: int | None


def sniff(path: Path) -> Layout:
    """Find out how the text table at ``path`` is written.

    Raises
    ------
    UserError
        If it is not text, or holds no row.
    """
    with path.open("rb") as file:
        start = file.read(_SAMPLE_BYTES)
    if b"\0" in start:
        raise UserError(f"{path.name} is not a text file. Save the table as CSV in UTF-8 and open that.")
    encoding = _encoding(start)
    text = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)().decode(start)
    candidates = {delimiter: _rows(text, delimiter) for delimiter in DELIMITERS}
    delimiter = max(candidates, key=lambda each: _fitness(candidates[each], each))
    rows = candidates[delimiter]
    complete = len(start) < _SAMPLE_BYTES and len(rows) < _SAMPLE_ROWS
    if not complete and len(rows) > 1:
        # The sample may end in the middle of a row.
        rows = rows[:-1]
    if not rows:
        raise UserError(f"{path.name} holds nothing but blank lines. Choose a table with numbers in it.")
    blank = text[0].isspace() or b"\n\n" in start or b"\n\r\n" in start
    lines = encoding == "utf-8" and delimiter != " " and b"\n" in start and not blank
    return _layout(rows, encoding, delimiter, complete, lines)


def _layout(rows: list[Row], encoding: str, delimiter: str, complete: bool, lines: bool) -> Layout:
    header, data = (rows[0], rows[1:]) if _has_header(rows, delimiter) else (None, rows)
    if header is not None:
        header = _completed(header, data)
    width = len(header) if header is not None else _width(data)
    columns = [[row[i].strip(PADDING) for row in data if i < len(row)] for i in range(width)]
    return Layout(
        encoding=encoding,
        delimiter=delimiter,
        header=None if header is None else tuple(name.strip() for name in header),
        width=width,
        numeric=tuple(_holds_numbers(values, delimiter) for values in columns),
        whole=tuple(_holds_whole_numbers(values, delimiter) for values in columns),
        plain=lines and bool(data) and len(data[0]) >= width,
        rows=len(data) if complete else None,
    )


def tidied(text: bytes, delimiter: str) -> bytes:
    """Return ``text`` so that it starts with a row, one delimiter separates two fields and a line feed ends a row."""
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    if delimiter == " ":
        while b"  " in text:
            text = text.replace(b"  ", b" ")
        for beside, alone in ((b"\n ", b"\n"), (b" \n", b"\n"), (b" \r\n", b"\r\n")):
            text = text.replace(beside, alone)
        text = text.strip(b" ")
    return text.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")


def number(text: str, delimiter: str) -> float | None:
    """Return the number that a field holds, NaN and infinity included, or None; behind semicolons the decimal sign is a comma.

    >>> number('"1,5"', ";"), number("1,5", " "), number("one", ",")
    (1.5, None, None)
    """
    field = text.strip(PADDING)
    if delimiter == ";":
        field = field.replace(",", ".")
    if "_" in field or not field.isascii():
        return None
    try:
        return float(field)
    except ValueError:
        return None


def _encoding(start: bytes) -> str:
    """Return "utf-8" if the beginning of the text is, "latin-1" otherwise: any bytes can be read as that."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _rows(text: str, delimiter: str) -> list[Row]:
    """Return the first rows that are not blank, split at ``delimiter``."""
    lines = io.StringIO(tidied(text.encode(), delimiter).decode(), newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != "\t")
    try:
        return list(islice((row for row in reader if any(row) or len(row) > 1), _SAMPLE_ROWS))
    except csv.Error:
        return []


def _width(rows: list[Row]) -> int:
    return statistics.mode(len(row) for row in rows) if rows else 0


def _fitness(rows: list[Row], delimiter: str) -> tuple[float, float]:
    """Rate a delimiter: rows of one width first of all, and numbers between the delimiters."""
    width = _width(rows)
    if width < 2:
        return 0.0, 0.0
    even = sum(len(row) == width for row in rows) / len(rows)
    fields = [field for row in rows[1:] or rows for field in row if field.strip(PADDING).lower() not in MISSING]
    numbers = sum(number(field, delimiter) is not None for field in fields) / max(len(fields), 1)
    return even * numbers, even


def _has_header(rows: list[Row], delimiter: str) -> bool:
    """Whether the first row holds names.

    It does not if all its fields are numbers. Nor does it if those above columns of numbers are, and every other one occurs
    again below it: the first row of a table of measurements with a class in each row.
    """
    first, rest = rows[0], rows[1:]
    numbers = [_is_number_or_missing(field, delimiter) for field in first]
    if all(numbers):
        return False
    below = [{row[i] for row in rest if i < len(row)} for i in range(len(first))]
    return not (any(numbers) and all(fits or field in seen for fits, field, seen in zip(numbers, first, below, strict=True)))


def _is_number_or_missing(field: str, delimiter: str) -> bool:
    word = field.strip(PADDING).lower()
    return number(field, delimiter) is not None or (word != "" and word in MISSING)


def _completed(header: Row, data: list[Row]) -> Row:
    """Return the header with the name that is missing, empty, if every row has one field more.

    Rows that end in a delimiter lack the last name; R's ``write.table`` leaves out that of the row names, which come first.
    """
    if len(data) < 2 or any(len(row) != len(header) + 1 for row in data):
        return header
    return [*header, ""] if all(row[-1] == "" for row in data) else ["", *header]


def _present(values: Sequence[str]) -> list[str]:
    return [value for value in values if value.lower() not in MISSING]


def _holds_numbers(values: Sequence[str], delimiter: str) -> bool:
    """Whether at least half of the values that are not missing are numbers, and one of them finite."""
    present = _present(values)
    numbers = [value for text in present if (value := number(text, delimiter)) is not None]
    return 2 * len(numbers) >= len(present) and any(math.isfinite(value) for value in numbers)


def _holds_whole_numbers(values: Sequence[str], delimiter: str) -> bool:
    numbers = [number(text, delimiter) for text in _present(values)]
    return bool(numbers) and all(value is not None and value.is_integer() for value in numbers)
