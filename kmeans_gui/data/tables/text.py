"""Text tables, read with polars, block by block.

The chosen columns are read as numbers for as long as they hold nothing else. From the first block on in which they do, all
fields are read as text and the chosen ones turned into numbers, so that a word among the numbers costs its row and nothing
else. Both ways give the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kmeans_gui.clustering import Floats
from kmeans_gui.data.tables.blocks import plain_blocks, tidied_blocks
from kmeans_gui.data.tables.info import Chosen, Progress, Raw, TableInfo, unique_names
from kmeans_gui.data.tables.sniffing import DELIMITERS, PADDING, Layout, sniff
from kmeans_gui.data.tables.words import Places, RowIds, TrueClusters, numbers_or_texts, places
from kmeans_gui.errors import UserError

if TYPE_CHECKING:
    import polars as pl

ID_NAMES = ("id", "row", "index", "name")
"""What a column of row ids is called; a first column without a name is one as well."""

TRUTH_NAMES = ("truth", "class", "species", "target", "label")
"""What a column of true clusters is called, the most telling name first."""

_AT_ONCE = 2
"""Blocks that are worked at while the next is read. Polars has more threads, but not for all that is done with a block."""

_UNNAMED = ("", "unnamed: 0")


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


def load(path: Path, info: TableInfo, chosen: Chosen, progress: Progress) -> Raw:
    """Return all rows that are not blank.

    Raises
    ------
    UserError
        If a row has more fields than there are columns, or a quotation mark is left open.
    """
    import polars as pl

    try:
        return _load(path, info, chosen, progress)
    except UnicodeDecodeError:  # of which the beginning, by which the encoding was judged, did not tell
        return _load(path, replace(info, encoding="latin-1", plain=False), chosen, progress)
    except pl.exceptions.PolarsError as error:
        raise UserError(
            f"{path.name} cannot be read as a table: a row has more fields than the {len(info.columns)} columns that a "
            f"{DELIMITERS[info.delimiter or ',']} separates, or a quotation mark is left open. Mend the file and open it again."
        ) from error


def _load(path: Path, info: TableInfo, chosen: Chosen, progress: Progress) -> Raw:
    points, ids, truth = [np.empty((0, len(chosen.coordinates)))], RowIds(), TrueClusters()
    for part in _Reader(info, chosen).read(path, progress):
        points.append(part.points)
        if part.row_ids is not None:
            ids.add(part.row_ids)
        if part.truth is not None:
            truth.add(part.truth)
    return Raw(
        points=np.concatenate(points),
        row_ids=None if chosen.row_ids is None else ids.unique(),
        truth=None if chosen.truth is None else truth.codes(),
    )


def _table(rows: pl.DataFrame, names: Sequence[str]) -> Floats:
    """Return columns of numbers side by side, NaN where there is none."""
    table = np.empty((len(rows), len(names)))
    for place, name in enumerate(names):
        table[:, place] = rows[name].to_numpy()
    return table


@dataclass(frozen=True)
class _Part:
    """What is kept of a block."""

    points: Floats
    row_ids: pl.Series | None
    truth: Places | None


class _Reader:
    """Reads block after block, some at once: as numbers, until one cannot be read so, and as text from there on."""

    def __init__(self, info: TableInfo, chosen: Chosen) -> None:
        self._names = [f"column_{place}" for place in range(len(info.columns))]
        self._coordinates = [self._names[place] for place in chosen.coordinates]
        self._info = info
        self._chosen = chosen
        self._as_text = False
        self._delimiter = info.delimiter or ","

    def read(self, path: Path, progress: Progress) -> Iterator[_Part]:
        """Yield what the rows that are not blank hold, block by block; while one is read, those before it are worked at."""
        # Without names before each block polars would count the columns in its first row, which may lack some.
        head = self._delimiter.join(self._names).encode() + b"\n"
        if self._info.plain:
            blocks = plain_blocks(path, head, progress)
        else:
            blocks = tidied_blocks(path, head, self._delimiter, self._info.encoding or "utf-8", progress)
        header, parts = int(self._info.has_header), deque[Future[_Part]]()
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for block in blocks:
                parts.append(threads.submit(self._part, block, header))
                header = 0
                if len(parts) > _AT_ONCE:
                    yield parts.popleft().result()
            while parts:
                yield parts.popleft().result()

    def _part(self, block: bytes, header: int) -> _Part:
        rows = None if self._as_text else self._as_numbers(block, header)
        if rows is None:
            self._as_text = True
            rows = self._from_text(block, header)
        ids, truth = self._chosen.row_ids, self._chosen.truth
        return _Part(
            points=_table(rows, self._coordinates),
            row_ids=None if ids is None else numbers_or_texts(rows[self._names[ids]]),
            truth=None if truth is None else places(rows[self._names[truth]]),
        )

    def _as_numbers(self, block: bytes, header: int) -> pl.DataFrame | None:
        """Return all rows if the coordinates are nothing but numbers without trimmings, and no row is blank."""
        import polars as pl

        try:
            frame = self._parsed(block, header, dict.fromkeys(self._coordinates, pl.Float64))
        except pl.exceptions.PolarsError:
            return None
        blank = pl.all_horizontal(pl.all().is_null())
        return None if frame.select(blank.any()).item() else frame

    def _from_text(self, block: bytes, header: int) -> pl.DataFrame:
        import polars as pl

        fields = [pl.col(name) for name in self._coordinates]
        if self._delimiter == ";":
            fields = [field.str.replace(",", ".", literal=True) for field in fields]
        numbers = [field.str.strip_chars(PADDING).cast(pl.Float64, strict=False) for field in fields]
        blank = pl.all_horizontal(pl.all().is_null())
        return self._parsed(block, header, {}).filter(~blank).with_columns(numbers)

    def _parsed(self, block: bytes, header: int, types: dict[str, type[pl.DataType]]) -> pl.DataFrame:
        """Return all rows but the ``header`` first ones, as text where ``types`` does not say otherwise."""
        import polars as pl

        return pl.read_csv(
            block,
            schema={name: types.get(name, pl.String) for name in self._names},
            separator=self._delimiter,
            skip_rows_after_header=header,
            decimal_comma=self._delimiter == ";" and b"," in block,
            raise_if_empty=False,
        )
