"""Outlook: lets some views tell of the run that live mode draws, as long as it does, instead of the one on show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject

from kmeans_gui.clustering import Step
from kmeans_gui.ui.controller import Controller
from kmeans_gui.ui.live import Live
from kmeans_gui.ui.shown import Shown, View


class Outlook(QObject):
    """Passes the end of each run that ``live`` draws on to views, and what is shown when it draws none any more."""

    def __init__(self, live: Live, controller: Controller, views: Iterable[View], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._views = tuple(views)
        self._ahead: Shown | None = None
        live.drawing.connect(self._on_drawing)

    def _on_drawing(self, step: Step | None) -> None:
        shown = self._controller.shown
        old, self._ahead = self._ahead, None if step is None else replace(shown, step=step, previous=None, computing=True)
        for view in self._views:
            view.refresh(old or shown, self._ahead or shown)
