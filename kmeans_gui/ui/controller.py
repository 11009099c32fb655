"""Controller: from what the user asks for to what the window shows.

An intention arrives as a method call, becomes an edit of the state or a move along the timeline, and ends in one new
:class:`~kmeans_gui.ui.shown.Shown`, which every view is handed together with the old one. Views never see the engine and the
engine never sees a view. Files are the business of :mod:`kmeans_gui.ui.documents`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from kmeans_gui import clustering
from kmeans_gui.clustering import Floats
from kmeans_gui.data.boards import board
from kmeans_gui.data.dataset import Dataset, Rows
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.player import Player
from kmeans_gui.engine.worker import Publish
from kmeans_gui.errors import user_text
from kmeans_gui.session.captions import first_act
from kmeans_gui.session.edits import (
    Compound,
    Configure,
    Edit,
    InsertPoints,
    PlacePoints,
    RemovePoints,
    ReplaceDataset,
    lift_centroids,
)
from kmeans_gui.session.history import History
from kmeans_gui.session.state import State, Viewport, carried_over
from kmeans_gui.ui.run_on_show import RunOnShow
from kmeans_gui.ui.shown import Shown

_NO_ROWS = np.empty(0, np.intp)


class Controller(QObject):
    """Holds the state, the history and the run on show.

    Signals
    -------
    rendered : Shown, Shown
        What was shown and what is shown now.
    refused : str
        Something could not be done; the text is fit for the user.
    document_replaced
        Other points have been put on the table in place of those that were there.
    """

    rendered = Signal(object, object)
    refused = Signal(str)
    document_replaced = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = State()
        self._history = History()
        self._run = RunOnShow(self)
        self._boards = Background(self)
        self._selected = _NO_ROWS
        self._tool = "add"
        self._chosen: dict[str, Any] = {}  # what was set of each parameter last, whatever the algorithm
        self._projection = False
        self._kept = self._state.dataset
        self._shown = Shown()
        self._connect_signals()

    def _connect_signals(self) -> None:
        self._run.colored.connect(self._on_colored)
        self._run.changed.connect(self._refresh)
        self._run.failed.connect(lambda error: self.refused.emit(user_text(error)))
        self._boards.finished.connect(self._on_board)
        self._boards.active_changed.connect(lambda _: self._refresh())
        self._boards.failed.connect(lambda _, error: self.refused.emit(user_text(error)))

    @property
    def shown(self) -> Shown:
        """What is shown now."""
        return self._shown

    @property
    def state(self) -> State:
        """What the user has made and chosen."""
        return self._state

    @property
    def unsaved(self) -> bool:
        """Whether there are points drawn or changed by hand that no file has."""
        return self._state.dataset.n > 0 and self._state.dataset is not self._kept

    def mark_saved(self, dataset: Dataset) -> None:
        """Take note that these points are in a file."""
        self._kept = dataset

    @property
    def player(self) -> Player:
        """What walks the run."""
        return self._run.player

    def close(self) -> None:
        """End all work and wait for its threads."""
        self._run.close()
        self._boards.close()

    # What is shown -----------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        run, trace, player = self._run, self._run.trace, self._run.player
        if self._state.position != player.position:
            self._state = replace(self._state, position=player.position)
        shown = Shown(
            state=self._state,
            step=run.step,
            previous=run.previous,
            trace=trace,
            length=len(trace) if trace is not None else 0,
            complete=trace is not None and trace.complete,
            computing=run.computing,
            busy=self._busy(),
            playing=player.playing,
            speed=player.speed,
            next_title=run.next_title() if run.trace is not None else first_act(self._state),
            tool=self._tool,
            selected=self._selected,
            undo=self._history.undo_title,
            redo=self._history.redo_title,
            projection=self._projection,
        )
        old, self._shown = self._shown, shown
        self.rendered.emit(old, shown)

    def _busy(self) -> str:
        if self._boards.active:
            return "Generating a board"
        return f"Computing iteration {self._run.iterations + 1:,}" if self._run.computing else ""

    # Edits -------------------------------------------------------------------------------------------------------------

    def edit(self, edit: Edit, merge: str | None = None) -> None:
        """Make an undoable edit. Those with the same ``merge`` key, one after the other, are undone together."""
        self._after_edit(self._history.do(self._state, edit, merge=merge), edit)

    def undo(self) -> None:
        """Take the last edit back."""
        if self._history.undo_title:
            self._after_edit(*self._history.undo(self._state))

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self._history.redo_title:
            self._after_edit(*self._history.redo(self._state))

    def _after_edit(self, state: State, edit: Edit) -> None:
        old, self._state = self._state, state
        if state.dataset is not old.dataset:
            change = edit.change(old.dataset.n)
            self._selected = _NO_ROWS
            self._run.hold(change, goes_on=state.start is not None)
            if change is None:
                self._state = replace(state, viewport=None, colors=())
            if state.position is not None:
                self._run.begin(self._state, opening=state.position)
        elif state.start is not None and state.dataset.n < len(state.start):
            self._run.clear()  # centroids are being placed before there are points
        elif self._run.begun or self._run.step is not None or state.start is not None:
            self._run.begin(state, playing=self.player.playing)
        self._refresh()

    def _edit_points(self, edit: Edit, merge: str | None = None) -> None:
        """Edit the points; the next run then goes on from the centroids on show."""
        centroids = self._run.step.centroids if self._run.step is not None else None
        if self._run.trace is not None:
            # With the position in it, undoing the edit brings the run back as well.
            changes: dict[str, Any] = {"position": None}
            if self._state.takes_start and centroids is not None:
                changes |= self._placed(centroids[~np.isnan(centroids).any(axis=1)])
            edit = Compound((Configure(changes, edit.title), edit), edit.title)
        self.edit(edit, merge)

    def _placed(self, centroids: Floats) -> dict[str, Any]:
        """Return the changes of the state that make ``centroids`` the start."""
        return {"start": centroids, "parameters": {**self._state.parameters, "k": len(centroids)}}

    def add_points(self, points: Floats, merge: str | None = None) -> None:
        """Add points, shape (m, 2), as they were drawn."""
        self._edit_points(InsertPoints.at_end(self._state.dataset, points), merge)

    def remove_rows(self, rows: Rows, merge: str | None = None) -> None:
        """Remove the points in ``rows``."""
        if len(rows):
            self._edit_points(RemovePoints(np.unique(rows)), merge)

    def place_rows(self, rows: Rows, positions: Floats, merge: str | None = None) -> None:
        """Move the points in ``rows`` to ``positions``, shape (m, 2)."""
        if len(rows):
            selected = self._selected
            self._edit_points(PlacePoints.planar(self._state.dataset, rows, positions), merge)
            self.select(selected)

    def select(self, rows: Rows) -> None:
        """Select the points in ``rows`` and no others."""
        self._selected = np.asarray(rows, np.intp)
        self._refresh()

    def select_all(self) -> None:
        """Select every point."""
        self.select(np.arange(self._state.dataset.n))

    def delete_selected(self) -> None:
        """Remove the selected points."""
        self.remove_rows(self._selected)

    def duplicate_selected(self) -> None:
        """Copy the selected points a little aside, and select the copies."""
        if not len(self._selected):
            return
        n, points = self._state.dataset.n, self._state.dataset.planar()
        aside = 0.03 * np.ptp(points, axis=0).max() if n > 1 else 0.1
        count = len(self._selected)
        self.add_points(points[self._selected] + [aside, -aside])
        self.select(np.arange(n, n + count))

    def clear(self) -> None:
        """Remove all points."""
        self.use_dataset(Dataset.empty(), "clear the board")

    def use_dataset(self, dataset: Dataset, title: str) -> None:
        """Put another set of points on the table."""
        self._boards.stop()
        self._kept = dataset
        self.edit(Compound((Configure({"start": None, "position": None}, title), ReplaceDataset(dataset, title)), title))
        self.document_replaced.emit()

    def generate_board(self, name: str, seed: int, parameters: Mapping[str, Any]) -> None:
        """Generate a board in the background and put it on the table. Over the empty board of a start it is no edit."""

        def work(publish: Publish, cancelled: Callable[[], bool]) -> Dataset:
            dataset = board(name, seed=seed, **parameters)
            _ = dataset.bounds  # worked out here, where it keeps nobody waiting
            return dataset

        self._boards.begin(work)

    def _on_board(self, number: int, dataset: Dataset) -> None:
        first = self._state.dataset.n == 0 and not self._history.can_undo
        self.use_dataset(dataset, "generate a board")
        if first:
            self._history.clear()
            self._refresh()

    # Parameters --------------------------------------------------------------------------------------------------------

    def set_parameter(self, name: str, value: Any) -> None:
        """Set one of the algorithm's parameters, if it has it. Another K or start forgets the centroids placed by hand."""
        present = self._state.parameters.get(name)
        if present is None:
            return
        self._chosen[name] = value
        if type(present) is type(value) and not isinstance(present, np.ndarray) and present == value:
            return
        changes: dict[str, Any] = {"parameters": {**self._state.parameters, name: value}}
        if name in ("k", "init"):
            changes["start"] = None
        declared = {p.name: p for p in clustering.algorithm(self._state.algorithm).parameters}
        self.edit(Configure(changes, f"set {declared[name].label}"))

    def set_k(self, k: int) -> None:
        """Set the number of clusters."""
        self.set_parameter("k", k)

    def set_algorithm(self, name: str) -> None:
        """Choose another algorithm; what was set of parameters that it has as well stays, and comes back."""
        parameters = carried_over(self._state.parameters, self._state.algorithm, name, self._chosen)
        start = self._state.start if "init" in parameters else None
        self.edit(Configure({"algorithm": name, "parameters": parameters, "start": start}, "choose an algorithm"))

    def set_seed(self, seed: int) -> None:
        """Set the seed of the run."""
        if seed != self._state.seed:
            self.edit(Configure({"seed": seed}, "set the seed"))

    def new_start(self) -> None:
        """Start anew from other centroids: those of the next seed, if the seed makes a difference."""
        if clustering.algorithm(self._state.algorithm).random:
            self.edit(Configure({"seed": self._state.seed + 1, "start": None}, "start anew"))
            if self._run.begun:
                return
        if self._state.dataset.n:
            self._run.begin(self._state)

    def forget_start(self) -> None:
        """Forget the centroids placed by hand."""
        if self._state.start is not None:
            self.edit(Configure({"start": None}, "forget the placed centroids"))

    def place_start(self, centroids: Floats, merge: str | None = None) -> None:
        """Start from ``centroids``, shape (k, 2) as drawn."""
        if not self._state.takes_start:
            self.refused.emit("This algorithm starts from no centroids. Choose k-means, for one, to place some by hand.")
            return
        if not len(centroids):
            self.forget_start()
            return
        old = self._run.step.centroids if self._run.step is not None else self._state.start
        full = lift_centroids(self._state.dataset, centroids, old)
        self.edit(Configure(self._placed(full), "place a centroid"), merge)

    # The run -----------------------------------------------------------------------------------------------------------

    def _on_colored(self, colors: tuple[int, ...]) -> None:
        self._state = replace(self._state, colors=colors)

    def _ready(self) -> bool:
        """Make sure that there is a run; False if one has only just begun, so that its first half-step is what comes next."""
        if self._run.begun:
            self._run.resume_computing()
            return True
        self._run.begin(self._state)
        return False

    def step(self) -> None:
        """Go one half-step on; begin a run if there is none."""
        if self._ready():
            self.player.step()

    def toggle_play(self) -> None:
        """Play or pause; begin a run if there is none."""
        self._ready()
        self.player.toggle()

    def to_end(self) -> None:
        """Go to the end of the run; begin one if there is none."""
        self._ready()
        self.player.to_end()

    def back(self) -> None:
        """Go one half-step back."""
        if self._run.trace is not None:
            self.player.back()

    def to_start(self) -> None:
        """Go to the start of the run."""
        if self._run.trace is not None:
            self.player.to_start()

    def seek(self, position: int) -> None:
        """Go to a half-step."""
        if self._run.trace is not None:
            self.player.seek(position)

    def stop_board(self) -> None:
        """Give up a board in the making."""
        self._boards.stop()

    def stop_computing(self) -> None:
        """Give up a board in the making, and let the run rest where it is; stepping beyond what is known lets it go on."""
        self.stop_board()
        self.player.pause()
        self._run.pause_computing()

    # How it is looked at -----------------------------------------------------------------------------------------------

    def set_tool(self, name: str) -> None:
        """Take up another tool."""
        self._tool = name
        self._refresh()

    def toggle_layer(self, name: str) -> None:
        """Show or hide a layer."""
        self._state = replace(self._state, layers=self._state.layers ^ {name})
        self._refresh()

    def set_viewport(self, viewport: Viewport | None) -> None:
        """Look at another part of the plane; None fits the points."""
        self._state = replace(self._state, viewport=viewport)
        self._refresh()

    def set_projection(self, on: bool) -> None:
        """Enter or leave projection mode."""
        self._projection = on
        self._refresh()

    def adopt(self, state: State) -> None:
        """Put an opened session on the table, the run at the half-step that was on show."""
        self._boards.stop()
        self._run.clear()
        self._selected = _NO_ROWS
        self._history.clear()
        self._state = replace(state, position=None)
        self._kept = state.dataset
        if state.position is not None:
            self._run.begin(self._state, opening=state.position)
        self._refresh()
