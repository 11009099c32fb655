"""The panel of restarts: runs in the background, where they end by way to start, and a click that asks for one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kmeans_gui import clustering
from kmeans_gui.clustering.atlas import chart_minima, compare_ways
from kmeans_gui.data.boards import board
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.state import defaults
from kmeans_gui.ui.panels.atlas_panel import AtlasPanel
from kmeans_gui.ui.panels.minimum_row import percent
from kmeans_gui.ui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def comparing(show):
    """A panel that compares the ways to start, as it does at first."""
    made = show(AtlasPanel(), height=900)
    yield made
    made.close_work()


@pytest.fixture
def panel(comparing):
    """A panel that makes the runs from the way that is set alone."""
    comparing.compare.click()
    return comparing


@pytest.fixture
def nine(moment):
    """Nine tight clusters, and a run from random points."""
    shown = moment(0, k=9, dataset=board("peaked", seed=0))
    return replace(shown, state=replace(shown.state, parameters={**defaults("lloyd"), "k": 9, "init": "random"}))


def run(panel, qtbot):
    with qtbot.waitSignal(panel.work.finished):
        QTest.mouseClick(panel.start, LEFT)


def test_it_finds_the_minima_and_says_so(panel, nine, qtbot):
    panel.refresh(None, nine)
    run(panel, qtbot)
    atlas = chart_minima(clustering.run_many("lloyd", nine.state.dataset.points, restarts=200, k=9, init="random"))
    words = panel.summary.text()
    assert words.startswith(f"{len(atlas.minima)} minima; the worst is ")
    assert words.endswith(f"{percent(atlas.found_best)} found the best.")
    assert all(row.isVisible() for row in panel.rows)
    assert f"{percent(atlas.found_best)} of 200 runs" in panel.rows[0].accessibleName()
    assert panel.rows[-1].accessibleName().startswith(f"{atlas.minima[-1].objective:.4g}")
    assert panel.rows[-1].accessibleName().endswith("the worst")
    most = max(minimum.share for minimum in atlas.minima)
    (often,) = (row.accessibleName() for row in panel.rows if "found most often" in row.accessibleName())
    assert f"{percent(most)} of 200 runs" in often
    assert panel.more.isVisible()


def test_spread_starts_end_in_one_minimum(panel, nine, qtbot):
    state = replace(nine.state, parameters={**nine.state.parameters, "init": "k-means++"})
    panel.refresh(None, replace(nine, state=state))
    run(panel, qtbot)
    assert panel.summary.text() == "All 200 runs end in the same minimum."
    assert [row.isVisible() for row in panel.rows] == [True] + [False] * 7
    assert not panel.more.isVisible()


def test_the_number_of_runs_is_typed(panel, nine, qtbot):
    panel.refresh(None, nine)
    panel.runs.setFocus()
    panel.runs.selectAll()
    QTest.keyClicks(panel.runs, "25")
    QTest.keyClick(panel.runs, Qt.Key.Key_Return)
    assert panel.start.text() == "Run 25 starts"
    run(panel, qtbot)
    assert "of 25 runs" in panel.rows[0].accessibleName()


@pytest.mark.parametrize("way", ["mouse", "key"])
def test_a_minimum_is_asked_for_by_the_seed_of_a_run_that_ends_there(panel, nine, qtbot, said, way):
    asked = said(panel.replay_requested)
    panel.refresh(None, nine)
    run(panel, qtbot)
    row = panel.rows[2]
    if way == "mouse":
        QTest.mouseClick(row, LEFT)
    else:
        row.setFocus()
        QTest.keyClick(row, Qt.Key.Key_Space)
    ((seed, start),) = asked
    assert start == "random"
    last = clustering.fit("lloyd", nine.state.dataset.points, seed=seed, k=9, init="random", n_init=1)
    assert row.accessibleName().startswith(f"{last.objective:.3f}")
    assert not row.isChecked()
    shown = replace(nine, state=replace(nine.state, seed=seed))
    panel.refresh(nine, shown)
    assert [row.isChecked() for row in panel.rows] == [place == 2 for place in range(8)]
    assert panel.summary.isVisible()


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": Dataset.of(np.eye(2))},
        {"parameters": {**defaults("lloyd"), "k": 4}},
        {"algorithm": "kmedians", "parameters": defaults("kmedians")},
    ],
    ids=["points", "parameters", "algorithm"],
)
def test_other_points_or_parameters_drop_what_was_found_and_what_is_under_way(panel, nine, qtbot, said, changes):
    panel.refresh(None, nine)
    run(panel, qtbot)
    heard = said(panel.work.finished)
    QTest.mouseClick(panel.start, LEFT)
    assert panel.progress.isVisible()
    panel.refresh(nine, replace(nine, state=replace(nine.state, **changes)))
    assert not panel.work.active
    assert not panel.progress.isVisible()
    assert not panel.summary.isVisible()
    assert heard == []


def test_another_seed_or_one_run_instead_of_several_keeps_it(panel, nine, qtbot):
    several = replace(nine, state=replace(nine.state, parameters={**nine.state.parameters, "n_init": 5}))
    panel.refresh(None, several)
    run(panel, qtbot)
    panel.refresh(several, replace(nine, state=replace(nine.state, seed=3)))
    assert panel.summary.isVisible()


def test_the_cross_stops_it(panel, nine):
    panel.refresh(None, nine)
    QTest.mouseClick(panel.start, LEFT)
    assert not panel.start.isEnabled()
    QTest.mouseClick(panel.progress.cancel, LEFT)
    assert not panel.work.active
    assert panel.start.isEnabled()


def test_a_method_without_starts_says_so(panel, nine):
    panel.refresh(None, replace(nine, state=replace(nine.state, algorithm="dbscan", parameters=defaults("dbscan"))))
    assert "no centroids" in panel.note.text()
    assert panel.note.isVisible()
    assert not panel.start.isEnabled()


def test_what_cannot_be_run_is_said(panel, moment, qtbot):
    shown = moment(0, dataset=Dataset.of(np.eye(2) * 1.0), k=2)
    shown = replace(shown, state=replace(shown.state, parameters={**defaults("lloyd"), "k": 5}))
    panel.refresh(None, shown)
    with qtbot.waitSignal(panel.work.failed):
        QTest.mouseClick(panel.start, LEFT)
    assert panel.note.text().startswith("K is 5")


def test_a_line_stands_where_the_run_on_show_ended(panel, nine, qtbot):
    panel.refresh(None, nine)
    run(panel, qtbot)
    panel.chart.point_out(None)
    trace = clustering.run("lloyd", nine.state.dataset.points, seed=3, k=9, init="random")
    while_it_runs = replace(nine, trace=trace, length=len(trace) - 1, complete=False)
    panel.refresh(nine, while_it_runs)
    before = panel.chart.grab().toImage()
    panel.refresh(while_it_runs, replace(while_it_runs, length=len(trace), complete=True))
    assert panel.chart.grab().toImage() != before
    panel.refresh(while_it_runs, while_it_runs)
    panel.refresh(replace(while_it_runs, complete=True), while_it_runs)
    assert panel.chart.grab().toImage() == before


def test_a_minimum_at_the_pointer_is_pointed_out_in_the_chart(panel, nine, qtbot):
    panel.refresh(None, nine)
    run(panel, qtbot)
    panel.chart.point_out(None)  # whatever row the pointer happens to be on
    before = panel.chart.grab().toImage()
    panel.rows[3].pointed_out.emit(True)
    assert panel.chart.grab().toImage() != before
    panel.rows[3].pointed_out.emit(False)
    assert panel.chart.grab().toImage() == before
    bar = panel.chart.bar_at(panel.chart.width() / 2)
    assert "run" in panel.chart.words(int(np.argmax(panel.chart.counts.sum(axis=1)))) and bar is not None


def test_pictures_have_the_colors_of_the_clusters(panel, nine, qtbot, dressed):
    panel.refresh(None, nine)
    run(panel, qtbot)
    for theme in (LIGHT, DARK):
        dressed(theme)
        image = panel.rows[0].grab().toImage()
        pixels = np.array([image.pixelColor(x, y).getRgb()[:3] for x in range(4, 80) for y in range(4, 60)])
        near = [np.abs(pixels - theme.cluster(slot)).max(axis=1).min() for slot in range(9)]
        assert max(near) < 80  # the dots have soft edges, and centroids lie on them


# Ways to start ---------------------------------------------------------------------------------------------------------

WAYS = {
    "k-means++": "k-means++",
    "random": "Random points (Forgy)",
    "random-partition": "Random partition",
    "box": "Random in the bounding box",
    "farthest-first": "Farthest first",
}


def with_parameters(shown, algorithm="lloyd", **values):
    state = replace(shown.state, algorithm=algorithm, parameters={**defaults(algorithm), **values})
    return replace(shown, state=state)


def set_runs(panel, runs):
    panel.runs.value_requested.emit(runs)


def chosen(panel):
    return [row.text() for row in panel.ways if row.isVisible() and row.isChecked()]


@pytest.fixture
def compared(comparing, nine, qtbot):
    """The panel after a comparison of 40 runs each, with random points set."""
    comparing.refresh(None, nine)
    set_runs(comparing, 40)
    run(comparing, qtbot)
    return comparing


def test_each_way_to_start_has_a_row_with_its_share(compared, nine):
    X = nine.state.dataset.points
    atlases = {way: chart_minima(clustering.run_many("lloyd", X, restarts=40, k=9, init=way)) for way in WAYS}
    comparison = compare_ways(atlases)
    shares = [percent(comparison.share(way)) if comparison.share(way) else "none" for way in WAYS]
    assert compared.start.text() == "Run 5 × 40 starts"
    assert [row.accessibleName() for row in compared.ways] == [
        f"{words}, {share} of 40 runs found the best result" for words, share in zip(WAYS.values(), shares, strict=True)
    ]
    assert compared.verdict.isVisible()
    assert compared.verdict.text().startswith("k-means++ and Farthest first found the best result in 100 % of the runs, ")


def test_the_way_that_is_set_is_chosen_first_and_a_click_chooses_another(compared):
    assert chosen(compared) == ["Random points (Forgy)"]
    assert compared.summary.text().startswith("Random points (Forgy): ")
    assert "times the best" in compared.summary.text()
    QTest.mouseClick(compared.ways[0], LEFT)
    assert chosen(compared) == ["k-means++"]
    assert compared.summary.text() == "k-means++: all 40 runs end in the same minimum."
    assert [row.isVisible() for row in compared.rows] == [True] + [False] * 7
    assert np.count_nonzero(compared.chart.counts) == 1


@pytest.mark.parametrize("choosing", [[Qt.Key.Key_Down], [Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return]])
def test_keys_choose_a_way(compared, choosing):
    compared.ways[1].setFocus(Qt.FocusReason.TabFocusReason)
    for key in choosing:
        QTest.keyClick(compared.focusWidget(), key)
    assert chosen(compared) == ["Random partition"]
    assert compared.summary.text().startswith("Random partition: ")


def test_tab_goes_from_the_button_to_the_chosen_way_and_on_to_its_minima(compared):
    QTest.mouseClick(compared.ways[2], LEFT)
    compared.start.setFocus(Qt.FocusReason.TabFocusReason)
    reached = []
    for _ in range(3):
        QTest.keyClick(compared.focusWidget(), Qt.Key.Key_Tab)
        reached.append(compared.focusWidget())
    assert reached == [compared.ways[2], compared.chart, compared.rows[0]]


def test_a_minimum_is_asked_for_by_its_way_to_start(compared, nine, said):
    asked = said(compared.replay_requested)
    QTest.mouseClick(compared.ways[3], LEFT)
    QTest.mouseClick(compared.rows[1], LEFT)
    ((seed, way),) = asked
    assert way == "box"
    last = clustering.fit("lloyd", nine.state.dataset.points, seed=seed, k=9, init=way, n_init=1)
    assert compared.rows[1].accessibleName().startswith(f"{last.objective:.3f}")
    other_way = replace(nine, state=replace(nine.state, seed=seed))
    compared.refresh(nine, other_way)
    assert not any(row.isChecked() for row in compared.rows)
    compared.refresh(other_way, with_parameters(other_way, k=9, init=way))
    assert [row.isChecked() for row in compared.rows] == [place == 1 for place in range(8)]


def test_a_comparison_stays_whatever_way_is_set(compared, nine):
    others = with_parameters(nine, k=9, init="box")
    compared.refresh(nine, others)
    assert compared.verdict.isVisible()
    compared.refresh(others, with_parameters(nine, k=8, init="box"))
    assert not compared.verdict.isVisible()


def test_a_comparison_under_way_goes_on_when_another_way_is_set(comparing, nine, qtbot):
    comparing.refresh(None, nine)
    set_runs(comparing, 10)
    with qtbot.waitSignal(comparing.work.finished):
        QTest.mouseClick(comparing.start, LEFT)
        comparing.refresh(nine, with_parameters(nine, k=9, init="box"))
        assert comparing.work.active
    assert chosen(comparing) == ["Random in the bounding box"]


def test_runs_from_one_way_go_when_another_is_set(panel, nine, qtbot):
    panel.refresh(None, nine)
    run(panel, qtbot)
    assert panel.summary.isVisible()
    assert not panel.verdict.isVisible()
    assert not any(row.isVisible() for row in panel.ways)
    QTest.mouseClick(panel.compare, LEFT)
    QTest.mouseClick(panel.start, LEFT)
    QTest.mouseClick(panel.progress.cancel, LEFT)  # of the comparison there is nothing
    assert panel.summary.isVisible()
    panel.refresh(nine, with_parameters(nine, k=9, init="box"))
    assert not panel.summary.isVisible()


def test_runs_from_one_way_after_a_comparison_have_no_rows_of_ways(compared, nine, qtbot):
    QTest.mouseClick(compared.compare, LEFT)
    assert compared.start.text() == "Run 40 starts"
    run(compared, qtbot)
    assert not any(row.isVisible() for row in compared.ways)
    assert compared.summary.text()[0].isdigit()


def test_a_way_without_chance_is_run_once(comparing, moment, qtbot):
    points = Dataset.of(np.random.default_rng(0).normal(size=(30, 2)))
    shown = with_parameters(moment(0, k=3, dataset=points), "macqueen", k=3)
    comparing.refresh(None, shown)
    set_runs(comparing, 10)
    run(comparing, qtbot)
    assert chosen(comparing) == ["First points"]
    assert "of 1 run found" in comparing.ways[0].accessibleName()
    assert comparing.summary.text().startswith("First points: every run is the same")
    assert "of 10 runs found" in comparing.ways[1].accessibleName()


def test_where_the_objective_rises_none_is_told_as_times_the_best(comparing, nine, qtbot):
    comparing.refresh(None, with_parameters(nine, "gaussian-mixture", k=9, init="random"))
    set_runs(comparing, 4)
    run(comparing, qtbot)
    assert "times the best" not in comparing.summary.text()
    assert "equally good" not in comparing.summary.text()
    QTest.mouseClick(comparing.ways[2], LEFT)
    assert comparing.summary.text().endswith("none found the best.")


@pytest.mark.parametrize(("algorithm", "offered"), [("lloyd", True), ("dbscan", False), ("agglomerative", False)])
def test_ways_are_offered_where_there_are_several(comparing, nine, algorithm, offered):
    comparing.refresh(None, with_parameters(nine, algorithm))
    assert comparing.compare.isVisible() == offered
    assert comparing.start.isEnabled() == offered


def test_given_centroids_are_left_out_of_a_comparison_and_cannot_be_started_from_alone(comparing, nine, qtbot):
    comparing.refresh(None, with_parameters(nine, k=3, init=np.eye(3, 2)))
    assert comparing.start.isEnabled()
    QTest.mouseClick(comparing.compare, LEFT)
    assert not comparing.start.isEnabled()
    assert comparing.note.text().startswith("The run always starts from the same centroids.")
    QTest.mouseClick(comparing.compare, LEFT)
    set_runs(comparing, 4)
    run(comparing, qtbot)
    assert chosen(comparing) == ["k-means++"]


def test_a_comparison_is_stopped_by_the_cross_and_tells_how_far_all_of_it_is(comparing, nine, qtbot):
    comparing.refresh(None, nine)
    set_runs(comparing, 50)
    heard = []
    comparing.work.published.connect(lambda _, made: heard.append(made))
    run(comparing, qtbot)
    assert {total for _, total in heard} == {250}
    assert [made for made, _ in heard] == sorted(made for made, _ in heard)
    QTest.mouseClick(comparing.start, LEFT)
    QTest.mouseClick(comparing.progress.cancel, LEFT)
    assert not comparing.work.active
    assert comparing.start.isEnabled()


def test_the_best_is_dark_in_the_rows_of_ways_in_both_themes(compared, dressed):
    row = compared.ways[1]
    compared.ways[0].click()
    for theme in (LIGHT, DARK):
        dressed(theme)
        image = row.grab().toImage()
        strip = [image.pixelColor(x, row.height() - 7).getRgb()[:3] for x in range(row.width())]
        assert theme.text in strip
        assert len(set(strip)) >= 3
