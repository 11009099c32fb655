"""Tables as people have them are read as they mean them; what cannot be read is told in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kmeans_gui.data.tables import blocks, inspect, read
from kmeans_gui.errors import Cancelled, UserError

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def save(content: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return save


SQUARE = [[1.5, 2.0], [3.0, 4.25]]


@pytest.mark.parametrize(
    "text",
    [
        "x,y\n1.5,2\n3,4.25\n",
        "x,y\r\n1.5,2\r\n3,4.25\r\n",
        "x,y\r1.5,2\r3,4.25\r",
        "x,y\n1.5,2\n3,4.25",
        "\ufeffx,y\n1.5,2\n3,4.25\n",
        "\n\nx,y\n\n1.5,2\n\n3,4.25\n\n\n",
        "x, y\n1.5, 2\n3, 4.25\n",
        '"x","y"\n"1.5","2"\n"3","4.25"\n',
        "x;y\n1,5;2\n3;4,25\n",
        "x;y\n1.5;2\n3;4.25\n",
        "x\ty\n1.5\t2\n3\t4.25\n",
        "x y\n1.5 2\n3 4.25\n",
        "   x     y\n 1.5  2.00 \n 3.0  4.25 \n",
        "name,x,color,y\nb,1.5,red,2\na,3,blue,4.25\n",
        "x,y,\n1.5,2,\n3,4.25,\n",
        "x,y\n1.5,2,\n3,4.25,\n",
    ],
)
def test_many_ways_to_write_the_same_two_columns(save: Save, text: str) -> None:
    made = read(save(text))
    assert made.points.tolist() == SQUARE
    assert made.columns == ("x", "y")
    assert made.source == "data.csv"
    assert made.left_out == 0
    assert made.truth is None
    assert made.points.flags.c_contiguous


@pytest.mark.parametrize(
    "text", ["1.5,2\n3,4.25\n", "\ufeff1.5,2\n3,4.25\n", "1,5;2\n3;4,25\n", "1.5\t2\n3\t4.25\n", " 1.5 2\n 3 4.25"]
)
def test_a_table_without_a_header_loses_no_row(save: Save, text: str) -> None:
    made = read(save(text))
    assert made.points.tolist() == SQUARE
    assert made.columns == ("column 1", "column 2")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n6.0,3.4,virginica\n", False),
        ("5.1,NA\n4.9,3.0\n", False),
        ("country,2019,2020\nFrance,1,2\nSpain,3,4\n", True),
        (",0,1\n0,1.5,2.5\n1,3.5,4.5\n", True),
        ("x,y\n1,2\n", True),
        ("1,2\n", False),
    ],
)
def test_a_header_is_told_from_data(save: Save, text: str, header: bool) -> None:
    info = inspect(save(text))
    assert info.has_header == header
    assert info.rows == text.count("\n") - header


def test_text_in_latin_1_is_read_even_where_it_shows_late(save: Save) -> None:
    rows = ["x,größe,note", *(f"{i},{i}.5,plain" for i in range(150_000)), "7,8,größer"]
    path = save("\n".join(rows).replace("größe,", "height,").encode("latin-1"))
    made = read(path)
    assert made.n == 150_001
    assert made.points[-1].tolist() == [7.0, 8.0]
    assert read(save("x,größe\n1,2\n".encode("latin-1"))).columns == ("x", "größe")


def test_rows_without_a_finite_number_are_left_out_and_counted(save: Save) -> None:
    made = read(save("x,y\n0,0\n1,\n,1\nNA,1\n1,nan\ninf,1\n1,-inf\nword,1\n1e400,1\n5\n9,9\n"))
    assert made.points.tolist() == [[0, 0], [9, 9]]
    assert made.left_out == 9
    assert made.row_ids.tolist() == [0, 10]


def test_a_value_missing_in_another_column_costs_nothing(save: Save) -> None:
    made = read(save("x,other,y\n1,,2\n3,7,4\n"), ["x", "y"])
    assert (made.n, made.left_out) == (2, 0)


def test_a_short_first_row_does_not_narrow_the_table(save: Save) -> None:
    made = read(save("x,y,z\n1\n2,3,4\n"), ["y", "z"])
    assert made.points.tolist() == [[3, 4]]
    assert made.left_out == 1


def test_a_single_column_of_numbers_is_a_line(save: Save) -> None:
    assert read(save("name,height\na,1.5\nb,2\n")).points.tolist() == [[1.5], [2.0]]
    assert read(save("5\n\n6\n7\n")).points.tolist() == [[5.0], [6.0], [7.0]]


def test_columns_are_chosen_by_name_or_number(save: Save) -> None:
    path = save("a,b,c,2\n1,2,3,4\n5,6,7,8\n")
    assert read(path).columns == ("a", "b")
    chosen = read(path, ["c", "1"])
    assert chosen.columns == ("c", "a")
    assert chosen.points.tolist() == [[3, 1], [7, 5]]
    assert read(path, ["b"]).points.tolist() == [[2], [6]]
    assert read(path, ["a", "b", "c"]).d == 3
    # A name goes before a number.
    assert read(path, ["2"]).points.tolist() == [[4], [8]]
    assert read(save("1,2\n3,4\n"), ["2"]).points.tolist() == [[2], [4]]


def test_names_that_stand_twice_can_be_told_apart(save: Save) -> None:
    path = save("x,x,,y\n1,2,3,4\n5,6,7,8\n")
    assert inspect(path).columns == ("x", "x (2)", "column 3", "y")
    assert read(path, ["x (2)", "column 3"]).points.tolist() == [[2, 3], [6, 7]]


@pytest.mark.parametrize("name", ["", "id", "ID", "row", "Index", "Unnamed: 0"])
def test_row_ids_are_taken_from_their_column(save: Save, name: str) -> None:
    made = read(save(f"{name},x,y\n7,1,2\n5,,2\n3,1,2\n"))
    assert made.columns == ("x", "y")
    assert made.row_ids.tolist() == [7, 3]
    assert made.row_ids.dtype == np.int64


def test_row_ids_may_be_text_and_stay_as_written(save: Save) -> None:
    assert read(save("name,x,y\nAda,1,2\nBob,1,2\n")).row_ids.tolist() == ["Ada", "Bob"]
    assert read(save("id,x,y\n007,1,2\n008,1,2\n")).row_ids.tolist() == ["007", "008"]
    assert read(save('"x" "y"\n"a" 1.5 2\n"b" 3 4.25\n')).row_ids.tolist() == ["a", "b"]


@pytest.mark.parametrize("ids", [("1", "1"), ("a", "a"), ("a", "")])
def test_row_ids_that_are_not_unique_are_row_numbers(save: Save, ids: tuple[str, str]) -> None:
    assert read(save(f"id,x,y\n{ids[0]},1,2\n{ids[1]},1,2\n")).row_ids.tolist() == [0, 1]


@pytest.mark.parametrize("name", ["truth", "class", "Species", "target", "LABEL"])
def test_true_clusters_are_taken_from_their_column(save: Save, name: str) -> None:
    path = save(f"{name},x,y\nbee,1,2\nant,1,2\n,1,2\nbee,,2\nbee,1,2\n")
    made = read(path)
    assert made.truth is not None
    assert made.truth.tolist() == [1, 0, -1, 1]
    assert inspect(path).truth == (name,)


def test_whole_numbers_remain_the_codes_that_they_are(save: Save) -> None:
    made = read(save("target,x,y\n5,1,2\n2.0,1,2\n-1,1,2\n,1,2\n"))
    assert made.truth is not None
    assert made.truth.tolist() == [5, 2, -1, -1]
    assert made.columns == ("x", "y")


def test_codes_too_large_to_count_by_are_numbered(save: Save) -> None:
    made = read(save("class,x,y\n1000000000000,1,2\n-5,1,2\n"))
    assert made.truth is not None
    assert sorted(made.truth.tolist()) == [0, 1]


def test_a_target_that_is_measured_is_a_coordinate(save: Save) -> None:
    made = read(save("x,target\n1,2.5\n2,3.5\n"))
    assert made.columns == ("x", "target")
    assert made.truth is None


def test_a_column_of_ids_or_classes_may_be_chosen(save: Save) -> None:
    made = read(save("id,class,x\n5,0,1\n6,1,2\n"), ["id", "class"])
    assert made.points.tolist() == [[5, 0], [6, 1]]
    assert made.truth is None


def test_the_chooser_learns_what_there_is(save: Save) -> None:
    info = inspect(save("id;x;y;z;species\na;1,5;2;3;s\nb;1;2;3;t\n", "flowers.txt"))
    assert info.columns == ("id", "x", "y", "z", "species")
    assert info.numeric == ("x", "y", "z")
    assert info.coordinates == ("x", "y")
    assert info.row_ids == ("id",)
    assert info.truth == ("species",)
    assert (info.delimiter, info.has_header, info.rows) == (";", True, 2)


def test_the_length_of_a_long_table_is_left_open(save: Save) -> None:
    assert inspect(save("x,y\n" + "1,2\n" * 5000)).rows is None


def test_huge_coordinates_can_be_read(save: Save) -> None:
    assert read(save("x,y\n1e300,-1e300\n")).points.tolist() == [[1e300, -1e300]]


@pytest.mark.parametrize("size", [1, 7, 40, 1 << 20])
@pytest.mark.parametrize(
    "text",
    [
        "id,x,y,class\n7,1,2,a\n5,3,4,b\n3,5,6,a\n",
        '\ufeffid,x,y,class\r\n7,1,2,"a\r\n, still a"\r\n5,3,4,b\r\n3,5,6,"a\r\n, still a"\r\n',
        "id;x;y;class\n7;1,0;2;ä\n5;3,0;4.0;ö\n3;5;6;ä",
        "id  x y class\n 7 1 2 a\n5 3 4 b \n3 5  6 a\n",
        "id,x,y,class\n7,1,2,a\n\n5,3, 4 ,b\n3,5,6,a\n\n",
    ],
)
def test_where_the_blocks_end_makes_no_difference(save: Save, monkeypatch: pytest.MonkeyPatch, text: str, size: int) -> None:
    monkeypatch.setattr(blocks, "PLAIN_BYTES", size)
    monkeypatch.setattr(blocks, "UNTIDY_BYTES", size)
    made = read(save(text))
    assert made.points.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert made.row_ids.tolist() == [7, 5, 3]
    assert made.truth is not None
    assert made.truth.tolist() == [0, 1, 0]
    assert made.left_out == 0


def test_ids_that_turn_out_to_be_text_stay_as_written(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "PLAIN_BYTES", 1)
    assert read(save("id,x,y\n7,1,2\n8,1,2\n09,1,2\n")).row_ids.tolist() == ["7", "8", "09"]


def test_progress_is_told_and_reading_can_be_given_up(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "PLAIN_BYTES", 8)
    path = save("x,y\n" + "1,2\n" * 10)
    told: list[tuple[int, int]] = []
    read(path, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(set(told))
    assert len(told) > 3
    assert told[-1] == (44, 44)

    def give_up(done: int, total: int) -> None:
        told.append((done, total))
        raise Cancelled

    told.clear()
    with pytest.raises(Cancelled):
        read(path, progress=give_up)
    assert len(told) == 1


def test_iris_as_scikit_learn_has_it(tmp_path: Path) -> None:
    from sklearn.datasets import load_iris

    iris = load_iris()
    lines = [",".join([*iris.feature_names, "target"])]
    lines += [",".join(map(str, [*row, code])) for row, code in zip(iris.data.tolist(), iris.target.tolist(), strict=True)]
    (tmp_path / "iris.csv").write_text("\n".join(lines))
    made = read(tmp_path / "iris.csv", ["1", "3"])
    assert made.columns == ("sepal length (cm)", "petal length (cm)")
    assert (made.points == iris.data[:, [0, 2]]).all()
    assert made.truth is not None
    assert (made.truth == iris.target).all()


JUNK = bytes(range(1, 256)) * 8


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "data.csv", "is empty"),
        ("\n\n  \n", "data.csv", "blank lines"),
        ("\ufeff", "data.csv", "blank lines"),
        ("x,y\n", "data.csv", "a header but no rows"),
        ("one,two\nthree,four\n", "data.csv", "no column of numbers"),
        ("plain prose.\n", "data.csv", "no rows|no column of numbers"),
        ("x,y\n1,2\n3,4,5\n", "data.csv", "more fields than the 2 columns that a comma separates"),
        ("x,y\n1,2,3\n4,5\n", "data.csv", "more fields"),
        ("x,y\n" + "1,2\n" * 5000 + "3,4,5\n", "data.csv", "more fields"),
        ('x,y\n1,"2\n3,4\n', "data.csv", "quotation mark"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "data.csv", "not a text file"),
        ("x,y\n1,2\n".encode("utf-16"), "data.csv", "UTF-8"),
        (JUNK, "data.csv", "no column of numbers|cannot be read"),
        ("x,y\n,1\n2,\n", "data.csv", "no row with a number in x and y"),
        ("x,y\n1,2\n", "data.xyz", r"no kind that can be read\. Choose one that ends in \.csv"),
        ("x,y\n1,2\n", "data", "no kind that can be read"),
        (b"", "data.npy", "is empty"),
        (b"not an array", "data.npy", "damaged or no NPY"),
        (b"\x93NUMPY\x01\x00", "data.npy", "damaged or no NPY"),
    ],
)
def test_what_is_no_table_is_refused_in_words(save: Save, content: str | bytes, name: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        read(save(content, name))
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["z"], r"no column 'z'\. Choose among x, y"),
        (["0"], "no column '0'"),
        (["3"], "no column '3'"),
        (["-1"], "no column"),
        ([], "No column is chosen"),
        (["x", "1"], "chosen twice"),
    ],
)
def test_columns_that_are_not_there_are_refused(save: Save, columns: list[str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        read(save("x,y\n1,2\n"), columns)


def test_a_column_of_words_gives_no_points(save: Save) -> None:
    with pytest.raises(UserError, match="no row with a number in color"):
        read(save("x,color\n1,red\n"), ["color"])


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no file"):
        read(tmp_path / "none.csv")
    with pytest.raises(UserError, match="is a folder"):
        inspect(tmp_path)
