"""The step panel: the half-step in words, its line in the method, its clusters in numbers."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.step_panel import StepPanel
from kmeans_gui.ui.shown import Shown


@pytest.fixture
def panel(show):
    return show(StepPanel(), height=700)


def test_without_a_step_there_is_one_line(panel, moment):
    panel.refresh(None, Shown())
    assert panel.empty.isVisible()
    assert not any(part.isVisible() for part in (panel.title, panel.code, panel.table))
    panel.refresh(Shown(), moment(1))
    assert not panel.empty.isVisible()
    assert all(part.isVisible() for part in (panel.title, panel.code, panel.table))


@pytest.mark.parametrize("position", range(5))
def test_tells_the_step_in_its_own_words(panel, moment, position):
    shown = moment(position)
    panel.refresh(None, shown)
    assert panel.title.text() == str(shown.step.title)


@pytest.mark.parametrize("position", [0, 1, 2, -1])
def test_lights_the_line_of_the_phase(panel, moment, position):
    shown = moment(position)
    panel.refresh(None, shown)
    lines = clustering.algorithm(shown.state.algorithm).pseudocode
    expected = [text.strip() for text, phases in lines if shown.step.phase in phases]
    assert panel.code.lit() == expected
    assert panel.code.accessibleDescription() == " ".join(expected)


def test_lighting_a_line_moves_none(panel, moment):
    shown = moment(1)
    panel.refresh(None, shown)
    height = panel.code.heightForWidth(240)
    panel.code.light(Phase.DONE)
    assert panel.code.heightForWidth(240) == height
    assert panel.code.heightForWidth(120) > height


def test_counts_points_and_shares_of_each_centroid(panel, moment):
    dataset = Dataset.of(np.concatenate([np.zeros((3000, 2)), np.full((1000, 2), 9.0)]))
    panel.refresh(None, moment(1, k=2, dataset=dataset))
    assert sorted((row.count, row.share) for row in panel.table.rows()) == [("1,000", "25.0 %"), ("3,000", "75.0 %")]
    assert [row.number for row in panel.table.rows()] == [1, 2]


def test_before_the_first_assignment_there_is_nothing_to_count(panel, moment):
    panel.refresh(None, moment(0))
    assert [(row.count, row.share) for row in panel.table.rows()] == [("–", "–")] * 3


@pytest.mark.parametrize(("k", "rows", "rest"), [(12, 12, ""), (25, 12, "and 13 more"), (1012, 12, "and 1,000 more")])
def test_at_most_twelve_centroids_are_listed(panel, moment, k, rows, rest):
    dataset = Dataset.of(np.random.default_rng(0).random((1100, 2)))
    panel.refresh(None, moment(1, k=k, dataset=dataset))
    assert len(panel.table.rows()) == rows
    assert panel.table.rest() == rest


def test_a_dropped_centroid_says_so_and_keeps_its_number(panel, moment):
    shown = moment(1)
    centroids = shown.step.centroids.copy()
    centroids[1] = np.nan
    panel.refresh(None, replace(shown, step=replace(shown.step, centroids=centroids)))
    rows = panel.table.rows()
    assert (rows[1].number, rows[1].count) == (2, "dropped")
    assert rows[0].count != "dropped"


def test_swatches_wear_the_clusters_colors(panel, moment):
    shown = moment(1)
    panel.refresh(None, replace(shown, state=replace(shown.state, colors=(7, 2, 4))))
    assert [row.slot for row in panel.table.rows()] == [7, 2, 4]
    QApplication.processEvents()
    image = panel.table.grab().toImage()
    for line, slot in enumerate((7, 2, 4), start=1):
        wanted = appearance.color(appearance.current().cluster(slot))
        assert image.pixelColor(4, round((line * 24 + 12) * image.devicePixelRatio())) == wanted


def test_a_following_step_of_the_same_kind_is_shown_too(panel, moment):
    first, second = moment(1), moment(3)
    panel.refresh(None, first)
    panel.refresh(first, replace(second, state=first.state))
    assert [row.count for row in panel.table.rows()] == [f"{c:,}" for c in second.step.counts()]
