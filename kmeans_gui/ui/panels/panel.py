"""Panel: what the window asks of each panel."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kmeans_gui.ui.shown import Shown


class Panel(QWidget):
    """A widget that shows a part of what is to be shown, and says what the user wants in signals called ``…_requested``."""

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Touch what differs between ``old`` and ``new``; ``old`` is None at first."""
        raise NotImplementedError
