"""Messages: the one door through which the program speaks to its user outside the panels.

A message is a quiet bar at the foot of the canvas: one sentence, the acts that fit it, and a cross. Nothing is modal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from kmeans_gui.ui.shown import Shown

INFO_MS = 8000
_MARGIN = 16


@dataclass(frozen=True)
class _Said:
    """A message, the acts it offers, and what follows when it is closed by its cross."""

    text: str
    kind: str
    acts: Mapping[str, Callable[[], object]]
    closed: Callable[[], object] = lambda: None


class Messages(QFrame):
    """The bar, a child of the widget at whose foot it stands."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("message")
        self._text = QLabel(wordWrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = [QToolButton() for _ in range(2)]
        self._said = _Said("", "info", {})
        self._offer: _Said | None = None
        self._aside = ""
        self._projected = False
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
        self._timer.timeout.connect(self._give_way)
        self._close.clicked.connect(self._on_closed)
        self._buttons[0].clicked.connect(lambda: self._act(0))
        self._buttons[1].clicked.connect(lambda: self._act(1))

    def _act(self, index: int) -> None:
        act = list(self._said.acts.values())[index]
        self._answer()
        act()

    def _on_closed(self) -> None:
        closed = self._said.closed
        self._answer()
        closed()

    def _answer(self) -> None:
        """Have done with the message on show."""
        if self._said is self._offer:
            self._offer = None
        self._give_way()

    def _give_way(self) -> None:
        """Go, and let an offer that has not been answered come back, or what has waited be said."""
        self._timer.stop()
        aside = self._aside
        if self._offer is not None and not self._projected:
            self._say(self._offer)
        elif aside:
            self._aside = ""
            self.info(aside)
        else:
            self.hide()

    @property
    def text(self) -> str:
        """What the bar says, empty while it is hidden."""
        return self._text.text() if self.isVisible() else ""

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Go when what it was about has changed, or the picture is projected; an offer only while it is projected."""
        replaced = old is not None and old.state.dataset.n > 0 and old.state.dataset is not new.state.dataset
        settings = old is not None and old.state.parameters is not new.state.parameters
        replaced = replaced or (settings and self._said.kind == "error")
        self._projected = new.projection
        back = self._offer is not None and self.isHidden()
        if new.projection:
            self.hide()
        elif back or (replaced and self._said is not self._offer):
            self._give_way()

    def info(self, text: str, **acts: Callable[[], object]) -> None:
        """Say something that needs no answer; it goes by itself. ``acts`` are offered as buttons, underscores as spaces."""
        self._say(_Said(text, "info", acts))
        self._timer.start()

    def aside(self, text: str) -> None:
        """Say something that needs no answer once nothing else is being said."""
        if self.isHidden():
            self.info(text)
        else:
            self._aside = text

    def offer(self, text: str, closed: Callable[[], object], /, **acts: Callable[[], object]) -> None:
        """Offer something; it stays, or comes back after other messages, until it is answered or closed.

        ``closed`` is called when it is closed by its cross.
        """
        self._offer = _Said(text, "info", acts, closed)
        self._say(self._offer)

    def error(self, text: str) -> None:
        """Say what happened and what to do; it stays until it is closed or another message comes."""
        self._say(_Said(text, "error", {}))

    def written(self, path: Path) -> None:
        """Say that a file has been written, and offer to show it."""
        self.info(f"{path.name} is written.", Open=lambda: _open(path), Show_in_folder=lambda: _open(path.parent))

    def _say(self, said: _Said) -> None:
        self._timer.stop()
        self._said = said
        self._text.setText(said.text)
        for button, words in zip(self._buttons, [*said.acts, "", ""], strict=False):
            button.setText(words.replace("_", " "))
            button.setVisible(bool(words))
        self.setProperty("kind", said.kind)
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
