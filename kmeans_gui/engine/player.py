"""Player: walks a trace at a person's pace, forwards and back.

It knows how many half-steps there are, not what is in them. The run may still be growing: a step beyond what is known is
remembered and made as soon as it can be.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, Qt, QTimer, Signal

SLOWEST, FASTEST = 0.1, 60.0
AS_FAST_AS_IT_DRAWS = math.inf


class Player(QObject):
    """A position on a timeline, and the clock that moves it.

    Signals
    -------
    moved : int
        The new position.
    changed
        Playing or speed have changed.
    """

    moved = Signal(int)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self._speed = 1.0
        self._forget()

    def _forget(self) -> None:
        self._position: int | None = None
        self._length = 0
        self._complete = False
        self._playing = False
        self._goal: int | None = None
        self._chasing = False
        self._starved = False

    @property
    def position(self) -> int | None:
        """The half-step on show, None if there is no run."""
        return self._position

    @property
    def playing(self) -> bool:
        """Whether it moves on by itself."""
        return self._playing

    @property
    def speed(self) -> float:
        """Half-steps a second; infinity for as fast as it draws."""
        return self._speed

    @property
    def chasing(self) -> bool:
        """Whether it follows a growing run to its end."""
        return self._chasing

    @property
    def at_end(self) -> bool:
        """Whether the last half-step of a complete run is on show."""
        return self._complete and self._position == self._length - 1

    def reset(self) -> None:
        """Forget the run: nothing is on show and nothing plays."""
        was_playing = self._playing
        self._timer.stop()
        self._forget()
        if was_playing:
            self.changed.emit()

    def grow(self, length: int, complete: bool) -> None:
        """Take note that ``length`` half-steps are known, and whether that is all."""
        self._length, self._complete = length, complete
        if self._goal is not None and (self._goal < length or complete):
            self._move(min(self._goal, length - 1))
        elif self._chasing or self._position is None:
            # What is on show while the goal is waited for; going there is still to come.
            goal, chasing = self._goal, self._chasing and not complete
            self._move(length - 1 if self._chasing else 0)
            self._goal, self._chasing = goal, chasing
        elif self._starved:
            self._tick()

    def open(self, length: int, complete: bool, position: int) -> None:
        """Begin with a run of which ``length`` half-steps are known, at ``position`` or as near to it as there are."""
        self._length, self._complete = length, complete
        self._move(min(position, length - 1))
        if self._playing:
            self._schedule()

    def step(self) -> None:
        """Go one half-step on, as soon as it is known."""
        self._go_to(0 if self._position is None else self._position + 1)

    def back(self) -> None:
        """Go one half-step back."""
        self._go_to(max(0, (self._position or 0) - 1))

    def to_start(self) -> None:
        """Go to the first half-step."""
        self._go_to(0)

    def to_end(self) -> None:
        """Go to the last half-step; of a growing run, follow it to its end."""
        self.pause()
        self._chasing = not self._complete
        if self._length:
            self._move(self._length - 1)

    def seek(self, position: int) -> None:
        """Go to a half-step, as soon as it is known."""
        self._go_to(max(0, position))

    def _go_to(self, position: int) -> None:
        self.pause()
        if position < self._length or self._complete:
            self._move(min(position, self._length - 1))
        else:
            self._goal = position

    def play(self) -> None:
        """Play from here; from the start if the end is on show."""
        if self.at_end:
            self._move(0)
        self._playing = True
        self._schedule()
        self.changed.emit()

    def pause(self) -> None:
        """Stay where it is."""
        self._goal, self._chasing, self._starved = None, False, False
        self._timer.stop()
        if self._playing:
            self._playing = False
            self.changed.emit()

    def toggle(self) -> None:
        """Play or pause."""
        (self.pause if self._playing else self.play)()

    def set_speed(self, speed: float) -> None:
        """Play ``speed`` half-steps a second: 0.1 to 60, or infinity for as fast as it draws."""
        self._speed = speed if math.isinf(speed) else min(max(speed, SLOWEST), FASTEST)
        if self._playing:
            self._schedule()
        self.changed.emit()

    def frame_drawn(self) -> None:
        """Take note that the half-step on show has been painted: at full speed the next one may come."""
        if self._playing and math.isinf(self._speed) and not self._starved:
            self._timer.start(0)

    def _schedule(self) -> None:
        self._timer.start(0 if math.isinf(self._speed) else round(1000 / self._speed))

    def _tick(self) -> None:
        following = 0 if self._position is None else self._position + 1
        self._starved = following >= self._length and not self._complete
        if following < self._length:
            self._move(following)
            if not math.isinf(self._speed):
                self._schedule()
        if self.at_end:
            self.pause()

    def _move(self, position: int) -> None:
        self._goal = None
        if position != self._position:
            self._position = position
            self.moved.emit(position)
