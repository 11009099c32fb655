"""The main window: assembles the views and connects them with the controller. It decides nothing itself."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QToolBar, QVBoxLayout, QWidget

from kmeans_gui.errors import DEFECT
from kmeans_gui.ui import settings
from kmeans_gui.ui.actions import Actions
from kmeans_gui.ui.canvas.canvas import Canvas
from kmeans_gui.ui.commands import Commands
from kmeans_gui.ui.controller import Controller
from kmeans_gui.ui.documents import Documents
from kmeans_gui.ui.look import Look
from kmeans_gui.ui.messages import Messages
from kmeans_gui.ui.panels import PANELS
from kmeans_gui.ui.panels.brush_bar import BrushBar
from kmeans_gui.ui.panels.caption_bar import CaptionBar
from kmeans_gui.ui.panels.section import SidePanel
from kmeans_gui.ui.panels.status import StatusBar
from kmeans_gui.ui.panels.transport import BUTTONS, TransportBar
from kmeans_gui.ui.panels.welcome import Welcome
from kmeans_gui.ui.screen import Screen
from kmeans_gui.ui.shown import Shown, View
from kmeans_gui.ui.stage import Stage
from kmeans_gui.ui.unhurried import Unhurried
from kmeans_gui.ui.warm_up import WarmUp

FIRST_BOARD = ("gaussians", 1, {"n": 200, "k": 3})
FRAME = QSize(16, 48)
"""What a window manager may put around the window, in logical pixels."""


class MainWindow(QMainWindow):
    """Everything on one screen: canvas, tool strip, side panel, transport bar, status."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setWindowTitle("kmeans-gui")
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
        self._side = SidePanel()
        self._panels = [panel() for _, panel in PANELS]
        self._transport = TransportBar({name: self.actions_table[name] for name in BUTTONS})
        self._status = StatusBar()
        self._tools = QToolBar("Tools")
        self._whole = QWidget()
        self._warm_up = WarmUp(self)
        self._asked_for: Path | None = None
        self._lay_out()
        self.screen_layout = Screen(
            self, self._whole, self._side, self._caption, self._chrome(), self.actions_table, self.controller
        )
        self.commands = Commands(
            self, self.actions_table, self.controller, self.documents, self.canvas, self.messages, lambda: self.stage.style
        )
        bars: tuple[View, ...] = (self._caption, self._brush_bar, self._welcome, self._transport, self._status)
        self._followers = Unhurried((self.actions_table, *bars, *self._panels, self.screen_layout, self.messages), self)
        self._connect_signals(look)
        self._restore(look)
        self._refresh(None, self.controller.shown)

    def _lay_out(self) -> None:
        self.actions_table.fill_menus(self.menuBar())
        self.actions_table.fill_tools(self._tools)
        self._tools.setMovable(False)
        self._tools.setIconSize(QSize(22, 22))
        self._tools.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self._tools)
        for (title, _), panel in zip(PANELS, self._panels, strict=True):
            self._side.add(title, panel)
        picture = QVBoxLayout()
        picture.addWidget(self.canvas, 1)
        foot = QHBoxLayout()
        foot.addWidget(self._brush_bar)
        foot.addWidget(self._caption, 1)
        picture.addLayout(foot)
        middle = QHBoxLayout()
        middle.addLayout(picture, 1)
        middle.addWidget(self._side)
        rows = QVBoxLayout(self._whole)
        rows.addLayout(middle, 1)
        rows.addWidget(self._transport)
        rows.addWidget(self._status)
        for layout in (foot, picture, middle, rows):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.setCentralWidget(self._whole)

    def _chrome(self) -> tuple[QWidget, ...]:
        return self.menuBar(), self._tools, self._side, self._transport, self._status

    # Connections -------------------------------------------------------------------------------------------------------

    def _connect_signals(self, look: Look) -> None:
        self.controller.rendered.connect(self._refresh)
        self.controller.refused.connect(self.messages.error)
        self._warm_up.troubled.connect(self.messages.aside)
        self.documents.progressed.connect(self._status.show_progress)
        self.documents.rested.connect(self._status.hide_progress)
        self.documents.path_changed.connect(self._on_path)
        self._brush_bar.brush_requested.connect(self.stage.set_brush)
        self._welcome.board_requested.connect(self.show_first_board)
        self.canvas.paint_failed.connect(self.report_defect)
        self.canvas.drawn_changed.connect(self._status.show_drawn)
        self.canvas.hovered.connect(self._status.show_point)
        look.changed.connect(self.stage.set_theme)
        for view in (*self._panels, self._transport, self._status):
            self.commands.answer(view)
        themes = {f"theme_{name}": partial(look.choose, name) for name in ("system", "light", "dark")}
        self.actions_table.bind({**themes, "motion": self._toggle_motion})

    def _refresh(self, old: Shown | None, new: Shown) -> None:
        self.stage.refresh(old, new)
        self._followers.refresh(old, new)

    def _toggle_motion(self) -> None:
        self.stage.motion = not self.stage.motion
        settings.MOTION.set(self.stage.motion)

    def _on_path(self, path: Path | None) -> None:
        self.setWindowFilePath(str(path or ""))
        self.setWindowTitle(f"{path.name} – kmeans-gui" if path else "kmeans-gui")

    # The beginning and the end -----------------------------------------------------------------------------------------

    def begin(self, path: Path | None = None) -> None:
        """Open ``path`` once the window is painted; without one, show a board, so that there is something to see."""
        self._warm_up.begin()
        self._asked_for = path
        if path is None:
            self.show_first_board()
        self.documents.offer_unsaved()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Open the file that the program was started with after the first painting.

        Painting imports as it goes, and an import waits for those of other threads, such as that of the reader of tables.
        """
        super().paintEvent(event)
        path, self._asked_for = self._asked_for, None
        if path is not None:
            QTimer.singleShot(0, self, lambda: self.commands.open(path))

    def show_first_board(self) -> None:
        """Put a board of 200 points on the table."""
        self.documents.stop_opening()
        name, seed, parameters = FIRST_BOARD
        self.controller.generate_board(name, seed, parameters)

    def report_defect(self) -> None:
        """Say that something went wrong inside the program."""
        self.messages.error(DEFECT)

    def _restore(self, look: Look) -> None:
        room = self.screen().availableSize() - FRAME
        self.resize(QSize(1280, 800).boundedTo(room))
        self.restoreGeometry(settings.GEOMETRY.get())
        self.stage.motion = settings.MOTION.get()
        self.actions_table["motion"].setChecked(self.stage.motion)
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
