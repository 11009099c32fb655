"""Stage: puts on the canvas what is shown, and carries to the controller what is asked for there."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Qt

from kmeans_gui.clustering import Phase
from kmeans_gui.clustering.overlays import Outlined
from kmeans_gui.data.cells import planar
from kmeans_gui.data.dataset import Rows
from kmeans_gui.data.layout import Layout
from kmeans_gui.ui.canvas.canvas import MOTION_MS, Canvas
from kmeans_gui.ui.canvas.frame import Frame, Style, Way, before, extent
from kmeans_gui.ui.controller import Controller
from kmeans_gui.ui.layouts import Layouts
from kmeans_gui.ui.live import Live
from kmeans_gui.ui.projection import mark_scale
from kmeans_gui.ui.shown import Shown
from kmeans_gui.ui.theme import Theme


class Stage(QObject):
    """Between one canvas and the controller."""

    def __init__(self, canvas: Canvas, controller: Controller, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._controller = controller
        self._theme = theme
        self.brush, self.density = canvas.brush, canvas.density
        self.motion = True
        self._pointed_out: Rows = np.empty(0, np.intp)
        self._layouts = Layouts(self)
        self._way = Way()
        self.live = Live(canvas, controller, self)
        self._connect_signals()

    def _connect_signals(self) -> None:
        canvas, controller = self._canvas, self._controller
        canvas.add_requested.connect(controller.add_points)
        canvas.remove_requested.connect(controller.remove_rows)
        canvas.place_requested.connect(self.live.place_rows)
        canvas.select_requested.connect(controller.select)
        canvas.start_requested.connect(self.live.place_start)
        canvas.painted.connect(controller.player.frame_drawn)
        self._layouts.sorted.connect(self._on_sorted)
        # Queued: fitting changes the range while the views are still being rendered.
        canvas.viewport_changed.connect(self._on_viewport, Qt.ConnectionType.QueuedConnection)

    def _on_viewport(self) -> None:
        # Asked anew: the range may have changed again since the signal was queued.
        viewport = self._canvas.viewport_range()
        if viewport != self._controller.state.viewport:
            self._controller.set_viewport(viewport)

    def _on_sorted(self) -> None:
        self._canvas.set_frame(self._frame_from(self._controller.shown))

    def _frame_from(self, shown: Shown) -> Frame:
        frame = frame_from(shown, self._layouts.of(shown.state.dataset), self._way)
        if not len(self._pointed_out):
            return frame
        return replace(frame, overlays=(*frame.overlays, Outlined(self._pointed_out)))

    def point_out(self, rows: Rows) -> None:
        """Outline the points in ``rows`` until others are pointed out, or none."""
        self._pointed_out = rows
        self._canvas.set_frame(self._frame_from(self._controller.shown))

    def close_work(self) -> None:
        """End the work in the background."""
        self._layouts.close()
        self.live.close_work()

    @property
    def style(self) -> Style:
        """How the canvas draws."""
        shown = self._controller.shown
        scale = mark_scale(self._canvas.screen().size().height()) if shown.projection else 1.0
        return Style(self._theme, scale, shown.state.layers)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colors of another theme."""
        self._theme = theme
        self._canvas.set_style(self.style)

    def set_brush(self, brush: float, density: int) -> None:
        """Change the brush of the tool that is on."""
        self.brush, self.density = brush, density
        self._canvas.set_tool(self._controller.shown.tool, brush, density)

    def refresh(self, old: Shown | None, new: Shown) -> None:
        """Touch what differs."""
        state = new.state
        if old is not None and old.state.dataset is not state.dataset:
            self._pointed_out = self._pointed_out[:0]  # the rows are other points' now
        if old is None or old.projection != new.projection or old.state.layers != state.layers:
            self._canvas.set_style(self.style)
        if old is None or old.state.dataset.columns != state.dataset.columns:
            self._canvas.name_axes(state.dataset.columns)
        if old is None or _differs(old, new):
            self._canvas.set_frame(self._frame_from(new), glide=old is not None and self._glides(old, new))
            self._canvas.setAccessibleDescription(new.step.note.text() if new.step is not None else "")
        if old is None or old.tool != new.tool:
            self._canvas.set_tool(new.tool, self.brush, self.density)
        if old is None or state.viewport is None or old.state.viewport != state.viewport:
            self._look_at(new)

    def _look_at(self, shown: Shown) -> None:
        viewport = shown.state.viewport
        if viewport is None:
            step = shown.step
            self._canvas.fit(*extent(shown.state.dataset, () if step is None else (step,)))
            self._canvas.viewport_changed.emit()
        elif viewport != self._canvas.viewport_range():
            self._canvas.set_viewport(viewport)

    def _glides(self, old: Shown, new: Shown) -> bool:
        """Whether the centroids' move from the old to the new half-step is shown on its way."""
        if old.step is None or new.step is None or old.trace is not new.trace or not self.motion:
            return False
        unhurried = not new.playing or (math.isfinite(new.speed) and 1000 / new.speed > MOTION_MS)
        one_on = new.step.index == old.step.index + 1 and new.step.phase is Phase.UPDATE
        return one_on and unhurried and self._canvas.nimble


def _differs(old: Shown, new: Shown) -> bool:
    return (
        old.step is not new.step
        or old.state.dataset is not new.state.dataset
        or old.state.colors != new.state.colors
        or old.state.start is not new.state.start
        or old.selected is not new.selected
    )


def frame_from(shown: Shown, layout: Layout, way: Way) -> Frame:
    """Return what is shown as a frame; ``layout`` is that of its data set. The caption has its own place in the window."""
    state, step = shown.state, shown.step
    still = Frame(
        layout=layout,
        centroids=None if state.start is None else planar(state.start),
        colors=state.colors,
        selected=shown.selected,
        given=state.start is not None,
    )
    # Until a run from given centroids has begun they are what is shown; labels of another number of clusters are not theirs.
    pending = shown.trace is None and state.start is not None
    if step is None or (pending and step.k != state.k):
        return still
    return replace(
        still,
        assignment=step.assignment,
        centroids=still.centroids if pending or step.centroids is None else planar(step.centroids),
        before=before(step, shown.previous),
        trail=way.until(shown.trace, step.index) if shown.trace is not None else (),
        moved=step.phase is Phase.UPDATE and shown.trace is not None,
        overlays=step.overlays,
        metric=step.metric,
    )
