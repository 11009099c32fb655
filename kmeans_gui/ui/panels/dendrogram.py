"""Dendrogram: a hierarchy of clusters as a tree, with a line that cuts it where the run stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from kmeans_gui.clustering.notes import Note, number
from kmeans_gui.clustering.overlays import Tree
from kmeans_gui.data.dataset import Rows
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Work
from kmeans_gui.ui import appearance
from kmeans_gui.ui.panels.tree_layout import TreeLayout, lay_out
from kmeans_gui.ui.panels.tree_picture import Look, TreePicture

HEIGHT = 216
AT_ONCE = 10_000
"""Trees of more leaves are laid out in the background."""

_LEFT, _RIGHT, _TOP, _FOOT = 44, 12, 8, 14
"""Around the tree; the foot holds the strip of the clusters' colors."""

_NEAR = 6.0
"""How near to the line of the cut, in pixels, the mouse takes hold of it."""

_BAND = 0.08
"""How strong the shade of the branch at the pointer is."""

_HANDLE = 4.0
_LOOK = "Click a branch to select its points"
_CUT_AND_LOOK = "Drag the line to cut elsewhere; click a branch to select its points"
_NO_ROWS: Rows = np.empty(0, np.intp)


class Dendrogram(QSlider):
    """The tree of a step; a slider to assistive technology, whose value is the number of merges made.

    Up and Down move the cut; all other keys are left to the window, whose shortcuts they are.

    Signals
    -------
    seek_requested : int
        The half-step that shows the tree cut where the user wants it.
    rows_hovered : ndarray of int
        The points under the branch at the pointer; none when it has left.
    rows_requested : ndarray of int
        The points under the branch that was clicked on.
    read : str
        The branch at the pointer in words; empty when it has left.
    """

    seek_requested = Signal(int)
    rows_hovered = Signal(object)
    rows_requested = Signal(object)
    read = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._tree: Tree | None = None
        self._colors: tuple[int, ...] = ()
        self._layout: TreeLayout | None = None
        self._picture: TreePicture | None = None
        self._asked_for: Look | None = None
        self._branch: int | None = None
        self._pressed: QPointF | None = None
        self._level: float | None = None  # where the cut is dragged to
        self.setFont(appearance.tabular(appearance.font(appearance.Type.CAPTION)))
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Dendrogram")
        self.valueChanged.connect(self._on_value)

    @cached_property
    def _background(self) -> Background:
        background = Background(self, urgent=True)
        background.finished.connect(self._on_drawn)
        return background

    def close_work(self) -> None:
        """End the work in the background."""
        if "_background" in vars(self):
            self._background.close()

    def show_tree(self, tree: Tree | None, colors: tuple[int, ...] = ()) -> None:
        """Show ``tree``, None for none; ``colors`` are the color slots of the clusters."""
        old, self._tree, self._colors = self._tree, tree, colors
        if old is None or tree is None or old.children is not tree.children or old.heights is not tree.heights:
            self._forget_layout()
        self.setToolTip(_CUT_AND_LOOK if tree is not None and tree.step_of is not None else _LOOK)
        self._write()
        self.update()

    def _forget_layout(self) -> None:
        if "_background" in vars(self):
            self._background.stop()
        self._layout = self._picture = self._asked_for = self._level = self._pressed = None
        self._hover(None)

    def _write(self) -> None:
        """Set the slider to where the tree is cut, without a signal."""
        tree = self._tree
        if tree is None:
            return
        blocked = self.blockSignals(True)
        # Where the cut cannot be moved there is only one value to choose from.
        self.setRange(*((0, len(tree.children)) if tree.step_of is not None else (tree.merged, tree.merged)))
        self.setValue(tree.merged)
        self.blockSignals(blocked)
        self.setAccessibleDescription(f"{self.words()}; {tree.merged:,} of {len(tree.children):,} merges made")

    def words(self) -> str:
        """Return where the tree is cut: "3 clusters at 4.21"."""
        if self._tree is None:
            return ""
        clusters = Note("{n:# cluster|clusters}", {"n": self._tree.leaves - self._tree.merged}).text()
        if self._layout is None or not len(self._tree.children):
            return clusters
        return f"{clusters} at {number(self._cut(self._layout), 3)}"

    def sizeHint(self) -> QSize:
        """Take what width there is."""
        return QSize(240, HEIGHT)

    # Places ------------------------------------------------------------------------------------------------------------

    def _look(self) -> Look:
        return Look(self._area(), self.devicePixelRatioF(), appearance.current(), self.font())

    def _up_to_date(self) -> TreePicture | None:
        """Return the picture of the tree; where that takes long, what there was before until another thread has made it."""
        tree, look, picture = self._tree, self._look(), self._picture
        if tree is None or (picture is not None and picture.look == look):
            return picture
        if tree.leaves <= AT_ONCE:
            self._take(TreePicture(self._layout or lay_out(tree), look))
        elif self._asked_for != look:
            self._asked_for = look
            self._background.begin(_drawing(tree, self._layout, look))
        return self._picture

    def _on_drawn(self, _: int, picture: TreePicture) -> None:
        self._asked_for = None
        self._take(picture)
        self.update()

    def _take(self, picture: TreePicture) -> None:
        first, self._picture, self._layout = self._layout is None, picture, picture.layout
        if first:
            self._write()
            self.read.emit("")

    def _area(self) -> QRectF:
        """Return where the tree is drawn."""
        return QRectF(_LEFT, _TOP, max(self.width() - _LEFT - _RIGHT, 1), HEIGHT - _TOP - _FOOT)

    def y_of(self, height: float) -> float:
        """Return where a height of the tree stands, in pixels."""
        area = self._area()
        return area.bottom() - height / (self._layout.top if self._layout else 1.0) * area.height()

    def height_at(self, y: float) -> float:
        """Return the height of the tree that stands at a pixel."""
        area = self._area()
        return (area.bottom() - y) / area.height() * (self._layout.top if self._layout else 1.0)

    def x_of(self, place: float) -> float:
        """Return where a place among the leaves stands, in pixels."""
        area = self._area()
        return area.left() + place / max(self._tree.leaves if self._tree else 0, 1) * area.width()

    def _branch_at(self, at: QPointF) -> int | None:
        layout, area = self._layout, self._area()
        if layout is None or not area.adjusted(0, -_TOP, 0, _FOOT).contains(at):
            return None
        # A little above the pointer, so that the bar of a merge itself can be pointed at.
        height = self.height_at(at.y() - 3)
        return layout.branch_at((at.x() - area.left()) / area.width() * layout.leaves, max(height, 0.0))

    def _cut(self, layout: TreeLayout) -> float:
        assert self._tree is not None
        return layout.cut_above(self._tree.merged)

    # What the user does ------------------------------------------------------------------------------------------------

    def _on_cut(self, at: QPointF) -> bool:
        if self._layout is None or self._tree is None or self._tree.step_of is None:
            return False
        return abs(at.y() - self.y_of(self._cut(self._layout))) <= _NEAR

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the cut, or press on a branch."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            if self._on_cut(event.position()):
                self._hover(None)
                self._level = event.position().y()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the cut, or light the branch at the pointer."""
        if self._level is not None:
            self._drag(event.position().y())
            return
        on_cut = self._on_cut(event.position())
        self.setCursor(Qt.CursorShape.SizeVerCursor if on_cut else Qt.CursorShape.ArrowCursor)
        self._hover(None if on_cut else self._branch_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the cut, or select the branch that was clicked on."""
        pressed, self._pressed = self._pressed, None
        if self._level is not None:
            self._level = None
            self.update()
        elif pressed is not None and (branch := self._branch_at(pressed)) is not None:
            self.rows_requested.emit(self._rows(branch))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Light no branch any more."""
        self._hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, which scrolls."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cut to the next half-step up or down; leave other keys to the window."""
        way = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if way is None or self._tree is None or self._tree.step_of is None:
            event.ignore()
            return
        self._seek(self._next_cut(self._tree, self._tree.step_of, way))

    def _next_cut(self, tree: Tree, step_of: Callable[[int], int], way: int) -> int:
        """Return the nearest number of merges in one direction that another half-step shows: some show many merges at once."""
        here, end = step_of(tree.merged), len(tree.children) if way > 0 else 0
        return next((merged for merged in range(tree.merged + way, end + way, way) if step_of(merged) != here), tree.merged)

    def _drag(self, y: float) -> None:
        area, layout = self._area(), self._layout
        if layout is None:
            return
        self._level = min(max(y, area.top()), area.bottom())
        self._seek(layout.merges_below(self.height_at(self._level)))
        self.update()

    def _on_value(self, merged: int) -> None:
        """Follow assistive technology; the slider itself only shows where the tree is cut."""
        self._seek(merged)
        self._write()

    def _seek(self, merged: int) -> None:
        tree = self._tree
        if tree is not None and tree.step_of is not None and merged != tree.merged:
            self.seek_requested.emit(tree.step_of(merged))

    def _hover(self, branch: int | None) -> None:
        if branch == self._branch:
            return
        self._branch = branch
        self.rows_hovered.emit(_NO_ROWS if branch is None else self._rows(branch))
        self.read.emit("" if branch is None else self._words_of(branch))
        self.update()

    def _rows(self, branch: int) -> Rows:
        assert self._layout is not None
        assert self._tree is not None
        return self._layout.rows_under(branch, self._tree.members)

    def _words_of(self, branch: int) -> str:
        assert self._layout is not None
        points = Note("{n:# point|points}", {"n": len(self._rows(branch))}).text()
        return points if branch < self._layout.leaves else f"{points} at {number(float(self._layout.height[branch]), 3)}"

    # What it looks like ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tree, the branch at the pointer, and the cut."""
        picture, tree = self._up_to_date(), self._tree
        painter = QPainter(self)
        if picture is None or tree is None:
            painter.setPen(appearance.color(appearance.current().quiet))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "" if tree is None else "Drawing the tree …")
        else:
            picture.paint(painter, tree, self._colors)
            self._paint_branch(painter, picture.layout)
            self._paint_cut(painter, picture.layout)
        painter.end()

    def _paint_branch(self, painter: QPainter, layout: TreeLayout) -> None:
        """Shade the branch at the pointer, and draw the bar of its last merge strong."""
        if (branch := self._branch) is None:
            return
        ink, first = appearance.current().text, int(layout.first[branch])
        left, right = self.x_of(first), self.x_of(first + int(layout.size[branch]))
        top = self.y_of(float(layout.height[branch]))
        painter.fillRect(QRectF(left, top, max(right - left, 1), HEIGHT - _FOOT / 2 - top), appearance.color(ink, _BAND))
        if branch >= layout.leaves:
            ends = layout.stem[layout.children[branch - layout.leaves]]
            painter.setPen(QPen(appearance.color(ink), 2))
            painter.drawLine(QPointF(self.x_of(float(ends.min())), top), QPointF(self.x_of(float(ends.max())), top))

    def _paint_cut(self, painter: QPainter, layout: TreeLayout) -> None:
        if not len(layout.children):
            return
        accent = appearance.color(appearance.current().accent)
        area, y = self._area(), self.y_of(self._cut(layout)) if self._level is None else self._level
        y = round(y) + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(accent, 1.5))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        if self._tree is not None and self._tree.step_of is not None:
            painter.setBrush(accent)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(area.right() + _HANDLE, y), _HANDLE, _HANDLE)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 1.5))
            painter.drawEllipse(QPointF(area.right() + _HANDLE, y), _HANDLE + 2.5, _HANDLE + 2.5)


def _drawing(tree: Tree, layout: TreeLayout | None, look: Look) -> Work:
    """Return the work of making a picture in the background."""
    return lambda publish, cancelled: TreePicture(layout or lay_out(tree, cancelled), look)
