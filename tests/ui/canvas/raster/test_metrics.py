"""Regions by other distances, against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_gui.clustering import distances
from kmeans_gui.ui.canvas.raster.metrics import regions_by

SHAPE = (150, 220)
COLUMNS, ROWS = np.meshgrid(np.arange(SHAPE[1]) + 0.5, np.arange(SHAPE[0]) + 0.5)
PLACES = np.column_stack([COLUMNS.ravel(), ROWS.ravel()])
OTHERS = [name for name in distances.METRICS if name != "euclidean"]
BORDER = 0xFF000000


def painted(metric, centers, width=0.0, origin=(110.0, 75.0)):
    pixels = np.zeros(SHAPE, np.uint32)
    tints = np.arange(1, len(centers) + 1, dtype=np.uint32) * 0x10 + 0xFF000000
    regions_by(metric, pixels, centers, tints, BORDER, width, origin)
    return (pixels.astype(np.int64) - 0xFF000000) // 0x10 - 1


@pytest.mark.parametrize("metric", OTHERS)
@pytest.mark.parametrize("k", [1, 2, 7, 60])
def test_each_pixel_belongs_to_its_nearest_center(metric, k):
    centers = np.random.default_rng(k).uniform(-20, 240, (k, 2)) + 0.123
    origin = np.array([110.0, 75.0])
    offset = origin if metric == "cosine" else np.zeros(2)
    table = distances.between(PLACES - offset, centers - offset, metric)
    owners = painted(metric, centers).reshape(-1)
    least = table.min(axis=1)
    assert (table[np.arange(len(table)), owners] <= least + 1e-9).all()
    clear = np.partition(table, min(1, k - 1), axis=1)[:, min(1, k - 1)] - least > 1e-9
    assert np.array_equal(owners[clear], table.argmin(axis=1)[clear])


@pytest.mark.parametrize("metric", OTHERS)
def test_centers_that_are_nowhere_or_the_same_have_no_region(metric):
    centers = np.array([[50.0, 40.0], [np.nan, 1.0], [50.0, 40.0], [180.0, 100.0]])
    assert set(np.unique(painted(metric, centers))) <= {0, 3}
    assert (painted(metric, centers[1:2]) < 0).all()


@pytest.mark.parametrize("metric", OTHERS)
def test_lines_lie_between_regions(metric):
    centers = np.array([[40.0, 75.0], [181.0, 75.5]])
    owners = painted(metric, centers, origin=(110.0, 20.0))
    lined = painted(metric, centers, 2.0, origin=(110.0, 20.0)) != owners
    borders = owners[:, 1:] != owners[:, :-1]
    rows, columns = np.nonzero(borders)
    assert len(rows) > 50
    assert (lined[rows, columns] | lined[rows, columns + 1]).all()
    assert lined.sum() < 8 * len(rows)
