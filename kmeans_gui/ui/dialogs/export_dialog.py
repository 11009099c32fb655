"""The export dialog: which format, and only those choices that the format has."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kmeans_gui.export.choice import ExportChoice
from kmeans_gui.export.formats import formats
from kmeans_gui.export.job import Content

SIZES = {
    "1280 × 720": (1280, 720),
    "1920 × 1080": (1920, 1080),
    "3840 × 2160": (3840, 2160),
    "1024 × 1024": (1024, 1024),
    "640 × 480": (640, 480),
}
_OWN_SIZE = "Another size"
FRAMES = {"Each half-step": "all", "Each iteration": "iterations", "The last only": "final"}


class ExportDialog(QDialog):
    """Asks what to export.

    Signals
    -------
    export_requested : ExportChoice
        What was chosen; where to is asked next.
    """

    export_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self._formats = sorted(formats().values(), key=lambda f: (list(Content).index(f.content), f.title))
        self._format = QComboBox()
        self._format.addItems([f.title for f in self._formats])
        self._frames = QComboBox()
        self._frames.addItems(list(FRAMES))
        self._size = QComboBox()
        self._size.addItems([*SIZES, _OWN_SIZE])
        self._width, self._height = (QSpinBox(minimum=16, maximum=8192, suffix=" px") for _ in range(2))
        self._seconds = QDoubleSpinBox(minimum=0.02, maximum=60.0, value=0.6, singleStep=0.1, suffix=" s")
        self._loop = _checked("Start over at the end")
        self._caption = _checked("Caption with N, K and iteration")
        self._explanation = QLabel(wordWrap=True)
        self._explanation.setProperty("role", "caption")
        self._form = QFormLayout()
        self._lay_out()
        self._connect_signals()
        self.choose_format("gif")
        self._follow_size()

    def _lay_out(self) -> None:
        for words, control in (
            ("Format", self._format),
            ("Frames", self._frames),
            ("Size", self._size),
            ("Width", self._width),
            ("Height", self._height),
            ("A frame stays", self._seconds),
            ("", self._loop),
            ("", self._caption),
        ):
            self._form.addRow(words, control)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton("Export…", QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
        buttons.accepted.connect(self._ask)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(self._form)
        layout.addWidget(self._explanation)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(400)

    def _connect_signals(self) -> None:
        self._format.currentIndexChanged.connect(self._follow_format)
        self._size.currentIndexChanged.connect(self._follow_size)

    def _follow_format(self) -> None:
        """Show the choices that the format has."""
        chosen = self._formats[self._format.currentIndex()]
        drawn, run = chosen.content is not Content.DATA, chosen.content is Content.RUN
        own_size = drawn and self._size.currentText() == _OWN_SIZE
        for control, shown in (
            (self._frames, run),
            (self._size, drawn),
            (self._width, own_size),
            (self._height, own_size),
            (self._seconds, run and chosen.timed),
            (self._loop, run and chosen.timed),
            (self._caption, drawn),
        ):
            self._form.setRowVisible(control, shown)
        self._explanation.setText(chosen.summary)

    def _follow_size(self) -> None:
        size = SIZES.get(self._size.currentText())
        if size:
            self._width.setValue(size[0])
            self._height.setValue(size[1])
        self._follow_format()

    def choose_format(self, name: str) -> None:
        """Set the format by its name."""
        names = [f.name for f in self._formats]
        self._format.setCurrentIndex(names.index(name))

    def _ask(self) -> None:
        chosen = self._formats[self._format.currentIndex()]
        self.export_requested.emit(
            ExportChoice(
                format=chosen,
                frames=FRAMES[self._frames.currentText()] if chosen.content is Content.RUN else "final",
                width=self._width.value(),
                height=self._height.value(),
                seconds=self._seconds.value(),
                loop=self._loop.isChecked(),
                caption=self._caption.isChecked(),
            )
        )
        self.accept()


def _checked(words: str) -> QCheckBox:
    box = QCheckBox(words)
    box.setChecked(True)
    return box
