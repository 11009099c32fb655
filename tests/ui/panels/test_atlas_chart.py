"""The chart of restarts: bars that are told of in words, and that ask for a run that ended in them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from kmeans_gui import clustering
from kmeans_gui.clustering.atlas import chart_minima
from kmeans_gui.data.boards import board
from kmeans_gui.ui.panels.atlas_chart import BARS, AtlasChart


@pytest.fixture(scope="module")
def atlas():
    """Where 200 runs from random points end among nine tight clusters."""
    return chart_minima(clustering.run_many("lloyd", board("peaked", seed=0).points, restarts=200, k=9, init="random"))


@pytest.fixture
def chart(show, atlas):
    made = show(AtlasChart())
    made.show_atlas(atlas, np.arange(len(atlas.minima)) == 0)
    return made


def test_keys_tell_of_the_bars_that_have_runs(chart, qtbot):
    bars = [words for words in map(chart.words, range(BARS)) if words]
    chart.clearFocus()
    everything, plain = chart.accessibleDescription(), chart.grab().toImage()
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    focused = chart.grab().toImage()
    told = []
    for key in (Qt.Key.Key_Right,) * (len(bars) + 1) + (Qt.Key.Key_Left,):
        QTest.keyClick(chart, key)
        told.append(chart.accessibleDescription())
    assert told == [*bars, bars[-1], bars[-2]]
    assert QToolTip.text() == bars[-2]
    assert len({plain.bits().tobytes(), focused.bits().tobytes(), chart.grab().toImage().bits().tobytes()}) == 3
    chart.clearFocus()
    assert chart.accessibleDescription() == everything
    assert chart.grab().toImage() == plain
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


@pytest.mark.parametrize("way", ["mouse", "key"])
def test_a_bar_asks_for_a_run_that_ended_in_it(chart, atlas, said, way):
    asked = said(chart.minimum_requested)
    tallest = int(np.argmax(chart.counts.sum(axis=1)))
    empty = next(bar for bar in range(BARS) if not chart.counts[bar].any())
    if way == "mouse":
        for bar in (empty, tallest):
            middle = [x for x in range(chart.width()) if chart.bar_at(x) == bar][1]
            QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(middle, 60))
    else:
        chart.setFocus(Qt.FocusReason.TabFocusReason)
        for _ in range(1 + np.count_nonzero(chart.counts[:tallest].any(axis=1))):
            QTest.keyClick(chart, Qt.Key.Key_Right)
        QTest.keyClick(chart, Qt.Key.Key_Return)
    ((place,),) = asked
    assert chart.edges[tallest] <= atlas.minima[place].objective <= chart.edges[tallest + 1]
