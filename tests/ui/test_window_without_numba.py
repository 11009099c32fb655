"""Where numba is missing the window runs and draws with plain numpy, the same pictures bit for bit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys, time
compiled = sys.argv[1] == "compiled"
if not compiled:
    sys.modules["numba"] = None
from PySide6.QtWidgets import QApplication
from kmeans_gui.clustering import kernels
from kmeans_gui.clustering.kernels import warming
from kmeans_gui.data.boards import board
from kmeans_gui.ui.canvas import raster
from kmeans_gui.ui.canvas.raster.plain import PLAIN
from kmeans_gui.ui.main_window import make_window
assert kernels.warm() is warming.warm(raster.FAMILY) is compiled
assert (raster.loops() is PLAIN) is not compiled
app = QApplication(["kmeans-gui"])
window = make_window(app)
window.resize(640, 480)
window.stage.motion = False
window.show()
controller, canvas = window.controller, window.canvas
for layer in {"regions", "links", "trails", "switched"} - controller.state.layers:
    controller.toggle_layer(layer)
controller.use_dataset(board("gaussians", seed=2, n=20_000, k=5), "open points")
controller.to_end()

def resting():
    app.processEvents()
    picture, shown = canvas._renderer.picture, controller.shown
    return not shown.busy and picture is not None and not picture.coarse and picture.request.frame is canvas.frame

def rest(reached):
    end = time.monotonic() + 60
    while not (resting() and reached(controller.shown)):
        assert time.monotonic() < end, controller.shown

def tell():
    sys.stdout.buffer.write(canvas._renderer.picture.sheet.pixels.tobytes())

rest(lambda shown: shown.complete and shown.position == shown.length - 1)
tell()
controller.seek(3)
rest(lambda shown: shown.position == 3)
tell()
window.close()
"""
"""Writes the pixels of a run's end and of its second assignment, of which points switched."""


def pictures(loops: str) -> bytes:
    program = [sys.executable, "-W", "error", "-c", PROGRAM, loops]
    result = subprocess.run(program, cwd=ROOT, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


def test_the_window_draws_the_same_pictures() -> None:
    plain = pictures("plain")
    assert len(set(plain)) > 16
    assert plain == pictures("compiled")
