"""Captions: the one line under a picture that says what it shows."""

from __future__ import annotations

from kmeans_gui.clustering import Step


def caption_of(n: int, step: Step) -> str:
    """Return the standard caption of a half-step of a run on ``n`` points: "N = 200, K = 3, iteration 7".

    K is left out as long as there are no clusters.
    """
    k = f", K = {step.k:,}" if step.k else ""
    return f"N = {n:,}{k}, iteration {step.iteration:,}"
