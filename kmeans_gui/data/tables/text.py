"""Text tables, read with polars.

All fields are read as text and only the chosen ones are turned into numbers, batch by batch, so that a word among the numbers
costs its row and nothing else, and ten million rows fit into memory.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.data.tables.info import Chosen, Raw, TableInfo, unique_names
from kmeans_gui.data.tables.sniffing import DELIMITERS, PADDING, Layout, sniff, tidied
from kmeans_gui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

ID_NAMES = ("id", "row", "index", "name")
"""What a column of row ids is called; a first column without a name is one as well."""

TRUTH_NAMES = ("truth", "class", "species", "target", "label")
"""What a column of true clusters is called, the most telling name first."""

_UNNAMED = ("", "unnamed: 0")
_LARGEST_CODE = 65_535
_LARGEST_IDS = 1 << 30


def inspect(path: Path) -> TableInfo:
    """Return what columns the table has, from its beginning.

    Raises
    ------
    UserError
        If the file is not text, or is blank.
    """
    layout = sniff(path)
    names = unique_names(layout.header or [""] * layout.width)
    ids, truth = _ids(layout), _truth(layout)
    numeric = [place for place in range(layout.width) if layout.numeric[place]]
    free = [place for place in numeric if place not in ids and place not in truth]
    return TableInfo(
        columns=names,
        numeric=tuple(names[place] for place in numeric),
        coordinates=tuple(names[place] for place in free[:2]),
        row_ids=tuple(names[place] for place in ids),
        truth=tuple(names[place] for place in truth),
        delimiter=layout.delimiter,
        encoding=layout.encoding,
        plain=layout.plain,
        has_header=layout.header is not None,
        rows=layout.rows,
    )


def _ids(layout: Layout) -> list[int]:
    """Return the places of the columns that look like row ids."""
    names = [name.lower() for name in layout.header or ()]
    return [place for place, name in enumerate(names) if name in ID_NAMES or (place == 0 and name in _UNNAMED)]


def _truth(layout: Layout) -> list[int]:
    """Return the places of the columns that look like true clusters: text or whole numbers under a telling name."""
    names = [name.lower() for name in layout.header or ()]
    named = [names.index(name) for name in TRUTH_NAMES if name in names]
    return [place for place in named if layout.whole[place] or not layout.numeric[place]]


def load(path: Path, info: TableInfo, chosen: Chosen) -> Raw:
    """Return all rows that are not blank.

    Raises
    ------
    UserError
        If a row has more fields than there are columns, or a quotation mark is left open.
    """
    import polars as pl

    fields = [pl.nth(place).alias(f"number {place}") for place in chosen.coordinates]
    if info.delimiter == ";":
        fields = [field.str.replace(",", ".", literal=True) for field in fields]
    numbers = [field.str.strip_chars(PADDING).cast(pl.Float64, strict=False) for field in fields]
    words = [pl.nth(place).alias(f"text {place}") for place in {chosen.row_ids, chosen.truth} if place is not None]
    try:
        table = _scan(path, info).filter(~pl.all_horizontal(pl.all().is_null())).select(*numbers, *words)
        # Without the pushdown all fields of a row are looked at, and a row with too many of them is an error.
        frame = table.collect(engine="streaming", optimizations=pl.QueryOptFlags(projection_pushdown=False))
    except pl.exceptions.PolarsError as error:
        raise UserError(
            f"{path.name} cannot be read as a table: a row has more fields than the {len(info.columns)} columns that a "
            f"{DELIMITERS[info.delimiter or ',']} separates, or a quotation mark is left open. Mend the file and open it again."
        ) from error
    return Raw(
        points=frame.select(f"number {place}" for place in chosen.coordinates).to_numpy(order="c"),
        row_ids=None if chosen.row_ids is None else _unique_ids(frame[f"text {chosen.row_ids}"]),
        truth=None if chosen.truth is None else _codes(frame[f"text {chosen.truth}"]),
    )


def _scan(path: Path, info: TableInfo) -> pl.LazyFrame:
    """Return all fields as text, the header left out."""
    import polars as pl

    names = [f"column_{place}" for place in range(1, len(info.columns) + 1)]
    separator, header = info.delimiter or ",", int(info.has_header)
    scan = partial(pl.scan_csv, schema=dict.fromkeys(names, pl.String), separator=separator, glob=False)
    if info.plain:
        return scan(path, has_header=False, skip_rows=header)
    text = path.read_bytes().decode(info.encoding or "utf-8").encode()
    named = separator.join(names).encode() + b"\n" + tidied(text, separator)
    return scan(BytesIO(named), has_header=True, skip_rows_after_header=header)


def _unique_ids(column: pl.Series) -> NDArray[Any] | None:
    """Return the row ids as int64 or str, or None if one is missing or not unique."""
    import polars as pl

    plain = column.str.strip_chars(PADDING)
    numbers = plain.cast(pl.Int64, strict=False)
    if not numbers.null_count() and (numbers.cast(pl.String) == plain).all():
        return numbers.to_numpy() if numbers.n_unique() == len(numbers) else None
    if column.null_count() or column.n_unique() < len(column):
        return None
    longest = int(column.str.len_chars().max())  # type: ignore[arg-type]
    # An array gives each text the room of the longest: one long remark among the ids must not fill the memory.
    return None if 4 * longest * len(column) > _LARGEST_IDS else np.array(column.to_list(), dtype=np.str_)


def _codes(column: pl.Series) -> NDArray[np.int64]:
    """Return the true clusters: whole numbers as they stand, anything else numbered in alphabetical order, −1 for none."""
    import polars as pl

    numbers = column.str.strip_chars(PADDING).cast(pl.Float64, strict=False)
    whole = numbers.is_between(-1, _LARGEST_CODE) & (numbers == numbers.floor())
    if numbers.null_count() == column.null_count() and whole.all():
        return numbers.fill_null(-1).cast(pl.Int64).to_numpy()
    return (column.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()
