"""Algorithms that go by squares of distances, made to work on points however near to the origin, or far from it, they are.

Points whose squares are no numbers are multiplied by a power of two (:mod:`kmeans_gui.clustering.magnitude`), and the steps are
brought back: they are the same as of the same picture in ordinary units. Other points are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.magnitude import scale_of, scaled_length
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Ball, Floats, Overlay, Places, Segments, Tree
from kmeans_gui.clustering.step import Step
from kmeans_gui.errors import CancelQuestion


@dataclass(frozen=True)
class _Units:
    """What of an algorithm's parameters, and of its notes' values, is a length or the square of one; its objective is one."""

    lengths: tuple[str, ...]
    squares: tuple[str, ...]

    def into(self, values: Mapping[str, Any], scale: float) -> dict[str, Any]:
        """Return the parameters for points multiplied by ``scale``."""
        scaled = {name: scaled_length(value, scale) if name in self.lengths else value for name, value in values.items()}
        if isinstance(values.get("init"), np.ndarray):
            scaled["init"] = values["init"] * scale
        return scaled

    def back(self, step: Step, scale: float) -> Step:
        """Return a step on points multiplied by ``scale`` as one on the points themselves."""
        return replace(
            step,
            centroids=None if step.centroids is None else step.centroids / scale,
            objective=None if step.objective is None else step.objective / scale / scale,
            shift=step.shift / scale,
            note=self._note_back(step.note, scale),
            overlays=tuple(_overlay_back(overlay, scale) for overlay in step.overlays),
        )

    def _note_back(self, note: Note, scale: float) -> Note:
        powers = dict.fromkeys(self.lengths, 1) | dict.fromkeys(self.squares, 2)
        values = dict(note.values)
        for name in values.keys() & powers.keys():
            for _ in range(powers[name]):
                values[name] /= scale
        return Note(note.template, values)


def _overlay_back(overlay: Overlay, scale: float) -> Overlay:
    match overlay:
        case Ball():
            return replace(overlay, center=overlay.center / scale, radius=overlay.radius / scale)
        case Places():
            return replace(overlay, positions=overlay.positions / scale)
        case Segments():
            return replace(overlay, ends=overlay.shown / scale, count=None)
        case Tree():
            return replace(overlay, heights=overlay.heights / scale / scale)
        case _:
            return overlay


def at_any_magnitude(algorithm: Algorithm, lengths: tuple[str, ...] = (), squares: tuple[str, ...] = ()) -> Algorithm:
    """Return an algorithm that goes by squares, as one that works on points of any magnitude.

    For those that show balls, places and segments, trees as high as the squares of lengths,
    and nothing else in units of the data.

    Parameters
    ----------
    algorithm : Algorithm
        Its objective, if it has one, is the square of a length.
    lengths, squares : tuple of str
        Names of parameters, and of values in notes, that are in units of the data, or in their square.
    """
    units, steps, fit, recall = _Units(lengths, squares), algorithm.steps, algorithm.fit, algorithm.recall

    def scale_for(X: Floats, values: Mapping[str, Any]) -> float:
        init = values.get("init")
        return scale_of(X, init) if isinstance(init, np.ndarray) else scale_of(X)

    def steps_at_any(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
        scale = scale_for(X, values)
        if scale == 1:
            yield from steps(X, values, seed, cancelled)
        else:
            for step in steps(X * scale, units.into(values, scale), seed, cancelled):
                yield units.back(step, scale)

    def fit_at_any(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Step:
        assert fit is not None
        scale = scale_for(X, values)
        if scale == 1:
            return fit(X, values, seed, cancelled)
        return units.back(fit(X * scale, units.into(values, scale), seed, cancelled), scale)

    def recall_at_any(X: Floats, step: Step) -> Assignment:
        assert recall is not None
        assert step.centroids is not None
        scale = scale_of(X)
        return recall(X, step) if scale == 1 else recall(X * scale, replace(step, centroids=step.centroids * scale))

    return replace(
        algorithm,
        steps=steps_at_any,
        fit=None if fit is None else fit_at_any,
        recall=None if recall is None else recall_at_any,
    )
