"""Where branches stand, held against scipy's dendrogram; what a cut leaves, and which lines are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cut_tree, dendrogram, linkage
from trees import by_hand, linked, points, tree_of

from kmeans_gui.errors import Cancelled
from kmeans_gui.ui.panels.tree_layout import NARROW, lay_out, sketch
from kmeans_gui.ui.ticks import tick_words, ticks

METHODS = ("ward", "single", "complete", "centroid")


def leaves_under(tree, cluster):
    """Follow the merges down, by the definition of a tree."""
    if cluster < tree.leaves:
        return [cluster]
    return [leaf for child in tree.children[cluster - tree.leaves] for leaf in leaves_under(tree, int(child))]


@pytest.mark.parametrize("method", METHODS)
def test_leaves_and_forks_stand_where_scipy_has_them(method):
    table = linkage(points(40), method)
    layout, theirs = lay_out(tree_of(table)), dendrogram(table, no_plot=True)
    assert layout.order.tolist() == theirs["leaves"]
    ours = np.column_stack([layout.stem[layout.children], layout.height[layout.leaves :]])
    reference = np.array([[x[0] / 10, x[2] / 10, y[1]] for x, y in zip(theirs["icoord"], theirs["dcoord"], strict=True)])
    assert np.allclose(ours[np.lexsort(ours.T)], reference[np.lexsort(reference.T)])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("merged", [0, 1, 25, 38, 39])
def test_a_cut_leaves_scipys_clusters_from_left_to_right(method, merged):
    tree = linked(40, merged, method)
    layout = lay_out(tree)
    clusters = layout.clusters_at(merged)
    assert (np.diff(layout.first[clusters]) > 0).all()
    ours = {frozenset(layout.rows_under(int(c), None).tolist()) for c in clusters}
    if method == "centroid":  # scipy cuts by height, which has inversions; here the first merges are made
        made = {c for c in range(40 + merged) if not (tree.children[:merged] == c).any()}
        assert ours == {frozenset(leaves_under(tree, c)) for c in made}
    else:
        labels = cut_tree(linkage(points(40), method), n_clusters=40 - merged).ravel()
        assert ours == {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


@given(n=st.integers(2, 60), seed=st.integers(0, 9), method=st.sampled_from(METHODS), share=st.floats(0, 1))
def test_the_level_of_a_cut_leads_back_to_it_unless_heights_are_tied(n, seed, method, share):
    tree = linked(n, 0, method, seed)
    layout, merged = lay_out(tree), round(share * (n - 1))
    found = layout.merges_below(layout.cut_above(merged))
    assert found == merged or layout.level[merged - 1] == layout.level[found - 1]


def test_a_branch_is_the_largest_made_below_the_pointer():
    layout = lay_out(by_hand([(0, 1), (2, 3), (4, 5)], [1, 2, 4]))
    assert [layout.branch_at(0.5, y) for y in (0.5, 1.0, 3.9, 4.0)] == [0, 4, 4, 6]
    assert [layout.branch_at(3.5, y) for y in (1.5, 2.5)] == [3, 5]
    assert [layout.branch_at(x, 1.0) for x in (-0.1, 4.0)] == [None, None]


def test_a_merge_below_its_own_parts_is_reached_with_them():
    layout = lay_out(by_hand([(0, 1), (3, 2)], [2.0, 1.5]))
    assert layout.level.tolist() == [2.0, 2.0]
    assert layout.branch_at(0.5, 1.7) == 0
    assert layout.branch_at(0.5, 2.0) == 4


def test_points_are_found_under_a_branch_through_their_leaves():
    tree = by_hand([(1, 2), (0, 3)], [1, 2], members=np.array([2, 0, 1, 0, 2, 1]))
    layout = lay_out(tree)
    assert layout.rows_under(3, tree.members).tolist() == [0, 2, 4, 5]
    assert layout.rows_under(0, tree.members).tolist() == [1, 3]
    assert sorted(layout.rows_under(4, None).tolist()) == [0, 1, 2]


def test_trees_of_a_forest_stand_side_by_side():
    layout = lay_out(by_hand([(0, 3)], [1.0], leaves=4))
    assert layout.clusters_at(1).tolist() == [1, 2, 4]
    assert layout.first[[1, 2, 4]].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "tree",
    [by_hand([], []), by_hand([(0, 1)], [2.0]), by_hand([(0, 1), (2, 3)], [0, 0]), by_hand([(0, 1), (2, 3)], [3, 3])],
    ids=["1 leaf", "2 leaves", "all at zero", "ties"],
)
def test_small_trees_have_places(tree):
    layout = lay_out(tree)
    assert sorted(layout.order.tolist()) == list(range(tree.leaves))
    assert [len(layout.clusters_at(k)) for k in range(len(tree.children) + 1)] == [*range(tree.leaves, 0, -1)]
    lines = sketch(layout, 200, 100).lines
    assert np.isfinite(lines).all()
    assert 0 < layout.top < np.inf


def test_every_fork_of_a_small_tree_is_drawn_as_two_arms_and_a_bar():
    drawn = sketch(lay_out(by_hand([(0, 1), (3, 2)], [50, 100])), 300, 106)
    ends = {(owner, *line) for owner, line in zip(drawn.owners.tolist(), drawn.lines.tolist(), strict=True)}
    assert ends == {
        (3, 50.5, 0.5, 50.5, 50.5),
        (3, 150.5, 0.5, 150.5, 50.5),
        (3, 50.5, 50.5, 150.5, 50.5),
        (4, 100.5, 50.5, 100.5, 100.5),
        (4, 250.5, 0.5, 250.5, 100.5),
        (4, 100.5, 100.5, 250.5, 100.5),
    }


@pytest.mark.parametrize("method", ["ward", "single"])
def test_a_large_tree_is_drawn_with_few_lines_none_higher_than_the_tree(method):
    layout = lay_out(linked(5000, 0, method))
    drawn = sketch(layout, 232, 194)
    assert 232 < len(drawn.lines) < 4000
    assert drawn.lines.min() >= 0
    assert drawn.lines[:, [0, 2]].max() <= 232
    assert drawn.lines[:, [1, 3]].max() == pytest.approx(layout.highest / layout.top * 194, abs=1)
    shown = np.unique(drawn.owners)
    shown = shown[layout.parent[shown] < len(layout.parent)]
    assert ((layout.size[shown] * 232 / 5000 > NARROW) | (layout.size[layout.parent[shown]] * 232 / 5000 > NARROW)).all()


def test_a_chain_covers_the_pixels_that_all_its_lines_cover():
    n = 3000
    chain = [(0, 1), *((n + i, i + 2) for i in range(n - 2))]
    layout = lay_out(by_hand(chain, np.sort(np.random.default_rng(0).random(n - 1))))
    few = sketch(layout, 100, 80).lines.astype(int)
    x, y = np.floor(layout.stem * 100 / n).astype(int), np.floor(layout.height * 80 / layout.top).astype(int)
    board, expected = np.zeros((2, 80, 101), bool)
    for x0, y0, x1, y1 in few.tolist():
        board[min(y0, y1) : max(y0, y1) + 1, min(x0, x1) : max(x0, x1) + 1] = True
    for i in range(n - 1):
        if layout.size[n + i] * 100 / n > NARROW:
            top, (left, right) = y[n + i], layout.children[i]
            expected[top, x[left] : x[right] + 1] = True
            for child in (left, right):
                expected[y[child] : top + 1, x[child]] = True
    assert (board >= expected).all()


def test_the_layout_can_be_cancelled():
    with pytest.raises(Cancelled):
        lay_out(linked(10), lambda: True)


@given(top=st.floats(1e-300, 1e300), most=st.integers(1, 8))
def test_ticks_are_few_and_within(top, most):
    found = ticks(0.0, top, most).tolist()
    assert 1 <= len(found) <= most + 1
    assert found[0] == 0
    assert found[-1] <= top * (1 + 1e-6)
    assert all(len(tick_words(value)) <= 8 for value in found)
    assert len({tick_words(value) for value in found}) == len(found)


def test_no_ticks_without_a_height():
    assert ticks(0.0, 0.0, 4).tolist() == [0.0]
