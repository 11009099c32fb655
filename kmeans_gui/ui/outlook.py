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
    """Passes the end of each run that ``live`` draws on to views, and what is shown when it draws none any more.

    To be made after the views follow the controller: what that passes on meanwhile is corrected after it.
    """

    def __init__(self, live: Live, controller: Controller, views: Iterable[View], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._views = tuple(views)
        self._step: Step | None = None
        self._told = controller.shown
        live.drawing.connect(self._on_drawing)
        controller.rendered.connect(self._on_rendered)

    def _on_drawing(self, step: Step | None) -> None:
        old = self._controller.shown if self._step is None else self._told
        self._step = step
        self._tell(old)

    def _on_rendered(self, old: Shown | None, new: Shown) -> None:
        if self._step is not None:
            self._tell(new)

    def _tell(self, old: Shown) -> None:
        """Let the views show what is ahead instead of ``old``."""
        shown, step = self._controller.shown, self._step
        self._told = shown if step is None else replace(shown, step=step, previous=None, computing=True)
        for view in self._views:
            view.refresh(old, self._told)
