"""The window under its heaviest load: ``python canvas_heavy.py N K SECONDS`` prints what it found, as JSON.

A run is computed and played as fast as it goes, and begun anew at its end, while the mouse drags the canvas about. A timer of
5 ms tells how long the event loop keeps others waiting: the gaps between its ticks. The same is measured before, in the same
window at rest, for what the machine itself adds. A process of its own, for the sake of memory and of nothing else to collect.
"""

from __future__ import annotations

import gc
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest

sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed

from canvas_ours import Window, application, blobs, let_pass
from engine_memory import resident

from kmeans_gui.clustering import Floats
from kmeans_gui.ui.shown import Shown

HEARTBEAT_MS = 5
PAN_MS = 16
SAMPLE_MS = 500
REACH = 120
"""Pixels for which the canvas is dragged to each side."""


@dataclass(frozen=True)
class Found:
    """What a sitting has found: percentiles of gaps in milliseconds, and bytes.

    Parameters
    ----------
    p99, longest : float
        Gaps under load.
    rest_p99, rest_longest : float
        Gaps at rest.
    resident : int
        The most bytes in memory while a run was under way.
    points : int
        Bytes of the points themselves.
    half_steps : int
        Shown under load.
    """

    p99: float
    longest: float
    rest_p99: float
    rest_longest: float
    resident: int
    points: int
    half_steps: int


def measure_apart(n: int, k: int, seconds: float) -> Found:
    """Measure in a new process."""
    command = [sys.executable, __file__, str(n), str(k), str(seconds)]
    return Found(**json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))


def measure(n: int, k: int, seconds: float) -> Found:
    """Show n points with k clusters; measure at rest and then under load, each for some seconds."""
    with application():
        window = Window(blobs(n, k)[0], k)
        gc.freeze()  # as the program does when it has loaded its libraries
        rest = gaps(seconds / 4)
        load = Load(window)
        sampled: list[int] = []
        every(SAMPLE_MS, lambda: sampled.append(resident()), window.window)
        under_load = gaps(seconds)
        load.end()
        window.close()
    return Found(
        p99=float(np.percentile(under_load, 99)),
        longest=float(under_load.max()),
        rest_p99=float(np.percentile(rest, 99)),
        rest_longest=float(rest.max()),
        resident=max(sampled, default=resident()),
        points=16 * n,
        half_steps=load.half_steps,
    )


def every(ms: int, act: Callable[[], object], owner: QObject | None = None) -> QTimer:
    """Do something time and again, as long as ``owner`` lives; return the timer."""
    timer = QTimer(owner)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(act)
    timer.start(ms)
    return timer


def gaps(seconds: float) -> Floats:
    """Handle events for some seconds; return the milliseconds between ticks of the heartbeat."""
    ticks = [time.perf_counter()]
    timer = every(HEARTBEAT_MS, lambda: ticks.append(time.perf_counter()))
    let_pass(round(1e3 * seconds))
    timer.stop()
    return 1e3 * np.diff([*ticks, time.perf_counter()])


class Load:
    """A run that never ends, and a hand that drags the canvas about."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._turn = 0
        self.half_steps = 0
        window.controller.rendered.connect(self._count)
        window.controller.player.set_speed(math.inf)
        window.controller.toggle_play()
        self._drag_from = window.canvas.viewport().rect().center()
        self._mouse(QTest.mousePress, self._drag_from)
        self._timers = [every(PAN_MS, self._drag, window.window), every(PAN_MS, self._go_on, window.window)]

    def _count(self, old: Shown, new: Shown) -> None:
        self.half_steps += old.step is not new.step

    def _go_on(self) -> None:
        if self._window.controller.player.at_end:
            self._window.controller.new_start()
            self._window.controller.toggle_play()

    def _drag(self) -> None:
        self._turn += 1
        angle = self._turn / 20
        place = self._drag_from + QPoint(round(REACH * math.sin(angle)), round(REACH * math.sin(2 * angle) / 2))
        QTest.mouseMove(self._window.canvas.viewport(), place)

    def _mouse(self, act: Callable[..., None], place: QPoint) -> None:
        act(self._window.canvas.viewport(), Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, place)

    def end(self) -> None:
        for timer in self._timers:
            timer.stop()
        self._mouse(QTest.mouseRelease, self._drag_from)
        self._window.controller.stop_computing()


if __name__ == "__main__":
    print(json.dumps(asdict(measure(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))))
