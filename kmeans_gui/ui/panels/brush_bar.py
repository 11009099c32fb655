"""The brush bar: size and density of the spray, size of the eraser; on show only while a brush is on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QWidget

from kmeans_gui.ui.shown import Shown

BRUSHES = {"spray": True, "erase": False}
"""Tools that have a brush, and whether it has a density."""


class BrushBar(QFrame):
    """Two sliders beside the caption.

    Signals
    -------
    brush_requested : float, int
        Radius in logical pixels, and points a moment.
    """

    brush_requested = Signal(float, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("brushBar")
        self._size = _slider("Brush size", 5, 150, 40)
        self._density = _slider("Brush density", 1, 40, 4)
        self._density_label = QLabel("Density")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        for widget in (QLabel("Size"), self._size, self._density_label, self._density):
            row.addWidget(widget)
        self._size.valueChanged.connect(self._emit)
        self._density.valueChanged.connect(self._emit)
        self.hide()

    @property
    def brush(self) -> float:
        """Radius in logical pixels."""
        return float(self._size.value())

    @property
    def density(self) -> int:
        """Points a moment."""
        return self._density.value()

    def _emit(self) -> None:
        self.brush_requested.emit(self.brush, self.density)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Come and go with the tool."""
        if old is not None and old.tool == new.tool and old.projection == new.projection:
            return
        self._density.setVisible(BRUSHES.get(new.tool, False))
        self._density_label.setVisible(BRUSHES.get(new.tool, False))
        self.setVisible(new.tool in BRUSHES and not new.projection)


def _slider(name: str, low: int, high: int, value: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setValue(value)
    slider.setAccessibleName(name)
    slider.setToolTip(name)
    slider.setFixedWidth(112)
    return slider
