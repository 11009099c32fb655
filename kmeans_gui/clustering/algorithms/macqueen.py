"""k-means one point at a time (MacQueen, "Some methods for classification and analysis of multivariate observations", 1967).

Take the points in their order; each goes to the nearest centroid, which at once moves toward it by 1 / the number of points it
has then, so that it is the mean of its points at every moment. A first pass gives each point a cluster. In further passes a
point that is now nearer to another centroid switches: the one that it leaves moves away from it, the other one toward it. Each
switch lowers the inertia, so the passes end: with one in which no point switches.

The first points are the starting centroids, unless others are asked for. A start has no weight: the first point that a centroid
takes is where it is then.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import numpy as np

from kmeans_gui.clustering.algorithms.any_magnitude import at_any_magnitude
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment, label_dtype
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.journal import Journal
from kmeans_gui.clustering.kernels import choose
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Outlined, Overlay, Segments, Tags
from kmeans_gui.clustering.parameters import Int, Start
from kmeans_gui.clustering.seeding import STARTS, how_started, start_centroids
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import Cancelled, CancelQuestion

TAKE = "take"
SWITCH = "switch"

FIRST = "first"
HOW_FIRST = "First points"

PARAMETERS = (
    Int(name="k", label="K", default=3, minimum=1, maximum=4096, help="Number of clusters."),
    Start(
        name="init",
        label="Start",
        default=FIRST,
        options={FIRST: HOW_FIRST, **{name: words for name, (words, _) in STARTS.items()}},
        help="How the starting centroids are chosen.",
    ),
    Int(
        name="max_iter",
        label="Most passes",
        default=300,
        minimum=1,
        maximum=100_000,
        help="Stop after so many passes over all points.",
        advanced=True,
    ),
)

SINGLY = 500
"""Points up to which each is shown by itself. Of more points the first pass has about so many steps, each further one half."""

FEWEST, AHEAD = 8, 256
"""Points that a pass looks ahead for one that switches, at least and at most."""

ASKING = 1024
"""Points that are taken between two questions whether to go on: some milliseconds."""

FINISH = Note("Finish")
SETTLED = "Done: in pass {passes:,} no point switches."
STOPPED = "Stopped after {passes:# pass|passes}, the largest number allowed."


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START; a TAKE for each point or stretch of points; a SWITCH for each that switches, pass by pass; then DONE."""
    means = Means(X, _start(X, values, seed, cancelled), cancelled)
    film = _Film(means)
    yield film.start(values["init"])
    ending = STOPPED
    for made in range(values["max_iter"]):
        switched = 0
        film.begin_pass()
        for stretch in blocks(len(X), _stretch(len(X), made), cancelled):
            before = means.centroids.copy()
            act = means.take(stretch) if made == 0 else means.switch(stretch)
            if act:
                switched += len(act)
                yield film.take(act, before) if made == 0 else film.switch(act, before)
        if not switched:
            ending = SETTLED
            break
    yield film.done(ending)


def _start(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Floats:
    """Return the starting centroids, shape (k, d)."""
    if isinstance(values["init"], str) and values["init"] == FIRST:
        return X[: values["k"]].copy()
    return start_centroids(X, values, seed, choose(X, values["k"], cancelled))


def _stretch(n: int, made: int) -> int:
    """Return how many points one step is about, after so many passes."""
    return 1 if n <= SINGLY else -(-n // max(SINGLY >> made, 1))


Act = list[tuple[int, int]]
"""Each row that got a new label, and the label that it had."""


class Means:
    """Centroids that are the means of the points they have taken, at every moment.

    Attributes
    ----------
    centroids : ndarray of shape (k, d)
    counts : ndarray of shape (k,), int64
    labels : ndarray of shape (n,)
        Each point's centroid, −1 before it is taken.
    inertia : float
        The sum of squared distances of the points taken from their centroids.
    """

    def __init__(self, X: Floats, centroids: Floats, cancelled: CancelQuestion) -> None:
        self.X = X
        self.centroids = centroids
        self.counts = np.zeros(len(centroids), np.int64)
        self.labels = np.full(len(X), -1, label_dtype(len(centroids)))
        self.inertia = 0.0
        self._cancelled = cancelled
        self._ahead = AHEAD

    def take(self, rows: slice) -> Act:
        """Give each of the points, which have no labels yet, to the nearest centroid."""
        for part in blocks(rows.stop, ASKING, self._cancelled, rows.start):
            for row in range(part.start, part.stop):
                self._join(row, int(self._squares(row).argmin()))
        return [(row, -1) for row in range(rows.start, rows.stop)]

    def switch(self, rows: slice) -> Act:
        """Let each of the points that is nearer to another centroid switch to it."""
        act: Act = []
        first = rows.start
        while (found := self._next_to_switch(first, rows.stop)) is not None:
            row, own = found
            act.append((row, int(self.labels[row])))
            self._leave(row)
            self._join(row, own)
            first = row + 1
        return act

    def _next_to_switch(self, first: int, stop: int) -> tuple[int, int] | None:
        """Return the first of the rows that is nearer to another centroid, and that centroid.

        Many are looked at in one go, some twice as many as there were lately from one switch to the next.
        """
        while first < stop:
            if self._cancelled():
                raise Cancelled
            part = slice(first, min(first + self._ahead, stop))
            labels = self.labels[part]
            squares = ((self.X[part, None] - self.centroids) ** 2).sum(axis=2)
            nearer = squares.min(axis=1) < squares[np.arange(len(labels)), labels]
            ready = np.flatnonzero(nearer & (self.counts[labels] > 1))  # a centroid's only point is where it is
            if len(ready):
                self._ahead = min(max((self._ahead + 2 * int(ready[0])) // 2, FEWEST), AHEAD)
                return part.start + int(ready[0]), int(squares[ready[0]].argmin())
            self._ahead = min(2 * self._ahead, AHEAD)
            first = part.stop
        return None

    def _squares(self, row: int) -> Floats:
        squares: Floats = ((self.centroids - self.X[row]) ** 2).sum(axis=1)
        return squares

    def _join(self, row: int, own: int) -> None:
        offset = self.X[row] - self.centroids[own]
        self.counts[own] += 1
        rate = 1 / int(self.counts[own])
        # A centroid that had no point is put on this one, where rounding would leave it beside.
        self.centroids[own] = self.centroids[own] + rate * offset if rate < 1 else self.X[row]
        self.inertia += (1 - rate) * float(offset @ offset)
        self.labels[row] = own

    def _leave(self, row: int) -> None:
        own = self.labels[row]
        offset = self.X[row] - self.centroids[own]
        self.counts[own] -= 1
        rate = 1 / int(self.counts[own])
        self.centroids[own] -= rate * offset
        self.inertia -= (1 + rate) * float(offset @ offset)

    def measure(self) -> float:
        """Return the inertia without what rounding has added to it on the way."""
        parts = blocks(len(self.X), 1 << 15, self._cancelled)
        return math.fsum(float(((self.X[part] - self.centroids[self.labels[part]]) ** 2).sum()) for part in parts)


class _Film:
    """Numbers the steps of one run, keeps the labels and puts each step into words."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._numbers = count()
        self._pass = 0
        self._journal = Journal(len(means.X), len(means.counts))
        self._assignment: Assignment = self._journal.write((), (), len(means.counts))

    def start(self, init: str | Floats) -> Step:
        how = HOW_FIRST if isinstance(init, str) and init == FIRST else how_started(init)
        values = {"k": len(self._means.counts), "how": how}
        return self._step(
            Phase.START,
            Note("Place {k:# centroid|centroids}", values),
            Note("Place {k:# starting centroid|starting centroids} ({how}).", values),
            objective=None,
        )

    def begin_pass(self) -> None:
        self._pass += 1

    def take(self, act: Act, before: Floats) -> Step:
        row, _ = act[0]
        own = int(self._means.labels[row])
        values = {"m": len(act), "row": row + 1, "last": act[-1][0] + 1, "j": own + 1, "count": int(self._means.counts[own])}
        if len(act) > 1:
            note = "Points {row:,} to {last:,} go to the nearest centroid one by one, each of which moves it."
        elif values["count"] == 1:
            note = "Point {row:,} is the first of centroid {j:,}, which is now where the point is."
        else:
            note = "Point {row:,} goes to centroid {j:,}, which moves toward it by 1/{count:,} of the way."
        return self._move(TAKE, Note("Take {m:# point|points}", values), Note(note, values), act, before)

    def switch(self, act: Act, before: Floats) -> Step:
        row, old = act[0]
        values = {"m": len(act), "passes": self._pass, "row": row + 1, "old": old + 1, "j": int(self._means.labels[row]) + 1}
        if len(act) > 1:
            note = "Pass {passes:,}: the next {m:,} points to switch do so one by one, and each moves two centroids."
        else:
            note = "Pass {passes:,}: point {row:,} switches from centroid {old:,} to {j:,}: one moves away, the other nearer."
        return self._move(SWITCH, Note("Switch {m:# point|points}", values), Note(note, values), act, before)

    def done(self, ending: str) -> Step:
        values = {"passes": self._pass, "inertia": self._means.measure()}
        note = Note(ending + " The inertia is {inertia:g}.", values)
        return self._step(Phase.DONE, FINISH, note, objective=values["inertia"])

    def _move(self, phase: str, title: Note, note: Note, act: Act, before: Floats) -> Step:
        """Return the step in which the points of ``act`` get their labels; ``before`` is where the centroids were."""
        means, rows = self._means, np.array([row for row, _ in act])
        page = self._journal.write(rows, means.labels[rows], len(means.counts))
        self._assignment = page
        overlays: tuple[Overlay, ...] = (Outlined(rows), Tags(tuple(map(str, means.counts.tolist()))))
        if len(act) == 1:
            overlays += (self._segments(*act[0]),)
        return self._step(
            phase,
            title,
            note,
            objective=max(means.inertia, 0.0),
            changed=page.changed,
            shift=math.sqrt(float(((means.centroids - before) ** 2).sum(axis=1).max())),
            overlays=overlays,
        )

    def _segments(self, row: int, old: int) -> Overlay:
        """Return the lines from a point to the centroid that it had, if any, and strong to the one that it has."""
        means = self._means
        ends = [means.centroids[j] for j in (old, means.labels[row]) if j >= 0]
        return Segments(np.array([(means.X[row], end) for end in ends]), newest=1)

    def _step(self, phase: str, title: Note, note: Note, **more: Any) -> Step:
        return Step(
            index=next(self._numbers),
            iteration=self._pass,
            phase=phase,
            assignment=self._assignment,
            centroids=self._means.centroids.copy(),
            objective_name="inertia",
            title=title,
            note=note,
            **more,
        )


ALGORITHM = at_any_magnitude(
    Algorithm(
        name="macqueen",
        title="k-means (MacQueen)",
        summary="Take one point after the other; each goes to the nearest centroid, which moves at once. Repeat until no point "
        "switches.",
        parameters=PARAMETERS,
        pseudocode=(
            ("Place K centroids", (Phase.START,)),
            ("For each point", ()),
            ("    Give it to the nearest centroid, and move that by 1 / its number of points", (TAKE,)),
            ("Repeat for each point that is nearer to another centroid", ()),
            ("    Switch it, and move both centroids", (SWITCH,)),
            ("until no point switches", (Phase.DONE,)),
        ),
        steps=steps,
    ),
    squares=("inertia",),
)
