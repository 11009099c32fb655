"""Nothing is left to compile once the kernels are loaded: in the window that would hold up everything for half a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

PROGRAM = """
import pkgutil
from importlib import import_module

import numpy as np

from kmeans_gui import clustering
from kmeans_gui.clustering import kernels
from kmeans_gui.clustering.algorithms.alternating import EMPTY_CLUSTERS
from kmeans_gui.clustering.seeding import STARTS
from kmeans_gui.data.layout import Layout

def signatures():
    loops = {}
    for module in pkgutil.iter_modules(kernels.__path__, kernels.__name__ + "."):
        for name, loop in vars(import_module(module.name)).items():
            if hasattr(loop, "signatures"):
                loops[f"{loop.__module__}.{loop.__name__}"] = list(map(str, loop.signatures))
    return loops

assert kernels.warm()
before = signatures()
assert len(before) > 20
rng = np.random.default_rng(0)
boards = {
    "one axis": rng.random((300, 1)),
    "small": rng.random((200, 2)),
    "in space": rng.random((500, 3)),
    "sorted": rng.random((20_000, 2)),
    "colors": rng.integers(0, 4, (20_000, 3)).astype(float),
    "sorted, by several threads": rng.random((600_000, 2)),
    "many axes": rng.random((3_000, 20)),
    "tiny": rng.random((100, 2)) * 1e-310,
    "lattice": rng.integers(0, 3, (100, 2)).astype(float),
}
for name, X in boards.items():
    X.flags.writeable = name in ("small", "sorted")
    if name in ("in space", "sorted, by several threads"):  # as the window does, which draws them in the same order
        Layout.sorted(X)
    k = 40 if name == "many axes" else 5
    with kernels.use_threads(2):
        trace = clustering.run("lloyd", X, k=k, max_iter=3)
        clustering.empty_trace("lloyd", X, 0).extend(trace)[1].labels
        if len(X) > 100_000:
            continue
        for init in STARTS:
            clustering.fit("lloyd", X, k=k, init=init, max_iter=20)
        if len(X) > 1000:
            continue
        for rule in EMPTY_CLUSTERS:
            far = np.vstack([X[:2], np.full((2, X.shape[1]), 1e9 * X.max())])
            clustering.run("lloyd", X, init=far, empty_clusters=rule)
            clustering.run_many("lloyd", X, init=far, empty_clusters=rule, restarts=3)
        clustering.run_many("lloyd", X, k=5, restarts=200, tol=0.0)
new = {name: found for name, found in signatures().items() if found != before.get(name)}
print({name: [one for one in found if one not in before.get(name, [])] for name, found in new.items()})
"""


def test_no_loop_is_compiled_for_other_arguments_later_on() -> None:
    result = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "{}"
