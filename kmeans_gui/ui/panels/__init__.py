"""Panels: what stands around the canvas. A new panel is one file, a function that makes it, and one line in ``PANELS``.

A panel is a :class:`~kmeans_gui.ui.panels.panel.Panel`: it touches in ``refresh(old, new)`` only what differs between two
:class:`~kmeans_gui.ui.shown.Shown`, and says what the user wants in signals called ``…_requested``. It decides nothing, knows
no other panel, and keeps no state but what is being typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmeans_gui.ui.panels.panel import Panel

# Each is imported when it is made, which is after the window's first painting.


def _atlas() -> Panel:
    from kmeans_gui.ui.panels.atlas_panel import AtlasPanel

    return AtlasPanel()


def _choosing() -> Panel:
    from kmeans_gui.ui.panels.choosing_panel import ChoosingPanel

    return ChoosingPanel()


def _data() -> Panel:
    from kmeans_gui.ui.panels.data_panel import DataPanel

    return DataPanel()


def _algorithm() -> Panel:
    from kmeans_gui.ui.panels.algorithm_panel import AlgorithmPanel

    return AlgorithmPanel()


def _dendrogram() -> Panel:
    from kmeans_gui.ui.panels.dendrogram_panel import DendrogramPanel

    return DendrogramPanel()


def _distances() -> Panel:
    from kmeans_gui.ui.panels.levels_panel import LevelsPanel

    return LevelsPanel()


def _metrics() -> Panel:
    from kmeans_gui.ui.panels.metrics_panel import MetricsPanel

    return MetricsPanel()


def _objective() -> Panel:
    from kmeans_gui.ui.panels.objective_panel import ObjectivePanel

    return ObjectivePanel()


def _silhouette() -> Panel:
    from kmeans_gui.ui.panels.silhouette_panel import SilhouettePanel

    return SilhouettePanel()


def _step() -> Panel:
    from kmeans_gui.ui.panels.step_panel import StepPanel

    return StepPanel()


PANELS: dict[str, Callable[[], Panel]] = {
    "Data": _data,
    "Algorithm": _algorithm,
    "Dendrogram": _dendrogram,
    "Distances": _distances,
    "Objective": _objective,
    "This step": _step,
    "Silhouette": _silhouette,
    "Scores": _metrics,
    "How many clusters?": _choosing,
    "Restarts": _atlas,
}
"""Title of each section of the side panel, from the top down, and what makes its panel."""
