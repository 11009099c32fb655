import numpy as np
import pytest

from kmeans_gui import clustering
from kmeans_gui.clustering import Note, Phase, Step
from kmeans_gui.session.captions import caption_of


def test_caption_names_points_clusters_and_iteration():
    points = np.random.default_rng(0).normal(size=(1234, 2))
    trace = clustering.run("lloyd", points, k=3, seed=1, max_iter=7)
    assert caption_of(1234, trace[0]) == "N = 1,234, K = 3, iteration 0"
    assert caption_of(1234, trace[-1]) == "N = 1,234, K = 3, iteration 7"


@pytest.mark.parametrize(("labels", "caption"), [([-1, -1], "N = 4, iteration 2"), ([0, 1], "N = 4, K = 2, iteration 2")])
def test_without_centroids_the_clusters_are_counted_that_there_are(labels, caption):
    step = Step(
        index=0,
        iteration=2,
        phase=Phase.DONE,
        assignment=np.array(labels * 2, np.int8),
        centroids=None,
        objective=None,
        title=Note(""),
        note=Note(""),
    )
    assert caption_of(4, step) == caption
