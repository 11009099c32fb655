"""Where numba is missing or broken, plain numpy does the work, with the same results."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lloyd_textbook import large_board

from kmeans_gui import clustering

ROOT = Path(__file__).parents[3]

PROGRAM = """
import sys
from types import ModuleType
sys.modules["numba"] = {numba}
import numpy as np
from kmeans_gui import clustering
from kmeans_gui.clustering import kernels
assert not kernels.warm()
X = np.frombuffer(sys.stdin.buffer.read()).reshape(-1, 2)
kernel = kernels.choose(X, 6)
print(type(kernel).__name__)
print(kernels.trouble())
for step in clustering.steps("lloyd", X, k=6):
    print(step.phase, step.changed, step.shift.hex(), step.centroids.tobytes().hex(), step.labels.tobytes().hex())
print(clustering.fit("lloyd", X, k=6).objective.hex())
"""


@pytest.mark.parametrize(
    ("numba", "trouble"),
    [
        ("None", "numba is not installed, so large data run slowly. Install it with: pip install numba"),
        ("ModuleType('numba')", "numba does not work on this machine, so large data run slowly. The log says why."),
    ],
    ids=["missing", "broken"],
)
def test_plain_numpy_does_the_work(numba: str, trouble: str) -> None:
    X = large_board("clustered", 300, 2, 0)
    program = [sys.executable, "-W", "error", "-c", PROGRAM.format(numba=numba)]
    result = subprocess.run(program, cwd=ROOT, input=X.tobytes(), capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    kernel, said, *lines, objective = result.stdout.decode().splitlines()
    assert (kernel, said) == ("Plain", trouble)
    assert lines == [
        f"{step.phase} {step.changed} {step.shift.hex()} {step.centroids.tobytes().hex()} {step.labels.tobytes().hex()}"
        for step in clustering.steps("lloyd", X, k=6)
    ]
    assert objective == clustering.fit("lloyd", X, k=6).objective.hex()
