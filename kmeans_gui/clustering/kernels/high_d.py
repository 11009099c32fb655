from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.kernels import exact_compiled, threads
from kmeans_gui.clustering.kernels.base import Kernel, blocks
from kmeans_gui.clustering.kernels.bounds import Centers, Rows, center, move, screen, settle
from kmeans_gui.clustering.kernels.points import Points
from kmeans_gui.clustering.step import Floats, Labels, label_dtype

MEMORY = 1 << 30
ASIDE = np.float32(1e15)
FAR = 2.0**40
SHARED = 1 << 21


class HighD(Kernel):
    def __init__(self, points: Points, k: int, cancelled: Callable[[], bool]) -> None:
        super().__init__(points, k, cancelled)
        n, d = points.n, points.d
        self._moving = np.zeros((k + 1, len(points.anchors), d))
        self._sums = self._moving.transpose(0, 2, 1)
        self._middle = points.X[:: max(n // 512, 1)].mean(axis=0) * points.scale
        size = (n, k) if n * k * 4 <= MEMORY else (0, 0)
        self._rows = Rows(points.X, points.scale, np.empty((n, d), np.float32), np.empty(n, np.float32),
                          np.full(n, k, np.int16), np.empty(size[0], np.float32), np.empty(size, np.float32))
        for part in blocks(n, max((1 << 20) // d, 1), cancelled):
            center(points.X[part], points.scale, self._middle, self._rows.rounded[part], self._rows.norms[part])
        self._size = min(2048, max(64, min((1 << 28) // (k * d), (1 << 20) // k)))
        self._last = None
        self._drift = np.zeros(k)

    def _centers(self, exact):
        k = self.k
        live = np.isfinite(exact).all(axis=1)
        first = np.unique(exact, axis=0, return_index=True)[1]
        live &= np.isin(np.arange(k), first)
        away = np.where(live[:, None], exact - self._middle, 0.0)
        norms = np.sqrt((away * away).sum(axis=1))
        if norms.max() > FAR or not live.any():
            return None, False
        rounded = away.astype(np.float32)
        norms = np.where(live, norms, ASIDE).astype(np.float32)
        moves = np.zeros(k)
        bounded = self._last is not None and np.array_equal(live, self._last[1])
        halves = np.zeros((k, k), np.float32)
        if bounded:
            moves = np.sqrt(((away - self._last[0]) ** 2).sum(axis=1)) * (1 + 2.0**-40)
            self._drift = (self._drift + moves) * (1 + 2.0**-50) + 2.0**-100
            d = self.points.d
            n32 = norms.astype(np.float64)
            sq = n32 * n32
            g = (rounded @ rounded.T).astype(float)
            e = 2.02 * d * 2.0**-24 * n32[:, None] * n32 + 12 * 2.0**-24 * (n32[:, None] + n32) ** 2 + d * 2.0**-122
            halves = (0.5 * np.sqrt(np.maximum(sq[:, None] + sq - 2 * g - e, 0)) * (1 - 2.0**-20)).astype(np.float32)
            np.fill_diagonal(halves, np.inf)
        else:
            self._drift[:] = 0
        up = 1 + 2.0**-22
        self._last = away, live
        return Centers(exact, rounded, norms, halves, ((moves + 2.0**-100) * up).astype(np.float32),
                       (self._drift / up).astype(np.float32), (self._drift * up).astype(np.float32)), bounded

    def _assign(self, centroids: Floats) -> int:
        n, k, size = self.points.n, self.k, self._size
        old = self._rows.labels.copy()
        centers, bounded = self._centers(centroids)
        bounded = bounded and len(self._rows.lower) > 0
        tasks = -(-n // size)
        workers = min(threads.available(), tasks)
        actives = [np.empty(size, np.int64) for _ in range(workers)]
        self.left = 0
        def work(worker, task):
            start, stop = task * size, min((task + 1) * size, n)
            active = actives[worker]
            count = stop - start
            if bounded:
                count = screen(self._rows, centers, start, stop, active)
            if count == stop - start:
                active[:count] = np.arange(start, stop)
                part = self._rows.rounded[start:stop]
            else:
                part = self._rows.rounded[active[:count]]
            if count:
                settle(self._rows, centers, part @ centers.rounded.T, active, count)
            return count
        self.left = threads.share(work, tasks, workers, self.cancelled)
        new = self._rows.labels
        moved = np.flatnonzero(old != new)
        self._move(moved, old, new, workers)
        return len(moved)

    def _move(self, moved, old, new, workers):
        d = self.points.d
        def work(worker, task):
            a, b = task * d // workers, (task + 1) * d // workers
            for part in blocks(len(moved), 4096, self.cancelled):
                move(self.points.X, self.points.scale, moved[part], old, new, a, b, self.points.anchors, self._moving)
            return 0
        threads.share(work, workers, workers, self.cancelled)
        self._counts -= np.bincount(old[moved], minlength=self.k + 1)
        self._counts += np.bincount(new[moved], minlength=self.k + 1)

    def assignment(self) -> Labels:
        labels = self._rows.labels.astype(label_dtype(self.k))
        if self._counts[self.k]:
            labels[self._rows.labels == self.k] = -1
        return labels

    def adopt(self, labels: Labels) -> None:
        self._sums, self._counts = self._sums_of(labels)


def high_d(X: Floats, k: int, cancelled: Callable[[], bool]) -> HighD:
    return HighD(Points(X, exact_compiled, cancelled), k, cancelled)
