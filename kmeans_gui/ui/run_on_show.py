"""The run on show: the thread that computes it, the trace that keeps it, the player that walks it, the half-step on show.

The controller begins and ends it; it knows nothing of edits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from kmeans_gui import clustering
from kmeans_gui.clustering import Note, Step, Trace
from kmeans_gui.data.change import Change
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.player import Player
from kmeans_gui.engine.worker import Publish
from kmeans_gui.session.identity import match_colors
from kmeans_gui.session.state import State

_GROWTH_INTERVAL_MS = 33
"""How often the growth of a run is shown while nothing else changes."""


class RunOnShow(QObject):
    """One run, or none.

    Signals
    -------
    colored : tuple of int
        A new run has its first half-step; its clusters have these color slots.
    changed
        There is something new to show.
    failed : Exception
        The run cannot be made; there is none now.
    """

    colored = Signal(object)
    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.player = Player(self)
        self._computing = Background(self)
        self._recalling = Background(self)
        self._trace: Trace | None = None
        self._step: Step | None = None
        self._previous: Step | None = None
        self._opening: int | None = None
        self._wanted: int | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_GROWTH_INTERVAL_MS)
        self._connect_signals()

    def _connect_signals(self) -> None:
        self._computing.published.connect(self._on_step)
        self._computing.failed.connect(self._on_failed)
        self._computing.active_changed.connect(lambda _: self._soon.start())
        self._recalling.finished.connect(self._on_recalled)
        self.player.moved.connect(self._on_moved)
        self.player.changed.connect(self.changed)
        self._soon.timeout.connect(self._catch_up)

    @property
    def trace(self) -> Trace | None:
        """The run's steps; None while there is no run, or a new one has no step yet and what was shown before stays."""
        return self._trace if self.player.position is not None else None

    @property
    def begun(self) -> bool:
        """Whether there is a run, even if its first half-step has not come yet."""
        return self._trace is not None

    @property
    def step(self) -> Step | None:
        """The half-step on show; without a run, what was kept of the last one."""
        return self._step

    @property
    def previous(self) -> Step | None:
        """The half-step before it."""
        return self._previous

    @property
    def computing(self) -> bool:
        """Whether more half-steps are being computed."""
        return self._computing.active

    @property
    def iterations(self) -> int:
        """How many assignments have been computed."""
        return 0 if self._trace is None else self._trace.iterations

    def next_title(self) -> str:
        """Return the act that stepping on would show, "" at the end or if there is no run."""
        if self.trace is None or self.player.position is None:
            return ""
        following = self.player.position + 1
        if following < len(self.trace):
            return self.trace.light(following).title.text()
        if self.trace.complete:
            return ""
        return "Computing…" if self.computing else "Compute on"

    def begin(self, state: State, playing: bool = False, opening: int | None = None) -> None:
        """Begin a run of what ``state`` says, and show its first half-step, or the one numbered ``opening``, when it comes.

        Until then what was shown stays. Colors are matched to the centroids on show.
        """
        self.end()
        dataset, parameters = state.dataset, state.run_parameters()
        on_screen = None if self._step is None else self._step.centroids
        self._trace = clustering.empty_trace(state.algorithm, lambda: dataset.points)
        self._opening = opening

        def colors_of(first: Step) -> tuple[int, ...] | None:
            """Return the clusters' colors if they change: those they had on screen, or when the run was on show before."""
            comes_back = on_screen is None or opening is not None
            if first.centroids is None or (comes_back and len(state.colors) == first.k):
                return None
            return match_colors(on_screen, state.colors, first.centroids)

        def work(publish: Publish, cancelled: Callable[[], bool]) -> None:
            # Points and colors are asked for here, where it keeps nobody waiting: the ones are copied after an edit, and for
            # the others a library is loaded.
            for step in clustering.steps(state.algorithm, dataset.points, seed=state.seed, cancelled=cancelled, **parameters):
                publish((step, colors_of(step) if step.index == 0 else None))

        self._computing.begin(work)
        if playing:
            self.player.play()

    def end(self) -> None:
        """End the run; the half-step on show stays."""
        self._computing.stop()
        self._recalling.stop()
        self.player.reset()
        self._soon.stop()
        self._trace = None
        self._opening = self._wanted = None

    def clear(self) -> None:
        """End the run and show nothing of it."""
        self.end()
        self._step = self._previous = None

    def hold(self, change: Change | None, goes_on: bool) -> None:
        """End the run and keep on show what an edit leaves of it: the centroids, and the labels of points still there.

        Parameters
        ----------
        change : Change or None
            What became of the points; None if they have been replaced.
        goes_on : bool
            Whether the next run starts from these centroids.
        """
        step = self._step
        if step is None or change is None:
            self.clear()
            return
        self.end()
        labels = step.assignment if change.keeps_rows else change.carried(step.labels, -1)
        following = "goes on from the centroids on show" if goes_on else "starts anew"
        note = Note(f"The points were edited. The next run {following}.")
        blank = replace(step, objective=None, changed=0, shift=0.0, overlays=())
        self._step = replace(blank, assignment=labels, title=Note("Edited"), note=note)
        self._previous = None

    def close(self) -> None:
        """End all work and wait for its threads."""
        self.end()
        self._computing.close()
        self._recalling.close()
        self._soon.stop()

    def pause_computing(self) -> None:
        """Let the computation rest; stepping beyond what is known lets it go on."""
        self._computing.pause()

    def resume_computing(self) -> None:
        """Let it go on."""
        self._computing.resume()

    def _on_step(self, number: int, published: tuple[Step, tuple[int, ...] | None]) -> None:
        trace = self._trace
        if trace is None:
            return
        step, colors = published
        trace.append(step)
        if colors is not None:
            self.colored.emit(colors)
        if self._opening is None:
            # A run that is followed to its end is shown as often as the clock says, not at each of its half-steps.
            if trace.complete or not self.player.chasing or len(trace) == 1:
                self.player.grow(len(trace), trace.complete)
        elif len(trace) > self._opening or trace.complete:
            opening, self._opening = self._opening, None
            self.player.open(len(trace), trace.complete, opening)
        if not self._soon.isActive():
            self._soon.start()

    def _catch_up(self) -> None:
        if self._trace and self._opening is None:
            self.player.grow(len(self._trace), self._trace.complete)
        self.changed.emit()

    def _on_failed(self, number: int, error: Exception) -> None:
        self.clear()
        self.changed.emit()
        self.failed.emit(error)

    def _on_moved(self, position: int) -> None:
        trace = self._trace
        if trace is None:
            return
        if all(trace.holds_labels(i) for i in (position, max(position - 1, 0))):
            self._wanted = None
            self._show(*_with_previous(trace, position))
        else:
            self._wanted = position
            if not self._recalling.active:
                self._recall(trace, position)

    def _recall(self, trace: Trace, position: int) -> None:
        self._recalling.begin(lambda publish, cancelled: _with_previous(trace, position))

    def _on_recalled(self, number: int, steps: tuple[Step, Step | None]) -> None:
        """Show what was recomputed, unless somebody has gone where nothing had to be; one at a time, the newest next."""
        wanted, self._wanted = self._wanted, None
        if wanted is None or self._trace is None:
            return
        self._show(*steps)
        if wanted != steps[0].index:
            self._wanted = wanted
            self._recall(self._trace, wanted)

    def _show(self, step: Step, previous: Step | None) -> None:
        self._step, self._previous = step, previous
        self.changed.emit()


def _with_previous(trace: Trace, position: int) -> tuple[Step, Step | None]:
    return trace[position], trace[position - 1] if position else None
