"""Descriptions: everything in a session but its arrays, as JSON.

:func:`describe` says what is written, ``FIELDS`` what may be read; both name every field. Numbers survive exactly: JSON holds
the shortest text from which the same float64 is read again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from kmeans_gui import clustering
from kmeans_gui.clustering.parameters import resolve
from kmeans_gui.errors import UserError
from kmeans_gui.session.archive import Refused
from kmeans_gui.session.state import LAYERS, State

Description = dict[str, Any]

LARGEST_SLOT = 65_535
"""Largest color slot; far beyond any number of clusters."""

LARGEST_COUNT = 2**63 - 1
"""Largest whole number: what numpy and Qt hold."""

LARGEST_EDGE = 1e151
"""Largest edge of a viewport: ten times as far out as the farthest point may be. No picture overflows there."""

SMALLEST_SPAN = 1e-300
"""Smallest width and height of a viewport; below it, the pixels for each data unit overflow."""

_MOST_DIGITS = 20
"""Of a whole number, its sign included; Python refuses thousands, and no field wants so many."""


def describe(state: State) -> Description:
    """Return what is to be written about a state."""
    return {
        "columns": list(state.dataset.columns),
        "source": state.dataset.source,
        "left_out": int(state.dataset.left_out),
        "algorithm": state.algorithm,
        "parameters": dict(state.parameters),
        "seed": int(state.seed),
        "position": None if state.position is None else int(state.position),
        "colors": [int(slot) for slot in state.colors],
        "layers": [layer for layer in LAYERS if layer in state.layers],
        "viewport": _readable_viewport(state),
    }


def _readable_viewport(state: State) -> list[float] | None:
    """Return the viewport; None, which fits the points, if someone has zoomed farther out or in than may be read."""
    edges = [float(edge) for edge in state.viewport or ()]
    return edges if _is_viewport(edges) else None


def to_text(description: Description) -> bytes:
    """Return a description as JSON; parameters may hold arrays, which become lists of lists."""
    return json.dumps(description, indent=1, allow_nan=False, default=lambda array: array.tolist()).encode("ascii")


def from_text(text: bytes) -> Description:
    """Return the object that a JSON text holds.

    Raises
    ------
    Refused
        If it holds something else, a name twice, a number that is not finite, or anything nested too deep.
    """
    try:
        value = json.loads(
            text.decode("utf-8"),
            parse_int=_int,
            parse_float=_float,
            parse_constant=_float,
            object_pairs_hook=_unambiguous,
        )
    except Refused:
        raise
    except (ValueError, RecursionError) as error:
        raise Refused("its description is not valid JSON") from error
    if not isinstance(value, dict):
        raise Refused("its description is not an object")
    return value


def _int(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise Refused("a number in its description is too large")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Refused("a number in its description is not finite")
    return value


def _unambiguous(pairs: list[tuple[str, Any]]) -> Description:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("its description says something twice")
    return found


# JSON's true and false are Python's bool, which is an int too; hence ``type(...) is``.


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_COUNT


def _is_names(value: Any) -> bool:
    return type(value) is list and all(map(_is_text, value))


def _is_layers(value: Any) -> bool:
    return _is_names(value) and set(value) <= set(LAYERS)


def _is_slots(value: Any) -> bool:
    return type(value) is list and all(_is_count(slot) and slot <= LARGEST_SLOT for slot in value)


def _is_viewport(value: Any) -> bool:
    if type(value) is not list or len(value) != 4 or any(type(edge) not in (int, float) for edge in value):
        return False
    far, span = max(map(abs, value)), min(value[1] - value[0], value[3] - value[2])
    return bool(far <= LARGEST_EDGE and span >= SMALLEST_SPAN)


FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "columns": (_is_names, "a list of names"),
    "source": (_is_text, "a text"),
    "left_out": (_is_count, "a whole number from 0"),
    "algorithm": (_is_text, "a name"),
    "parameters": (lambda value: type(value) is dict, "an object"),
    "seed": (_is_count, "a whole number from 0"),
    "position": (lambda value: value is None or _is_count(value), "a whole number from 0, or null"),
    "colors": (_is_slots, f"a list of whole numbers from 0 to {LARGEST_SLOT:,}"),
    "layers": (_is_layers, f"a list of names out of {', '.join(LAYERS)}"),
    "viewport": (
        lambda value: value is None or _is_viewport(value),
        f"null or x from, x to, y from, y to, in rising order and within ±{LARGEST_EDGE:g}",
    ),
}
"""What a description holds: for each field, whether a value can be it, and what it must be, in words."""


def check_fields(description: Description) -> None:
    """Refuse a description that lacks a field, has one too many, or one of the wrong kind."""
    if wrong := sorted(set(FIELDS) ^ set(description)):
        problem = "is missing in" if wrong[0] in FIELDS else "is unknown in"
        raise Refused(f"{wrong[0]!r} {problem} its description")
    for name, (fits, wanted) in FIELDS.items():
        if not fits(description[name]):
            raise Refused(f"{name!r} in its description must be {wanted}")


def fields_of_state(description: Description) -> dict[str, Any]:
    """Return the fields of a state that a checked description gives; those of its data set are left to the caller.

    Raises
    ------
    Refused
        If there is no such algorithm, or it refuses its parameters.
    """
    try:
        declared = clustering.algorithm(description["algorithm"]).parameters
        parameters = resolve(declared, description["parameters"])
    except UserError as error:
        raise Refused(str(error)) from error
    viewport = description["viewport"]
    return {
        "algorithm": description["algorithm"],
        "parameters": MappingProxyType(parameters),
        "seed": description["seed"],
        "position": description["position"],
        "colors": tuple(description["colors"]),
        "layers": frozenset(description["layers"]),
        "viewport": None if viewport is None else tuple(float(edge) for edge in viewport),
    }
