"""What is written as CSV comes back bit for bit, and is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kmeans_gui.data.boards import board
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.data.tables import inspect, read, write_csv
from kmeans_gui.errors import UserError

FINITE = st.floats(allow_nan=False, allow_infinity=False)
IDS = st.one_of(
    st.just(None),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=12, max_size=12, unique=True).map(np.array),
    st.lists(st.text("aäß ,;\t\"'\n.é漢", min_size=1, max_size=6).map("b".__add__), min_size=12, max_size=12, unique=True).map(
        np.array
    ),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    points=hnp.arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=FINITE),
    ids=IDS,
    truth=st.one_of(st.none(), hnp.arrays(np.int64, 12, elements=st.integers(-1, 65_535))),
)
def test_what_is_written_is_read_bit_for_bit(
    tmp_path: Path, points: np.ndarray, ids: np.ndarray | None, truth: np.ndarray | None
) -> None:
    n = len(points)
    made = Dataset.of(points, row_ids=None if ids is None else ids[:n], truth=None if truth is None else truth[:n])
    write_csv(made, tmp_path / "round.csv")
    back = read(tmp_path / "round.csv", made.columns)
    assert back.points.tobytes() == made.points.tobytes()
    assert back.columns == made.columns
    assert back.row_ids.tolist() == made.row_ids.tolist()
    assert (back.truth is None) == (made.truth is None)
    assert back.truth is None or back.truth.tolist() == made.truth.tolist()


def test_a_board_comes_back_without_naming_its_columns(tmp_path: Path) -> None:
    made = board("gaussians", seed=1)
    write_csv(made, tmp_path / "board.csv")
    assert (tmp_path / "board.csv").read_text().startswith("id,x,y,truth\n0,")
    back = read(tmp_path / "board.csv")
    assert back.points.tobytes() == made.points.tobytes()
    assert back.columns == ("x", "y")
    assert made.truth is not None
    assert back.truth is not None
    assert (back.truth == made.truth).all()


@pytest.mark.parametrize("names", [("id", "truth"), ("x", "x"), ("2", "1"), ("a, b", 'c "d"'), ("ID", "Name")])
def test_coordinates_keep_their_names_whatever_they_are(tmp_path: Path, names: tuple[str, str]) -> None:
    made = Dataset.of([[1.0, 2.0], [3.0, 4.0]], columns=names, row_ids=np.array([8, 9]), truth=[1, 0])
    write_csv(made, tmp_path / "a.csv")
    back = read(tmp_path / "a.csv", inspect(tmp_path / "a.csv").columns[1:3])
    assert back.points.tolist() == made.points.tolist()
    assert back.row_ids.tolist() == [8, 9]
    assert back.truth is not None
    assert back.truth.tolist() == [1, 0]


def test_a_table_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = board("uniform", n=5)
    with pytest.raises(UserError, match="does not exist"):
        write_csv(made, tmp_path / "missing" / "a.csv")
    path = tmp_path / "a.csv"
    path.write_text("old")

    def refuse(source: object, target: object) -> None:
        raise PermissionError(13, "refused")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(UserError, match="does not allow it"):
        write_csv(made, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]
