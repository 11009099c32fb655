"""Layouts: keeps the layout of the data set on show, and has large ones sorted in the background.

Whatever is drawn or picked is looked up in a layout. It is there at once, also for millions of points and after each edit; when
there is time for it the points are put in spatial order, which makes all of that faster and changes nothing of what it says.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from kmeans_gui.data.cells import SORTED_FROM
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.data.layout import Layout
from kmeans_gui.engine.background import Background
from kmeans_gui.engine.worker import Publish
from kmeans_gui.errors import CancelQuestion

REST_MS = 300
"""How long a board must have been left alone before it is sorted anew."""


class Layouts(QObject):
    """The layout of one data set after the other.

    Signals
    -------
    sorted
        There is a better layout of the same data set.
    """

    sorted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset = Dataset.empty()
        self._layout = Layout.of(self._dataset.table)
        self._sorting = Background(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._connect_signals()

    def _connect_signals(self) -> None:
        self._rest.timeout.connect(self._sort)
        self._sorting.finished.connect(self._on_sorted)

    def of(self, dataset: Dataset) -> Layout:
        """Return the layout of a data set, which is on show from now on."""
        if dataset is not self._dataset:
            change = dataset.change_since(self._dataset)
            self._dataset = dataset
            # The points themselves, not the part that is drawn: so the engine's order can be shared.
            self._layout = Layout.of(dataset.table) if change is None else self._layout.after(change, dataset.table)
            self._sorting.stop()
            if dataset.n >= SORTED_FROM:
                self._rest.start(0 if change is None else REST_MS)
            else:
                self._rest.stop()
        return self._layout

    def close(self) -> None:
        """End the work in the background."""
        self._rest.stop()
        self._sorting.close()

    def _sort(self) -> None:
        dataset = self._dataset

        def sort(publish: Publish, cancelled: CancelQuestion) -> Layout:
            dataset.settle()
            return Layout.sorted(dataset.table, cancelled)

        self._sorting.begin(sort)

    def _on_sorted(self, number: int, layout: Layout) -> None:
        self._layout = replace(layout, recent=self._layout.recent)
        self.sorted.emit()
