"""Plot: a pyqtgraph plot as this program wants it: without menus and buttons of its own."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QWidget


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """A plot with nothing to click on but what it shows; ``axes`` go in place of the usual ones: ``left=…``, ``bottom=…``."""

    def __init__(self, parent: QWidget | None = None, **axes: pg.AxisItem) -> None:
        super().__init__(parent, enableMenu=False, axisItems=axes)
        self.plotItem.hideButtons()
        for name in ("left", "bottom", "right", "top"):  # no units are shown; a label would be typeset at each change of range
            self.getAxis(name).enableAutoSIPrefix(False)
        # pyqtgraph makes its menu all the same, as a window that nobody owns and that would outlive the plot.
        self.plotItem.ctrlMenu.setParent(self)
        self.plotItem.ctrlMenu.hide()
