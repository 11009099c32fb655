"""Panels: what stands around the canvas. A new panel is one file and one line in ``PANELS``.

A panel is a :class:`~kmeans_gui.ui.panels.panel.Panel`: it touches in ``refresh(old, new)`` only what differs between two
:class:`~kmeans_gui.ui.shown.Shown`, and says what the user wants in signals called ``…_requested``. It decides nothing, knows
no other panel, and keeps no state but what is being typed.
"""

from __future__ import annotations

from kmeans_gui.ui.panels.algorithm_panel import AlgorithmPanel
from kmeans_gui.ui.panels.data_panel import DataPanel
from kmeans_gui.ui.panels.objective_panel import ObjectivePanel
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.step_panel import StepPanel

PANELS: tuple[tuple[str, type[Panel]], ...] = (
    ("Data", DataPanel),
    ("Algorithm", AlgorithmPanel),
    ("Objective", ObjectivePanel),
    ("This step", StepPanel),
)
"""Title and class of each section of the side panel, from the top down."""
