"""Documents: what comes from the disk and goes to it. Tables and sessions in; sessions, pictures, animations and labels out.

Reading and writing happen in the background, with progress and cancel; what fails leaves the board and the disk as they were.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event

import numpy as np
from PySide6.QtCore import QObject, QStandardPaths, Signal

from kmeans_gui import clustering
from kmeans_gui.clustering import Note, Phase, Step, Trace
from kmeans_gui.clustering.step import label_dtype
from kmeans_gui.data import tables
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.data.tables.info import Progress
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish, Work
from kmeans_gui.errors import Cancelled, UserError, user_text
from kmeans_gui.export.choice import ExportChoice
from kmeans_gui.export.formats import export
from kmeans_gui.export.job import Content, Job
from kmeans_gui.session import storage
from kmeans_gui.session.state import State
from kmeans_gui.ui import settings
from kmeans_gui.ui.canvas.frame import Style
from kmeans_gui.ui.canvas.picture import Pictures
from kmeans_gui.ui.controller import Controller
from kmeans_gui.ui.messages import Messages
from kmeans_gui.ui.shown import Shown

KEPT_UP_TO = 1_000_000
"""Points above which an unsaved board is not kept: the end of the program would be too long in coming."""
KEPT_BOARDS = 5
"""How many unsaved boards are kept. Each is offered at the start after it was left; the sixth takes the place of the oldest."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """What was read, and from where."""

    path: Path
    content: State | Dataset


@dataclass(frozen=True)
class Written:
    """What was written.

    Parameters
    ----------
    path : Path
        The file or folder.
    dataset : Dataset or None
        The points that the file has if it is a session.
    document : int
        The document on the table when the writing began; another may have taken its place since.
    """

    path: Path
    dataset: Dataset | None
    document: int


class Documents(QObject):
    """Opens, saves and exports.

    Signals
    -------
    progressed : str, int, int
        What is under way, how much is done, of how much; 0 of 0 if that is not known.
    rested
        Nothing is under way any more.
    path_changed : Path or None
        Where what is on the table is kept.
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
        self._tasks = {self._opening: "", self._writing: ""}
        self._give_up = Event()
        self._document = 0
        self._session: Path | None = None
        self._table: Path | None = None
        self._connect_signals()

    def _connect_signals(self) -> None:
        self._controller.document_replaced.connect(self._on_replaced)
        self._opening.published.connect(lambda _, done: self.progressed.emit(self._tasks[self._opening], *done))
        self._opening.finished.connect(lambda _, opened: self._on_opened(opened))
        self._writing.published.connect(lambda _, done: self.progressed.emit(self._tasks[self._writing], *done))
        self._writing.finished.connect(lambda _, written: self._on_written(written))
        for slot in (self._opening, self._writing):
            slot.failed.connect(lambda _, error: self._messages.error(user_text(error)))
            slot.active_changed.connect(self._on_active)

    def _on_active(self, active: bool) -> None:
        """When work has ended, show what else is under way."""
        left = next((task for slot, task in self._tasks.items() if slot.active), "")
        if left and not active:
            self.progressed.emit(left, 0, 0)
        elif not left:
            self.rested.emit()

    def _begin(self, slot: Background, task: str, work: Work) -> None:
        self._tasks[slot] = task
        slot.begin(work)
        self.progressed.emit(task, 0, 0)

    @property
    def session_path(self) -> Path | None:
        """Where the session on the table is kept, None if nowhere yet."""
        return self._session

    @property
    def table(self) -> Path | None:
        """The table that the points on the board were read from, None if they come from elsewhere."""
        # Undoing may have brought back the points of another table.
        known = self._table is not None and self._controller.state.dataset.source == self._table.name
        return self._table if known else None

    @property
    def path(self) -> Path | None:
        """Where what is on the table is kept: the session, or else the table that its points were read from."""
        return self._session or self.table

    def close(self) -> None:
        """End all work and wait for its threads. A save is finished, since it was asked for."""
        self._opening.close()
        self._writing.close()

    def cancel(self) -> None:
        """Give up what is under way; nothing of it will be on the board or the disk."""
        self._give_up.set()
        self._opening.stop()
        self._writing.stop()

    def _begin_document(self, path: Path | None) -> None:
        """Take note that another document is on the table, kept at ``path``."""
        self._document += 1
        self._table = None
        self._keep_at(path)

    def _on_replaced(self) -> None:
        """Let a file that is still being read not replace the points that were asked for after it."""
        self.stop_opening()
        self._begin_document(None)

    def _keep_at(self, path: Path | None) -> None:
        self._session = path
        self.path_changed.emit(self.path)

    # In ----------------------------------------------------------------------------------------------------------------

    def open(self, path: Path, columns: Sequence[str] | None = None) -> None:
        """Open a table or a session; of a table, the first two numeric columns unless ``columns`` names others."""

        def work(publish: Publish, cancelled: Callable[[], bool]) -> Opened:
            def progress(done: int, total: int) -> None:
                if cancelled():
                    raise Cancelled
                publish((done, total))

            content = storage.load(path) if path.suffix.lower() == storage.SUFFIX else read_table(progress)
            if not _is_kept(path):
                settings.remember_file(path)  # here, where the disk keeps nobody waiting
            return Opened(path, content)

        def read_table(progress: Progress) -> Dataset:
            dataset = tables.read(path, columns, progress)
            clustering.check_points(dataset.points)
            _ = dataset.bounds  # likewise
            return dataset

        self._controller.stop_board()  # a board in the making was asked for before this file
        self._begin(self._opening, f"Opening {path.name}", work)

    def stop_opening(self) -> None:
        """Give up the file that is being opened: something else was asked for."""
        self._opening.stop()

    def _on_opened(self, opened: Opened) -> None:
        if isinstance(opened.content, State):
            self._put_session(opened.content, opened.path)
        else:
            self._put_table(opened.content, opened.path)

    def _put_session(self, state: State, path: Path) -> None:
        self._controller.adopt(state)
        self._begin_document(None if _is_kept(path) else path)
        if _is_kept(path):
            self._controller.mark_saved(Dataset.empty())  # so that these points are kept again unless they are saved
            _remove(path)

    def _put_table(self, dataset: Dataset, path: Path) -> None:
        self._controller.use_dataset(dataset, f"open {path.name}")
        self._table = path
        self.path_changed.emit(path)
        if dataset.left_out:
            self._messages.info(
                Note("{n:# row was|rows were} left out: a value is missing or not finite.", {"n": dataset.left_out}).text()
            )

    # Out ---------------------------------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Save the session."""
        if (target := self._target(path, storage.SUFFIX)) is None:
            return
        state, document, give_up = self._controller.state, self._document, Event()

        # The worker's own flag is raised at the end of the program too, where a save must not be lost.
        def work(publish: Publish, cancelled: Callable[[], bool]) -> Written:
            storage.save(target, state, give_up.is_set)
            settings.remember_file(target)
            return Written(target, state.dataset, document)

        self._give_up = give_up
        self._begin(self._writing, f"Saving {target.name}", work)

    def export(self, choice: ExportChoice, path: Path, style: Style) -> None:
        """Write what ``choice`` says to ``path``, whose suffix may choose another format, drawn in ``style``."""
        choice = choice.called(path)
        if (target := self._target(path, choice.format.suffix)) is None:
            return
        shown, document = self._controller.shown, self._document

        def work(publish: Publish, cancelled: Callable[[], bool]) -> Written:
            def progress(done: int, total: int) -> None:
                if cancelled():
                    raise Cancelled
                publish((done, total))

            job = export_job(shown, choice, style, cancelled)
            export(job, target, choice.format, progress)
            settings.LAST_FOLDER.set(str(target.resolve().parent))
            return Written(target, None, document)

        self._begin(self._writing, f"Exporting {target.name}", work)

    def _target(self, path: Path, suffix: str) -> Path | None:
        """Return where to write what was to go to ``path``; None, in words, if that cannot be now."""
        if self._writing.active:
            self._messages.error(f"{self._tasks[self._writing]} is still under way. Wait for it, or cancel it first.")
            return None
        target = path if path.suffix.lower() == suffix or not suffix else path.with_name(path.name + suffix)
        if target != path and target.exists():  # of which nobody was asked whether it may be replaced
            self._messages.error(f"{target.name} is there already. Choose it by its whole name to replace it, or another name.")
            return None
        return target

    def _on_written(self, written: Written) -> None:
        if written.dataset is not None:
            if written.document == self._document:
                self._controller.mark_saved(written.dataset)
                self._session = written.path
            self._keep_at(self._session)
        self._messages.written(written.path)

    # What no file has --------------------------------------------------------------------------------------------------

    def keep_unsaved(self) -> None:
        """Before the program ends: keep points that no file has where :meth:`offer_unsaved` finds them."""
        if not self._controller.unsaved or self._controller.state.dataset.n > KEPT_UP_TO:
            return
        try:
            _kept_folder().mkdir(parents=True, exist_ok=True)
            storage.save(_free_place(), self._controller.state)
        except (OSError, ValueError):
            _log.exception("the unsaved board could not be kept")

    def offer_unsaved(self) -> None:
        """Offer the newest board that was left unsaved, until it has been opened or the offer was closed; then the next."""
        if not (kept := _kept_boards()):
            return
        newest = kept[0]
        left = datetime.fromtimestamp(newest.stat().st_mtime)
        self._messages.offer(
            f"The board that you left without saving it on {left.day} {left:%B} at {left:%H:%M} is still there.",
            lambda: self._refuse_kept(newest),
            Open_it=lambda: self.open(newest),
        )

    def _refuse_kept(self, path: Path) -> None:
        if _remove(path):
            self.offer_unsaved()


def _kept_folder() -> Path:
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))


def _is_kept(path: Path) -> bool:
    return path.parent == _kept_folder()


def _kept_boards() -> list[Path]:
    """Return the boards that were left unsaved, the newest first."""
    found = _kept_folder().glob(f"unsaved*{storage.SUFFIX}")
    return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _free_place() -> Path:
    """Return where to keep one more."""
    names = ("unsaved", *(f"unsaved-{number}" for number in range(2, KEPT_BOARDS + 1)))
    places = [_kept_folder() / f"{name}{storage.SUFFIX}" for name in names]
    return next((place for place in places if not place.exists()), None) or _kept_boards()[-1]


def _remove(path: Path) -> bool:
    """Remove a kept board and return whether it has gone."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        _log.exception("a kept board could not be removed")
        return False
    return True


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
        assignment=nothing,
        centroids=shown.state.start,
        objective=None,
        title=Note("Points"),
        note=Note("{n:# point|points}", {"n": n}),
    )
    return Trace().extend([blank]), (0,)
