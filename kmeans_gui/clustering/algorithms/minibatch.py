"""Mini-batch k-means (Sculley, "Web-scale k-means clustering", WWW 2010).

Draw a few points; give each to its nearest centroid; let each centroid move toward its points one by one, at a rate of 1 / the
number of points it has taken so far. So a centroid is the mean of all points that it ever took, whichever they would be given
to now, and settles as its rate falls. A batch costs the same however many points there are; only at the end each gets a label.

A batch has no point twice. When to stop is scikit-learn's rule: once the batches' mean inertia, smoothed, has not fallen for
some batches, or once the centroids hardly move. A centroid that takes no points stays where it is: unlike scikit-learn's it is
not moved to a random point.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import chain, count, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.algorithms.any_magnitude import at_any_magnitude
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment, Labels, label_dtype
from kmeans_gui.clustering.distances import nearest
from kmeans_gui.clustering.journal import Journal
from kmeans_gui.clustering.kernels import Kernel, choose
from kmeans_gui.clustering.notes import Note, number
from kmeans_gui.clustering.overlays import Outlined, Overlay, Tags
from kmeans_gui.clustering.parameters import Float, Int
from kmeans_gui.clustering.seeding import INIT, how_started, start_centroids
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import Cancelled, CancelQuestion

BATCH = "batch"

PARAMETERS = (
    Int(name="k", label="K", default=3, minimum=1, maximum=4096, help="Number of clusters."),
    INIT,
    Int(
        name="batch_size",
        label="Batch",
        default=100,
        minimum=1,
        maximum=1_000_000,
        help="How many points a batch has; all of them, if there are fewer.",
    ),
    Int(
        name="max_iter",
        label="Most passes",
        default=100,
        minimum=1,
        maximum=100_000,
        help="Stop when the batches together have had so many times as many points as there are.",
        advanced=True,
    ),
    Int(
        name="max_no_improvement",
        label="Patience",
        default=10,
        minimum=0,
        maximum=100_000,
        help="Stop after so many batches in a row without a lower smoothed inertia; 0 for never.",
        advanced=True,
    ),
    Float(
        name="tol",
        label="Tolerance",
        default=0.0,
        minimum=0.0,
        maximum=1.0,
        step=0.0001,
        help="Stop when the centroids' squared moves add up to no more than this share of the points' mean variance.",
        advanced=True,
    ),
)

IN_FULL = 400
"""Batches that are shown in three half-steps each; later ones are shown several at a time."""

OF_A_SIZE = 50
"""How many shows have the same number of batches before it doubles."""

FINISH = Note("Assign all points")
IMPATIENT = "the smoothed inertia of the batches has not fallen {patience:# time|times} in a row"
STILL = "the centroids moved less than the tolerance"
STOPPED = "the largest number of passes allowed was made"


def shows() -> Iterator[int]:
    """Yield how many batches each show has: a few hundred one, then more and more, so that no run is too long to watch."""
    return chain(repeat(1, IN_FULL), (1 << doubled for doubled in count(1) for _ in range(OF_A_SIZE)))


def shown(batches: int) -> tuple[int, int]:
    """Return how many shows so many batches have in the film, and how many steps it has before DONE."""
    number_of_shows, steps_made = 0, 1
    for size in shows():
        if batches <= 0:
            break
        batches -= size
        number_of_shows += 1
        steps_made += 3 if size == 1 else 1
    return number_of_shows, steps_made


class Batches:
    """The method itself: one run, batch by batch.

    Attributes
    ----------
    centroids : ndarray of shape (k, d)
        A new array after each update.
    counts : ndarray of shape (k,), int64
        How many points each has taken.
    made : int
        How many batches have been made.
    rows : ndarray of shape (b,), int32
        The points of the latest. A film keeps them.
    own : ndarray of shape (b,)
        Their centroids.
    ending : str
        Why there is no further batch; empty while there is.
    """

    def __init__(self, X: Floats, values: Mapping[str, Any], seed: int, kernel: Kernel, cancelled: CancelQuestion) -> None:
        self._X = X
        self._rng = np.random.default_rng([seed, 1])  # not the numbers that the start was drawn with
        self._size = min(values["batch_size"], len(X))
        self._most = max(values["max_iter"] * len(X) // self._size, 1)
        self._patience = values["max_no_improvement"]
        self._tolerance = values["tol"] * float(X.var(axis=0).mean()) if values["tol"] else 0.0
        self._cancelled = cancelled
        self._smoothed = self._lowest = math.inf
        self._waited = 0
        self.centroids = start_centroids(X, values, seed, kernel)
        self.counts = np.zeros(values["k"], np.int64)
        self.made = 0
        self.ending = ""

    def make(self, labels: Labels) -> None:
        """Make one batch from beginning to end and write its points' ``labels``, shape (n,)."""
        self.draw()
        self.assign()
        self.update()
        labels[self.rows] = self.own

    def draw(self) -> None:
        """Draw the points of the next batch."""
        if self._cancelled():
            raise Cancelled
        self.made += 1
        self.rows = self._rng.choice(len(self._X), self._size, replace=False, shuffle=False).astype(np.int32)
        self._points = self._X[self.rows]

    def assign(self) -> float:
        """Give each point of the batch to its nearest centroid; return their mean squared distance."""
        self.own, distances = nearest(self._points, self.centroids, "euclidean", self._cancelled)
        self._inertia = float(np.mean(distances**2))
        return self._inertia

    def update(self) -> float:
        """Move the centroids toward their points; return the farthest move."""
        taken = np.bincount(self.own, minlength=len(self.counts))
        self.counts = self.counts + taken
        # To go toward each of m points at the rates 1/(w + 1), …, 1/(w + m) is to go to the mean of all w + m.
        offsets = self._points - self.centroids[self.own]
        sums = np.column_stack([np.bincount(self.own, axis, len(taken)) for axis in offsets.T])
        moves = sums / np.maximum(self.counts, 1)[:, None]
        self.centroids = self.centroids + moves
        squares = (moves**2).sum(axis=1)
        self._judge(float(squares.sum()))
        return math.sqrt(float(squares.max()))

    def moved_inertia(self) -> float:
        """Return the mean squared distance of the batch's points from the centroids that took them, where those are now."""
        return float(np.mean(((self._points - self.centroids[self.own]) ** 2).sum(axis=1)))

    def _judge(self, squared_moves: float) -> None:
        """Decide whether this was the last batch."""
        if self.made > 1:  # the inertia of the first is that of the start
            share = min(2 * self._size / (len(self._X) + 1), 1.0)
            first = math.isinf(self._smoothed)
            self._smoothed = self._inertia if first else self._smoothed * (1 - share) + self._inertia * share
            self._waited = 0 if self._smoothed < self._lowest else self._waited + 1
            self._lowest = min(self._lowest, self._smoothed)
            if self._tolerance and squared_moves <= self._tolerance:
                self.ending = STILL
            elif self._patience and self._waited >= self._patience:
                self.ending = IMPATIENT
        if not self.ending and self.made >= self._most:
            self.ending = STOPPED


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START; BATCH, ASSIGN and UPDATE in turn, of many batches one UPDATE for several; then DONE."""
    kernel = choose(X, values["k"], cancelled)
    batches = Batches(X, values, seed, kernel, cancelled)
    film = _Film(len(X), batches)
    yield film.start(values["init"])
    for size in shows():
        if batches.ending:
            break
        if size == 1:
            batches.draw()
            yield film.batch()
            inertia = batches.assign()
            yield film.assign(inertia)
            shift = batches.update()
            yield film.update(shift)
        else:
            yield film.several(size)
    yield film.done(kernel, values["max_no_improvement"])


def fit(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Step:
    """Return the last step, without a word on those before."""
    kernel = choose(X, values["k"], cancelled)
    batches = Batches(X, values, seed, kernel, cancelled)
    labels = np.full(len(X), -1, label_dtype(values["k"]))
    while not batches.ending:
        batches.make(labels)
    return last(batches, kernel, labels, labels, values["max_no_improvement"])


def last(batches: Batches, kernel: Kernel, labels: Labels, before: Assignment, patience: int) -> Step:
    """Return the last step, which gives every point to its nearest centroid.

    ``labels``, shape (n,), are those that the points were last given, −1 where a point was in no batch; ``before`` are the same
    as the step before has them.
    """
    kernel.assign(batches.centroids)
    changed = int(np.count_nonzero(kernel.labels() != labels))
    number_of_shows, index = shown(batches.made)
    told = {"batches": batches.made, "n": len(labels), "patience": patience}
    ending = "Done after {batches:# batch|batches}: " + batches.ending + ". "
    return Step(
        index=index,
        iteration=number_of_shows,
        phase=Phase.DONE,
        assignment=kernel.assignment() if changed else before,
        centroids=batches.centroids,
        objective=kernel.inertia(batches.centroids),
        objective_name="inertia",
        changed=changed,
        title=FINISH,
        note=Note(ending + "Now {n:# point is|points are} assigned to the nearest centroid.", told),
    )


class _Film:
    """Numbers the steps of one run, keeps the labels and puts each step into words. The inertia is estimated from the batch."""

    def __init__(self, n: int, batches: Batches) -> None:
        self._n = n
        self._batches = batches
        self._index = -1
        self._iteration = 0
        self._objective: float | None = None
        self._journal = Journal(n, len(batches.counts))
        self._assignment: Assignment = self._journal.write((), (), len(batches.counts))

    def start(self, init: str | Floats) -> Step:
        values = {"k": len(self._batches.counts), "how": how_started(init)}
        return self._step(
            Phase.START,
            Note("Place {k:# centroid|centroids}", values),
            Note("Place {k:# starting centroid|starting centroids} ({how}).", values),
        )

    def batch(self) -> Step:
        self._iteration += 1
        met = int(np.count_nonzero(self._journal.labels[self._batches.rows] >= 0))
        values = {"b": len(self._batches.rows), "n": self._n, "new": len(self._batches.rows) - met}
        return self._step(
            BATCH,
            Note("Draw {b:# point|points}", values),
            Note("Draw a batch of {b:# point|points} out of {n:,}: {new:,} were in none before.", values),
            overlays=(Outlined(self._batches.rows),),
        )

    def assign(self, inertia: float) -> Step:
        changed = self._note_labels(self._batches.rows, self._batches.own)
        self._objective = inertia * self._n
        values = {"b": len(self._batches.rows), "changed": changed, "inertia": self._objective}
        return self._step(
            Phase.ASSIGN,
            Note("Assign {b:# point|points}", values),
            Note(
                "Assign the batch's {b:# point|points} to the nearest centroid: {changed:,} get a new label. "
                "By this batch, the inertia of all is about {inertia:g}.",
                values,
            ),
            changed=changed,
            overlays=(Outlined(self._batches.rows),),
        )

    def update(self, shift: float) -> Step:
        batches = self._batches
        self._objective = batches.moved_inertia() * self._n
        taken = np.bincount(batches.own, minlength=len(batches.counts))
        most = int(np.argmax(taken))
        values = {
            "j": most + 1,
            "taken": int(taken[most]),
            "b": len(batches.rows),
            "rate": number(1 / int(batches.counts[most]), 2),
            "idle": int(np.count_nonzero(taken == 0)),
        }
        note = "Centroid {j:,} takes {taken:,} of this batch's {b:# point|points}; its rate is now {rate}."
        if values["idle"]:
            note += " {idle:# centroid takes none and stays|centroids take none and stay}."
        moved = {"k": int(np.count_nonzero(taken))}
        return self._step(
            Phase.UPDATE,
            Note("Move {k:# centroid|centroids}", moved),
            Note(note, values),
            shift=shift,
            overlays=(Outlined(self._batches.rows), self._rates()),
        )

    def several(self, size: int) -> Step:
        """Make up to ``size`` batches and return what has come of them."""
        batches = self._batches
        begun, before = batches.made, batches.centroids
        labels, rows = self._journal.labels.copy(), []
        while batches.made < begun + size and not batches.ending:
            batches.make(labels)
            rows.append(batches.rows)
        met = np.unique(np.concatenate(rows))
        changed = self._note_labels(met, labels[met])
        self._iteration += 1
        self._objective = batches.moved_inertia() * self._n
        shift = math.sqrt(float(((batches.centroids - before) ** 2).sum(axis=1).max()))
        values = {"m": batches.made - begun, "b": len(met), "shift": shift, "inertia": self._objective}
        return self._step(
            Phase.UPDATE,
            Note("Make {m:# batch|batches}", values),
            Note(
                "The next {m:# batch has|batches have} {b:# point|points}. The farthest centroid moves {shift:g}; by the "
                "latest, the inertia of all is about {inertia:g}.",
                values,
            ),
            changed=changed,
            shift=shift,
            overlays=(Outlined(batches.rows), self._rates()),
        )

    def done(self, kernel: Kernel, patience: int) -> Step:
        return last(self._batches, kernel, self._journal.labels, self._assignment, patience)

    def _note_labels(self, rows: NDArray[np.intp], own: NDArray[np.signedinteger]) -> int:
        """Take note of new labels; return how many that changed."""
        page = self._journal.write(rows, own, len(self._batches.counts))
        changed = 0 if page is self._assignment else page.changed
        self._assignment = page
        return changed

    def _rates(self) -> Overlay:
        return Tags(tuple(number(1 / taken, 2) if taken else "" for taken in self._batches.counts.tolist()))

    def _step(self, phase: str, title: Note, note: Note, **more: Any) -> Step:
        self._index += 1
        return Step(
            index=self._index,
            iteration=self._iteration,
            phase=phase,
            assignment=self._assignment,
            centroids=self._batches.centroids,
            objective=self._objective,
            objective_name="inertia",
            title=title,
            note=note,
            **more,
        )


ALGORITHM = at_any_magnitude(
    Algorithm(
        name="minibatch",
        title="Mini-batch k-means",
        summary="Draw a few points, give each to its nearest centroid, let each centroid move toward its points a little less "
        "each time, and repeat with other points.",
        parameters=PARAMETERS,
        pseudocode=(
            ("Place K centroids", (Phase.START,)),
            ("Repeat", ()),
            ("    Draw a batch of points", (BATCH,)),
            ("    Assign each of them to its nearest centroid", (Phase.ASSIGN,)),
            ("    For each of them, one by one", ()),
            ("        Move its centroid toward it by 1 / the number of points taken so far", (Phase.UPDATE,)),
            ("until the batches' inertia falls no more", ()),
            ("Assign each point to its nearest centroid", (Phase.DONE,)),
        ),
        steps=steps,
        fit=fit,
    ),
    lengths=("shift",),
    squares=("inertia",),
)
