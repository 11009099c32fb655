"""Renderer: makes the pictures that the canvas shows, at once or in the background.

What takes no longer than the eye notices, as the last picture tells, is drawn on the spot. Anything heavier is drawn by a
thread, one at a time: the newest request is next, those that it overtook are never drawn. Of millions of points a coarse
picture comes first, within a frame of the screen, and the full one as soon as nobody asks for another; meanwhile the canvas
shows the last one, moved and stretched.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal

from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish
from kmeans_gui.errors import Cancelled, CancelQuestion
from kmeans_gui.ui.canvas import layers, marks, raster
from kmeans_gui.ui.canvas.frame import FULL, Effort, Frame
from kmeans_gui.ui.canvas.render import Picture, Request, render
from kmeans_gui.ui.canvas.sheet import Sheets

LIGHT, HEAVY = 2_000, 150_000
"""Points up to which a frame is always drawn on the spot, and from which on never."""

TELLING = 30_000
"""Fewer points than this do not tell how long one takes."""

CENTROID = 8
"""How many points a centroid with its region weighs."""

PATIENCE_MS = 20.0
"""Pictures that take longer are preceded by coarse ones."""

NIMBLE_MS = 10.0
"""A picture that takes no longer can be drawn anew for each frame of a movement."""

PACE = 4e-6
"""Milliseconds that a point takes, until it has been measured."""


def weight(frame: Frame) -> int:
    """Return what a frame weighs, in points."""
    return frame.layout.n + CENTROID * frame.k


class Renderer(QObject):
    """Draws for one canvas.

    Signals
    -------
    rendered
        There is a newer ``picture``.
    failed : Exception
        What was asked for cannot be drawn at all; it is not tried again.
    """

    rendered = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layers: tuple[layers.Layer, ...] = layers.LAYERS
        self.picture: Picture | None = None
        self._sheets = Sheets()
        self._work = Background(self, urgent=True)
        self._wanted: Request | None = None
        self._doing: Request | None = None
        self._hopeless: Request | None = None
        self._closed = False
        self._pace = PACE
        self._took = 0.0
        self._connect_signals()

    def _connect_signals(self) -> None:
        self._work.published.connect(self._on_picture)
        self._work.finished.connect(self._go_on)
        self._work.failed.connect(self._on_failed)

    def shows(self, request: Request) -> bool:
        """Whether ``picture`` is the one that is asked for, in full."""
        return self.picture is not None and not self.picture.coarse and self.picture.request.same(request)

    @property
    def nimble(self) -> bool:
        """Whether a picture like the last one is drawn within a frame of the screen."""
        return self._took <= NIMBLE_MS

    def draw(self, request: Request) -> None:
        """Have it drawn: on the spot if it is light, otherwise soon."""
        if self._wanted is None or not self._wanted.same(request):
            self._wanted = request
        if self._closed or self.shows(request) or (self._hopeless is not None and self._hopeless.same(request)):
            return
        if self._is_heavy(request.frame):
            if self._doing is None:
                self._begin(self._wanted)
        else:
            self._take(self._drawn(request, FULL))

    def close(self) -> None:
        """End the work in the background."""
        self._closed, self._wanted = True, None
        self._work.close()

    def _begin(self, request: Request) -> None:
        self._doing = request
        self._work.begin(lambda publish, cancelled: self._draw(request, publish, cancelled))

    def _draw(self, request: Request, publish: Publish, cancelled: CancelQuestion) -> None:
        """Draw in the background: first a coarse picture, if need be, then the full one unless another is wanted by then."""

        def unwanted() -> bool:
            wanted = self._wanted
            return cancelled() or wanted is None or not wanted.same(request)

        first = self._takes_long(request)
        try:
            if first:
                publish(self._drawn(request, Effort(True, cancelled)))
            # A picture that comes at once is drawn to its end: if each were given up for the next, none would ever be seen.
            publish(self._drawn(request, Effort(False, unwanted if first else cancelled)))
        except Cancelled:
            pass

    def _drawn(self, request: Request, effort: Effort) -> Picture:
        begun = time.perf_counter()
        pixels = self._sheets.take(*request.shape)
        try:
            picture = render(request, pixels, effort, self.layers)
        except Cancelled:
            self._sheets.give_back(pixels)
            raise
        if not effort.coarse:
            self._took = 1e3 * (time.perf_counter() - begun)
            self._pace = self._took / max(picture.drawn, TELLING)
        return picture

    def _is_heavy(self, frame: Frame) -> bool:
        """Whether a frame is to be drawn in the background."""
        if weight(frame) <= LIGHT:
            return False
        return weight(frame) > HEAVY or self._doing is not None or not (self.nimble and raster.is_compiled())

    def _takes_long(self, request: Request) -> bool:
        """Whether the full picture will take longer than a frame of the screen."""
        return marks.on_show(request.frame.layout, request.view) * self._pace > PATIENCE_MS

    def _take(self, picture: Picture) -> None:
        old, self.picture = self.picture, picture
        if old is not None:
            self._sheets.give_back(old.sheet.pixels)

    def _on_picture(self, number: int, picture: Picture) -> None:
        self._take(picture)
        self.rendered.emit()

    def _on_failed(self, number: int, error: Exception) -> None:
        self._hopeless = self._doing
        self.failed.emit(error)
        self._go_on()

    def _go_on(self, *_: object) -> None:
        """Draw what was asked for meanwhile."""
        self._doing = None
        if self._wanted is not None:
            self.draw(self._wanted)
            if self._doing is None:
                self.rendered.emit()
