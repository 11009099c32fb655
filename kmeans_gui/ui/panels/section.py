"""Sections: the side panel is a stack of them, each with a header that folds it away.

Their panels are made one after the other once the window has been painted, so that it is there the sooner; until the last one
is, the side panel keeps its place and shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.shown import Shown

WIDTH = 288
LEAST_WIDTH = 240
_PACE_MS = 4
"""How soon after one section the next one is filled, so that events get through in between."""


class Disclosure(QToolButton):
    """A header with a chevron; ``toggled`` tells whether what it heads is to be seen. The role ``more`` is the quieter one."""

    def __init__(self, title: str, *, is_open: bool, role: str = "header") -> None:
        super().__init__()
        self._title = title
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(is_open)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(16, 16))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        appearance.dress(self, role)
        self.toggled.connect(self._point)
        self._point(is_open)

    def _point(self, is_open: bool) -> None:
        self.setIcon(appearance.icon("chevron-down" if is_open else "chevron-right"))
        self.setToolTip(f"{'Fold' if is_open else 'Unfold'} “{self._title}”")
        self.setAccessibleName(f"{self._title}, {'open' if is_open else 'folded'}")


class Section(QWidget):
    """A panel under a header that folds it away; there is no panel before :meth:`fill`.

    Signals
    -------
    toggled : bool
        Whether the section is open now.

    Parameters
    ----------
    make : callable
        Makes the panel.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, make: Callable[[], Panel], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel: Panel | None = None
        self.header = Disclosure(title, is_open=True)
        self._make = make
        self._newest: Shown | None = None
        self._body = QVBoxLayout()
        self._body.setContentsMargins(appearance.GRID, 0, appearance.GRID, appearance.GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(appearance.GRID // 2, appearance.GRID // 2, appearance.GRID // 2, 0)
        layout.setSpacing(appearance.GRID // 2)
        layout.addWidget(self.header)
        layout.addLayout(self._body)
        layout.addWidget(rule())
        self.header.toggled.connect(self.toggled)

    def fill(self) -> Panel:
        """Make the panel, let it show what is to be shown, and return it; once only. The section is seen while it has any."""
        self.panel = panel = self._make()
        if self._newest is not None:
            panel.refresh(None, self._newest)
        self._body.addWidget(panel)
        panel.setVisible(self.is_open())
        self.header.toggled.connect(panel.setVisible)
        self.setVisible(panel.has_content)
        panel.content_changed.connect(self.setVisible)
        return panel

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Pass on to the panel what is to be shown, or keep it until there is one."""
        self._newest = new
        if self.panel is not None:
            self.panel.refresh(old, new)

    def is_open(self) -> bool:
        """Whether the section is open."""
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Open or fold the section."""
        self.header.setChecked(is_open)


class SidePanel(QScrollArea):
    """The sections, one below the other; scrolls up and down, never sideways.

    Signals
    -------
    filling
        The first panel is about to be made.
    made : Panel
        One of the panels has been made.
    filled
        All panels have been made, and are on show.
    """

    filling = Signal()
    made = Signal(object)
    filled = Signal()

    def __init__(self, panels: Mapping[str, Callable[[], Panel]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sections = {title: Section(title, make) for title, make in panels.items()}
        self._turns = QTimer(self, interval=_PACE_MS)
        self._turns.timeout.connect(self._fill_next)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Side panel")
        self._content = QWidget()
        stack = QVBoxLayout(self._content)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(0)
        for section in self.sections.values():
            stack.addWidget(section)
        stack.addStretch()
        self.setWidget(self._content)
        self._content.hide()

    def is_filled(self) -> bool:
        """Whether all panels are there."""
        return not self._empty()

    def fill_soon(self) -> None:
        """Begin to make the panels that are not there yet, one in each turn of the event loop."""
        if not self.is_filled():
            self._turns.start()

    def fill(self) -> None:
        """Make the panels that are not there yet."""
        while not self.is_filled():
            self._fill_next()

    def _empty(self) -> list[Section]:
        return [section for section in self.sections.values() if section.panel is None]

    def _fill_next(self) -> None:
        empty = self._empty()
        if len(empty) == len(self.sections):
            self.filling.emit()
        self.made.emit(empty[0].fill())
        if self.is_filled():
            self._turns.stop()
            self._content.show()
            self.filled.emit()

    def close_work(self) -> None:
        """End what the panels do in the background."""
        for section in self.sections.values():
            if section.panel is not None:
                section.panel.close_work()

    def sizeHint(self) -> QSize:
        """Ask for the usual width."""
        return QSize(WIDTH, 600)


def rule() -> QFrame:
    """Return a thin line across."""
    line = QFrame()
    line.setFixedHeight(1)
    return appearance.dress(line, "rule")
