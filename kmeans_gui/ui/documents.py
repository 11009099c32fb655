"""Documents: what comes from the disk and goes to it. Tables and sessions in; sessions, pictures, animations and labels out.

Reading and writing happen in the background, with progress and cancel; what fails leaves the board and the disk as they were.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QStandardPaths, Signal

from kmeans_gui import clustering
from kmeans_gui.clustering import Note, Phase, Step, Trace
from kmeans_gui.clustering.step import label_dtype
from kmeans_gui.data import tables
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish
from kmeans_gui.errors import Cancelled, UserError
from kmeans_gui.export.choice import ExportChoice
from kmeans_gui.export.formats import export
from kmeans_gui.export.job import Content, Job
from kmeans_gui.session import storage
from kmeans_gui.session.state import State
from kmeans_gui.ui import settings
from kmeans_gui.ui.canvas.frame import Style
from kmeans_gui.ui.canvas.picture import Pictures
from kmeans_gui.ui.controller import Controller, user_text
from kmeans_gui.ui.messages import Messages
from kmeans_gui.ui.shown import Shown

KEPT_UP_TO = 1_000_000
"""Points above which an unsaved board is not kept: the end of the program would be too long in coming."""
_log = logging.getLogger(__name__)


class Documents(QObject):
    """Opens, saves and exports.

    Signals
    -------
    progressed : str, int, int
        What is under way, how much is done, of how much; 0 of 0 if that is not known.
    rested
        Nothing is under way any more.
    path_changed : Path or None
        Where the session on the table is kept.
    """

    progressed = Signal(str, int, int)
    rested = Signal()
    path_changed = Signal(object)

    def __init__(self, controller: Controller, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._messages = messages
        self._opening = Background(self)
        self._writing = Background(self)
        self._task = ""
        self._target = Path()
        self._session: Path | None = None
        self._saving = controller.state.dataset
        self._connect_signals()

    def _connect_signals(self) -> None:
        self._opening.finished.connect(self._on_opened)
        self._writing.published.connect(lambda _, done: self.progressed.emit(self._task, *done))
        self._writing.finished.connect(self._on_written)
        for slot in (self._opening, self._writing):
            slot.failed.connect(lambda _, error: self._messages.error(user_text(error)))
            slot.active_changed.connect(lambda active: None if active else self.rested.emit())

    @property
    def session_path(self) -> Path | None:
        """Where the session on the table is kept, None if nowhere yet."""
        return self._session

    def close(self) -> None:
        """End all work and wait for its threads."""
        self._opening.close()
        self._writing.close()

    def cancel(self) -> None:
        """Give up what is under way."""
        self._opening.stop()
        self._writing.stop()

    # In ----------------------------------------------------------------------------------------------------------------

    def open(self, path: Path, columns: Sequence[str] | None = None) -> None:
        """Open a table or a session; of a table, the first two numeric columns unless ``columns`` names others."""
        self._target = path

        def work(publish: Publish, cancelled: Callable[[], bool]) -> State | Dataset:
            if path.suffix.lower() == storage.SUFFIX:
                return storage.load(path)
            dataset = tables.read(path, columns)
            clustering.check_points(dataset.points)
            _ = dataset.bounds  # worked out here, where it keeps nobody waiting
            return dataset

        self._opening.begin(work)
        self.progressed.emit(f"Opening {path.name}", 0, 0)

    def _on_opened(self, number: int, opened: State | Dataset) -> None:
        if self._target.parent != _unsaved_path().parent:
            settings.remember_file(self._target)
        if isinstance(opened, State):
            self._controller.adopt(opened)
            self._keep_at(self._target if self._target.parent != _unsaved_path().parent else None)
            return
        self._controller.use_dataset(opened, f"open {self._target.name}")
        self._keep_at(None)
        if opened.left_out:
            self._messages.info(
                Note("{n:# row was|rows were} left out: a value is missing or not finite.", {"n": opened.left_out}).text()
            )

    def _keep_at(self, path: Path | None) -> None:
        self._session = path
        self.path_changed.emit(path)

    def begin_anew(self) -> None:
        """Clear the board; what is saved next goes into a file of its own."""
        self._controller.clear()
        self._keep_at(None)

    # Out ---------------------------------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Save the session."""
        path = path if path.suffix else path.with_suffix(storage.SUFFIX)
        state = self._controller.state
        self._write(f"Saving {path.name}", path, lambda publish, cancelled: storage.save(path, state))
        self._saving = state.dataset

    def keep_unsaved(self) -> None:
        """Before the program ends: keep points that no file has where :meth:`offer_unsaved` finds them."""
        path = _unsaved_path()
        if not self._controller.unsaved or self._controller.state.dataset.n > KEPT_UP_TO:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            storage.save(path, self._controller.state)
        except (OSError, UserError):
            _log.exception("the unsaved board could not be kept")

    def offer_unsaved(self) -> None:
        """Offer what was kept of the last time; it is offered once."""
        path = _unsaved_path()
        if path.exists():
            kept = path.with_name("offered" + path.suffix)
            path.replace(kept)
            self._messages.offer("The board that you left without saving it is still there.", Open_it=lambda: self.open(kept))

    def export(self, choice: ExportChoice, path: Path, style: Style) -> None:
        """Write what ``choice`` says to ``path``, drawn in ``style``."""
        shown = self._controller.shown

        def work(publish: Publish, cancelled: Callable[[], bool]) -> None:
            def progress(done: int, total: int) -> None:
                if cancelled():
                    raise Cancelled
                publish((done, total))

            job = export_job(shown, choice, style, cancelled)
            export(job, path, choice.format, progress)

        self._write(f"Exporting {path.name}", path, work)

    def _write(self, task: str, path: Path, work: Callable[[Publish, Callable[[], bool]], None]) -> None:
        if self._writing.active:
            self._messages.error(f"{self._task} is still under way. Wait for it, or cancel it first.")
            return
        self._task, self._target = task, path
        self._writing.begin(work)
        self.progressed.emit(task, 0, 0)

    def _on_written(self, number: int, _: object) -> None:
        settings.LAST_FOLDER.set(str(self._target.resolve().parent))
        if self._target.suffix == storage.SUFFIX:
            settings.remember_file(self._target)
            self._keep_at(self._target)
            self._controller.mark_saved(self._saving)
        self._messages.written(self._target)


def _unsaved_path() -> Path:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)
    return Path(folder) / f"unsaved{storage.SUFFIX}"


def export_job(shown: Shown, choice: ExportChoice, style: Style, cancelled: Callable[[], bool]) -> Job:
    """Return the export that ``choice`` asks for of what is shown; a run that is not complete is completed first."""
    from kmeans_gui.export.selection import frame_indices

    state = shown.state
    if choice.format.content is Content.FRAME:
        trace, frames = _still(shown)
    else:
        trace = shown.trace if shown.trace is not None and shown.complete else _whole_run(state, cancelled)
        frames = frame_indices(trace, choice.frames)
    return Job(
        dataset=state.dataset,
        trace=trace,
        frames=frames,
        render=Pictures(state.dataset, trace, style, state.colors, state.viewport, choice.caption),
        width=choice.width,
        height=choice.height,
        seconds=choice.seconds,
        loop=choice.loop,
    )


def _whole_run(state: State, cancelled: Callable[[], bool]) -> Trace:
    points = state.dataset.points
    run = clustering.steps(state.algorithm, points, seed=state.seed, cancelled=cancelled, **state.run_parameters())
    return clustering.empty_trace(state.algorithm, points).extend(run)


def _still(shown: Shown) -> tuple[Trace, tuple[int, ...]]:
    """Return a run and its half-step on show; without a run, one that holds only what is on show."""
    if shown.trace is not None and shown.position is not None:
        return shown.trace, (shown.position,)
    if shown.step is not None:
        return Trace().extend([replace(shown.step, index=0)]), (0,)
    n = shown.state.dataset.n
    if n == 0:
        raise UserError("There is nothing to export yet. Add some points first.")
    nothing = np.full(n, -1, label_dtype(1))
    blank = Step(
        index=0,
        iteration=0,
        phase=Phase.START,
        labels=nothing,
        centroids=shown.state.start,
        objective=None,
        title=Note("Points"),
        note=Note("{n:# point|points}", {"n": n}),
    )
    return Trace().extend([blank]), (0,)
