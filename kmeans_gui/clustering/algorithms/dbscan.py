"""DBSCAN: clusters are where points are dense (Ester, Kriegel, Sander & Xu, "A density-based algorithm for discovering clusters
in large spatial databases with noise", KDD 1996; Schubert, Sander, Ester, Kriegel & Xu, "DBSCAN revisited, revisited: why and
how you should (still) use DBSCAN", ACM Transactions on Database Systems 42, 2017).

Pick a point. If it has few neighbors it is noise, for now. Otherwise it is a core point and a cluster begins, which takes in
the neighborhoods of all core points that it reaches. A point that is reached but is no core point lies on the border, and
belongs to the first cluster that has come by. Repeat until all points have been visited. Labels are those of scikit-learn.

The result follows from who is near whom (:mod:`kmeans_gui.clustering.neighborhoods`), so it is known before the film begins;
what is shown is in which order the method finds it. On large boards small clusters and noise are visited many at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import label_dtype
from kmeans_gui.clustering.distances import metric_parameter
from kmeans_gui.clustering.journal import Journal, Page
from kmeans_gui.clustering.neighborhoods import Neighborhoods, Rows, Space, find, nth_distances
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Ball, Levels, Outlined, Overlay, Roles
from kmeans_gui.clustering.parameters import LARGEST, Float, Int
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import Cancelled, CancelQuestion

PICK, COUNT, GROW, SWEEP = "pick", "count", "grow", "sweep"

PARAMETERS = (
    Float(
        name="eps",
        label="Radius ε",
        default=0.0,
        maximum=LARGEST,
        step=0.05,
        zero="auto",
        help="How far apart neighbors are at most. Auto: twice the median distance to as many points as a core point needs.",
    ),
    Int(
        name="min_samples",
        label="Core needs",
        default=5,
        minimum=1,
        maximum=100_000,
        help="How many points within the radius make a core point, itself counted.",
    ),
    metric_parameter(),
)

TINY, SMALL = 60, 1000
"""Points up to which a cluster grows by one core point at a time, and up to which each wave is a step of its own."""

STEPS = 400
"""On larger boards, the share of all points that a step at least visits is one in so many."""

CURVE = 2000
"""Distances on the curve at the start, at most."""


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START; then PICK, COUNT and GROW for one cluster after the other, or SWEEP for many; then DONE."""
    space, wanted = Space.of(X, values["metric"]), values["min_samples"]
    curve = _curve(space, wanted, cancelled)
    eps = values["eps"] or _estimate(curve)
    film = _Film(X, eps, values)
    yield film.start(curve)
    found = find(space, eps, wanted, cancelled)
    visits = _Visits(found)
    film.begin(found)
    for first, last in visits.acts:
        if cancelled():
            raise Cancelled
        picks = visits.picks[first:last]
        if visits.at_once(first, last):
            yield film.sweep(visits.clusters(picks), picks[~found.core[picks]])
            continue
        row = int(picks[0])
        yield film.pick(row)
        yield film.count(row, found.around(row))
        if found.core[row]:
            for centers, fresh in _growth(found, row, visits.quota):
                if cancelled():
                    raise Cancelled
                yield film.grow(centers, fresh)
    yield film.done()


def fit(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Step:
    """Return the last step. How many came before is not known; its index is as if each round were a single one."""
    space, wanted = Space.of(X, values["metric"]), values["min_samples"]
    eps = values["eps"] or _estimate(_curve(space, wanted, cancelled))
    found = find(space, eps, wanted, cancelled)
    rounds = len(_Visits(found).acts)
    clusters = int(found.labels.max()) + 1
    return Step(
        index=rounds + 1,
        iteration=rounds,
        phase=Phase.DONE,
        assignment=found.labels.astype(label_dtype(len(X))),
        centroids=None,
        objective=None,
        title=FINISH,
        note=_ending(clusters, int(np.count_nonzero(found.labels < 0))),
        metric=None,
    )


def _curve(space: Space, wanted: int, cancelled: CancelQuestion) -> Floats:
    """Return the distances to the point that makes a core point, from the largest to the smallest, of some points."""
    n = len(space.points)
    some = np.linspace(0, n - 1, min(n, CURVE)).astype(np.intp)
    return np.sort(nth_distances(space, some, wanted, cancelled))[::-1].copy()


def _estimate(curve: Floats) -> float:
    """Return a radius: twice the median of the curve, or the smallest that tells points apart if that is 0."""
    return 2 * float(np.median(curve)) or float(curve[curve > 0].min(initial=np.inf) if curve.any() else 1.0)


class _Visits:
    """In which order points are picked, and which picks make a step or are told in steps of their own.

    Attributes
    ----------
    picks : ndarray of int
        The points that are picked, ascending: the first core point of each cluster, and the points that are noise, at least
        until a later cluster reaches them.
    acts : list of (int, int)
        Ranges of picks, one after the other.
    quota : int
        How many points a step shall visit, at least.
    """

    def __init__(self, found: Neighborhoods) -> None:
        n, labels = len(found.labels), found.labels
        self.quota = 1 if n <= SMALL else -(-n // STEPS)
        self._labels, self._core = labels, found.core
        cores = np.flatnonzero(found.core)
        _, first = np.unique(labels[cores], return_index=True)
        begins = cores[first]
        unreached = np.flatnonzero(~found.core)
        of = labels[unreached]
        if len(begins):
            unreached = unreached[(of < 0) | (begins[of] > unreached)]
        self.picks = np.sort(np.concatenate([begins, unreached]))
        sizes = np.bincount(labels[labels >= 0], minlength=len(begins))
        costs = np.where(found.core[self.picks], sizes[labels[self.picks]] if len(sizes) else 0, 1)
        self._alone = costs >= self.quota
        groups = np.cumsum(np.where(self._alone, 0, costs)) // self.quota
        cut = self._alone[1:] | self._alone[:-1] | (np.diff(groups) > 0)
        cuts = [0, *(np.flatnonzero(cut) + 1).tolist(), len(self.picks)]
        self.acts = list(pairwise(cuts))
        self._rows = np.argsort(labels, kind="stable")
        self._ends = np.count_nonzero(labels < 0) + np.cumsum(np.concatenate([[0], sizes]))

    def at_once(self, first: int, last: int) -> bool:
        """Whether these picks are a single step."""
        return last - first > 1 or not self._alone[first]

    def clusters(self, picks: Rows) -> list[Rows]:
        """Return the points of each cluster that begins with one of ``picks``."""
        begun = self._labels[picks[self._core[picks]]]
        return [self._rows[self._ends[c] : self._ends[c + 1]] for c in begun.tolist()]


def _growth(found: Neighborhoods, row: int, quota: int) -> Iterator[tuple[Rows, Rows]]:
    """Yield which core points the cluster that begins with ``row`` expands next, and which points that brings it."""
    if len(found.core) <= TINY:
        yield from _growth_by_points(found, row)
        return
    newest: Rows = np.array([row])
    centers: list[Rows] = []
    fresh: list[Rows] = []
    while len(newest):
        centers.append(newest[found.core[newest]])
        newest = found.wave(newest)
        fresh.append(newest)
        brought = sum(map(len, fresh))
        if brought >= quota or (brought and not len(newest)):
            yield np.concatenate(centers), np.sort(np.concatenate(fresh))
            centers, fresh = [], []


def _growth_by_points(found: Neighborhoods, row: int) -> Iterator[tuple[Rows, Rows]]:
    taken, queue = {row}, [row]
    for center in queue:
        if found.core[center]:
            near = found.around(center)
            fresh = [r for r in near[found.labels[near] == found.labels[row]].tolist() if r not in taken]
            taken.update(fresh)
            queue.extend(fresh)
            if fresh:
                yield np.array([center]), np.array(fresh)


FINISH = Note("Finish")


def _ending(clusters: int, noise: int) -> Note:
    return Note("{k:# cluster|clusters}, {noise:# noise point|noise points}.", {"k": clusters, "noise": noise})


def _ordinal(number: int) -> str:
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{suffix}"


class _Film:
    """Numbers the steps of one run, keeps labels and roles, and puts each step into words."""

    def __init__(self, X: Floats, eps: float, values: Mapping[str, Any]) -> None:
        self._X, self._eps, self._values = X, eps, values
        self._index, self._iteration, self._visited, self._clusters = -1, 0, 0, 0
        self._journal, self._roles = Journal(len(X), len(X)), Journal(len(X), 3)
        self._page: Page | None = None

    def begin(self, found: Neighborhoods) -> None:
        self._core, self._labels = found.core, found.labels

    def start(self, curve: Floats) -> Step:
        nth = _ordinal(min(self._values["min_samples"], len(self._X)))
        estimated = "" if self._values["eps"] else f", estimated as twice the median distance to the {nth} nearest point"
        return self._step(
            Phase.START,
            Note("Set the radius"),
            Note(
                "Points are neighbors if they are no more than {eps:g} apart" + estimated + "; a core point has at least "
                "{wanted:# neighbor|neighbors}, itself counted.",
                {"eps": self._eps, "wanted": self._values["min_samples"]},
            ),
            Levels(curve, len(self._X), "eps", self._eps, f"distance to the {nth} nearest point"),
        )

    def pick(self, row: int) -> Step:
        self._iteration += 1
        left = len(self._X) - self._visited
        return self._step(
            PICK,
            Note("Pick a point"),
            Note("Pick a point that was not visited yet, one of {left:,}.", {"left": left}),
            self._ball(row),
            Outlined(np.array([row])),
        )

    def count(self, row: int, near: Rows) -> Step:
        numbers = {"near": len(near), "eps": self._eps, "wanted": self._values["min_samples"], "c": self._clusters + 1}
        template = "It has {near:# point|points} within {eps:g}, of {wanted:,} wanted: "
        if self._core[row]:
            self._clusters += 1
            template += "a core point, cluster {c} begins."
        else:
            template += "too few, so it is noise for now."
        self._visit(np.array([row]))
        return self._step(
            COUNT,
            Note("Count its neighbors"),
            Note(template, numbers),
            self._ball(row),
            Outlined(near),
        )

    def grow(self, centers: Rows, fresh: Rows) -> Step:
        was_noise = int(np.count_nonzero(self._roles.labels[fresh] == Roles.NOISE))
        self._visit(fresh)
        template = (
            "The {centers:# newest core point brings|newest core points bring} cluster {c} {fresh:# more point|more points}."
            if len(centers) > 1
            else "A core point brings cluster {c} {fresh:# more point|more points}."
        )
        if was_noise:
            template += " {noise:# point was|points were} noise until now and {verb} on its border."
        return self._step(
            GROW,
            Note("Grow cluster {c}", {"c": self._clusters}),
            Note(
                template,
                {
                    "centers": len(centers),
                    "fresh": len(fresh),
                    "c": self._clusters,
                    "noise": was_noise,
                    "verb": "lies" if was_noise == 1 else "lie",
                },
            ),
            *([self._ball(int(centers[0]))] if len(centers) == 1 else []),
            Outlined(fresh),
        )

    def sweep(self, clusters: list[Rows], noise: Rows) -> Step:
        self._iteration += 1
        self._clusters += len(clusters)
        rows = np.concatenate([*clusters, noise])
        self._visit(rows)
        return self._step(
            SWEEP,
            Note("Visit {n:# point|points}", {"n": len(rows)}),
            Note(
                "The next {n:# point|points}, all at once: {k:# small cluster|small clusters} with "
                "{in_them:# point|points}, and {noise:# point that is|points that are} noise for now.",
                {"n": len(rows), "k": len(clusters), "in_them": len(rows) - len(noise), "noise": len(noise)},
            ),
            Outlined(rows),
        )

    def done(self) -> Step:
        return self._step(Phase.DONE, FINISH, _ending(self._clusters, int(np.count_nonzero(self._labels < 0))))

    def _ball(self, row: int) -> Ball:
        return Ball(self._X[row].copy(), self._eps, self._values["metric"])

    def _visit(self, rows: Rows) -> None:
        """Let ``rows`` be visited: they get their clusters, if those have begun, and their roles."""
        self._visited += int(np.count_nonzero(self._roles.labels[rows] < 0))
        labels = self._labels[rows].copy()
        labels[labels >= self._clusters] = -1  # a later cluster will reach it
        self._journal.write(rows, labels, self._clusters)
        roles = np.where(self._core[rows], Roles.CORE, np.where(labels < 0, Roles.NOISE, Roles.BORDER))
        self._roles.write(rows, roles, 3)

    def _step(self, phase: str, title: Note, note: Note, *overlays: Overlay) -> Step:
        self._index += 1
        page = self._journal.page()
        before, self._page = self._page, page
        return Step(
            index=self._index,
            iteration=self._iteration,
            phase=phase,
            assignment=page,
            centroids=None,
            objective=None,
            changed=0 if page is before else page.changed,
            title=title,
            note=note,
            overlays=(Roles(self._roles.page()), *overlays),
            metric=None,
        )


ALGORITHM = Algorithm(
    name="dbscan",
    title="DBSCAN",
    summary="Clusters are where points are dense: a point with enough neighbors begins a cluster, which takes in the "
    "neighborhoods of all such points that it reaches. What none reaches is noise.",
    parameters=PARAMETERS,
    pseudocode=(
        ("Set the radius of a neighborhood", (Phase.START,)),
        ("For each point that was not visited yet", (PICK, SWEEP)),
        ("    Count its neighbors; if they are too few it is noise, for now", (COUNT, SWEEP)),
        ("    Otherwise begin a cluster: take in the neighbors of its core points", (GROW, SWEEP)),
        ("until all points have been visited", (Phase.DONE,)),
    ),
    random=False,
    steps=steps,
    fit=fit,
)
