"""Panels: what stands around the canvas. A new panel is one file and one line in ``PANELS``.

A panel is a QWidget that touches in ``render(old, new)`` only what differs between two :class:`~kmeans_gui.ui.shown.Shown`, and
that says what the user wants in signals called ``…_requested``. It decides nothing, knows no other panel, and keeps no state
but what is being typed. (``render`` hides QWidget's own method of that name, which paints a widget on something else: nothing
here does.)
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kmeans_gui.ui.panels.algorithm_panel import AlgorithmPanel
from kmeans_gui.ui.panels.data_panel import DataPanel
from kmeans_gui.ui.panels.objective_panel import ObjectivePanel
from kmeans_gui.ui.panels.step_panel import StepPanel

PANELS: tuple[tuple[str, type[QWidget]], ...] = (
    ("Data", DataPanel),
    ("Algorithm", AlgorithmPanel),
    ("Objective", ObjectivePanel),
    ("This step", StepPanel),
)
"""Title and class of each section of the side panel, from the top down."""
