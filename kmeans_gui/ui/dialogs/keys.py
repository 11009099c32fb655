"""The key sheet (F1): made from the action table, so that it cannot be out of date."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from kmeans_gui.ui.actions import ACTIONS, Entry, shortcut_text

_MOUSE = (
    ("Left button", "What the tool that is on does"),
    ("Shift-click", "Add a cluster of points; remove a centroid; add to the selection"),
    ("Middle or right drag", "Pan"),
    ("Wheel", "Zoom about the mouse"),
)


_COLUMNS = 3
_Group = tuple[str, list[tuple[str, str]]]
"""A title, and rows of a key and what it does."""


class KeySheet(QDialog):
    """All keys on one sheet, grouped by menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(24, 16, 24, 16)
        columns.setSpacing(32)
        for column in _columns(_groups()):
            label = QLabel(_html(column))
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setWordWrap(True)
            columns.addWidget(label, 1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self.resize(1160, 740)


def _groups() -> list[_Group]:
    with_keys = [entry for entry in ACTIONS if entry.keys]
    menus = {menu: _rows(entries) for menu, entries in groupby(with_keys, key=lambda e: e.menu.lstrip("-"))}
    return [*menus.items(), ("Mouse", list(_MOUSE))]


def _rows(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    return [(" or ".join(map(shortcut_text, e.keys)), _words(e)) for e in entries]


def _words(entry: Entry) -> str:
    title = entry.text.removesuffix("…")
    return f"{title}. {entry.tip}." if entry.tip else f"{title}."


def _columns(groups: list[_Group]) -> list[list[_Group]]:
    """Return the groups in columns, each put where there is most room."""
    columns: list[list[_Group]] = [[] for _ in range(_COLUMNS)]
    for group in groups:
        min(columns, key=lambda column: sum(len(rows) + 2 for _, rows in column)).append(group)
    return columns


def _html(groups: list[_Group]) -> str:
    parts = []
    for title, rows in groups:
        lines = "".join(f"<tr><td width='112'><b>{key}</b></td><td>{words}</td></tr>" for key, words in rows)
        parts.append(f"<h3>{title.replace('/', ': ')}</h3><table width='100%' cellspacing='0' cellpadding='3'>{lines}</table>")
    return "".join(parts)
