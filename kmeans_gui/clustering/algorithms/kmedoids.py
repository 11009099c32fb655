"""k-medoids by PAM, partitioning around medoids (Kaufman & Rousseeuw, "Finding groups in data", 1990, chapter 2).

A medoid is the point of a cluster from which the others are least far away: a center that exists, for any distance whatever.
BUILD makes one point after the other a medoid, each time the one that lowers the sum of distances most; SWAP then puts a point
in the place of a medoid as long as that lowers the sum, each time the best of all k (n − k) swaps.

Those are weighed all k at a time, as in FastPAM1 (Schubert & Rousseeuw, "Faster k-medoids clustering", 2019): if a point takes
the place of medoid i, those that have another medoid can only come nearer, and only those of medoid i may have to go to the
second nearest. So one look at each pair of points is enough, where the book takes k. The swaps are the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.distances import between, metric_parameter, nearest
from kmeans_gui.clustering.journal import Journal
from kmeans_gui.clustering.kernels import choose
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Outlined, Overlay, Segments
from kmeans_gui.clustering.parameters import Int, Start
from kmeans_gui.clustering.seeding import STARTS
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import CancelQuestion, UserError

BUILD, SWAP = "build", "swap"

MOST = 10_000
"""Points whose distances from each other fit into memory: 0.75 GiB of them."""

_BLOCK = 1 << 18
"""Distances that are worked on in one go: about a millisecond."""

_STARTS = ("random", "k-means++", "farthest-first")

PARAMETERS = (
    Int(name="k", label="K", default=3, minimum=1, maximum=1000, help="Number of clusters."),
    metric_parameter(),
    Start(
        name="init",
        label="Start",
        default=BUILD,
        options={BUILD: "Greedily (BUILD)"} | {name: STARTS[name][0] for name in _STARTS},
        help="How the starting medoids are chosen.",
    ),
    Int(
        name="max_iter",
        label="Most swaps",
        default=300,
        minimum=1,
        maximum=100_000,
        help="Stop after this many swaps.",
        advanced=True,
    ),
    Int(
        name="sample",
        label="Sample",
        default=0,
        maximum=MOST,
        help="Find the medoids of so many points drawn at random; each other point goes to the nearest. 0 takes all points.",
        advanced=True,
    ),
)


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START, the medoids as they are chosen (BUILD) or an ASSIGN, each SWAP, and DONE."""
    k, metric, init = values["k"], values["metric"], values["init"]
    rng = np.random.default_rng(seed)
    rows = _drawn(len(X), k, values["sample"], rng)
    points = X[rows]
    film = _Film(X, rows, metric)
    if isinstance(init, str) and init == BUILD:
        yield film.start(None, k, "one by one")
        pam = Pam(points, metric, cancelled)
        for _ in range(k):
            before = pam.cost
            pam.build()
            yield film.build(pam, before)
    else:
        given = not isinstance(init, str)
        chosen = init if given else STARTS[init][1](points, k, rng, choose(points, k, cancelled))
        medoids = closest_rows(points, chosen, metric)
        yield film.start(medoids, k, "given" if given else STARTS[init][0])
        pam = Pam(points, metric, cancelled)
        pam.begin(medoids)
        yield film.assign(pam)
    settled = False
    for made in range(values["max_iter"] + 1):
        swap = pam.best_swap()
        settled = swap is None
        if swap is None or made == values["max_iter"]:
            break
        before, old = pam.cost, pam.medoids[swap.medoid]
        pam.make(swap)
        yield film.swap(pam, swap, old, before)
    if len(rows) < len(X):
        yield film.assign_others(pam, cancelled)
    yield film.done(pam, settled)


def _drawn(n: int, k: int, sample: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the rows among which medoids are looked for, in order."""
    wanted = min(sample or n, n)
    if wanted > MOST:
        raise UserError(
            f"The distances between {n:,} points would take {8 * n * n / 2**30:,.1f} GiB of memory. Set Sample to a number of "
            f"points up to {MOST:,}: the others then go to the nearest medoid."
        )
    if wanted < k:
        raise UserError(f"K is {k:,}, but Sample is only {wanted:,}. Choose a smaller K or a larger Sample.")
    return np.arange(n) if wanted == n else np.sort(rng.choice(n, wanted, replace=False))


def closest_rows(points: Floats, centers: Floats, metric: str) -> list[int]:
    """Return the row of the point closest to each of ``centers``, shape (k, d), each row once at most."""
    rows: list[int] = []
    for distances in between(centers, points, metric):
        distances[rows] = np.inf
        rows.append(int(distances.argmin()))
    return rows


@dataclass(frozen=True)
class Swap:
    """A point that takes the place of a medoid.

    Parameters
    ----------
    medoid : int
        Which of the k.
    row : int
        The point that takes its place.
    change : float
        What that adds to the sum of distances; negative.
    """

    medoid: int
    row: int
    change: float


class Pam:
    """The medoids of some points, and all distances between the points.

    Parameters
    ----------
    points : ndarray of shape (n, d)
    metric : str
    cancelled : callable
        Asked every few milliseconds.

    Attributes
    ----------
    medoids : list of int
        Rows of the points.
    labels : ndarray of shape (n,), int
        The medoid of each point: the nearest, the lowest of equals, but a medoid is always its own.
    cost : float
        The sum of the points' distances from their medoids.
    """

    def __init__(self, points: Floats, metric: str, cancelled: CancelQuestion) -> None:
        n = len(points)
        self._cancelled = cancelled
        self._table = np.empty((n, n))
        for block in self._rows():
            self._table[block] = between(points[block], points, metric)
        np.fill_diagonal(self._table, 0.0)
        self.medoids: list[int] = []
        self.labels = np.full(n, -1)
        self.cost = np.inf
        self._first = np.full(n, np.inf)  # distance of each point from its medoid …
        self._second = np.full(n, np.inf)  # … and from the nearest other one

    def _rows(self) -> Iterator[slice]:
        n = len(self._table)
        return blocks(n, max(_BLOCK // n, 1), self._cancelled)

    def begin(self, medoids: list[int]) -> None:
        """Take these medoids."""
        self.medoids = medoids
        n, k = len(self._table), len(medoids)
        own = np.arange(k)
        for block in blocks(n, max(_BLOCK // k, 1), self._cancelled):
            distances = self._table[medoids, block]
            columns = np.arange(distances.shape[1])
            labels = distances.argmin(axis=0)
            here = (np.array(medoids) >= block.start) & (np.array(medoids) < block.stop)
            labels[np.array(medoids)[here] - block.start] = own[here]
            self.labels[block], self._first[block] = labels, distances[labels, columns]
            distances[labels, columns] = np.inf
            self._second[block] = distances.min(axis=0)
        self.cost = float(self._first.sum())

    def build(self) -> None:
        """Make one more point a medoid: the one that lowers the sum of distances most; of equals the one that comes first."""
        costs = np.empty(len(self._table))
        for block in self._rows():
            costs[block] = np.minimum(self._table[block], self._first).sum(axis=1)
        costs[self.medoids] = np.inf
        self.begin([*self.medoids, int(costs.argmin())])

    def best_swap(self) -> Swap | None:
        """Return the swap that lowers the sum of distances most, or None if none does; of equals the one that comes first."""
        order = np.argsort(self.labels, kind="stable")
        starts = np.searchsorted(self.labels[order], np.arange(len(self.medoids)))
        first, second = self._first[order], self._second[order]
        is_medoid = np.zeros(len(order), bool)
        is_medoid[self.medoids] = True
        best = Swap(0, 0, 0.0)
        for block in self._rows():
            distances = self._table[block].take(order, axis=1)
            nearer = np.minimum(distances, first)
            # What the point brings wherever it is put, and what medoid i's own points lose beyond that.
            gained = (nearer - first).sum(axis=1)
            lost = np.add.reduceat(np.minimum(distances, second) - nearer, starts, axis=1)
            changes = gained[:, None] + lost
            changes[is_medoid[block]] = np.inf
            place = int(changes.argmin())
            row, medoid = divmod(place, len(self.medoids))
            if changes[row, medoid] < best.change:
                best = Swap(medoid, block.start + row, float(changes[row, medoid]))
        # Less than rounding may be none at all, and would let the search go round in circles.
        return best if best.change < -1e-12 * self.cost else None

    def make(self, swap: Swap) -> None:
        """Let the point take the place of the medoid."""
        medoids = self.medoids.copy()
        medoids[swap.medoid] = swap.row
        self.begin(medoids)


class _Film:
    """Numbers the steps of one run and puts each into words.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    rows : ndarray of shape (m,), int
        The points among which medoids are looked for; to these the rows of a :class:`Pam` refer.
    metric : str
    """

    def __init__(self, X: Floats, rows: NDArray[np.intp], metric: str) -> None:
        self._X = X
        self._rows = rows
        self._metric = metric
        self._journal = Journal(len(X), min(len(rows), 1000))
        self._assignment: Assignment = self._journal.page()
        self._index = -1
        self._iteration = 0

    def start(self, medoids: list[int] | None, k: int, how: str) -> Step:
        among = "{m:# point|points}" + (" drawn from {n:,}" if len(self._rows) < len(self._X) else "")
        numbers = {"k": k, "m": len(self._rows), "n": len(self._X), "how": how}
        drawn = (Outlined(self._rows.copy()),) if len(self._rows) < len(self._X) else ()
        if medoids is None:
            title, note = "Look for {k:# medoid|medoids}", "Look for {k:# medoid|medoids} among " + among + ", {how}."
        else:
            title, note = (
                "Place {k:# medoid|medoids}",
                "Place {k:# starting medoid|starting medoids} among " + among + " ({how}).",
            )
        return self._step(Phase.START, medoids, None, Note(title, numbers), Note(note, numbers), drawn)

    def build(self, pam: Pam, before: float) -> Step:
        number = len(pam.medoids)
        if number == 1:
            note = "Point {point:,} becomes medoid 1: its sum of distances from all others, {cost:g}, is the least."
        else:
            note = (
                "Point {point:,} becomes medoid {number:,}: no other would lower the sum of distances as much. "
                "It falls by {gain:g} to {cost:g}."
            )
        values = {"point": self._number(pam.medoids[-1]), "number": number, "cost": pam.cost, "gain": before - pam.cost}
        return self._assigned(BUILD, pam, Note("Choose medoid {number:,}", {"number": number}), Note(note, values))

    def assign(self, pam: Pam) -> Step:
        n = {"n": len(self._rows), "cost": pam.cost}
        note = "Assign {n:# point|points} to the nearest medoid: the sum of distances is {cost:g}."
        return self._assigned(Phase.ASSIGN, pam, Note("Assign {n:# point|points}", n), Note(note, n))

    def swap(self, pam: Pam, swap: Swap, old: int, before: float) -> Step:
        self._iteration += 1
        values = {
            "point": self._number(swap.row),
            "medoid": swap.medoid + 1,
            "gain": before - pam.cost,
            "cost": pam.cost,
        }
        note = "Point {point:,} takes the place of medoid {medoid:,}: the sum of distances falls by {gain:g} to {cost:g}."
        way = self._X[self._rows[[old, swap.row]]]
        shift = math.dist(way[0], way[1])
        return self._assigned(
            SWAP, pam, Note("Swap medoid {medoid:,}", values), Note(note, values), (Segments(way[None], newest=1),), shift
        )

    def assign_others(self, pam: Pam, cancelled: CancelQuestion) -> Step:
        """Give those points a label that were not drawn."""
        labels, distances = nearest(self._X, self._X[self._rows[pam.medoids]], self._metric, cancelled)
        others = np.ones(len(self._X), bool)
        others[self._rows] = False
        rows = np.flatnonzero(others)
        page = self._journal.write(rows, labels[rows], len(pam.medoids))
        self._assignment = page
        self._cost = pam.cost + float(distances[rows].sum())
        values = {"n": len(rows), "cost": pam.cost, "all": self._cost}
        note = (
            "{n:# point that was|points that were} not drawn go to the nearest medoid: the sum of distances of those drawn is "
            "{cost:g}, that of all points {all:g}."
        )
        title = Note("Assign the other {n:# point|points}", values)
        return self._step(Phase.ASSIGN, pam.medoids, self._cost, title, Note(note, values), changed=page.changed)

    def done(self, pam: Pam, settled: bool) -> Step:
        self._iteration += settled
        ending = (
            "Done: no swap of a medoid with another point lowers the sum of distances."
            if settled
            else "Stopped: the largest number of swaps allowed was made."
        )
        return self._step(Phase.DONE, pam.medoids, self._cost, Note("Finish"), Note(ending))

    def _number(self, row: int) -> int:
        """Return the number of a point in words, where they are counted from 1."""
        return int(self._rows[row]) + 1

    def _assigned(
        self, phase: str, pam: Pam, title: Note, note: Note, overlays: tuple[Overlay, ...] = (), shift: float = 0.0
    ) -> Step:
        page = self._journal.write(self._rows, pam.labels, len(pam.medoids))
        changed = page.changed if page is not self._assignment else 0
        self._assignment, self._cost = page, pam.cost
        return self._step(phase, pam.medoids, pam.cost, title, note, overlays, changed=changed, shift=shift)

    def _step(
        self,
        phase: str,
        medoids: list[int] | None,
        cost: float | None,
        title: Note,
        note: Note,
        overlays: tuple[Overlay, ...] = (),
        **numbers: Any,
    ) -> Step:
        self._index += 1
        return Step(
            index=self._index,
            iteration=self._iteration,
            phase=phase,
            assignment=self._assignment,
            centroids=None if medoids is None else self._X[self._rows[medoids]],
            objective=cost,
            objective_name="sum of distances",
            title=title,
            note=note,
            overlays=overlays,
            metric=self._metric,
            **numbers,
        )


ALGORITHM = Algorithm(
    name="kmedoids",
    title="k-medoids (PAM)",
    summary="Centers are points, and any distance will do: choose them one by one, then swap one with another point as long as "
    "that lowers the sum of distances.",
    parameters=PARAMETERS,
    pseudocode=(
        ("Work out the distances between all points", (Phase.START,)),
        ("K times", ()),
        ("    Make the point a medoid that lowers the sum of distances most", (BUILD,)),
        ("Assign each point to its nearest medoid", (Phase.ASSIGN,)),
        ("Repeat", ()),
        ("    Make the swap of a medoid with a point that lowers the sum most", (SWAP,)),
        ("until no swap lowers it", (Phase.DONE,)),
    ),
    steps=steps,
)
