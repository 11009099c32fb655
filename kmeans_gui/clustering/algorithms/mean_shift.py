"""Mean shift (Fukunaga & Hostetler 1975; Comaniciu & Meer, "Mean shift: a robust approach toward feature space analysis", PAMI
24, 2002), with a flat window as in scikit-learn.

Seeds climb to where points are dense: each moves to the mean of the points in the window around it, again and again, until it
rests on a mode. Modes that are no farther apart than the window's radius become one, and each point goes to the nearest. The
number of clusters is not asked for; it follows from the radius, the bandwidth.

All seeds make their moves at once, a half-step a round. How a window's mean is found is in
:mod:`kmeans_gui.clustering.windows`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.algorithms.alternating import FINISH
from kmeans_gui.clustering.algorithms.any_magnitude import at_any_magnitude
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.distances import nearest
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Ball, Overlay, Places, Segments
from kmeans_gui.clustering.parameters import LARGEST, Choice, Float, Int
from kmeans_gui.clustering.step import Floats, Phase, Step, label_dtype
from kmeans_gui.clustering.windows import Windows, estimate_bandwidth
from kmeans_gui.errors import Cancelled, CancelQuestion, UserError

PARAMETERS = (
    Float(
        name="bandwidth",
        label="Bandwidth",
        default=0.0,
        maximum=LARGEST,
        zero="auto",
        help="Radius of the windows, in units of the data; auto estimates it from the distances between points.",
    ),
    Choice(
        name="bin_seeding",
        label="Seeds",
        default="auto",
        options={"auto": "On each point, if few", "no": "On each point", "yes": "In each bin"},
        help="Where windows start: on all points, or in all cells with points of a grid as wide as the bandwidth.",
    ),
    Choice(
        name="cluster_all",
        label="Points far from all modes",
        default="yes",
        options={"yes": "Go to the nearest mode", "no": "Have no cluster"},
        help="What becomes of points that are farther than the bandwidth from each mode.",
        advanced=True,
    ),
    Int(
        name="max_iter",
        label="Most rounds",
        default=300,
        minimum=1,
        maximum=100_000,
        help="Stop after this many moves of a seed.",
        advanced=True,
    ),
)

SHIFT = "shift"
MERGE = "merge"

FEW = 1000
"""Most points that each have a seed if nothing else is said."""

SHOWN = 2000
"""Most seeds that are shown, evenly picked from all; more would hide the points."""

REST = 1e-3
"""A seed rests when it moves by no more than this share of the bandwidth."""

_SORTED = 1 << 14
"""Points whose cells are sorted in one go."""


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START, a SHIFT a round, MERGE, ASSIGN and DONE."""
    bandwidth = values["bandwidth"] or estimate_bandwidth(X, np.random.default_rng(seed), cancelled)
    in_bins = values["bin_seeding"] == "yes" or (values["bin_seeding"] == "auto" and len(X) > FEW)
    seeds = bin_seeds(X, bandwidth, cancelled) if in_bins else X
    film = _Film(X, seeds, bandwidth)
    yield film.start(is_estimated=not values["bandwidth"])
    windows = Windows(X, bandwidth)
    positions, counts = seeds.copy(), np.ones(len(seeds), np.intp)
    moving = np.arange(len(seeds))
    for _ in range(values["max_iter"]):
        before = positions[moving]
        # Seeds that have met go on together.
        first, which = distinct(before)
        places = before[first]
        means, sizes = windows.means(places, cancelled)
        positions[moving], counts[moving] = means[which], sizes[which]
        moves = np.linalg.norm(positions[moving] - before, axis=1)
        yield film.shift(positions, moving, before, moves, counts)
        moving = moving[(moves > REST * bandwidth) & (counts[moving] > 0)]
        if not len(moving):
            break
    if not counts.any():
        raise UserError("No seed has a point within the bandwidth. Choose a larger bandwidth or a seed on each point.")
    modes, heirs, rests = merge(positions[counts > 0], counts[counts > 0], bandwidth, cancelled)
    yield film.merge(modes, heirs, rests)
    labels, distances = nearest(X, modes, "euclidean", cancelled)
    if values["cluster_all"] == "no":
        labels[distances > bandwidth] = -1
    yield film.assign(modes, labels.astype(label_dtype(len(modes))))
    yield film.done(modes, len(moving))


def bin_seeds(X: Floats, bandwidth: float, cancelled: CancelQuestion = lambda: False) -> Floats:
    """Return the middles of the cells of a grid, as wide as the bandwidth, that have points; the points if these are as few."""
    if bandwidth == 0:
        return X
    found = []
    for block in blocks(len(X), _SORTED, cancelled):
        cells = np.round(X[block] / bandwidth)
        found.append(cells[distinct(cells)[0]])
    cells = np.concatenate(found)
    seeds: Floats = cells[distinct(cells)[0]] * bandwidth
    return X if len(seeds) == len(X) else seeds


def distinct(rows: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each of the different ``rows`` is first, in the order of coordinates, and which of these each row is.

    The same as ``numpy.unique`` along the first axis, which keeps other threads out as long as it sorts.
    """
    order = np.lexsort(rows.T[::-1])
    is_new = np.ones(len(rows), bool)
    is_new[1:] = False
    for axis in rows.T:
        sorted_axis = axis[order]
        is_new[1:] |= sorted_axis[1:] != sorted_axis[:-1]
    which = np.empty(len(rows), np.intp)
    which[order] = np.cumsum(is_new) - 1
    return order[is_new], which


def merge(
    positions: Floats, counts: NDArray[np.intp], bandwidth: float, cancelled: CancelQuestion
) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Merge places that are within the bandwidth of a place with more points in its window.

    Returns
    -------
    modes : ndarray of shape (k, d)
        Those that remain, the one with the most points first.
    heirs : ndarray of shape (m,), int
        The mode that each distinct place went to.
    rests : ndarray of shape (m, d)
        The distinct places.
    """
    from scipy.spatial import cKDTree

    first, _ = distinct(positions)
    order = np.argsort(counts[first], kind="stable")[::-1]  # ties go to what is last in the order of coordinates
    rests = positions[first[order]]
    tree = cKDTree(rests)
    heirs = np.full(len(rests), -1)
    modes: list[Floats] = []
    for i, place in enumerate(rests):
        if cancelled():
            raise Cancelled
        if heirs[i] < 0:
            near = np.array(tree.query_ball_point(place, bandwidth))
            heirs[near[heirs[near] < 0]] = len(modes)
            modes.append(place)
    return np.array(modes), heirs, rests


class _Film:
    """Numbers the steps of one run, keeps the seeds' paths and puts each step into words."""

    def __init__(self, X: Floats, seeds: Floats, bandwidth: float) -> None:
        self._n = len(X)
        self._seeds = seeds
        self._bandwidth = bandwidth
        self._index = -1
        self._iteration = 0
        self._assignment: Assignment = np.full(len(X), -1, np.int8)
        self._shown = np.zeros(len(seeds), bool)
        self._shown[:: -(-len(seeds) // SHOWN)] = True
        self._paths = np.zeros((2 * int(self._shown.sum()), 2, X.shape[1]))
        self._count = 0

    def start(self, is_estimated: bool) -> Step:
        how = ", estimated from the distances between points" if is_estimated else ""
        on = "a seed on each point" if len(self._seeds) == self._n else "a seed in each cell with points of a grid"
        return self._step(
            Phase.START,
            Note("Place {m:# seed|seeds}", {"m": len(self._seeds)}),
            Note(
                "Place {m:# seed|seeds}, " + on + "; the bandwidth is {bandwidth:g}" + how + ".",
                {"m": len(self._seeds), "bandwidth": self._bandwidth},
            ),
            overlays=(Places(self._seeds[self._shown]), Ball(self._seeds[0], self._bandwidth)),
        )

    def shift(
        self, positions: Floats, moving: NDArray[np.intp], before: Floats, moves: Floats, counts: NDArray[np.intp]
    ) -> Step:
        self._iteration += 1
        farthest = int(moves.argmax())
        resting = int(np.count_nonzero((moves <= REST * self._bandwidth) & (counts[moving] > 0)))
        lost = int(np.count_nonzero(counts[moving] == 0))
        if len(moving) == 1:
            template = "One seed moves by {shift:g}, to the mean of {points:# point|points}. {resting:# comes|come} to rest."
        else:
            template = (
                "{m:# seed|seeds} move to the means of the points in their windows: the farthest by {shift:g}, to the mean of "
                "{points:# point|points}. {resting:# comes|come} to rest."
            )
        if lost:
            template += " {lost:# is|are} dropped for want of points."
        numbers = {
            "m": len(moving),
            "shift": float(moves[farthest]),
            "points": int(counts[moving[farthest]]),
            "resting": resting,
            "lost": lost,
        }
        shown = self._shown[moving]
        paths = self._add_paths(before[shown], positions[moving[shown]])
        return self._step(
            SHIFT,
            Note("Move {m:# seed|seeds}", {"m": len(moving)}),
            Note(template, numbers),
            shift=float(moves[farthest]),
            overlays=(paths, Places(positions[self._shown]), Ball(before[farthest].copy(), self._bandwidth)),
        )

    def _add_paths(self, before: Floats, after: Floats) -> Segments:
        """Return the paths so far; all steps share one array until it is full."""
        count = self._count + len(before)
        if count > len(self._paths):
            self._paths = np.concatenate([self._paths[: self._count], np.zeros_like(self._paths), np.zeros_like(self._paths)])
        self._paths[self._count : count] = np.stack([before, after], axis=1)
        self._count = count
        return Segments(self._paths[:], count, newest=len(before))

    def merge(self, modes: Floats, heirs: NDArray[np.intp], rests: Floats) -> Step:
        joined = np.any(modes[heirs] != rests, axis=1)
        lines = np.stack([rests[joined], modes[heirs[joined]]], axis=1)
        return self._step(
            MERGE,
            Note("Merge {m:# place|places}", {"m": len(rests)}),
            Note(
                "Seeds are at rest at {m:# place|places}; of those within the bandwidth of each other, {bandwidth:g}, only the "
                "one with the most points stays: {k:# mode|modes}.",
                {"m": len(rests), "bandwidth": self._bandwidth, "k": len(modes)},
            ),
            centroids=modes,
            overlays=(Segments(lines, newest=len(lines)), Places(rests)),
        )

    def assign(self, modes: Floats, labels: NDArray[np.signedinteger]) -> Step:
        self._assignment = labels
        given = int(np.count_nonzero(labels >= 0))
        template = "Assign {given:# point|points} to the nearest mode, which need not be where its own path ended."
        if given < self._n:
            template += " {left:# is|are} farther than the bandwidth from each mode: no cluster."
        return self._step(
            Phase.ASSIGN,
            Note("Assign {given:# point|points}", {"given": given}),
            Note(template, {"given": given, "left": self._n - given}),
            centroids=modes,
            changed=given,
        )

    def done(self, modes: Floats, moving: int) -> Step:
        return self._step(
            Phase.DONE,
            FINISH,
            Note(
                "Stopped: the largest number of rounds allowed was made, and {moving:# seed was|seeds were} still moving."
                if moving
                else "Done: {k:# cluster|clusters}, one around each mode.",
                {"k": len(modes), "moving": moving},
            ),
            centroids=modes,
        )

    def _step(
        self,
        phase: str,
        title: Note,
        note: Note,
        centroids: Floats | None = None,
        overlays: tuple[Overlay, ...] = (),
        **numbers: Any,
    ) -> Step:
        self._index += 1
        return Step(
            index=self._index,
            iteration=self._iteration,
            phase=phase,
            assignment=self._assignment,
            centroids=centroids,
            objective=None,
            title=title,
            note=note,
            overlays=overlays,
            metric=None if centroids is None else "euclidean",
            **numbers,
        )


ALGORITHM = at_any_magnitude(
    Algorithm(
        name="mean-shift",
        title="Mean shift",
        summary="Let seeds climb to where points are dense, each to the mean of the points in the window around it; where they "
        "come to rest there is a cluster.",
        parameters=PARAMETERS,
        pseudocode=(
            ("Place seeds", (Phase.START,)),
            ("Repeat", ()),
            ("    Move each seed to the mean of the points in its window", (SHIFT,)),
            ("until all seeds rest", ()),
            ("Merge the places within the bandwidth of each other", (MERGE,)),
            ("Assign each point to the nearest mode", (Phase.ASSIGN, Phase.DONE)),
        ),
        steps=steps,
    ),
    lengths=("bandwidth", "shift"),
)
