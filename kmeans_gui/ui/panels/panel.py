"""Panel: what the window asks of each panel."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from kmeans_gui.ui.shown import Shown


class Panel(QWidget):
    """A widget that shows a part of what is to be shown, and says what the user wants in signals called ``…_requested``.

    Attributes
    ----------
    has_content : bool
        Whether there is something to show; its section is there only then.

    Signals
    -------
    content_changed : bool
        There is something to show now, or nothing any more.
    """

    content_changed = Signal(bool)
    has_content = True

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Touch what differs between ``old`` and ``new``; ``old`` is None at first."""
        raise NotImplementedError

    def set_content(self, there_is: bool) -> None:
        """Say whether there is something to show."""
        if there_is != self.has_content:
            self.has_content = there_is
            self.content_changed.emit(there_is)

    def close_work(self) -> None:
        """End what it does in the background, if anything."""
