"""A renderer made of numpy alone, and jobs to hand to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kmeans_gui import clustering
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.export.job import Job, Pixels

GROUND, RED, BLUE = (250, 250, 248), (213, 94, 0), (0, 114, 178)
TINT = (248, 249, 248)
"""So close to the ground that a coarse palette would merge the two."""


@dataclass
class Blocks:
    """Draws a block that moves with the half-step; remembers what it was asked for."""

    asked: list[int] = field(default_factory=list)

    def pixels(self, index: int, width: int, height: int) -> Pixels:
        self.asked.append(index)
        image = np.full((height, width, 3), GROUND, np.uint8)
        image[: height // 2] = TINT
        image[2:6, 4 * index : 4 * index + 4] = RED
        image[height - 3 :, : 2 + index] = BLUE
        return image

    def svg(self, index: int, width: int, height: int) -> str:
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><text>μ {index}</text></svg>'


@dataclass
class Blends(Blocks):
    """Draws the same with a gradient of thousands of colors below it, as blended edges make."""

    def pixels(self, index: int, width: int, height: int) -> Pixels:
        image = super().pixels(index, width, height)
        ramp = np.random.default_rng(index).integers(0, 256, (height // 4, width, 3), dtype=np.uint8)
        image[height // 2 : height // 2 + len(ramp)] = ramp
        return image


def every(count: int) -> tuple[int, ...]:
    return tuple(range(count))


def job(render: Any = None, which: Callable[[int], tuple[int, ...]] = every, **settings: Any) -> Job:
    """Return a job for a run on two pairs of points; ``which`` chooses the half-steps from their number."""
    points = np.array([[0.0, 0.0], [0.0, 1.0], [4.0, 0.0], [4.0, 1.0], [2.1, 0.5]])
    trace = clustering.run("lloyd", points, k=2, init=points[[0, 1]])
    sizes = {"width": 64, "height": 32}
    return Job(
        dataset=Dataset.of(points), trace=trace, frames=which(len(trace)), render=render or Blocks(), **{**sizes, **settings}
    )
