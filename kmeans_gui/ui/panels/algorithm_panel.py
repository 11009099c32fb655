"""Algorithm: which one runs, with which parameters, from where."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering import SEED
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ChoiceBox, IntBox, push_button, sentence
from kmeans_gui.ui.panels.form import ParameterForm, field_label
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.shown import Shown

_SEED_WIDTH = 66


class AlgorithmPanel(Panel):
    """The algorithm, the form made from its parameters, and the start.

    Signals
    -------
    algorithm_requested : str
        A key of the registry.
    parameter_requested : str, object
        A parameter's name and its new value.
    seed_requested : int
        The seed of the run.
    new_start_requested
        The user wants other starting centroids.
    forget_start_requested
        The user wants to let go of the starting centroids placed by hand.
    """

    algorithm_requested = Signal(str)
    parameter_requested = Signal(str, object)
    seed_requested = Signal(object)
    new_start_requested = Signal()
    forget_start_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        titles = {name: algorithm.title for name, algorithm in clustering.REGISTRY.items()}
        self.algorithm = ChoiceBox(titles, "Algorithm", "How the clusters are found")
        self.title = QLabel()
        self.form = ParameterForm(())
        self.seed = IntBox(SEED)
        self.new_start = push_button("New start", "Start from other centroids")
        self.placed, self.start = QWidget(), QWidget()
        self.forget = push_button("Forget them", "Let the program choose the starting centroids again")
        self._style()
        self._lay_out()
        self._connect_signals()

    def _style(self) -> None:
        # With one algorithm there is nothing to choose.
        (self.title if len(clustering.REGISTRY) > 1 else self.algorithm).hide()
        appearance.dress(self.forget, "link")
        self.forget.setAccessibleName("Forget the given centroids")

    def _lay_out(self) -> None:
        self._form_place = QVBoxLayout()
        self._form_place.addWidget(self.form)
        placed = QVBoxLayout(self.placed)
        placed.setContentsMargins(0, 0, 0, 0)
        placed.setSpacing(0)
        placed.addWidget(sentence("The run starts from given centroids.", role=""))
        placed.addWidget(self.forget)
        self.seed.setFixedWidth(_SEED_WIDTH)
        start = QHBoxLayout(self.start)
        start.setContentsMargins(0, 0, 0, 0)
        start.addWidget(field_label(SEED.label, self.seed))
        start.addWidget(self.seed)
        start.addWidget(self.new_start, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID)
        for part in (self.algorithm, self.title, self._form_place, self.placed, self.start):
            layout.addWidget(part) if isinstance(part, QWidget) else layout.addLayout(part)

    def _connect_signals(self) -> None:
        self.algorithm.value_requested.connect(self.algorithm_requested.emit)
        self.seed.value_requested.connect(self.seed_requested.emit)
        self.new_start.clicked.connect(self.new_start_requested)
        self.forget.clicked.connect(self.forget_start_requested)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show the algorithm, its parameters, the seed and where the run starts from."""
        state = new.state
        if old is not None and state is old.state:
            return
        if old is None or state.algorithm != old.state.algorithm:
            self._show_algorithm(state.algorithm)
        if old is None or state.parameters is not old.state.parameters:
            self.form.set_values(state.parameters)
        if state.seed != self.seed.value():
            self.seed.set_value(state.seed)
        self.placed.setVisible(state.start is not None)
        self.new_start.setEnabled(state.dataset.n > 0)

    def _show_algorithm(self, name: str) -> None:
        algorithm = clustering.algorithm(name)
        self.algorithm.set_value(name)
        self.title.setText(algorithm.title)
        for label in (self.algorithm, self.title):
            label.setToolTip(algorithm.summary)
        self.start.setVisible(algorithm.random)
        form = ParameterForm(algorithm.parameters, about=algorithm.summary)
        form.value_requested.connect(self.parameter_requested)
        self._form_place.replaceWidget(self.form, form)
        self.form.hide()  # until it is gone
        self.form.deleteLater()
        self.form = form
