"""Bisecting k-means (Steinbach, Karypis & Kumar, "A comparison of document clustering techniques", KDD workshop, 2000).

All points are one cluster at first. K − 1 times the cluster with the greatest inertia, or with the most points, is split in two
by k-means of its own. That leaves a hierarchy from the top down, and takes less work than k-means with K centroids, since each
split looks at one cluster and two centroids; but a point that a split puts on the wrong side stays there.

All splits are found before they are shown, so that each step can show the whole hierarchy and the cut that it has come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate, chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.algorithms.alternating import STARTING
from kmeans_gui.clustering.algorithms.any_magnitude import at_any_magnitude
from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.algorithms.bisection import Bisection, Split
from kmeans_gui.clustering.assignment import Assignment, Labels, label_dtype
from kmeans_gui.clustering.journal import Journal
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Outlined, Overlay, Segments, Tree
from kmeans_gui.clustering.parameters import Choice, Int
from kmeans_gui.clustering.seeding import STARTS
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import CancelQuestion

CHOOSE, SPLIT = "choose", "split"

WATCHED = 2000, 30
"""Points and clusters up to which the iterations of each split are shown, not only what comes of it."""

_CHOICES_SHOWN = 1000
"""Clusters up to which it is a step of its own to choose the one to be split."""

_OUTLINED = 2000

PARAMETERS = (
    STARTING[0],
    Choice(
        name="init",
        label="Start",
        default="k-means++",
        options={name: words for name, (words, _) in STARTS.items()},
        help="How the two starting centroids of each split are chosen.",
    ),
    Choice(
        name="bisecting_strategy",
        label="Split the cluster",
        default="biggest_inertia",
        options={"biggest_inertia": "With the greatest inertia", "largest_cluster": "With the most points"},
        help="Which cluster is split next.",
    ),
    Int(
        name="n_init",
        label="Tries",
        default=1,
        minimum=1,
        maximum=100,
        help="How often each split is tried from another start; the best is taken.",
        advanced=True,
    ),
    Int(
        name="max_iter",
        label="Most iterations",
        default=300,
        minimum=1,
        maximum=100_000,
        help="Stop each split after this many assignments.",
        advanced=True,
    ),
)


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START; for each split CHOOSE, and ASSIGN and UPDATE in turn or one SPLIT; DONE."""
    bisection = Bisection(X, values, seed, _is_watched(X, values), cancelled)
    start = bisection.centroids(), bisection.inertia()
    film = _Film(X, values)
    yield film.start(*start)
    plan = _Plan(X, values, *start, list(bisection.splits()))
    for number, split in enumerate(plan.splits):
        if values["k"] <= _CHOICES_SHOWN:
            yield film.choose(plan, number)
        if split.halves.watched:
            yield from film.iterations(plan, number)
        else:
            yield film.split(plan, number)
    yield film.done(plan)


def fit(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Step:
    """Return the last step, without those before it."""
    bisection = Bisection(X, values, seed, _is_watched(X, values), cancelled)
    start = bisection.centroids(), bisection.inertia()
    plan = _Plan(X, values, *start, list(bisection.splits()))
    return _last(plan, plan.members)


def _is_watched(X: Floats, values: Mapping[str, Any]) -> bool:
    return len(X) <= WATCHED[0] and values["k"] <= WATCHED[1]


class _Plan:
    """All splits of a run, as a hierarchy, and the steps that show them.

    Attributes
    ----------
    splits : list of Split
    members : ndarray of shape (n,), int
        Which cluster each point has in the end.
    ends : list of int
        The index of the step that shows so many splits.
    """

    def __init__(self, X: Floats, values: Mapping[str, Any], centroids: Floats, inertia: float, splits: list[Split]) -> None:
        self.k = values["k"]
        self.splits = splits
        self._inertias = [inertia, *(split.inertia for split in splits)]
        # Each split puts a row in the place of its source's and adds one; where a row occurs again, its last place counts.
        self._rows = np.array([0, *chain.from_iterable((split.source, number + 1) for number, split in enumerate(splits))])
        self._places = np.vstack([centroids, *(split.centroids for split in splits)])
        self.members: Labels = np.zeros(len(X), label_dtype(self.k))
        for number, split in enumerate(splits):
            self.members[split.moved] = number + 1
        choices = int(self.k <= _CHOICES_SHOWN)
        self._latest = centroids
        lengths = [choices + (2 * len(split.halves.watched) or 1) for split in splits]
        self.ends: list[int] = list(accumulate(lengths, initial=0))
        self._children, self._heights, self._colors = self._hierarchy()

    def stage(self, made: int) -> tuple[Floats, float]:
        """Return the means of all clusters after so many splits, shape (made + 1, d), and the inertia."""
        if len(self._latest) != made + 1:  # otherwise steps share it
            self._latest = np.empty((made + 1, self._places.shape[1]))
            self._latest[self._rows[: 2 * made + 1]] = self._places[: 2 * made + 1]
        return self._latest, self._inertias[made]

    def _hierarchy(self) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
        """Return the splits as merges: the last split is undone first."""
        leaves = len(self.splits) + 1
        cluster = list(range(leaves))  # the part of the hierarchy that each label stands for
        children, colors = np.empty((leaves - 1, 2), np.intp), np.arange(2 * leaves - 1)
        heights = np.empty(leaves - 1)
        for merge, split in enumerate(reversed(self.splits)):
            new = leaves - 1 - merge
            children[merge] = cluster[split.source], cluster[new]
            heights[merge] = split.taken
            cluster[split.source] = leaves + merge
            colors[leaves + merge] = split.source
        return children, heights, colors

    def tree(self, made: int) -> tuple[Overlay, ...]:
        """Return the hierarchy, cut where so many splits are made; nothing if there are none."""
        if not self.splits:
            return ()
        return (
            Tree(
                children=self._children,
                heights=self._heights,
                labels=self._colors,
                merged=len(self.splits) - made,
                name="inertia that a split takes away",
                members=self.members,
                step_of=self._step_of,
            ),
        )

    def _step_of(self, merged: int) -> int:
        return self.ends[len(self.splits) - merged]


class _Film:
    """Numbers the steps of one run and puts each into words."""

    def __init__(self, X: Floats, values: Mapping[str, Any]) -> None:
        self._X = X
        self._by_inertia = values["bisecting_strategy"] == "biggest_inertia"
        self._journal = Journal(len(X), values["k"])
        self._assignment: Assignment = self._journal.write(np.arange(len(X)), 0, 1)
        self._index = -1
        self._iteration = 0

    def start(self, centroids: Floats, inertia: float) -> Step:
        values = {"n": len(self._X), "inertia": inertia}
        note = Note("{n:# point is|points are all} one cluster: its inertia is {inertia:g}.", values)
        return self._step(Phase.START, centroids, inertia, Note("Begin with one cluster"), note)

    def choose(self, plan: _Plan, number: int) -> Step:
        self._iteration = number + 1
        split = plan.splits[number]
        centroids, inertia = plan.stage(number)
        values = {"source": split.source + 1, "size": split.size, "n": len(self._X), "own": split.before, "inertia": inertia}
        if not number:
            note = "Cluster {source:,} is the only one: it will be split."
        elif self._by_inertia:
            note = "Cluster {source:,} has the greatest inertia, {own:g} of {inertia:g} in all: it will be split."
        else:
            note = "Cluster {source:,} has the most points, {size:,} of {n:,}: it will be split."
        overlays = plan.tree(number)
        if split.size <= _OUTLINED:
            overlays += (Outlined(self._rows_of(split)),)
        return self._step(
            CHOOSE, centroids, inertia, Note("Choose cluster {source:,}", values), Note(note, values), overlays=overlays
        )

    def iterations(self, plan: _Plan, number: int) -> Iterator[Step]:
        """Yield an ASSIGN and an UPDATE for each iteration of a split."""
        split = plan.splits[number]
        before, inertia = plan.stage(number)
        rows = self._rows_of(split)
        pair = [split.source, number + 1]
        here = split.halves.start
        centroids = np.vstack([before, here[1:]])

        def shown(labels: Labels) -> tuple[Floats, float]:
            """Return the centroids with both halves' where they are now, and the inertia."""
            centroids[pair] = here
            return centroids.copy(), inertia - split.before + float(((self._X[rows] - here[labels]) ** 2).sum())

        overlays = (*plan.tree(number + 1), self._fork(plan, number, here))
        last = len(split.halves.watched) - 1
        for made, (labels, moved) in enumerate(split.halves.watched):
            page = self._journal.write(rows, np.where(labels == 0, *pair), number + 2)
            changed = 0 if page is self._assignment else page.changed
            if changed:
                self._assignment = page
            words = _assign_words(split, number, labels)
            yield self._step(Phase.ASSIGN, *shown(labels), *words, changed=changed, overlays=overlays)
            shift = float(np.sqrt(((moved - here) ** 2).sum(axis=1).max()))
            here = moved
            words = _update_words(split, labels, shift, made == last)
            overlays = plan.tree(number + 1)
            yield self._step(Phase.UPDATE, *shown(labels), *words, shift=shift, overlays=overlays)

    def split(self, plan: _Plan, number: int) -> Step:
        """Return the step that makes a whole split."""
        self._iteration = number + 1
        split = plan.splits[number]
        page = self._journal.write(split.moved, number + 1, number + 2)
        self._assignment = page
        values = {
            "source": split.source + 1,
            "n": split.size,
            "new": number + 2,
            "m": len(split.moved),
            "made": split.halves.iterations,
            "taken": split.taken,
            "inertia": split.inertia,
        }
        note = (
            "Split cluster {source:,} by {made:# iteration|iterations} with two centroids: {m:,} of its {n:# point|points} "
            "become cluster {new:,}. The inertia falls by {taken:g} to {inertia:g}."
        )
        overlays = (*plan.tree(number + 1), self._fork(plan, number, split.halves.centroids))
        title = Note("Split cluster {source:,}", values)
        return self._step(SPLIT, *plan.stage(number + 1), title, Note(note, values), changed=page.changed, overlays=overlays)

    def done(self, plan: _Plan) -> Step:
        """Return the last step."""
        return _last(plan, self._assignment)

    def _rows_of(self, split: Split) -> NDArray[np.intp]:
        """Return the points of a cluster that has not been split yet."""
        return np.flatnonzero(self._journal.labels == split.source)

    def _fork(self, plan: _Plan, number: int, places: Floats) -> Segments:
        """Return the ways from a cluster's mean to the centroids of its halves."""
        mean = plan.stage(number)[0][plan.splits[number].source]
        return Segments(np.array([[mean, place] for place in places]), newest=2)

    def _step(self, phase: str, centroids: Floats, inertia: float, title: Note, note: Note, **numbers: Any) -> Step:
        self._index += 1
        return _told(self._index, self._iteration, phase, self._assignment, centroids, inertia, title, note, **numbers)


def _assign_words(split: Split, number: int, labels: Labels) -> tuple[Note, Note]:
    values = {"source": split.source + 1, "n": split.size, "new": number + 2, "m": int(np.count_nonzero(labels))}
    note = (
        "Assign the {n:# point|points} of cluster {source:,} to the nearer of two centroids: {m:,} to the new cluster {new:,}."
    )
    return Note("Assign {n:# point|points}", values), Note(note, values)


def _update_words(split: Split, labels: Labels, shift: float, is_last: bool) -> tuple[Note, Note]:
    values = {"k": 2, "shift": shift, "taken": split.taken, "inertia": split.inertia}
    note = "Move {k:# centroid|centroids} to their means: the farthest moves {shift:g}."
    if not 0 < np.count_nonzero(labels) < len(labels):
        note = "One of the two has no points and moves to the point farthest from the other."
    if is_last:
        note += " That is the split: the inertia falls by {taken:g} to {inertia:g}."
    return Note("Move {k:# centroid|centroids}", values), Note(note, values)


def _last(plan: _Plan, assignment: Assignment) -> Step:
    made = len(plan.splits)
    values = {"k": made + 1}
    if made + 1 == plan.k:
        note = "Done: {k:# cluster|clusters}, as many as were wanted."
    else:
        note = "Done: {k:# cluster|clusters}, since all points of a cluster are equal and no other split is left."
    centroids, inertia = plan.stage(made)
    overlays = plan.tree(made)
    title = Note("Finish")
    return _told(
        plan.ends[-1] + 1, made, Phase.DONE, assignment, centroids, inertia, title, Note(note, values), overlays=overlays
    )


def _told(
    index: int,
    iteration: int,
    phase: str,
    assignment: Assignment,
    centroids: Floats,
    inertia: float,
    title: Note,
    note: Note,
    **numbers: Any,
) -> Step:
    return Step(
        index=index,
        iteration=iteration,
        phase=phase,
        assignment=assignment,
        centroids=centroids,
        objective=inertia,
        objective_name="inertia",
        title=title,
        note=note,
        metric=None,  # a point may be nearer to the centroid of a cluster beyond an earlier split
        **numbers,
    )


ALGORITHM = at_any_magnitude(
    Algorithm(
        name="bisecting",
        title="Bisecting k-means",
        summary="Begin with one cluster and split the one with the greatest inertia in two, by k-means with two centroids, "
        "until there are K.",
        parameters=PARAMETERS,
        pseudocode=(
            ("All points are one cluster", (Phase.START,)),
            ("Repeat", ()),
            ("    Choose the cluster with the greatest inertia, or the most points", (CHOOSE,)),
            ("    Split it by k-means with two centroids:", (SPLIT,)),
            ("        Assign each of its points to the nearer centroid", (Phase.ASSIGN,)),
            ("        Move both centroids to the mean of their points", (Phase.UPDATE,)),
            ("until there are K clusters", (Phase.DONE,)),
        ),
        steps=steps,
        fit=fit,
    ),
    lengths=("shift",),
    squares=("inertia", "own", "taken"),
)
