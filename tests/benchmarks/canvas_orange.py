"""Steps of Orange's Interactive k-Means: ``ORANGE_PYTHON canvas_orange.py POINTS.npy K`` makes one for each line that it reads.

It runs in an interpreter that has orange3-educational (0.8), and answers each line with the milliseconds that the step took,
from the press of its button until the plot has been repainted. The quarter of a second for which Orange then animates what
has come is left out: the step is shown as it ends. A run at its end begins anew, which is not timed.
"""

import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from AnyQt.QtWidgets import QApplication
from Orange.data import Table
from orangecontrib.educational.widgets.owkmeans import OWKmeans


def at_once(start, final, update, done):
    """Stand in for the animation."""
    done(final)


def show(points, k):
    """Return Orange's window with points of shape (n, 2) and k clusters."""
    widget = OWKmeans()
    widget._animate = at_once
    widget.number_of_clusters = k
    widget.resize(1280, 800)
    widget.set_data(Table.from_numpy(None, points))
    widget.show()
    return widget


def step(widget):
    """Make one half-step; return its milliseconds."""
    if widget.k_means.converged:
        widget.restart()
    widget.plotview.viewport().repaint()
    QApplication.processEvents()
    begin = time.perf_counter()
    widget.step()
    widget.plotview.viewport().repaint()
    return 1e3 * (time.perf_counter() - begin)


if __name__ == "__main__":
    application = QApplication([])
    window = show(np.load(sys.argv[1]), int(sys.argv[2]))
    step(window)
    print("ready", flush=True)
    for _ in sys.stdin:
        print(step(window), flush=True)
    os._exit(0)  # Orange does not always survive the end of its window
