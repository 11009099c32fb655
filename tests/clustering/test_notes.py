"""Notes: numbers and nouns as a person would write them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kmeans_gui.clustering import Note
from kmeans_gui.clustering.notes import number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1.000"),
        (31.4159, "31.42"),
        (-31.4159, "−31.42"),
        (9.9999, "10.00"),
        (999.96, "1,000"),
        (0.99999, "1.000"),
        (1234.5, "1,234"),
        (1234567.0, "1,234,567"),
        (123456789.4, "123,456,789"),
        (1e9, "1.000e+09"),
        (999_999_999.9, "1.000e+09"),
        (-1.5e300, "−1.500e+300"),
        (0.00012345, "0.0001234"),
        (0.00001, "0.00001000"),
        (0.0000099999999, "0.00001000"),
        (0.0000012345, "1.234e−06"),
        (5e-324, "4.941e−324"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "not defined"),
        (np.float64(2.5), "2.500"),
        (7, "7.000"),
    ],
)
def test_a_number_has_four_significant_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_the_number_of_digits_can_be_chosen() -> None:
    assert [number(31.4159, digits) for digits in (1, 2, 6)] == ["31", "31", "31.4159"]


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 points"), (1, "1 point"), (2, "2 points"), (2000, "2,000 points"), (np.int64(1), "1 point")]
)
def test_a_noun_follows_its_number(count: int, text: str) -> None:
    assert str(Note("{n:# point|points}", {"n": count})) == text


def test_a_noun_may_have_one_form() -> None:
    assert str(Note("{n:# sheep}", {"n": 3})) == "3 sheep"


def test_a_note_is_its_template_and_its_values() -> None:
    note = Note("{changed:,} of {n:,} switch, {share:.0%}; the farthest moves {shift:g}.")
    values = {"changed": 1500, "n": 3000, "share": 0.5, "shift": -0.25}
    assert Note(note.template, values).text() == "1,500 of 3,000 switch, 50%; the farthest moves −0.2500."
    assert Note("Finish").text() == "Finish"


def test_a_translation_replaces_the_template() -> None:
    german = {"Move {k:# centroid|centroids}": "{k:# Zentrum|Zentren} verschieben"}
    note = Note("Move {k:# centroid|centroids}", {"k": 3})
    assert note.text(lambda template: german[template]) == "3 Zentren verschieben"
