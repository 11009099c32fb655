"""Arrangement: where the parts of the window stand, with no pixel between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QToolBar, QVBoxLayout, QWidget

from kmeans_gui.ui.actions import Actions


def arranged(canvas: QWidget, foot: Sequence[QWidget], side: QWidget, below: Sequence[QWidget]) -> QWidget:
    """Return a widget with the canvas, ``foot`` side by side under it, ``side`` to the right, and ``below`` all of these.

    The canvas takes what room there is; of ``foot``, the last part does.
    """
    whole = QWidget()
    under = _fill(QHBoxLayout(), *foot)
    under.setStretch(len(foot) - 1, 1)
    picture = _fill(QVBoxLayout(), canvas, under)
    middle = _fill(QHBoxLayout(), picture, side)
    rows = _fill(QVBoxLayout(whole), middle, *below)
    for layout in (picture, middle, rows):
        layout.setStretch(0, 1)
    return whole


def _fill(layout: QBoxLayout, *parts: QWidget | QBoxLayout) -> QBoxLayout:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return layout


def tool_strip(actions: Actions) -> QToolBar:
    """Return the strip of tools, which stays where it is."""
    strip = QToolBar("Tools")
    actions.fill_tools(strip)
    strip.setMovable(False)
    strip.setIconSize(QSize(22, 22))
    strip.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    return strip
