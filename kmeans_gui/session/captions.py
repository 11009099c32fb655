"""Captions: what a picture shows, and what a run will begin with, in a few words."""

from __future__ import annotations

from kmeans_gui.clustering import Note, Step
from kmeans_gui.session.state import State


def caption_of(n: int, step: Step) -> str:
    """Return the standard caption of a half-step of a run on ``n`` points: "N = 200, K = 3, iteration 7".

    K is left out as long as there are no clusters.
    """
    k = f", K = {step.k:,}" if step.k else ""
    return f"N = {n:,}{k}, iteration {step.iteration:,}"


def first_act(state: State) -> str:
    """Return what a run will begin with, fit for a button: "Place 3 centroids"."""
    if state.start is not None:
        return Note("Start from {k:# centroid|centroids}", {"k": len(state.start)}).text()
    if state.takes_start and state.k:
        return Note("Place {k:# centroid|centroids}", {"k": state.k}).text()
    return "Start"
