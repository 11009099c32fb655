"""Parameters on the way from one algorithm to another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kmeans_gui.clustering import REGISTRY
from kmeans_gui.clustering.parameters import Float, Int
from kmeans_gui.session.state import carried_over, defaults


@pytest.fixture(autouse=True)
def other(monkeypatch: pytest.MonkeyPatch) -> None:
    """An algorithm with fewer clusters, a tolerance of its own, and no start."""
    parameters = (
        Int(name="k", label="K", default=2, minimum=1, maximum=9, help="."),
        Float(name="tol", label="Tolerance", default=0.5, help="."),
        Float(name="eps", label="Radius", default=0.1, help="."),
    )
    monkeypatch.setitem(REGISTRY, "other", replace(REGISTRY["lloyd"], name="other", parameters=parameters))


def test_what_was_never_set_is_at_the_defaults_of_the_new_algorithm() -> None:
    assert carried_over(defaults("lloyd"), "lloyd", "other") == {"k": 2, "tol": 0.5, "eps": 0.1}


def test_what_was_set_stays_where_it_fits() -> None:
    was = {**defaults("lloyd"), "k": 5, "tol": 0.25, "init": np.zeros((5, 2))}
    assert carried_over(was, "lloyd", "other") == {"k": 5, "tol": 0.25, "eps": 0.1}
    assert carried_over({**was, "k": 12}, "lloyd", "other")["k"] == 2


def test_it_is_complete_and_comes_back() -> None:
    was = {**defaults("lloyd"), "k": 5}
    there = carried_over(was, "lloyd", "other")
    assert carried_over(there, "other", "lloyd") == was
