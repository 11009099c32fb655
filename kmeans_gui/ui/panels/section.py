"""Sections: the side panel is a stack of them, each with a header that folds it away."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from kmeans_gui.ui import appearance

WIDTH = 288
LEAST_WIDTH = 240


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
    """A widget under a header that folds it away.

    Signals
    -------
    toggled : bool
        Whether the section is open now.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, widget: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.widget = widget
        self.header = Disclosure(title, is_open=True)
        body = QVBoxLayout()
        body.setContentsMargins(appearance.GRID, 0, appearance.GRID, appearance.GRID)
        body.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(appearance.GRID // 2, appearance.GRID // 2, appearance.GRID // 2, 0)
        layout.setSpacing(appearance.GRID // 2)
        layout.addWidget(self.header)
        layout.addLayout(body)
        layout.addWidget(rule())
        self.header.toggled.connect(widget.setVisible)
        self.header.toggled.connect(self.toggled)

    def is_open(self) -> bool:
        """Whether the section is open."""
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Open or fold the section."""
        self.header.setChecked(is_open)


class SidePanel(QScrollArea):
    """The sections, one below the other; scrolls up and down, never sideways."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sections: dict[str, Section] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Side panel")
        content = QWidget()
        self._stack = QVBoxLayout(content)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(0)
        self._stack.addStretch()
        self.setWidget(content)

    def add(self, title: str, widget: QWidget) -> Section:
        """Put ``widget`` in a section below the others."""
        section = Section(title, widget)
        self.sections[title] = section
        self._stack.insertWidget(self._stack.count() - 1, section)
        return section

    def sizeHint(self) -> QSize:
        """Ask for the usual width."""
        return QSize(WIDTH, 600)


def rule() -> QFrame:
    """Return a thin line across."""
    line = QFrame()
    line.setFixedHeight(1)
    return appearance.dress(line, "rule")
