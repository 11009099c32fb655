"""What the tests of the numbers get: compiled kernels from the first test on.

Otherwise it would depend on the clock which of them ran with plain numpy.
"""

from __future__ import annotations

import pytest

from kmeans_gui.clustering.kernels import trouble, warm


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    assert warm(), trouble()
