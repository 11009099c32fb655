"""Parameters: what each kind accepts, from Python and typed by a person, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kmeans_gui.clustering.parameters import Bool, Choice, Float, Int, Parameter, Start, resolve
from kmeans_gui.errors import UserError

WHOLE = Int(name="k", label="K", default=3, minimum=1, maximum=4096, help="Number of clusters.")
REAL = Float(name="std", label="Spread", default=1.0, minimum=-2.0, maximum=1e6, help="Standard deviation.")
CHOICE = Choice(name="rule", label="Rule", default="keep", options={"keep": "Keep", "drop": "Drop"}, help="What to do.")
START = Start(name="init", label="Start", default="random", options={"random": "Random points"}, help="Where to start.")

ALSO = Bool(name="also", label="Also", default=False, help="Whether it too.")

ACCEPTED: list[tuple[Parameter, Any, Any]] = [
    (WHOLE, 1, 1),
    (WHOLE, 4096, 4096),
    (WHOLE, "12", 12),
    (WHOLE, " 12 ", 12),
    (WHOLE, 3.0, 3),
    (WHOLE, np.int8(7), 7),
    (WHOLE, np.float64(7), 7),
    (REAL, -2, -2.0),
    (REAL, 1e6, 1e6),
    (REAL, "1e-3", 0.001),
    (REAL, " 2.5 ", 2.5),
    (REAL, np.float32(0.5), 0.5),
    (CHOICE, "drop", "drop"),
    (START, "random", "random"),
    (ALSO, True, True),
    (ALSO, np.False_, False),
    (ALSO, "on", True),
    (ALSO, "off", False),
]
REFUSED: list[tuple[Parameter, Any, str]] = [
    *[(WHOLE, value, "must be a whole number from 1 to 4,096") for value in (0, 4097, -1, 2.5, "2.5", "", "three", None)],
    *[(WHOLE, value, "must be a whole number from 1 to 4,096") for value in (True, np.True_, np.inf, np.nan, "nan", [3], b"3")],
    *[(REAL, value, r"must be a number from -2 to 1e\+06") for value in (-2.1, 1e7, np.inf, np.nan, "nan", "inf", "", "x")],
    *[(REAL, value, r"must be a number from -2 to 1e\+06") for value in (True, np.True_, None, [1.0], 10**400, 1j)],
    *[(CHOICE, value, "must be one of keep, drop") for value in ("Keep", "", None, 0, ["keep"])],
    *[(ALSO, value, "must be on or off") for value in (0, 1, 1.0, None, "", "yes", "On", [True])],
    (START, "best", "must be one of random"),
    (START, None, "table"),
    (START, [1.0, 2.0], r"shape \(2,\)"),
    (START, [[]], r"shape \(1, 0\)"),
    (START, [["a"]], "one of random, or a table of numbers"),
    (START, [[1.0], [1.0, 2.0]], "one of random, or a table of numbers"),
    (START, [[10**400]], "one of random, or a table of numbers"),
    (START, [[np.nan]], "finite"),
    (START, [[-np.inf]], "finite"),
    (START, [[1e151]], "within"),
]


@pytest.mark.parametrize(("parameter", "value", "parsed"), ACCEPTED)
def test_accepted(parameter: Parameter, value: Any, parsed: Any) -> None:
    result = parameter.parse(value)
    assert result == parsed
    assert type(result) is type(parsed)


@pytest.mark.parametrize(("parameter", "value", "says"), REFUSED)
def test_refused(parameter: Parameter, value: Any, says: str) -> None:
    with pytest.raises(UserError, match=says) as refusal:
        parameter.parse(value)
    assert str(refusal.value).startswith((parameter.label, "The starting centroids"))


@pytest.mark.parametrize("value", [np.int64(0), np.float64(0.5)])
def test_a_refused_number_is_shown_as_a_person_would_write_it(value: Any) -> None:
    with pytest.raises(UserError, match=rf"^K is {value}, but"):
        WHOLE.parse(value)


def test_a_long_refused_value_is_shortened() -> None:
    with pytest.raises(UserError) as refusal:
        WHOLE.parse("9" * 3000)
    assert len(str(refusal.value)) < 100


def test_a_start_is_copied_and_read_only() -> None:
    given = np.array([[1, 2], [3, 4]], np.int32)
    parsed = START.parse(given)
    given[:] = 0
    assert parsed.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert parsed.dtype == np.float64
    assert not parsed.flags.writeable


def test_resolve_completes_and_parses() -> None:
    values = resolve((WHOLE, REAL, CHOICE), {"k": "5", "rule": "drop"})
    assert values == {"k": 5, "std": 1.0, "rule": "drop"}


def test_resolve_refuses_what_is_not_declared() -> None:
    with pytest.raises(UserError, match=r"There is no parameter 'K' here; there are k, std\."):
        resolve((WHOLE, REAL), {"K": 3, "z": 1})


def test_resolve_refuses_a_bad_value() -> None:
    with pytest.raises(UserError, match="K is 0"):
        resolve((WHOLE, REAL), {"k": 0})
