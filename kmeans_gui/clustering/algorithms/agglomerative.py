"""Agglomerative clustering: merge the two nearest clusters, until there is one (Ward, "Hierarchical grouping to optimize an
objective function", Journal of the American Statistical Association 58, 1963; Lance & Williams, "A general theory of
classificatory sorting strategies", Computer Journal 9, 1967).

At first each point is a cluster of its own. What the merges are is found before the film begins
(:mod:`kmeans_gui.clustering.linkage`), and a tree tells them (:mod:`kmeans_gui.clustering.hierarchy`). In the end it is cut
where K clusters stand. With many points the first merges, which nobody could tell apart, are made many at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import label_dtype
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.distances import METRICS, metric_parameter
from kmeans_gui.clustering.hierarchy import Ints, build
from kmeans_gui.clustering.journal import Journal
from kmeans_gui.clustering.linkage import link
from kmeans_gui.clustering.neighborhoods import Space, asked_at_once, loops
from kmeans_gui.clustering.notes import Note
from kmeans_gui.clustering.overlays import Overlay, Segments, Tree
from kmeans_gui.clustering.parameters import Choice, Int
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import Cancelled, CancelQuestion, UserError

MERGE = "merge"

LINKAGES = {
    "ward": "Ward",
    "average": "Average (UPGMA)",
    "complete": "Complete",
    "single": "Single",
    "centroid": "Centroid",
}

PARAMETERS = (
    Choice(name="linkage", label="Linkage", default="ward", options=LINKAGES, help="How far apart two clusters are."),
    metric_parameter(),
    Int(name="k", label="K", default=3, minimum=1, maximum=4096, help="Number of clusters into which the tree is cut."),
    Int(
        name="sample",
        label="Sample",
        default=0,
        help="Cluster so many points drawn at random; each other one joins its nearest of them. 0 takes all points.",
        advanced=True,
    ),
)

MOST = 20_000
"""Points of which all pairs are looked at, at most."""

ONE_BY_ONE, AT_ONCE, GROUPS = 2000, 1000, 500
"""Merges up to which each is a step of its own; beyond, how many of the last ones are, and how many steps the others make."""


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START, a MERGE for each merge or for many of the first ones, then DONE."""
    run = _Run(X, values, seed, cancelled)
    film = _Film(X, run)
    yield film.start()
    for first, last in pairwise(run.acts):
        if cancelled():
            raise Cancelled
        yield film.merge(first, last)
    yield film.done()


def fit(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Step:
    """Return the last step."""
    run = _Run(X, values, seed, cancelled)
    return Step(
        index=len(run.acts),
        iteration=len(run.acts) - 1,
        phase=Phase.DONE,
        assignment=run.tree.cut(run.k).astype(label_dtype(run.tree.leaves)),
        centroids=None,
        objective=run.last_height(),
        objective_name=NAME,
        title=FINISH,
        note=run.ending(),
        metric=None,
    )


class _Run:
    """The tree of one run, and how it is told.

    Attributes
    ----------
    tree : Hierarchy
    members : ndarray of shape (n,), int, or None
        The leaf of each point; None if each is its own.
    links : ndarray of shape (m, 2), int64
        The points between which single linkage merges.
    acts : list of int
        How many merges are made after each step, from START on, DONE apart.
    """

    def __init__(self, X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> None:
        self.linkage, self.k, n = values["linkage"], values["k"], len(X)
        sampled = 0 < values["sample"] < n
        leaves = values["sample"] if sampled else n
        _check(values, leaves, X.shape[1])
        if cancelled():
            raise Cancelled
        if leaves > MOST and loops(leaves, cancelled) is None:
            words = f"Without numba, only {MOST:,} points can be clustered. Install it, or set Sample to {MOST:,} or less."
            raise UserError(words)
        rows = np.sort(np.random.default_rng(seed).choice(n, leaves, replace=False)) if sampled else np.arange(n)
        self.members = _members(Space.of(X, values["metric"]).points, rows, values["metric"], cancelled) if sampled else None
        pairs, heights = link(X[rows] if sampled else X, self.linkage, values["metric"], cancelled)
        self.links = rows[pairs]
        self.tree = build(pairs, heights, self.members, cancelled)
        merges = leaves - 1
        grouped = merges - AT_ONCE if merges > ONE_BY_ONE else 0
        groups = np.linspace(0, grouped, min(grouped, GROUPS) + 1).astype(int).tolist()
        self.acts = [*groups, *range(grouped + 1, merges + 1)]

    def step_of(self, made: int) -> int:
        """Return the index of the last step with no more than ``made`` merges."""
        return int(np.searchsorted(self.acts, made, side="right")) - 1

    def last_height(self) -> float | None:
        return float(self.tree.heights[-1]) if len(self.tree.heights) else None

    def ending(self) -> Note:
        """Say how many clusters there are, and between which heights the tree is cut."""
        made, heights = self.tree.leaves - self.k, self.tree.heights
        template = "All merges are made; {k:# cluster is|clusters are} shown"
        if made and self.k > 1:
            template += ", by cutting between {low:g} and {high:g}."
        elif made:
            template += ", by cutting above {low:g}."
        else:
            template += ", by cutting below {high:g}." if len(heights) else "."
        values = {"k": self.k, "low": float(heights[made - 1]) if made else 0.0, "high": 0.0}
        if self.k > 1:
            values["high"] = float(heights[made])
        return Note(template, values)


def _check(values: Mapping[str, Any], leaves: int, d: int) -> None:
    """Refuse what cannot be clustered, before any work."""
    linkage, words = values["linkage"], LINKAGES[values["linkage"]]
    if linkage in ("ward", "centroid") and values["metric"] != "euclidean":
        raise UserError(
            f"{words} linkage goes by means, so its distance must be Euclidean, not {METRICS[values['metric']][0]}. "
            "Choose that, or another linkage."
        )
    if values["k"] > leaves:
        raise UserError(
            f"K is {values['k']:,}, but the sample has only {leaves:,} points. Choose a smaller K or a larger sample."
        )
    if leaves > MOST and linkage != "single":
        needs = _duration(5e-9 * leaves * leaves)
        if linkage in ("average", "complete"):
            needs = f"{8e-9 * leaves * leaves:,.0f} GB of memory and " + needs
        raise UserError(
            f"{words} linkage of {leaves:,} points compares all pairs, which would take {needs}. Choose single linkage, "
            f"or set Sample to {MOST:,} or less."
        )


def _duration(seconds: float) -> str:
    for unit, length in (("day", 86_400.0), ("hour", 3600.0), ("minute", 60.0), ("second", 1.0)):
        if seconds >= 1.5 * length:
            return f"some {seconds / length:,.0f} {unit}s"
    return "a second"


def _members(points: Floats, rows: Ints, metric: str, cancelled: CancelQuestion) -> NDArray[np.int64]:
    """Return which of the sampled ``rows`` is nearest to each point; a sampled point is its own."""
    from scipy.spatial import cKDTree

    tree = cKDTree(points[rows])
    members = np.empty(len(points), np.int64)
    for block in blocks(len(points), asked_at_once(points.shape[1]), cancelled):
        _, members[block] = tree.query(points[block], p=Space(points[:0], metric).power)
    members[rows] = np.arange(len(rows))
    return members


FINISH = Note("Cut the tree")
NAME = "merge distance"


class _Film:
    """Numbers the steps of one run, keeps the labels and puts each step into words."""

    def __init__(self, X: Floats, run: _Run) -> None:
        self._run, self._tree = run, run.tree
        self._index = -1
        self._ends = X[run.links] if run.linkage == "single" else run.tree.means(X)[run.tree.children]
        self._journal = Journal(len(X), run.tree.leaves)
        self._page = self._journal.write(*run.tree.points_of(run.tree.standing(0)), run.tree.leaves)

    def start(self) -> Step:
        leaves, n = self._tree.leaves, self._journal.n
        words = "Every point stands alone: {leaves:# cluster|clusters}."
        if leaves < n:
            words = "Each of {leaves:# sampled point|sampled points} stands alone; the others are with the nearest of them."
        note = Note(words, {"leaves": leaves})
        return self._step(Phase.START, 0, 0, Note("Start with {leaves:# cluster|clusters}", {"leaves": leaves}), note)

    def merge(self, first: int, last: int) -> Step:
        tree, left = self._tree, self._tree.leaves - last
        self._journal.write(*tree.recolored(first, last), left)
        height = float(tree.heights[last - 1])
        if last - first > 1:
            title = Note("Make {merges:# merge|merges}", {"merges": last - first})
            note = Note(
                "The next {merges:# merge|merges}, up to {height:g} apart: {left:# cluster is|clusters are} left.",
                {"merges": last - first, "height": float(tree.heights[first:last].max()), "left": left},
            )
            return self._step(MERGE, last, last - first, title, note)
        large, small = sorted(tree.sizes[tree.children[first]].tolist(), reverse=True)
        template = (
            "Merge clusters of {large:,} and {small:# point|points}, {height:g} apart: {left:# cluster is|clusters are} left."
        )
        if first and height < tree.heights[first - 1]:
            template += " They are nearer than those merged before: merging moved a mean towards another."
        numbers = {"large": large, "small": small, "height": height, "left": left}
        return self._step(MERGE, last, 1, Note("Merge the two nearest clusters"), Note(template, numbers))

    def done(self) -> Step:
        made = self._tree.leaves - self._run.k
        self._journal.write(*self._tree.points_of(self._tree.standing(made)), self._run.k)
        return self._step(Phase.DONE, made, 0, FINISH, self._run.ending())

    def _step(self, phase: str, made: int, newest: int, title: Note, note: Note) -> Step:
        self._index += 1
        before, self._page = self._page, self._journal.page()
        tree, run = self._tree, self._run
        shown: tuple[Overlay, ...] = (
            Tree(tree.children, tree.heights, tree.labels, made, NAME, run.members, run.step_of),
            Segments(self._ends, made, newest),
        )
        objective = run.last_height() if phase is Phase.DONE else float(tree.heights[made - 1]) if made else None
        return Step(
            index=self._index,
            iteration=min(self._index, len(run.acts) - 1),
            phase=phase,
            assignment=self._page,
            centroids=None,
            objective=objective,
            objective_name=NAME,
            changed=0 if self._page is before else self._page.changed,
            title=title,
            note=note,
            overlays=shown,
            metric=None,
        )


ALGORITHM = Algorithm(
    name="agglomerative",
    title="Agglomerative",
    summary="Every point begins as a cluster of its own; merge the two nearest clusters until there is one, and cut the tree "
    "of merges where K clusters stand.",
    parameters=PARAMETERS,
    pseudocode=(
        ("Let every point be a cluster of its own", (Phase.START,)),
        ("Repeat", ()),
        ("    Merge the two nearest clusters", (MERGE,)),
        ("until one is left", ()),
        ("Cut the tree of merges where K clusters stand", (Phase.DONE,)),
    ),
    steps=steps,
    fit=fit,
)
