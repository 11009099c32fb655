"""Commands: what each action does, who answers what the panels ask for, and the questions that are asked first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

import kmeans_gui
from kmeans_gui.data import tables
from kmeans_gui.errors import UserError
from kmeans_gui.export.choice import ExportChoice
from kmeans_gui.export.job import Content
from kmeans_gui.session import storage
from kmeans_gui.session.edits import Configure
from kmeans_gui.session.state import LAYERS
from kmeans_gui.ui import settings
from kmeans_gui.ui.actions import TOOLS, Actions
from kmeans_gui.ui.canvas.canvas import Canvas
from kmeans_gui.ui.canvas.frame import Style
from kmeans_gui.ui.controller import Controller
from kmeans_gui.ui.documents import Documents
from kmeans_gui.ui.messages import Messages
from kmeans_gui.ui.panels.transport import SPEEDS

if TYPE_CHECKING:
    from kmeans_gui.ui.dialogs.export_dialog import ExportDialog
    from kmeans_gui.ui.dialogs.keys import KeySheet

FIRST_BOARD = ("gaussians", 1, {"n": 200, "k": 3})


class Commands(QObject):
    """Binds the action table and the panels' requests."""

    def __init__(
        self,
        window: QWidget,
        actions: Actions,
        controller: Controller,
        documents: Documents,
        canvas: Canvas,
        messages: Messages,
        style: Callable[[], Style],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._controller = controller
        self._documents = documents
        self._canvas = canvas
        self._messages = messages
        self._style = style
        actions.bind(self._handlers())
        documents.path_changed.connect(self._offer_recent)
        self._offer_recent()

    @cached_property
    def _keys(self) -> KeySheet:
        from kmeans_gui.ui.dialogs.keys import KeySheet

        return KeySheet(self._window)

    @cached_property
    def _export(self) -> ExportDialog:
        from kmeans_gui.ui.dialogs.export_dialog import ExportDialog

        dialog = ExportDialog(self._window)
        dialog.export_requested.connect(self._ask_where_to_export)
        return dialog

    def _handlers(self) -> dict[str, Callable[[], object]]:
        controller, player = self._controller, self._controller.player
        return {
            "new": controller.clear,
            "open": self.ask_open,
            "save": self.save,
            "save_as": self.ask_save,
            "export": self._show_export,
            "quit": self._window.close,
            "undo": controller.undo,
            "redo": controller.redo,
            "select_all": controller.select_all,
            "duplicate": controller.duplicate_selected,
            "delete": controller.delete_selected,
            **{f"tool_{name}": partial(controller.set_tool, name) for name in TOOLS},
            "play": controller.toggle_play,
            "step": controller.step,
            "back": controller.back,
            "to_start": controller.to_start,
            "to_end": controller.to_end,
            "slower": lambda: player.set_speed(max((s for s in SPEEDS if s < player.speed), default=min(SPEEDS))),
            "faster": lambda: player.set_speed(min((s for s in SPEEDS if s > player.speed), default=max(SPEEDS))),
            "new_start": controller.new_start,
            **{f"k_{k}": partial(controller.set_k, k) for k in range(1, 10)},
            "fit": lambda: controller.set_viewport(None),
            "zoom_in": lambda: self._canvas.zoom(1),
            "zoom_out": lambda: self._canvas.zoom(-1),
            **{f"layer_{name}": partial(controller.toggle_layer, name) for name in LAYERS},
            "keys": self._show_keys,
            "log": self._show_log,
            "about": self._say_about,
        }

    def answer(self, view: QObject) -> None:
        """Connect each ``…_requested`` signal of a view with who answers it."""
        for name, handler in self._answers().items():
            if hasattr(view, name):
                getattr(view, name).connect(handler)

    def _answers(self) -> dict[str, Callable[..., object]]:
        controller = self._controller
        return {
            "board_requested": self._generate_board,
            "open_requested": self.ask_open,
            "columns_requested": self.choose_columns,
            "clear_requested": controller.clear,
            "algorithm_requested": controller.set_algorithm,
            "parameter_requested": controller.set_parameter,
            "seed_requested": controller.set_seed,
            "replay_requested": self._replay,
            "new_start_requested": controller.new_start,
            "forget_start_requested": controller.forget_start,
            "seek_requested": controller.seek,
            "rows_requested": controller.select,
            "speed_requested": controller.player.set_speed,
            "k_requested": controller.set_k,
            "cancel_requested": self._documents.cancel,
            "stop_requested": controller.stop_computing,
        }

    def _generate_board(self, name: str, seed: int, parameters: Mapping[str, Any]) -> None:
        self._documents.stop_opening()
        self._controller.generate_board(name, seed, parameters)

    def show_first_board(self) -> None:
        """Put a board of 200 points on the table."""
        self._generate_board(*FIRST_BOARD)

    def _replay(self, seed: int, way: str) -> None:
        """Play the run of a seed alone, from the start that follows from it in that way to start."""
        controller, parameters = self._controller, self._controller.state.parameters
        alone = {**parameters, "init": way, **({"n_init": 1} if "n_init" in parameters else {})}
        controller.edit(Configure({"seed": seed, "start": None, "parameters": alone}, "replay a start"))
        if not controller.player.playing:
            controller.toggle_play()

    # Files -------------------------------------------------------------------------------------------------------------

    def _offer_recent(self, _: object = None) -> None:
        self._actions.fill_recent(settings.recent_files(), self.open)

    def ask_open(self) -> None:
        """Ask for a file and open it."""
        patterns = " ".join(f"*{suffix}" for suffix in (*tables.KINDS, storage.SUFFIX))
        dialog = self._file_dialog("Open", [f"Tables and sessions ({patterns})", "All files (*)"])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()

    def open(self, path: Path) -> None:
        """Open a table or a session."""
        self._documents.open(path)

    def choose_columns(self) -> None:
        """Ask which two columns of the table on the board are the coordinates."""
        from kmeans_gui.ui.dialogs.columns import ColumnChooser

        table = self._documents.table
        if table is None:
            self._messages.info("The columns can be chosen only of a table that was opened; open the table again.")
            return
        try:
            names = tables.inspect(table).numeric
        except UserError as error:
            self._messages.error(str(error))
            return
        chooser = ColumnChooser(table.name, names, self._controller.state.dataset.columns, self._window)
        chooser.columns_requested.connect(lambda columns: self._documents.open(table, columns))
        chooser.finished.connect(chooser.deleteLater)
        chooser.show()

    def save(self) -> None:
        """Save the session where it is kept; ask where if that is nowhere yet."""
        if self._documents.session_path is None:
            self.ask_save()
        else:
            self._documents.save(self._documents.session_path)

    def ask_save(self) -> None:
        """Ask where to save the session, and save it."""
        dialog = self._file_dialog("Save session", [f"Sessions (*{storage.SUFFIX})"])
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(storage.SUFFIX[1:])
        dialog.selectFile(f"board{storage.SUFFIX}")
        dialog.fileSelected.connect(lambda name: self._documents.save(Path(name)))
        dialog.open()

    def _show_export(self) -> None:
        self._export.show()
        self._export.raise_()

    def _ask_where_to_export(self, choice: ExportChoice) -> None:
        form = choice.format
        dialog = self._file_dialog("Export", [f"{form.title} (*{form.suffix})"])
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        if form.suffix:
            dialog.setDefaultSuffix(form.suffix[1:])
        else:
            dialog.setLabelText(QFileDialog.DialogLabel.FileName, "New folder:")
        dialog.selectFile("frames" if not form.suffix else f"{_stem(form.content)}{form.suffix}")
        dialog.fileSelected.connect(lambda name: self._documents.export(choice, Path(name), self._style()))
        dialog.open()

    def _file_dialog(self, title: str, filters: list[str]) -> QFileDialog:
        dialog = QFileDialog(self._window, title, settings.LAST_FOLDER.get())
        dialog.setNameFilters(filters)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    # Help --------------------------------------------------------------------------------------------------------------

    def _show_keys(self) -> None:
        self._keys.show()
        self._keys.raise_()

    def _show_log(self) -> None:
        files = [h.baseFilename for h in logging.getLogger("kmeans_gui").handlers if isinstance(h, logging.FileHandler)]
        written = [file for file in files if Path(file).exists()]  # it is made when the first line is written
        if written:
            QDesktopServices.openUrl(QUrl.fromLocalFile(written[0]))
        else:
            self._messages.info("There is no log: nothing has been noted.")

    def _say_about(self) -> None:
        self._messages.info(f"kmeans-gui {kmeans_gui.__version__}: see clustering think. Free software under the MIT license.")


def _stem(content: Content) -> str:
    return {Content.FRAME: "frame", Content.RUN: "run", Content.DATA: "labels"}[content]
