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


class KeySheet(QDialog):
    """All keys on one sheet, grouped by menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(24, 16, 24, 16)
        columns.setSpacing(48)
        for half in _halves(_groups()):
            label = QLabel(half)
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
        self.resize(1040, 680)


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    with_keys = [entry for entry in ACTIONS if entry.keys]
    menus = {menu: _rows(entries) for menu, entries in groupby(with_keys, key=lambda e: e.menu.lstrip("-"))}
    return [*menus.items(), ("Mouse", list(_MOUSE))]


def _rows(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    return [(" or ".join(map(shortcut_text, e.keys)), _words(e)) for e in entries]


def _words(entry: Entry) -> str:
    title = entry.text.removesuffix("…")
    return f"{title}. {entry.tip}." if entry.tip else f"{title}."


def _halves(groups: list[tuple[str, list[tuple[str, str]]]]) -> tuple[str, str]:
    """Return the groups as two columns of about the same length."""
    total, so_far, split = sum(len(rows) + 2 for _, rows in groups), 0, 0
    while so_far < total / 2:
        so_far += len(groups[split][1]) + 2
        split += 1
    return _html(groups[:split]), _html(groups[split:])


def _html(groups: list[tuple[str, list[tuple[str, str]]]]) -> str:
    parts = []
    for title, rows in groups:
        lines = "".join(f"<tr><td width='130'><b>{key}</b></td><td>{words}</td></tr>" for key, words in rows)
        parts.append(f"<h3>{title.replace('/', ': ')}</h3><table width='100%' cellspacing='0' cellpadding='3'>{lines}</table>")
    return "".join(parts)
