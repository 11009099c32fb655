"""A user's hands: real mouse and key events on the window, and a look at what it holds."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def state(window):
    return window.controller.state


def click(window, at, modifier=NONE):
    QTest.mouseClick(window.canvas.viewport(), LEFT, modifier, at)


def begin_drag(window, *places, modifier=NONE):
    """Press and move, without letting go."""
    viewport = window.canvas.viewport()
    QTest.mousePress(viewport, LEFT, modifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(viewport, place)
        # QTest's move carries no button, which is all that the canvas does not need: it knows what is held.


def release(window, place, modifier=NONE):
    QTest.mouseRelease(window.canvas.viewport(), LEFT, modifier, place)


def drag(window, *places, modifier=NONE):
    begin_drag(window, *places, modifier=modifier)
    release(window, places[-1], modifier)


def show_layer(window, name):
    if name not in state(window).layers:
        window.controller.toggle_layer(name)


def key(window, *keys):
    for one in keys:
        QTest.keySequence(window, QKeySequence(one))


def pixel(window, point):
    x, y = window.canvas.view.to_pixels(np.array([point], float))[0]
    return QPoint(round(x), round(y))
