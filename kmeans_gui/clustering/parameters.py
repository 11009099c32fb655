"""Parameters: declared once, used everywhere.

A parameter states its name, default, bounds, unit and one line of help. The form in the window, the command line, the session
file and the validation at the public door all follow from that declaration; nothing else in the program lists an algorithm's
or a board's parameters.

To add a kind of parameter, subclass :class:`Parameter`, implement :meth:`Parameter.parse`, and give the form in
``ui/panels/form.py`` a control for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from reprlib import repr as shortened
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.squares import sum_of_squares
from kmeans_gui.errors import UserError

LARGEST = 1e150
"""Largest coordinate of a point or a centroid: with larger ones the sums of squares overflow."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """What every parameter declares.

    Parameters
    ----------
    name : str
        The keyword in the API and, with dashes, the option on the command line. scikit-learn's name where it has one.
    label : str
        What the form shows, in sentence case.
    default : object
        The value when none is given; valid by construction.
    help : str
        One line: what it does.
    advanced : bool
        Whether the form folds it away at first.
    """

    name: str
    label: str
    default: Any
    help: str
    advanced: bool = False

    @property
    def wanted(self) -> str:
        """Which values are allowed, in words: "a whole number from 1 to 9"."""
        raise NotImplementedError

    def parse(self, value: Any) -> Any:
        """Return ``value`` (a Python value or a string typed by a person) in the parameter's own type.

        Raises
        ------
        UserError
            If it is of the wrong kind or out of bounds; the text says which values are allowed.
        """
        raise NotImplementedError

    def _refuse(self, value: object) -> UserError:
        shown = value.item() if isinstance(value, np.generic) else value
        return UserError(f"{self.label} is {shortened(shown)}, but must be {self.wanted}.")


@dataclass(frozen=True, kw_only=True)
class Int(Parameter):
    """A whole number from ``minimum`` to ``maximum``, both included."""

    default: int
    minimum: int = 0
    maximum: int = 2**31 - 1

    @property
    def wanted(self) -> str:
        """The kind of number and its bounds."""
        return f"a whole number from {self.minimum:,} to {self.maximum:,}"

    def parse(self, value: Any) -> int:
        """Return ``value`` as an int within the bounds."""
        try:
            number = int(value)
            exact = isinstance(value, str) or number == value
        except (TypeError, ValueError, OverflowError):
            raise self._refuse(value) from None
        if isinstance(value, (bool, np.bool)) or not exact or not self.minimum <= number <= self.maximum:
            raise self._refuse(value)
        return number


@dataclass(frozen=True, kw_only=True)
class Float(Parameter):
    """A finite number from ``minimum`` to ``maximum``, both included, in ``unit``; ``step`` is the form's increment.

    ``zero`` is the word for 0 where that stands for something else, such as "auto"; it can be given in its place.
    """

    default: float
    minimum: float = 0.0
    maximum: float = 1e9
    step: float = 0.1
    unit: str = ""
    zero: str = ""

    @property
    def wanted(self) -> str:
        """The kind of number and its bounds."""
        return f"a number from {self.minimum:g} to {self.maximum:g}" + (f", or {self.zero}" if self.zero else "")

    def parse(self, value: Any) -> float:
        """Return ``value`` as a float within the bounds."""
        if self.zero and value == self.zero:
            return 0.0
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise self._refuse(value) from None
        if isinstance(value, (bool, np.bool)) or not math.isfinite(number) or not self.minimum <= number <= self.maximum:
            raise self._refuse(value)
        return number


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter):
    """One of ``options``, a mapping from the value to the words that the form shows for it."""

    default: str
    options: Mapping[str, str]

    @property
    def wanted(self) -> str:
        """The options."""
        return "one of " + ", ".join(self.options)

    def parse(self, value: Any) -> Any:
        """Return ``value`` if it is one of the options."""
        if not isinstance(value, str) or value not in self.options:
            raise self._refuse(value)
        return value


@dataclass(frozen=True, kw_only=True)
class Bool(Parameter):
    """Something that is on or off."""

    default: bool

    @property
    def wanted(self) -> str:
        """The two words."""
        return "on or off"

    def parse(self, value: Any) -> bool:
        """Return a truth value, or what "on" and "off" stand for, as a bool."""
        if isinstance(value, (bool, np.bool)):
            return bool(value)
        if not isinstance(value, str) or value not in ("on", "off"):
            raise self._refuse(value)
        return value == "on"


@dataclass(frozen=True, kw_only=True)
class Start(Choice):
    """A way to choose the starting centroids by its name, or the centroids themselves as an array of shape (k, d)."""

    @property
    def wanted(self) -> str:
        """The options, and a table."""
        return super().wanted + ", or a table of numbers with a row for each centroid"

    def parse(self, value: Any) -> Any:
        """Return the name, or a read-only float64 copy of the array, finite and within ±``LARGEST``."""
        if isinstance(value, str):
            return super().parse(value)
        try:
            centroids = np.array(value, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise self._refuse(value) from None
        if centroids.ndim != 2 or centroids.size == 0:
            raise UserError(f"{self.label} must be {self.wanted}; this one has the shape {centroids.shape}.")
        if not are_within_bounds(centroids):
            raise UserError(f"The starting centroids must be finite numbers within ±{LARGEST:g}.")
        centroids.setflags(write=False)
        return centroids


def are_within_bounds(numbers: NDArray[np.float64]) -> bool:
    """Whether all ``numbers`` are finite and within ±``LARGEST``."""
    # No square is more than their sum, rounded or not, and NaN would show in it: one pass, and mostly that is all.
    return bool(sum_of_squares(numbers) < LARGEST * LARGEST or (np.abs(numbers) <= LARGEST).all())


def resolve(parameters: Iterable[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a complete, validated set of values: the given ones parsed, the defaults for the rest.

    Raises
    ------
    UserError
        If a name is unknown or a value is refused by its parameter.
    """
    declared = {parameter.name: parameter for parameter in parameters}
    if not declared.keys() >= values.keys():
        unknown = min(values.keys() - declared.keys())
        raise UserError(f"There is no parameter {unknown!r} here; there are {', '.join(declared)}.")
    return {
        name: parameter.parse(values[name]) if name in values else parameter.default for name, parameter in declared.items()
    }
