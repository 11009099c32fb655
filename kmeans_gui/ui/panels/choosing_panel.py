"""How many clusters: compares the numbers from 1 up by several criteria, and shows what each suggests.

Nothing is worked out before somebody asks. What was found stays when the points change, marked as that of other points.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering import choosing_k
from kmeans_gui.clustering.choosing_k import MAX_K, MIXTURES, N_INIT, REFERENCE, REFERENCES, Choices
from kmeans_gui.clustering.criteria import Criterion
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.parameters import Int
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish, Work
from kmeans_gui.errors import CancelQuestion, user_text
from kmeans_gui.session.state import State
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import push_button, sentence
from kmeans_gui.ui.panels.criterion_view import CriterionView
from kmeans_gui.ui.panels.form import ParameterForm
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.status import Progress, duration
from kmeans_gui.ui.shown import Shown

PARAMETERS = (MAX_K, MIXTURES, *(replace(parameter, advanced=True) for parameter in (N_INIT, REFERENCES, REFERENCE)))

_SETTLED_MS = 200
"""How long the points must have rested before the time that a comparison takes is estimated."""

_OF_POINTS = "The points have changed since."
_OF_SEED = "The seed has changed since."


class ChoosingPanel(Panel):
    """The settings of a comparison, its summary, and a small chart for each criterion.

    Signals
    -------
    k_requested : int
        The number of clusters that the user wants.

    Parameters
    ----------
    clock : callable
        Seconds, from which the time left is estimated.
    """

    k_requested = Signal(int)

    def __init__(self, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about = sentence("Runs k-means with each number of clusters, and asks several criteria which fits best.")
        self.form = ParameterForm(PARAMETERS)
        self.compare = push_button("Compare", "Run k-means with each number of clusters and compare the results")
        self.progress = Progress(clock)
        self.forecast = sentence()
        self.stale = sentence()
        self.verdict = sentence(role="")
        self.summary = sentence(role="")
        self.sampled = sentence()
        self.views: dict[str, CriterionView] = {}
        self.choices: Choices | None = None
        self._shown: Shown | None = None
        self._compared: State | None = None  # what the charts are of
        self._estimated: tuple[object, ...] = ()
        self._lay_out()
        self._connect_signals()

    def _lay_out(self) -> None:
        self._charts = QVBoxLayout()
        self._charts.setSpacing(appearance.GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID)
        for part in self._findings():
            layout.addWidget(part)
            part.hide()
        for widget in (self.about, self.form, self.compare, self.progress, self.forecast):
            layout.addWidget(widget)
        layout.addLayout(self._charts)

    def _findings(self) -> tuple[QLabel, ...]:
        """Return what is said above the charts, the plainest word first."""
        return self.verdict, self.summary, self.sampled, self.stale

    def _connect_signals(self) -> None:
        self._settled = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settled.timeout.connect(self._estimate)
        self.form.value_requested.connect(self._on_value)
        self.compare.clicked.connect(self._begin)
        self.progress.cancel_requested.connect(self.stop)

    @cached_property
    def _background(self) -> Background:
        background = Background(self)
        background.published.connect(lambda _, choices: self._show_choices(choices))
        background.finished.connect(lambda _, choices: self._show_choices(choices))
        background.failed.connect(lambda _, error: self._say(self.summary, user_text(error)))
        background.active_changed.connect(self._show_work)
        return background

    @cached_property
    def _forecasts(self) -> Background:
        background = Background(self)
        background.finished.connect(lambda _, seconds: self._say(self.forecast, f"Takes about {duration(seconds)}."))
        return background

    def close_work(self) -> None:
        """End the work in the background."""
        self._settled.stop()
        for name in ("_background", "_forecasts"):
            if name in vars(self):
                vars(self)[name].close()

    # What the user does ------------------------------------------------------------------------------------------------

    def _on_value(self, name: str, value: Any) -> None:
        self.form.set_values({name: value})
        self._offer()

    def _begin(self) -> None:
        """Compare the numbers of clusters."""
        if self._shown is None:
            return
        self._compared, self.choices = self._shown.state, None
        self._forget_forecast()
        for view in self.views.values():
            view.hide()
        for part in (*self._findings(), self.forecast):
            part.hide()
        self._background.begin(_comparison(self._compared, self.form.values()))

    def stop(self) -> None:
        """Stop a comparison under way; what it has found stays."""
        if "_background" in vars(self):
            self._background.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Go on with what is done only while there is somebody to see it."""
        super().showEvent(event)
        self._offer()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop all work when the section is folded or the panel goes away, but not when the window is minimized."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.stop()
            self._forget_forecast()

    # What is shown -----------------------------------------------------------------------------------------------------

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Follow the points and the seed, and mark the number of clusters that is set."""
        self._shown = new
        if old is not None and old.state is new.state:
            return
        if self._compared is not None and _since(self._compared, new.state):
            self.stop()
        self._show_stale()
        if old is None or old.state.dataset is not new.state.dataset:
            self._offer()
        self._show_k()

    def _show_stale(self) -> None:
        if self._compared is not None and self._shown is not None:
            self._say(self.stale, _since(self._compared, self._shown.state) if self.choices is not None else "")

    def _show_k(self) -> None:
        if self._shown is not None:
            state = self._shown.state
            for view in self.views.values():
                view.show_k(state.k, settable(state))

    def _offer(self) -> None:
        """Say what the button would do, and find out how long it would take."""
        n = 0 if self._shown is None else self._shown.state.dataset.n
        most = min(self.form.values()["max_k"], n)
        again = "again " if self.choices is not None else ""
        self.compare.setText(f"Compare 1 to {most:,} clusters {again}".strip() if n > 1 else "Compare")
        self.compare.setEnabled(n > 1)
        wanted = self._wanted()
        if wanted != self._estimated:
            self._forget_forecast()
            self._say(self.forecast, "" if n > 1 else "There is nothing to compare before there are two points.")
            if n > 1 and self.isVisible():
                self._settled.start()

    def _wanted(self) -> tuple[object, ...]:
        """Return what the time that a comparison takes depends on."""
        dataset = None if self._shown is None else self._shown.state.dataset
        return dataset, *self.form.values().values()

    def _forget_forecast(self) -> None:
        self._settled.stop()
        self._estimated = ()
        if "_forecasts" in vars(self):
            self._forecasts.stop()

    def _estimate(self) -> None:
        """Find out how long a comparison takes, while none is under way to slow that down."""
        if self._shown is not None and not self._is_comparing():
            self._estimated = self._wanted()
            self._forecasts.begin(_forecast(self._shown.state, self.form.values()))

    def _is_comparing(self) -> bool:
        return "_background" in vars(self) and self._background.active

    def _show_work(self, active: bool) -> None:
        self.form.setEnabled(not active)
        self.compare.setVisible(not active)
        self.about.setVisible(self.choices is None and not active)
        if active:
            self.progress.show_work("Comparing", 0, 0)
        else:
            self.progress.hide()
            self._show_stale()
            self._offer()

    def _show_choices(self, choices: Choices) -> None:
        """Show what has been found so far."""
        self.choices = choices
        if self._is_comparing():
            self.progress.show_work(*_done(choices))
        self._say(self.verdict, choices.nothing_to_find)
        self._say(self.summary, summary(choices))
        self._say(self.sampled, sample_of(choices))
        for criterion in choices.criteria:
            view = self._view_of(criterion)
            view.show_criterion(criterion)
            view.show()
        self._show_k()

    def _view_of(self, criterion: Criterion) -> CriterionView:
        if criterion.name not in self.views:
            view = self.views[criterion.name] = CriterionView()
            view.k_requested.connect(self.k_requested)
            view.hovered.connect(self._on_hovered)
            self._charts.addWidget(view)
        return self.views[criterion.name]

    def _on_hovered(self, k: int) -> None:
        """Read all charts at the same number of clusters."""
        for view in self.views.values():
            view.point_out(k)

    @staticmethod
    def _say(label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))

    def changeEvent(self, event: QEvent) -> None:
        """Take on the colors of another theme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            for view in self.views.values():
                view.chart.update()


def settable(state: State) -> range:
    """Return the numbers of clusters that the algorithm can be asked for; none if it does not ask."""
    parameters = clustering.algorithm(state.algorithm).parameters
    found = (p for p in parameters if p.name == "k" and isinstance(p, Int))
    return next((range(p.minimum, p.maximum + 1) for p in found), range(0))


def summary(choices: Choices) -> str:
    """Return what the criteria agree on: "4 of 6 suggest K = 3."."""
    votes = Counter(c.suggested for c in choices.criteria if c.suggested is not None)
    if not votes:
        return "No criterion suggests a number of clusters." if choices.complete else ""
    most = max(votes.values())
    favored = sorted(k for k, count in votes.items() if count == most)
    so_far = "" if choices.complete else "So far, "
    if most == 1 and len(favored) > 1:
        return f"{so_far}{'n' if so_far else 'N'}o two criteria agree: they suggest K from {favored[0]:,} to {favored[-1]:,}."
    names = " and ".join(f"K = {k:,}" for k in favored)
    each = "each " if len(favored) > 1 else ""
    verb = "suggests" if most == 1 else "suggest"
    return f"{so_far}{most} of {len(choices.criteria)} {each}{verb} {names}."


def sample_of(choices: Choices) -> str:
    """Return of which points the criteria are, if not of all."""
    if choices.sampled >= choices.n:
        return ""
    return str(Note("Measured on {m:,} of {n:# point|points}, drawn at random.", {"m": choices.sampled, "n": choices.n}))


def _since(then: State, now: State) -> str:
    """Return what has changed of what a comparison depends on."""
    if now.dataset is not then.dataset:
        return _OF_POINTS
    return _OF_SEED if now.seed != then.seed else ""


def _done(choices: Choices) -> tuple[str, int, int]:
    """Return what is under way, how much of it is done, and how much there is.

    Mixtures, and then the references of the gap statistic, are most of the work. Both take the longer the more clusters there
    are.
    """
    criteria = {criterion.name: criterion for criterion in choices.criteria}
    gap, bic = criteria["gap"], criteria.get("bic")
    if bic is not None and not bic.why and choices.mixed:
        return "Fitting mixtures", int(bic.ks[: choices.mixed].sum()), int(bic.ks.sum())
    return "Comparing", int(gap.ks[np.isfinite(gap.values)].sum()), int(gap.ks.sum())


def _comparison(state: State, values: dict[str, Any]) -> Work:
    """Return the work of comparing."""

    def work(publish: Publish, cancelled: CancelQuestion) -> Choices:
        return choosing_k.choose_k(state.dataset.points, **values, seed=state.seed, cancelled=cancelled, publish=publish)

    return work


def _forecast(state: State, values: dict[str, Any]) -> Work:
    """Return the work of finding out how long comparing takes."""
    values = {name: value for name, value in values.items() if name != "reference"}

    def work(publish: Publish, cancelled: CancelQuestion) -> float:
        return choosing_k.forecast(state.dataset.points, **values, cancelled=cancelled)

    return work
