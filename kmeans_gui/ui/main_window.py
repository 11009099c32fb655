"""The main window: assembles the views and connects them with the controller. It decides nothing itself."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow

from kmeans_gui import clustering
from kmeans_gui.errors import DEFECT
from kmeans_gui.ui import settings
from kmeans_gui.ui.actions import Actions
from kmeans_gui.ui.arrangement import arranged, tool_strip
from kmeans_gui.ui.canvas.canvas import Canvas
from kmeans_gui.ui.commands import Commands
from kmeans_gui.ui.controller import Controller
from kmeans_gui.ui.documents import Documents
from kmeans_gui.ui.look import Look
from kmeans_gui.ui.messages import Messages
from kmeans_gui.ui.outlook import Outlook
from kmeans_gui.ui.panels import PANELS
from kmeans_gui.ui.panels.brush_bar import BrushBar
from kmeans_gui.ui.panels.caption_bar import CaptionBar
from kmeans_gui.ui.panels.panel import Panel
from kmeans_gui.ui.panels.section import SidePanel
from kmeans_gui.ui.panels.status import StatusBar
from kmeans_gui.ui.panels.transport import BUTTONS, TransportBar
from kmeans_gui.ui.panels.welcome import Welcome
from kmeans_gui.ui.screen import Screen
from kmeans_gui.ui.shown import Shown, View
from kmeans_gui.ui.stage import Stage
from kmeans_gui.ui.switches import Switches
from kmeans_gui.ui.title import Title
from kmeans_gui.ui.unhurried import Unhurried
from kmeans_gui.ui.warm_up import WarmUp

FRAME = QSize(16, 48)
"""What a window manager may put around the window, in logical pixels."""


class MainWindow(QMainWindow):
    """Everything on one screen: canvas, tool strip, side panel, transport bar, status."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.controller = Controller(self)
        self.actions_table = Actions(self)
        self.canvas = Canvas()
        self.messages = Messages(self.canvas)
        self.documents = Documents(self.controller, self.messages, self)
        self.stage = Stage(self.canvas, self.controller, look.theme, self)
        self._caption = CaptionBar()
        self._brush_bar = BrushBar()
        self._welcome = Welcome(self.canvas)
        self._side = SidePanel(PANELS)
        self._transport = TransportBar({name: self.actions_table[name] for name in BUTTONS})
        self._status = StatusBar()
        self._warm_up = WarmUp(self)
        tools = tool_strip(self.actions_table)
        below = self._transport, self._status
        whole = arranged(self.canvas, (self._brush_bar, self._caption), self._side, below)
        self.actions_table.fill_menus(self.menuBar())
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, tools)
        self.setCentralWidget(whole)
        chrome = self.menuBar(), tools, self._side, *below
        self.screen_layout = Screen(self, whole, self._side, self._caption, chrome, self.actions_table, self.controller)
        self.commands = Commands(
            self, self.actions_table, self.controller, self.documents, self.canvas, self.messages, lambda: self.stage.style
        )
        title = Title(self, self.controller, self.documents)
        bars: tuple[View, ...] = (self._caption, self._brush_bar, self._welcome, self._transport, self._status)
        self._followers = Unhurried(
            (self.actions_table, *bars, *self._side.sections.values(), self.screen_layout, self.messages, title), self
        )
        self._connect_signals(look)
        Outlook(self.stage.live, self.controller, (self._caption, self._status), self)
        self._restore(look)
        self._refresh(None, self.controller.shown)

    # Connections -------------------------------------------------------------------------------------------------------

    def _connect_signals(self, look: Look) -> None:
        self.controller.rendered.connect(self._refresh)
        self.controller.refused.connect(self.messages.error)
        self._warm_up.troubled.connect(self.messages.aside)
        self.documents.progressed.connect(self._status.show_progress)
        self.documents.progressed.connect(self._welcome.show_work)
        self.documents.rested.connect(self._status.hide_progress)
        self.documents.rested.connect(self._welcome.hide_work)
        self._brush_bar.brush_requested.connect(self.stage.set_brush)
        self._welcome.board_requested.connect(self.commands.show_first_board)
        self.canvas.paint_failed.connect(self.report_defect)
        self.canvas.drawn_changed.connect(self._status.show_drawn)
        self.canvas.hovered.connect(self._status.show_point)
        look.changed.connect(self.stage.set_theme)
        self.stage.live.declined.connect(self.messages.aside)
        self._side.filling.connect(self._load_plugins)
        self._side.made.connect(self._on_panel)
        for view in (self._transport, self._status):
            self.commands.answer(view)
        themes = {f"theme_{name}": partial(look.choose, name) for name in ("system", "light", "dark")}
        self.actions_table.bind(themes)
        Switches(self.actions_table, self.stage, self).hinted.connect(self.messages.info)

    def _load_plugins(self) -> None:
        """Add the algorithms of other packages, before there is a panel that offers them."""
        for trouble in clustering.load_plugins():
            self.messages.aside(trouble)

    def _on_panel(self, panel: Panel) -> None:
        self.commands.answer(panel)
        if (rows_hovered := getattr(panel, "rows_hovered", None)) is not None:
            rows_hovered.connect(self.stage.point_out)

    def _refresh(self, old: Shown | None, new: Shown) -> None:
        self.stage.refresh(old, new)
        self._followers.refresh(old, new)

    # The beginning and the end -----------------------------------------------------------------------------------------

    def begin(self, path: Path | None = None) -> None:
        """Open ``path`` once the window is complete; without one, show a board, so that there is something to see.

        Painting and the making of panels import as they go, and an import waits for those of other threads, such as that of the
        reader of tables.
        """
        self._warm_up.begin()
        if path is None:
            self.commands.show_first_board()
        elif self._side.is_filled():
            self.commands.open(path)
        else:
            self._welcome.show_work(f"Opening {path.name}", 0, 0)
            self._side.filled.connect(lambda: self.commands.open(path))
        self.documents.offer_unsaved()

    def complete(self) -> None:
        """Make at once what is otherwise made after the first painting: the panels."""
        self._side.fill()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Complete the window after its first painting."""
        super().paintEvent(event)
        self._side.fill_soon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button that has the focus with Return, since Space plays whatever has it."""
        button = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(button, QAbstractButton):
            button.click()
        else:
            super().keyPressEvent(event)

    def report_defect(self) -> None:
        """Say that something went wrong inside the program."""
        self.messages.error(DEFECT)

    def _restore(self, look: Look) -> None:
        room = self.screen().availableSize() - FRAME
        self.resize(QSize(1280, 800).boundedTo(room))
        self.restoreGeometry(settings.GEOMETRY.get())
        self.actions_table[f"theme_{look.choice}"].setChecked(True)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End all work; the window is gone at once, whatever still has to be waited for."""
        self.screen_layout.leave_projection()
        settings.GEOMETRY.set(self.saveGeometry())
        self.hide()
        self.documents.keep_unsaved()
        self.documents.close()
        self.canvas.close_work()
        self.stage.close_work()
        self._warm_up.close()
        self._side.close_work()
        self.controller.close()
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the side panel where there is no room for it."""
        super().resizeEvent(event)
        self.screen_layout.fit(self.width())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first file dropped."""
        self.commands.open(Path(next(url for url in event.mimeData().urls() if url.isLocalFile()).toLocalFile()))


def make_window(application: QApplication) -> MainWindow:
    """Return the main window, dressed in the theme that was chosen."""
    return MainWindow(Look(application, application))
