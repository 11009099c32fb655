"""Messages: the one door through which the program speaks to its user outside the panels.

A message is a quiet bar at the foot of the canvas: one sentence, the acts that fit it, and a cross. Nothing is modal.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from kmeans_gui.ui.shown import Shown

INFO_MS = 8000
_MARGIN = 16


class Messages(QFrame):
    """The bar, a child of the widget at whose foot it stands."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("message")
        self._text = QLabel(wordWrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = [QToolButton() for _ in range(2)]
        self._acts: list[Callable[[], object]] = []
        self._host = host
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setToolTip("Close this message")
        self._close.setAccessibleName("Close this message")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(INFO_MS)
        self._lay_out()
        self._connect_signals()
        self.hide()
        host.installEventFilter(self)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        for button in self._buttons:
            row.addWidget(button)
        row.addWidget(self._close)

    def _connect_signals(self) -> None:
        self._timer.timeout.connect(self.hide)
        self._close.clicked.connect(self.hide)
        self._buttons[0].clicked.connect(lambda: self._act(0))
        self._buttons[1].clicked.connect(lambda: self._act(1))

    def _act(self, index: int) -> None:
        self._acts[index]()
        self.hide()

    @property
    def text(self) -> str:
        """What the bar says, empty while it is hidden."""
        return self._text.text() if self.isVisible() else ""

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Go when the points that it was about have gone, or the picture is projected."""
        replaced = old is not None and old.state.dataset.n > 0 and old.state.dataset is not new.state.dataset
        if replaced or (new.projection and not self.isHidden()):
            self.hide()

    def info(self, text: str, **acts: Callable[[], object]) -> None:
        """Say something that needs no answer; it goes by itself. ``acts`` are offered as buttons, underscores as spaces."""
        self._say(text, "info", acts)
        self._timer.start()

    def offer(self, text: str, **acts: Callable[[], object]) -> None:
        """Offer something; it stays until it is answered or closed, or another message comes."""
        self._say(text, "info", acts)
        self._timer.stop()

    def error(self, text: str) -> None:
        """Say what happened and what to do; it stays until it is closed or another message comes."""
        self._say(text, "error", {})
        self._timer.stop()

    def written(self, path: Path) -> None:
        """Say that a file has been written, and offer to show it."""
        self.info(f"{path.name} is written.", Open=lambda: _open(path), Show_in_folder=lambda: _open(path.parent))

    def _say(self, text: str, kind: str, acts: dict[str, Callable[[], object]]) -> None:
        self._text.setText(text)
        self._acts = list(acts.values())
        for button, words in zip(self._buttons, [*acts, "", ""], strict=False):
            button.setText(words.replace("_", " "))
            button.setVisible(bool(words))
        self.setProperty("kind", kind)
        self.style().polish(self)
        self.show()
        self.raise_()
        self._place()

    def _place(self) -> None:
        host = self._host
        width = min(host.width() - 2 * _MARGIN, 640)
        height = max(self.heightForWidth(width), self.sizeHint().height())
        self.setGeometry((host.width() - width) // 2, host.height() - height - _MARGIN, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot when the host is resized."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
