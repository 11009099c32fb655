"""The column chooser: which two columns of a table are the coordinates."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget


class ColumnChooser(QDialog):
    """Asks for x and y.

    Signals
    -------
    columns_requested : tuple of str
        The names chosen.
    """

    columns_requested = Signal(object)

    def __init__(self, table: str, names: Sequence[str], chosen: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Columns")
        self._boxes = [QComboBox(), QComboBox()]
        form = QFormLayout()
        for axis, box, name in zip(("Across (x)", "Up (y)"), self._boxes, [*chosen, *names], strict=False):
            box.addItems(list(names))
            box.setCurrentText(name)
            form.addRow(axis, box)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._use = buttons.addButton("Use these columns", QDialogButtonBox.ButtonRole.AcceptRole)
        self._use.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(QLabel(f"Which columns of {table} are the coordinates?"))
        layout.addLayout(form)
        layout.addWidget(buttons)
        buttons.rejected.connect(self.reject)
        buttons.accepted.connect(self._choose)
        for box in self._boxes:
            box.currentIndexChanged.connect(self._check)

    def _check(self) -> None:
        """Two different columns are wanted."""
        differ = self._boxes[0].currentText() != self._boxes[1].currentText()
        self._use.setEnabled(differ)
        self._use.setToolTip("" if differ else "Choose two different columns")

    def _choose(self) -> None:
        self.columns_requested.emit(tuple(box.currentText() for box in self._boxes))
        self.accept()
