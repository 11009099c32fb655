"""Data: where the points came from, and how to get others."""

from __future__ import annotations

import random
import re
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from kmeans_gui.clustering import SEED, Note
from kmeans_gui.data.boards import REGISTRY
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.controls import ChoiceBox, ElidedLabel, IntBox, icon_button, push_button, sentence
from kmeans_gui.ui.panels.form import NUMBER_WIDTH, ParameterForm, field_label
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.section import Disclosure
from kmeans_gui.ui.shown import Shown

_DICE = 10_000
"""The dice draws seeds below this, short enough to be read out."""

_COLUMNS_WIDTH = 192
"""Pixels for the names of the columns, which may be long; the panel must not grow with them."""

_FROM_BOARD = re.compile(r"(.+), seed (\d+)")


class DataPanel(Panel):
    """What is on the board, and a form for generating another board.

    The form is a draft: nothing comes of it until the user asks for the board.

    Signals
    -------
    board_requested : str, int, dict
        A board's name, its seed and its parameters.
    open_requested
        The user wants to open a file.
    columns_requested
        The user wants other columns of the file that the points came from.
    clear_requested
        The user wants an empty board.
    """

    board_requested = Signal(str, object, object)
    open_requested = Signal()
    columns_requested = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = ElidedLabel()
        self.left_out = sentence(role="warning")
        self.columns = push_button("", "Choose the columns that are drawn")
        self.board = ChoiceBox({name: board.title for name, board in REGISTRY.items()}, "Board", "Kind of board to generate")
        self.generate = push_button("Generate", "Replace the points by this board")
        self.settings = Disclosure("Settings", is_open=False, role="more")
        self.summary = sentence()
        self.form = ParameterForm(())
        self.seed = IntBox(SEED)
        self.dice = icon_button("dice-5-outline", "Another seed", "Generate the board anew, from another seed")
        self.open = push_button("Open…", "Open a table or a session")
        self.clear = icon_button("close", "Clear", "Remove all points")
        self.draft = QWidget()
        self._style()
        self._lay_out_draft()
        self._lay_out()
        self._connect_signals()
        self._on_show: tuple[str, int, dict[str, Any]] | None = None
        self._choose(next(iter(REGISTRY)))

    def _style(self) -> None:
        self.source.setFont(appearance.tabular(appearance.font()))
        self.generate.setAccessibleName("Generate board")
        self.columns.setAccessibleName("Columns")
        self.dice.setFixedWidth(appearance.CONTROL_HEIGHT)
        self.seed.setFixedWidth(NUMBER_WIDTH - appearance.CONTROL_HEIGHT - appearance.GRID // 2)
        appearance.dress(self.dice, "square")
        appearance.dress(self.clear, "bare")
        appearance.dress(self.columns, "link")
        self.left_out.hide()
        self.columns.hide()
        self.draft.hide()

    def _lay_out(self) -> None:
        board = QHBoxLayout()
        board.addWidget(self.board, 1)
        board.addWidget(self.generate)
        source = QHBoxLayout()
        source.addWidget(self.source, 1)
        source.addWidget(self.clear)
        others = QHBoxLayout()
        others.addWidget(self.settings, 1)
        others.addWidget(self.open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(appearance.GRID)
        layout.addLayout(source)
        for label in (self.left_out, self.columns):
            layout.addWidget(label)
        layout.addLayout(board)
        layout.addLayout(others)
        layout.addWidget(self.draft)

    def _lay_out_draft(self) -> None:
        """Lay out what the disclosure folds away."""
        seed = QHBoxLayout()
        seed.setSpacing(appearance.GRID // 2)
        seed.addWidget(self.seed)
        seed.addWidget(self.dice)
        row = QGridLayout()
        row.setColumnStretch(0, 1)
        row.addWidget(field_label(SEED.label, self.seed), 0, 0)
        row.addLayout(seed, 0, 1)
        self._form_place = QVBoxLayout(self.draft)
        self._form_place.setContentsMargins(0, 0, 0, 0)
        self._form_place.setSpacing(appearance.GRID)
        self._form_place.addWidget(self.summary)
        self._form_place.addWidget(self.form)
        self._form_place.addLayout(row)

    def _connect_signals(self) -> None:
        self.board.value_requested.connect(self._choose)
        self.seed.value_requested.connect(self.seed.set_value)
        self.settings.toggled.connect(self.draft.setVisible)
        self.dice.clicked.connect(self._roll)
        self.generate.clicked.connect(self._request_board)
        self.open.clicked.connect(self.open_requested)
        self.columns.clicked.connect(self.columns_requested)
        self.clear.clicked.connect(self.clear_requested)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Show where the points came from and how many there are."""
        dataset = new.state.dataset
        if old is not None and dataset is old.state.dataset:
            return
        self.source.show_text(describe(dataset))
        self.left_out.setText(left_out(dataset))
        self.left_out.setVisible(dataset.left_out > 0)
        self.clear.setEnabled(dataset.n > 0)
        made = _FROM_BOARD.fullmatch(dataset.source)
        no_board = dataset.n > 0 and made is None
        self._show_columns(dataset, no_board and dataset.source != Dataset.source)
        if old is None or dataset.source != old.state.dataset.source or not old.state.dataset.n:
            if made:
                self._start_from(made[1], int(made[2]))
            elif no_board:
                self._choose_none(dataset.source)
        # A board of another number of points than the form says is not the form's.
        self._on_show = self._asked() if made and self.form.values().get("n") == dataset.n else None

    def _show_columns(self, dataset: Dataset, from_file: bool) -> None:
        words = ", ".join(dataset.columns)
        elided = self.columns.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, _COLUMNS_WIDTH)
        self.columns.setText(elided.replace("&", "&&"))
        self.columns.setToolTip(f"Columns: {words}. Choose others")
        self.columns.setVisible(from_file)

    def _start_from(self, title: str, seed: int) -> None:
        """Let the form start from the board that is on show."""
        for name, board in REGISTRY.items():
            if board.title == title:
                self.seed.set_value(seed)
                if name != self.board.value():
                    self._choose(name)

    def _choose(self, name: str) -> None:
        """Show another board's form."""
        self.board.set_value(name)
        self.summary.setText(REGISTRY[name].summary)
        form = ParameterForm(REGISTRY[name].parameters)
        form.value_requested.connect(self._enter)
        self._form_place.replaceWidget(self.form, form)
        self.form.hide()  # until it is gone
        self.form.deleteLater()
        self.form = form
        self._allow_generating(True)

    def _choose_none(self, source: str) -> None:
        """Show no board, but where the points came from instead."""
        self.board.set_value(None, source)
        self._allow_generating(False)

    def _allow_generating(self, allowed: bool) -> None:
        for part in (self.generate, self.settings, self.draft):
            part.setEnabled(allowed)

    def _enter(self, name: str, value: object) -> None:
        self.form.set_values({name: value})

    def _roll(self) -> None:
        self.seed.set_value(random.randrange(_DICE))
        self._request_board()

    def _asked(self) -> tuple[str, int, dict[str, Any]]:
        return self.board.value(), self.seed.value(), self.form.values()

    def _request_board(self) -> None:
        """Ask for the board of the form; if it is on show already, for that of the next seed."""
        if self._asked() == self._on_show:
            self.seed.set_value(self.seed.value() + 1)
        self.board_requested.emit(*self._asked())


def describe(dataset: Dataset) -> str:
    """Return where points came from and how many there are: "Gaussians, seed 1 · 200 points"."""
    if not dataset.n:
        return "No points yet"
    return f"{dataset.source} · {Note('{n:# point|points}', {'n': dataset.n})}"


def left_out(dataset: Dataset) -> str:
    """Return how many rows were left out, and why."""
    return str(Note("{n:# row|rows} left out: a value is missing or not finite", {"n": dataset.left_out}))
