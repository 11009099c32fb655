"""What the section of restarts says and shows in bars about where runs ended."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering.atlas import chart_minima, compare_ways
from kmeans_gui.data.boards import board
from kmeans_gui.ui.panels.atlas_chart import BARS, bars_of, span_of
from kmeans_gui.ui.panels.atlas_findings import Findings, summary, verdict


def found(**objectives):
    """Return findings of made-up runs, each of which ended in a partition of its own."""
    atlases = {}
    for place, (way, ends) in enumerate(objectives.items()):
        r = len(ends)
        labels = [np.repeat([0, 1], [2 * place + i, 9 - 2 * place - i]) for i in range(r)]
        runs = clustering.Restarts(
            seeds=np.arange(r),
            starts=np.zeros((r, 1, 1)),
            centroids=np.arange(r, dtype=float).reshape(r, 1, 1),
            objectives=np.array(ends, float),
            iterations=np.ones(r, np.int64),
            sizes=np.full((r, 1), 9),
            fit=lambda seed, cancelled=None, labels=labels: SimpleNamespace(labels=labels[seed]),
        )
        atlases[way] = chart_minima(runs)
    return Findings(compare_ways(atlases), {}, {way: way.upper() for way in atlases}, "inertia")


@pytest.mark.parametrize(
    ("objectives", "words"),
    [
        ({"a": [1, 1.5], "b": [1, 2]}, "All ways to start found the best result in 50 % of the runs."),
        ({"a": [1, 1.5], "b": [1.5]}, "A found the best result in 50 % of the runs, B in none."),
        ({"a": [1], "b": [1], "c": [1, 2]}, "A and B found the best result in 100 % of the runs, C in 50 %."),
        ({"a": [1], "b": [2], "c": [2], "d": [3]}, "A found the best result in 100 % of the runs, B and 2 others in none."),
    ],
)
def test_the_verdict_names_the_best_and_the_worst_way(objectives, words):
    assert verdict(found(**objectives)) == words


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ([2, 1], "B: 2 minima; the worst is 2.00 times the best; 50 % found the best."),
        ([1.0008, 1.0007], "B: 2 minima; the worst is 1.001 times the best; none found the best."),
        ([1.0001, 1], "B: 2 minima; all about equally good; 50 % found the best."),
        ([1.5], "B: every run is the same, 1.50 times the best."),
    ],
)
def test_the_sentence_of_a_way_measures_it_by_the_best_of_all(ends, words):
    assert summary(found(a=[1.0], b=ends), "b") == words


def test_the_bars_hold_each_run_once_on_an_axis_that_several_share():
    points = board("peaked", seed=0).points
    random, spread = (
        chart_minima(clustering.run_many("lloyd", points, restarts=50, k=9, init=init)) for init in ("random", "k-means++")
    )
    span = span_of([random, spread])
    for atlas in (random, spread):
        edges, counts = bars_of(atlas, span)
        assert (edges[0], edges[-1]) == span
        assert counts.shape == (BARS, len(atlas.minima))
        assert counts.sum(axis=0).tolist() == [len(m.runs) for m in atlas.minima]
        for minimum, m in enumerate(atlas.minima):
            (bar,) = np.flatnonzero(counts[:, minimum])
            assert edges[bar] <= m.objective <= edges[bar + 1]
