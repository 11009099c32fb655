"""Sentences with numbers in them, kept apart until somebody reads them.

A :class:`Note` is a template and its numbers. The template is the message's key: a translation looks it up, a screen reader
gets the finished sentence, and an algorithm's words live in the algorithm's own file. Besides Python's format language a field
may say ``{n:# point|points}``, which writes the thousands-separated number with the noun in its number: "1 point",
"2,000 points".
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_MINUS = "\N{MINUS SIGN}"


def number(value: float, digits: int = 4) -> str:
    """Write ``value`` to ``digits`` significant digits, thousands separated, with a true minus sign.

    >>> number(31.4159), number(1234567.0), number(-0.00012345)
    ('31.42', '1,234,567', '−0.0001234')
    """
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: _MINUS + "∞"}.get(value, "not defined")
    if value == 0:
        return "0"
    text = f"{value:.{digits - 1}e}"
    magnitude = int(text.partition("e")[2])  # of the rounded value: 9.9999 has two digits before the point
    if -5 <= magnitude < 9:
        text = f"{value:,.{max(digits - 1 - magnitude, 0)}f}"
    return text.replace("-", _MINUS)


class _Formatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> Any:
        if format_spec.startswith("# "):
            singular, _, plural = format_spec[2:].partition("|")
            return f"{value:,} {singular if value == 1 else plural or singular}"
        if format_spec == "g":
            return number(value)
        return super().format_field(value, format_spec)


_FORMATTER = _Formatter()


@dataclass(frozen=True)
class Note:
    """A sentence: its ``template``, which is also its key, and the ``values`` that go into it.

    >>> Note("Move {k:# centroid|centroids} to their means.", {"k": 3}).text()
    'Move 3 centroids to their means.'
    """

    template: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return the finished sentence, its template passed through ``translate`` first."""
        return _FORMATTER.vformat(translate(self.template), (), self.values)

    def __str__(self) -> str:
        return self.text()
