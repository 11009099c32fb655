"""Actions: the one table from which menus, tool strip, shortcuts, tooltips and the key sheet are made.

To add an action, add its line to ``ACTIONS`` and bind its name to a callable in ``ui/commands.py``. No other module makes a
``QAction`` or sets a shortcut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from kmeans_gui.ui import appearance
from kmeans_gui.ui.shown import Shown

TOOLS = ("add", "spray", "move", "erase", "select", "lasso", "centroids")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the table.

    Parameters
    ----------
    name : str
        What the action is bound by.
    text : str
        Its words in the menu, sentence case, a verb.
    menu : str
        The menu it stands in; a leading "-" puts a separator above it.
    keys : tuple of str
        Its shortcuts in Qt's portable notation, the one that is shown first.
    tip : str
        One line more than the text says, for the tooltip and the key sheet.
    icon : str
        Name of an icon (:func:`kmeans_gui.ui.appearance.icon`); empty for none.
    checkable : bool
        Whether it is on or off.
    """

    name: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    icon: str = ""
    checkable: bool = False


def _tool(name: str, text: str, key: str, icon: str, tip: str) -> Entry:
    return Entry(name=f"tool_{name}", text=text, menu="Edit", keys=(key,), tip=tip, icon=icon, checkable=True)


def _layer(name: str, text: str, key: str) -> Entry:
    return Entry(name=f"layer_{name}", text=text, menu="View", keys=(key,) if key else (), checkable=True)


ACTIONS: tuple[Entry, ...] = (
    Entry(name="new", text="New board", menu="File", keys=("Ctrl+N",), tip="Remove all points"),
    Entry(name="open", text="Open…", menu="File", keys=("Ctrl+O",), tip="A table (CSV, TSV, NPY) or a session (.kmeans)"),
    Entry(name="save", text="Save session", menu="-File", keys=("Ctrl+S",), tip="Data, parameters, seed, view and position"),
    Entry(name="save_as", text="Save session as…", menu="File", keys=("Ctrl+Shift+S",)),
    Entry(name="export", text="Export…", menu="File", keys=("Ctrl+E",), tip="Picture, animation, frames or labels"),
    Entry(name="quit", text="Quit", menu="-File", keys=("Ctrl+Q",)),
    Entry(name="undo", text="Undo", menu="Edit", keys=("Ctrl+Z",)),
    Entry(name="redo", text="Redo", menu="Edit", keys=("Ctrl+Y", "Ctrl+Shift+Z")),
    Entry(name="select_all", text="Select all", menu="-Edit", keys=("Ctrl+A",)),
    Entry(name="duplicate", text="Duplicate selection", menu="Edit", keys=("Ctrl+D",)),
    Entry(name="delete", text="Delete selection", menu="Edit", keys=("Del", "Backspace")),
    _tool("add", "Add points", "A", "plus-circle-outline", "Click adds a point, Shift-click a cluster of them"),
    _tool("spray", "Spray points", "S", "spray", "Drag sprays points; sliders below the canvas set size and density"),
    _tool("move", "Move points", "M", "cursor-move", "Drag a point, or the selection"),
    _tool("erase", "Erase points", "E", "eraser", "Drag erases the points under the brush"),
    _tool("select", "Select in a rectangle", "Q", "selection-drag", "Drag a rectangle; Shift adds to the selection"),
    _tool("lasso", "Select with a lasso", "W", "lasso", "Drag around the points; Shift adds to the selection"),
    _tool("centroids", "Place centroids", "C", "star-outline", "Click places a centroid, drag moves one, Shift-click removes"),
    Entry(name="play", text="Play", menu="Run", keys=("Space",), tip="Play or pause", icon="play"),
    Entry(name="step", text="Step", menu="Run", keys=("Right", "PgDown"), tip="One half-step on", icon="step-forward"),
    Entry(name="back", text="Step back", menu="Run", keys=("Left", "PgUp"), tip="One half-step back", icon="step-backward"),
    Entry(name="to_start", text="To the start", menu="Run", keys=("Home",), icon="skip-previous"),
    Entry(name="to_end", text="To the end", menu="Run", keys=("End",), icon="skip-next"),
    Entry(name="slower", text="Slower", menu="-Run", keys=("[", ",")),
    Entry(name="faster", text="Faster", menu="Run", keys=("]", ".")),
    Entry(name="new_start", text="New start", menu="-Run", keys=("R",), tip="Start from other centroids", icon="dice-5"),
    *(Entry(name=f"k_{k}", text=f"K = {k}", menu="Run/Number of clusters", keys=(str(k),)) for k in range(1, 10)),
    Entry(name="fit", text="Fit to the points", menu="View", keys=("F", "Ctrl+0"), icon="fit-to-page-outline"),
    Entry(name="zoom_in", text="Zoom in", menu="View", keys=("+", "Ctrl++", "=")),
    Entry(name="zoom_out", text="Zoom out", menu="View", keys=("-", "Ctrl+-")),
    _layer("regions", "Voronoi regions", "V"),
    _layer("links", "Links to centroids", "L"),
    _layer("trails", "Trails", "T"),
    _layer("points", "Points", "P"),
    _layer("switched", "Outline points that switched", "O"),
    _layer("overlays", "Marks of the method", "D"),
    _layer("centroids", "Centroids", "N"),
    _layer("axes", "Axes", "X"),
    Entry(name="panel", text="Side panel", menu="-View", keys=("F9",), checkable=True, tip="Show or hide the panel"),
    Entry(name="motion", text="Animate moves", menu="View", checkable=True, tip="Let centroids glide to their new places"),
    Entry(
        name="live",
        text="Live mode",
        menu="View",
        keys=("J",),
        tip="While you drag, show how the whole run would end",
        checkable=True,
    ),
    Entry(name="theme_system", text="Follow the system", menu="View/Appearance", checkable=True),
    Entry(name="theme_light", text="Light", menu="View/Appearance", checkable=True),
    Entry(name="theme_dark", text="Dark", menu="View/Appearance", checkable=True),
    Entry(
        name="projection",
        text="Projection mode",
        menu="-View",
        keys=("F11", "F5"),
        tip="The picture alone, large",
        checkable=True,
    ),
    Entry(name="blank", text="Blank the screen", menu="View", keys=("B",), tip="In projection mode", checkable=True),
    Entry(name="leave", text="Leave projection mode", menu="View", keys=("Esc",), tip="Or give up the selection"),
    Entry(name="keys", text="Keys", menu="Help", keys=("F1",), tip="All keys on one sheet"),
    Entry(name="log", text="Show log", menu="Help", tip="What the program has noted of errors"),
    Entry(name="about", text="About kmeans-gui", menu="-Help"),
)
MENUS = ("File", "Edit", "Run", "View", "Help")
_EXCLUSIVE = ("tool_", "theme_")


class Actions(QObject):
    """The table's actions, made once.

    Parameters
    ----------
    window : QWidget
        Whose shortcuts they are. Hidden menus do not disable them.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._by_name: dict[str, QAction] = {}
        groups = {prefix: QActionGroup(self) for prefix in _EXCLUSIVE}
        for entry in ACTIONS:
            action = self._make(entry)
            for prefix, group in groups.items():
                if entry.name.startswith(prefix):
                    group.addAction(action)
            window.addAction(action)
            self._by_name[entry.name] = action
        self._recent = QMenu(window)

    def _make(self, entry: Entry) -> QAction:
        action = QAction(entry.text, self)
        action.setObjectName(entry.name)
        action.setCheckable(entry.checkable)
        action.setShortcuts([QKeySequence(key) for key in entry.keys])
        action.setToolTip(tooltip(entry))
        if entry.icon:
            action.setIcon(appearance.icon(entry.icon))
            action.setIconVisibleInMenu(False)
        return action

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def bind(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Connect actions to what they do, by name."""
        for name, handler in handlers.items():
            self._by_name[name].triggered.connect(lambda _checked=False, run=handler: run())

    def fill_menus(self, bar: QMenuBar) -> None:
        """Make the menus."""
        menus: dict[str, QMenu] = {title: bar.addMenu(title) for title in MENUS}
        self._recent.setTitle("Open recent")
        self._recent.setToolTipsVisible(True)
        for entry in ACTIONS:
            path = entry.menu.lstrip("-")
            if path not in menus:
                parent, _, title = path.partition("/")
                menus[path] = menus[parent].addMenu(title)
            if entry.menu.startswith("-"):
                menus[path].addSeparator()
            menus[path].addAction(self._by_name[entry.name])
            if entry.name == "open":
                menus[path].addMenu(self._recent)

    def fill_recent(self, paths: Sequence[Path], open_path: Callable[[Path], object]) -> None:
        """Offer files again: in the submenu of recent files, the newest first."""
        self._recent.clear()
        for path in paths:
            action = QAction(path.name, self._recent)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _checked=False, path=path: open_path(path))
            self._recent.addAction(action)
        self._recent.setEnabled(bool(paths))

    def fill_tools(self, bar: QToolBar) -> None:
        """Make the tool strip."""
        for name in TOOLS:
            bar.addAction(self._by_name[f"tool_{name}"])
        bar.addSeparator()
        bar.addAction(self._by_name["fit"])

    def refresh(self, old: Shown | None, shown: Shown) -> None:
        """Set what is enabled, checked and named: the one place where that is decided."""
        run, state = shown.trace is not None, shown.state
        enabled = {
            "undo": bool(shown.undo),
            "redo": bool(shown.redo),
            "delete": len(shown.selected) > 0,
            "duplicate": len(shown.selected) > 0,
            "select_all": state.dataset.n > 0,
            "play": state.dataset.n > 0,
            # At either end as well, where they do nothing: a key whose action is disabled goes to the field that has the focus.
            "step": state.dataset.n > 0,
            "back": run,
            "to_start": run,
            "to_end": state.dataset.n > 0,
            "new_start": state.dataset.n > 0,
            "export": state.dataset.n > 0,
            "blank": shown.projection,
            "leave": shown.projection or len(shown.selected) > 0,
        }
        for name, on in enabled.items():
            self._by_name[name].setEnabled(on)
        self._by_name["undo"].setText(f"Undo {shown.undo}".strip())
        self._by_name["redo"].setText(f"Redo {shown.redo}".strip())
        self._by_name["play"].setText("Pause" if shown.playing else "Play")
        checked = {f"layer_{name}" for name in state.layers} | {f"tool_{shown.tool}"}
        if shown.projection:
            checked.add("projection")
        for name, action in self._by_name.items():
            if name.startswith(("layer_", "tool_", "projection")):
                action.setChecked(name in checked)


def tooltip(entry: Entry) -> str:
    """Return an action's tooltip: what it does, and its key."""
    words = f"{entry.text}: {entry.tip[0].lower()}{entry.tip[1:]}" if entry.tip else entry.text
    return f"{words} ({shortcut_text(entry.keys[0])})" if entry.keys else words


def shortcut_text(keys: str) -> str:
    """Return a shortcut as this system writes it."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
