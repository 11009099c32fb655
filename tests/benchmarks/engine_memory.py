"""How much memory a fit takes at its peak: ``python engine_memory.py SIDE N K MAX_ITER`` prints bytes a point beyond the input.

A process of its own, because a peak is the highest since a process began. On Linux it is that of this program's own memory
(``VmHWM``): ``ru_maxrss`` would begin with the peak of the process that started this one. Elsewhere it is ``ru_maxrss``, and
the state before the fit is the peak so far; on Windows there is neither.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIDES = ("ours", "scikit-learn")
STATUS = Path("/proc/self/status")


def available() -> bool:
    return sys.platform != "win32"


def measure_apart(side: str, n: int, k: int, max_iter: int) -> float:
    """Return the bytes a point that a fit takes beyond its input, measured in a new process."""
    command = [sys.executable, __file__, side, str(n), str(k), str(max_iter)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def resident() -> int:
    """Return the bytes that are in memory now."""
    return _status("VmRSS") if STATUS.exists() else _highest()


def peak() -> int:
    """Return the most bytes that have been in memory at once."""
    return _status("VmHWM") if STATUS.exists() else _highest()


def _status(field: str) -> int:
    found = re.search(rf"{field}:\s+(\d+) kB", STATUS.read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024


def _highest() -> int:
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def fit_of(side: str) -> Callable[[Floats, Floats, int], object]:
    if side == "ours":
        import engine_ours

        engine_ours.warm()
        return engine_ours.fit

    from sklearn.cluster import KMeans

    return lambda X, init, max_iter: KMeans(len(init), init=init, n_init=1, tol=0, max_iter=max_iter).fit(X)


def measure(side: str, n: int, k: int, max_iter: int) -> float:
    """Run a fit on a few points, so that all is loaded, and then on ``n``."""
    fit = fit_of(side)
    rng = np.random.default_rng(0)
    X = rng.random((n, 2))  # and nothing else of this size: what came and went would have raised the peak
    init = X[rng.choice(n, k, replace=False)]
    fit(X[:1000].copy(), init, 2)
    before = resident()
    fit(X, init, max_iter)
    return (peak() - before) / n


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))  # a checkout that is not installed
    print(measure(sys.argv[1], *map(int, sys.argv[2:])))
