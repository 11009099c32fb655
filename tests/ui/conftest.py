"""The window, as its tests want it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from kmeans_gui.data.dataset import Dataset
from kmeans_gui.ui.main_window import make_window


@pytest.fixture
def window(qapp, qtbot):
    made = make_window(qapp)
    made.resize(1280, 800)
    with qtbot.waitExposed(made):
        made.show()
    made.controller.use_dataset(Dataset.empty(), "begin")
    made.canvas.setFocus()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def board(window):
    """Three groups of points in the middle of the canvas."""
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.normal(center, 0.08, (30, 2)) for center in ((-0.6, -0.5), (0.6, -0.5), (0, 0.6))])
    window.controller.use_dataset(Dataset.of(points), "open points")
    QApplication.processEvents()
    return points
