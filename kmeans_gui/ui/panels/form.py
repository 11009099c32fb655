"""Form: controls made from declared parameters, so that no panel lists an algorithm's or a board's parameters.

To support another kind of parameter, add its line to ``CONTROLS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kmeans_gui.clustering.parameters import Bool, Choice, Float, Int, Parameter, Start
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import CheckBox, ChoiceBox, FloatBox, IntBox, NumberBox, sentence
from kmeans_gui.ui.panels.section import Disclosure

Control = NumberBox | ChoiceBox | CheckBox

CONTROLS: dict[type[Parameter], Callable[[Any], Control]] = {
    Int: IntBox,
    Float: FloatBox,
    Choice: ChoiceBox.of,
    Start: ChoiceBox.of,
    Bool: CheckBox,
}
"""The control of each kind of parameter."""

NUMBER_WIDTH = 112
"""Width of all fields for numbers, so that they stand in a column."""

_SHORT_LABEL = 56
"""Pixels of a label up to which there is room beside it for the words of a choice."""


class ParameterForm(QWidget):
    """A row for each parameter; the advanced ones under "More".

    ``about`` is a sentence on what the parameters are for, folded away with the advanced ones.

    It shows the values that it was last given. What the user enters is sent out and stays only if it comes back through
    :meth:`set_values`.

    Signals
    -------
    value_requested : str, object
        Name of a parameter and the value that the user committed, in the parameter's own type.
    """

    value_requested = Signal(str, object)

    def __init__(self, parameters: tuple[Parameter, ...], about: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controls: dict[str, Control] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID)
        layout.addWidget(self._rows([p for p in parameters if not p.advanced]))
        advanced = [p for p in parameters if p.advanced]
        if advanced or about:
            rows = self._rows(advanced, about)
            rows.setVisible(False)
            self.more = Disclosure("More", is_open=False, role="more")
            self.more.toggled.connect(rows.setVisible)
            layout.addWidget(self.more)
            layout.addWidget(rows)

    def values(self) -> dict[str, Any]:
        """Return the values that the form shows."""
        return {name: control.value() for name, control in self.controls.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show ``values``, those of other forms left aside, without a signal."""
        for name in values.keys() & self.controls.keys():
            self.controls[name].set_value(values[name])

    def _rows(self, parameters: list[Parameter], about: str = "") -> QWidget:
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(appearance.GRID)
        grid.setColumnStretch(0, 1)
        if about:
            grid.addWidget(sentence(about), 0, 0, 1, 2)
        for parameter in parameters:
            self._add_row(grid, parameter)
        return rows

    def _add_row(self, grid: QGridLayout, parameter: Parameter) -> None:
        control = make_control(parameter)
        control.value_requested.connect(partial(self.value_requested.emit, parameter.name))
        self.controls[parameter.name] = control
        row = grid.rowCount()
        if isinstance(control, CheckBox):
            grid.addWidget(control, row, 0, 1, 2)
            return
        label = field_label(parameter.label, control)
        if isinstance(control, ChoiceBox):
            beside = label.fontMetrics().horizontalAdvance(parameter.label) <= _SHORT_LABEL
            field = QHBoxLayout() if beside else QVBoxLayout()
            field.setSpacing(appearance.GRID if beside else appearance.GRID // 2)
            field.addWidget(label)
            field.addWidget(control, 1)
            grid.addLayout(field, row, 0, 1, 2)
        else:
            control.setFixedWidth(NUMBER_WIDTH)
            grid.addWidget(label, row, 0)
            grid.addWidget(control, row, 1)


def make_control(parameter: Parameter) -> Control:
    """Return the control for ``parameter``: that of its own kind or of the nearest kind that it derives from."""
    kinds: list[Any] = [kind for kind in type(parameter).__mro__ if kind in CONTROLS]
    control = CONTROLS[kinds[0]](parameter)
    control.setObjectName(parameter.name)
    return control


def field_label(text: str, control: QWidget) -> QLabel:
    """Return the label that belongs to ``control``."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setBuddy(control)
    label.setToolTip(control.toolTip())
    return label
