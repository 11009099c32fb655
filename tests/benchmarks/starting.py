"""How long the program takes from its start to its first painted window, against a bare window with a pyqtgraph plot.

    python tests/benchmarks/starting.py             a table
    python tests/benchmarks/starting.py --json      the same row for a program
    python tests/benchmarks/starting.py --quick     a smoke run: a round, nothing asked of the speed

Each side is started in a process of its own, in turns, after a start of each that does not count, and ends itself as soon as
its window has been painted: the start of Python counts. ``ours`` and ``peer`` are medians in milliseconds, ``ratio`` is the
median over the rounds of ours / peer, ``need`` the most allowed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from textwrap import indent

from report import Row, report

ROUNDS, NEED = 7, 1.3
CASE = "start to first paint, at most"
SECONDS = 120
"""No start takes longer."""

WATCH = """
import os
from PySide6.QtCore import QEvent, QObject, QTimer

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, lambda: os._exit(0))  # when this event and those of the window's other parts are done
        return False
"""

PEER = f"""{WATCH}
import pyqtgraph
from PySide6.QtWidgets import QApplication

application = QApplication([])
watch = Watch()
window = pyqtgraph.PlotWidget()
window.viewport().installEventFilter(watch)
window.resize(1280, 800)
window.show()
application.exec()
"""

OURS = f"""
from kmeans_gui import app, qt_check

start = qt_check.start_gui_application

def watched():
    application = start()  # which imports Qt, as it is without a watch
{indent(WATCH, "    ")}
    from kmeans_gui.ui import main_window

    make, watch = main_window.make_window, Watch(application)

    def make_watched(application):
        window = make(application)
        window.canvas.viewport().installEventFilter(watch)  # and not all objects: each event would be wrapped for Python
        return window

    main_window.make_window = make_watched
    return application

qt_check.start_gui_application = watched
app.main([])
"""

VARIABLES = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of both sides: compiled modules are kept, as they are where the program is installed."""


def seconds_to_paint(program: str) -> float:
    """Return how long a process that runs ``program`` lives."""
    root = str(Path(__file__).parents[2])  # a checkout that is not installed
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, timeout=SECONDS, env={**VARIABLES, "PYTHONPATH": paths})
    return time.perf_counter() - begin


def row(rounds: int, need: float | None) -> Row:
    """Start both sides in turns."""
    seconds_to_paint(OURS)
    seconds_to_paint(PEER)
    times = [(seconds_to_paint(OURS), seconds_to_paint(PEER)) for _ in range(rounds)]
    ratio = median(ours / peer for ours, peer in times)
    return Row(
        case=CASE,
        ours=median(ours for ours, _ in times) * 1e3,
        peer=median(peer for _, peer in times) * 1e3,
        ratio=ratio,
        need=need,
        ok=need is None or ratio <= need,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 if the program starts too slowly."""
    parser = argparse.ArgumentParser(description="Time the start of the program.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--quick", action="store_true", help="a smoke run: a round, nothing asked of the speed")
    parser.add_argument("--case", metavar="PATTERN", default="", help="only if the row's name holds this regular expression")
    options = parser.parse_args(arguments)
    if not re.search(options.case, CASE, re.IGNORECASE):
        parser.error(f"no row is called anything like {options.case!r}")
    found = row(1, None) if options.quick else row(ROUNDS, NEED)
    return report([found], len(CASE) + 2, options.json)


if __name__ == "__main__":
    raise SystemExit(main())
