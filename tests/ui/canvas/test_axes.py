"""Axes of exported pictures."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.ui.canvas.frame import Style
from kmeans_gui.ui.canvas.picture import Pictures
from kmeans_gui.ui.theme import LIGHT
from kmeans_gui.ui.ticks import ticks


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [(0, 10, 5, [0, 2, 4, 6, 8, 10]), (-1.1, 1.1, 5, [-1, -0.5, 0, 0.5, 1]), (1e9, 1e9 + 4, 4, [1e9 + i for i in range(5)])],
)
def test_ticks_are_round_numbers_within_the_range(low, high, most, expected):
    assert ticks(low, high, most) == pytest.approx(expected)


@pytest.fixture
def pictures(qapp):
    X = np.random.default_rng(0).random((30, 2)) * [10, 5]
    dataset = Dataset.of(X, columns=("length", "width"))
    trace = clustering.run("lloyd", X)

    def make(*layers):
        return Pictures(dataset, trace, Style(LIGHT, layers=frozenset({"regions", "points", *layers})))

    return make


def test_a_picture_with_axes_names_the_columns_and_counts_the_ticks(pictures):
    document = pictures("axes").svg(3, 640, 480)
    for word in ("length", "width", ">0<"):
        assert word in document
    assert "length" not in pictures().svg(3, 640, 480)


def test_nothing_is_painted_over_the_axes(pictures):
    pixels = pictures("axes").pixels(3, 640, 480)
    assert (pixels[2, :20] == LIGHT.ground).all(), "the left edge is margin"
    assert not (pictures().pixels(3, 640, 480)[2, :20] == LIGHT.ground).any(), "without axes the regions reach it"
