"""What an empty board says: one line and one button, or what is being opened."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from kmeans_gui.ui import appearance
from kmeans_gui.ui.shown import Shown

_EMPTY = "The board is empty. Add points with the tools on the left, or drop a file here."


class Welcome(QFrame):
    """In the middle of its host while there are no points; clicks go through to the canvas, but for the button.

    Signals
    -------
    board_requested
        A board is wanted.
    """

    board_requested = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.setObjectName("welcome")
        self.words = QLabel(_EMPTY)
        self.words.setFont(appearance.tabular(appearance.font()))
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.button = QPushButton("Generate a board")
        self.button.setToolTip("Put 200 points on the board")
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addWidget(self.words, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignHCenter)
        self.button.clicked.connect(self.board_requested)
        host.installEventFilter(self)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Come and go with the points."""
        self.setVisible(new.state.dataset.n == 0 and new.state.start is None)
        self._place()

    def show_work(self, text: str, done: int, total: int) -> None:
        """Say that points are on their way: "Opening iris.csv", and how much of ``total`` is done; 0 if that is not known."""
        self._say(f"{text}: {100 * done / total:.0f} %" if total else f"{text} …", is_empty=False)

    def hide_work(self) -> None:
        """Say that the board is empty."""
        self._say(_EMPTY, is_empty=True)

    def _say(self, words: str, *, is_empty: bool) -> None:
        self.words.setText(words)
        self.button.setVisible(is_empty)
        self._place()

    def _place(self) -> None:
        host = self._host
        size = self.sizeHint()
        self.setGeometry((host.width() - size.width()) // 2, (host.height() - size.height()) // 2, size.width(), size.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle when the host is resized."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False
