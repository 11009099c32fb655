"""The window, as its tests want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from kmeans_gui.clustering.kernels import warming
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.ui import appearance
from kmeans_gui.ui.main_window import make_window
from kmeans_gui.ui.theme import Theme
from kmeans_gui.ui.warm_up import FAMILIES


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    """Load the loops before the first test; otherwise it would depend on the clock which of them drew with plain numpy."""
    for family in FAMILIES:
        warming.warm(family)


@pytest.fixture
def window(qapp, qtbot):
    made = make_window(qapp)
    made.resize(1280, 800)
    with qtbot.waitExposed(made):
        made.show()
    made.complete()
    made.controller.use_dataset(Dataset.empty(), "begin")
    made.canvas.setFocus()
    yield made
    made.close()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # before other fixtures undress the program


@pytest.fixture
def board(window):
    """Three groups of points in the middle of the canvas."""
    rng = np.random.default_rng(1)
    points = np.concatenate([rng.normal(center, 0.08, (30, 2)) for center in ((-0.6, -0.5), (0.6, -0.5), (0, 0.6))])
    window.controller.use_dataset(Dataset.of(points), "open points")
    QApplication.processEvents()
    return points


@pytest.fixture
def dressed(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Theme], None]]:
    """Dress the program in a theme, and undress it after the test."""
    palette, font, rules = qapp.palette(), qapp.font(), qapp.styleSheet()
    monkeypatch.setattr(appearance, "_current", appearance.current())

    def dress(theme: Theme) -> None:
        appearance.apply(qapp, theme)
        QApplication.processEvents()

    yield dress
    qapp.setStyleSheet(rules)
    qapp.setPalette(palette)
    qapp.setFont(font)
