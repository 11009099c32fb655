"""The comparison with scikit-learn's run."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans

from kmeans_gui import clustering
from kmeans_gui.clustering.peer import compare
from kmeans_gui.data.boards import board
from kmeans_gui.errors import Cancelled, UserError

X = board("gaussians", seed=1).points


@pytest.mark.parametrize("init", ["k-means++", "random", X[:5]], ids=["++", "random", "given"])
def test_from_the_same_start_nothing_differs_but_the_last_digits(init):
    found = compare(X, seed=3, k=5, init=init)
    assert found.labels == 0
    assert found.centroids < 1e-12
    assert found.inertia[0] == pytest.approx(found.inertia[1])
    assert found.iterations[0] == found.iterations[1]
    assert min(found.seconds) > 0


def test_both_columns_are_the_runs_themselves():
    found = compare(X, k=4, max_iter=3, n_init=7, init=X[:4])
    ours = clustering.fit("lloyd", X, k=4, max_iter=3, init=X[:4])
    theirs = KMeans(4, init=X[:4], n_init=1, max_iter=3, tol=0).fit(X)
    assert found.inertia == (ours.objective, theirs.inertia_)
    assert found.iterations == (ours.iterations, theirs.n_iter_)


def test_fewer_places_than_clusters_is_no_warning():
    assert compare(np.repeat(np.eye(2), 3, axis=0), k=3, init="random").inertia[0] == 0


def test_it_can_be_cancelled_and_refused():
    with pytest.raises(Cancelled):
        compare(X, k=3, cancelled=lambda: True)
    with pytest.raises(UserError, match="K is 9"):
        compare(X[:4], k=9)
