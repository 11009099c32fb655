"""Colors stay with clusters."""

from __future__ import annotations

import numpy as np

from kmeans_gui.session.identity import match_colors


def test_first_colors_are_in_order():
    assert match_colors(None, (), np.zeros((3, 2))) == (0, 1, 2)


def test_colors_follow_the_nearest_centroids_whatever_their_order():
    old = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    new = old[[2, 0, 1]] + 0.5
    assert match_colors(old, (0, 1, 2), new) == (2, 0, 1)


def test_a_new_cluster_gets_a_color_that_nobody_has():
    old = np.array([[0.0, 0.0], [10.0, 0.0]])
    new = np.array([[5.0, 9.0], [10.0, 1.0], [0.0, 1.0]])
    assert match_colors(old, (4, 0), new) == (1, 0, 4)


def test_fewer_clusters_keep_theirs():
    old = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    assert match_colors(old, (5, 6, 7), np.array([[0.0, 9.0]])) == (7,)


def test_dropped_centroids_and_other_dimensions_are_no_partners():
    old = np.array([[np.nan, np.nan], [1.0, 1.0]])
    assert match_colors(old, (0, 1), np.zeros((2, 2))) in ((1, 0), (0, 1))
    assert match_colors(old, (0, 1), np.zeros((1, 2))) == (1,)
    assert match_colors(old, (3, 4), np.zeros((2, 3))) == (0, 1)
