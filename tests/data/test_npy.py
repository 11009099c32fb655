"""NPY files: arrays of numbers are read, anything else is refused without running it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kmeans_gui.data.tables import inspect, read
from kmeans_gui.errors import UserError


@pytest.mark.parametrize("dtype", ["float64", "float32", ">f4", "int64", "uint8", "bool"])
@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 3)])
def test_arrays_of_numbers_are_read(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    np.save(tmp_path / "a.npy", array)
    made = read(tmp_path / "a.npy")
    table = array.reshape(4, -1)
    assert (made.points == table[:, :2]).all()
    assert made.columns == ("column 1", "column 2")[: table.shape[1]]
    assert inspect(tmp_path / "a.npy").rows == 4
    assert (read(tmp_path / "a.npy", [str(table.shape[1])]).points[:, 0] == table[:, -1]).all()


def test_rows_of_arrays_that_are_not_finite_are_left_out(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.asfortranarray([[1, 2], [np.nan, 2], [3, np.inf], [5, 6]]))
    made = read(tmp_path / "a.npy")
    assert made.points.tolist() == [[1, 2], [5, 6]]
    assert made.row_ids.tolist() == [0, 3]
    assert made.left_out == 2


@pytest.mark.parametrize(
    "array",
    [
        np.array([{"a": 1}], dtype=object),
        np.array(["a", "b"]),
        np.array([1j]),
        np.zeros((2, 2, 2)),
        np.zeros((0, 2)),
        np.zeros((3, 0)),
        np.array(1.0),
        np.zeros(3, dtype=[("x", "f8"), ("y", "f8")]),
    ],
    ids=["object", "text", "complex", "cube", "no rows", "no columns", "scalar", "records"],
)
def test_arrays_of_anything_else_are_refused(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    with pytest.raises(UserError, match=r"a\.npy"):
        read(tmp_path / "a.npy")


def test_a_truncated_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((100, 2)))
    whole = path.read_bytes()
    for length in (20, 100, 129, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(UserError, match="damaged"):
            read(path)
