"""Live mode: while points or a centroid are dragged, the end of the whole run follows the mouse.

A tool shows where what it holds would go as a preview. Live mode asks how a run would end from there and puts the answer into
that preview: labels, centroids and regions as they would settle. Where a run takes no longer than the eye notices, as the last
one tells, it is made on the spot; otherwise by a thread, one at a time, and the newest position is next. When the mouse lets
go, the edit is made and its run is followed to the end; until that is on show the preview stays, which looks the same.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from kmeans_gui import clustering
from kmeans_gui.clustering import Floats, Step
from kmeans_gui.data.cells import planar
from kmeans_gui.data.dataset import Rows
from kmeans_gui.data.table import Table
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish
from kmeans_gui.errors import CancelQuestion, UserError
from kmeans_gui.session.edits import Compound, Configure, PlacePoints, lift_centroids
from kmeans_gui.session.identity import match_colors
from kmeans_gui.session.state import State
from kmeans_gui.ui.canvas.canvas import Canvas
from kmeans_gui.ui.canvas.frame import Frame
from kmeans_gui.ui.controller import Controller
from kmeans_gui.ui.shown import Shown

MOST = 20_000
"""Points of a board up to which live mode follows."""

PATIENCE_MS = 8.0
"""A run that takes longer is made in the background."""

LIGHT = 30_000
"""Points times clusters up to which the first run of its kind is made on the spot."""


@dataclass(frozen=True, eq=False)
class Question:
    """How would this run end?

    Parameters
    ----------
    algorithm : str
    points : Table
    seed : int
    parameters : mapping
        The start included, if it is given.
    colors : tuple of int
        The color slots of the clusters on show.
    on_show : ndarray of shape (k, d) or None
        The centroids on show, to which colors are matched.
    dragged : bool
        Whether it is about centroids in hand.
    """

    algorithm: str
    points: Table
    seed: int
    parameters: Mapping[str, Any]
    colors: tuple[int, ...]
    on_show: Floats | None
    dragged: bool

    def is_like(self, other: Question) -> bool:
        """Whether the other one takes about as long to answer."""
        mine, theirs = ({**question.parameters, "init": None} for question in (self, other))
        return len(self.points) == len(other.points) and self.algorithm == other.algorithm and mine == theirs


@dataclass(frozen=True, eq=False)
class Answer:
    """How it ends: the last step, where its centroids started if they were in hand, its colors, and how long that took."""

    step: Step
    start: Floats | None
    colors: tuple[int, ...]
    took: float


class Live(QObject):
    """Refines the previews of one canvas while it is ``on``.

    Signals
    -------
    declined : str
        Why it does not follow.
    drawing : Step or None
        How the run ends that is drawn now; None when that of the controller is on show again.
    """

    declined = Signal(str)
    drawing = Signal(object)

    def __init__(self, canvas: Canvas, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on = False
        self._canvas = canvas
        self._controller = controller
        self._work = Background(self, urgent=True)
        self._newest: tuple[Frame, Question] | None = None
        self._asked: Question | None = None
        self._answer: Answer | None = None
        self._drawn: Frame | None = None
        self._took: float | None = None
        self._declined = False
        self._told = False
        self._awaited: State | None = None
        canvas.refine = self.refine
        self._work.finished.connect(self._on_answered)
        controller.rendered.connect(self._on_rendered)

    def close_work(self) -> None:
        """End the work in the background."""
        self._newest = None
        self._work.close()

    # While the mouse drags ---------------------------------------------------------------------------------------------

    def refine(self, frame: Frame | None) -> Frame | None:
        """Return a tool's preview with the run at its end, as far as that is known."""
        if frame is not None and frame is self._drawn:
            return frame
        self._awaited = None
        question = self._question(frame) if self.on and frame is not None else None
        if frame is None or question is None:
            self._forget(keep=frame is None)
            return frame
        self._newest = frame, question
        if not self._work.active:
            if self._is_quick(question):
                self._take(_answered(question, self._never))
            else:
                self._ask(question)
        if self._answer is None:
            self._drawn = frame if self._work.active else None  # None where the run cannot be made
            return frame
        self._drawn = settled(frame, self._answer)
        return self._drawn

    def _forget(self, keep: bool) -> None:
        """Give up what is being worked out; with ``keep`` what was drawn last can still be asked for."""
        self._newest, self._answer, self._declined = None, None, self._declined and not keep
        if not keep:
            self._drawn = None
        self._tell(None)
        self._work.stop()

    def _tell(self, step: Step | None) -> None:
        if step is not None or self._told:
            self._told = step is not None
            self.drawing.emit(step)

    @staticmethod
    def _never() -> bool:
        return False

    def _is_quick(self, question: Question) -> bool:
        if self._took is not None and self._asked is not None and self._asked.is_like(question):
            return self._took <= PATIENCE_MS
        work = len(question.points) * int(question.parameters.get("k", 1))
        return work <= LIGHT and clustering.algorithm(question.algorithm).fit is not None

    def _question(self, frame: Frame) -> Question | None:
        """Return what a preview asks: None if nothing has moved, or if the board is too large."""
        state, step, base = self._controller.state, self._controller.shown.step, self._canvas.frame
        moved = frame.layout.source is not base.layout.source
        if not moved and (frame.centroids is None or _same(frame.centroids, base.centroids)):
            return None
        if frame.layout.n > MOST:
            if not self._declined:
                self._declined = True
                self.declined.emit(f"Live mode follows boards of up to {MOST:,} points; this one has {frame.layout.n:,}.")
            return None
        on_show = None if step is None else step.centroids
        parameters = state.run_parameters()
        if not moved:
            if not state.takes_start or frame.centroids is None:
                return None
            places = frame.centroids[np.isfinite(frame.centroids).all(axis=1)]
            old = state.start if step is None else on_show
            parameters |= {"k": len(places), "init": lift_centroids(state.dataset, places, old)}
        return Question(state.algorithm, frame.layout.source, state.seed, parameters, state.colors, on_show, not moved)

    def _ask(self, question: Question) -> None:
        def work(publish: Publish, cancelled: CancelQuestion) -> tuple[Question, Answer | None]:
            return question, _answered(question, cancelled)

        self._asked = question
        self._work.begin(work)

    def _take(self, answer: Answer | None) -> None:
        self._answer = answer
        if self._newest is not None:
            self._asked = self._newest[1]
        self._took = None if answer is None else answer.took
        self._tell(None if answer is None else answer.step)

    def _on_answered(self, number: int, told: tuple[Question, Answer | None]) -> None:
        """Show the answer where the mouse is now, and ask about that place if it is another one."""
        asked, answer = told
        if self._newest is None:
            return
        frame, question = self._newest
        self._take(answer)
        if question is not asked:
            self._ask(question)
        if answer is None:
            self._drawn = None
        else:
            self._show(settled(frame, answer))

    def _show(self, frame: Frame) -> None:
        self._drawn = frame
        self._canvas.preview(frame)

    # When it lets go ---------------------------------------------------------------------------------------------------

    def place_rows(self, rows: Rows, positions: Floats) -> None:
        """Move points; if live mode has shown where that leads, the run starts as before and is followed to its end."""
        drawn, controller = self._drawn, self._controller
        if drawn is None:
            controller.place_rows(rows, positions)
            return
        selected = controller.shown.selected
        edit = PlacePoints.planar(controller.state.dataset, rows, positions)
        controller.edit(Compound((Configure({"position": None}, edit.title), edit), edit.title))
        controller.select(selected)
        self._follow(drawn)

    def place_start(self, centroids: Floats) -> None:
        """Start from centroids; if live mode has shown where that leads, follow the run to its end."""
        drawn = self._drawn
        self._controller.place_start(centroids)
        if drawn is not None:
            self._follow(drawn)

    def _follow(self, drawn: Frame) -> None:
        """Go to the end of the run; until it is there, what was drawn stays."""
        self._controller.to_end()
        self._show(drawn)
        self._awaited = self._controller.state

    def _on_rendered(self, old: Shown | None, new: Shown) -> None:
        awaited = self._awaited
        if awaited is None:
            return
        at_end = new.complete and new.position == new.length - 1
        others = new.state.dataset is not awaited.dataset or new.state.start is not awaited.start
        if at_end or others or not (new.computing or new.complete):
            self._awaited = None
            self._canvas.preview(None)
            self._drawn = None


def _answered(question: Question, cancelled: CancelQuestion) -> Answer | None:
    """Make the run; None if it cannot be made."""
    begun = time.perf_counter()
    asked: dict[str, Any] = {"seed": question.seed, "cancelled": cancelled, **question.parameters}
    try:
        start = question.parameters.get("init")
        if not isinstance(start, np.ndarray):
            start = next(clustering.steps(question.algorithm, question.points.array, **asked)).centroids
        step = clustering.fit(question.algorithm, question.points.array, **asked)
    except UserError:
        return None
    colors = question.colors
    if start is not None and not (question.on_show is None and len(colors) == len(start)):
        colors = match_colors(question.on_show, colors, start)
    return Answer(step, start if question.dragged else None, colors, 1e3 * (time.perf_counter() - begun))


def settled(frame: Frame, answer: Answer) -> Frame:
    """Return a preview as the run ends; centroids in hand leave a trail from where they are held to where they settle."""
    step, start = answer.step, answer.start
    return replace(
        frame,
        assignment=step.assignment,
        centroids=None if step.centroids is None else planar(step.centroids),
        colors=answer.colors,
        before=None,
        trail=() if start is None else (planar(start),),
        moved=False,
        overlays=step.overlays,
        metric=step.metric,
    )


def _same(a: Floats, b: Floats | None) -> bool:
    return b is not None and np.array_equal(a, b, equal_nan=True)
