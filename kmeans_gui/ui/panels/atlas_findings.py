"""Atlas findings: the work that the section of restarts does in the background, and what it found, in words and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from kmeans_gui import clustering
from kmeans_gui.clustering import Restarts
from kmeans_gui.clustering.atlas import Atlas, Comparison, chart_minima, compare_ways
from kmeans_gui.clustering.notes import number
from kmeans_gui.clustering.parameters import Choice
from kmeans_gui.data.cells import planar
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.engine.worker import Publish
from kmeans_gui.errors import CancelQuestion
from kmeans_gui.session.state import State
from kmeans_gui.ui.panels.minimum_row import Thumbnail, percent

PICTURED = 8
"""How many minima of each way to start are shown."""

THUMBNAIL_POINTS = 400

_PROBES = 8
"""If so many runs are all alike, to the last bit, the others are not made: one tells all."""

_NOTICED = 1.0005
"""Times the best objective, from which on another one is told as worse."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What the work in the background brings.

    Parameters
    ----------
    comparison : Comparison
        The minima by way to start; the way that is set alone, if the ways were not compared.
    thumbnails : mapping of str to mapping of int to Thumbnail
        Of each way, the minima that are shown (:func:`pictured`), ascending, and their pictures.
    words : mapping of str to str
        What each way is called in the form.
    objective_name : str
        What the objective is called.
    """

    comparison: Comparison
    thumbnails: Mapping[str, Mapping[int, Thumbnail]]
    words: Mapping[str, str]
    objective_name: str

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways to start, as the form orders them."""
        return tuple(self.words)


def ways_to_start(state: State) -> dict[str, str]:
    """Return the ways to start that the algorithm offers, and what the form calls them; none if there is no chance in it."""
    algorithm = clustering.algorithm(state.algorithm)
    declared = {parameter.name: parameter for parameter in algorithm.parameters}.get("init")
    return dict(declared.options) if algorithm.random and isinstance(declared, Choice) else {}


def of_one_run(state: State) -> dict[str, Any]:
    """Return the parameters of one run from a start of its own, whatever centroids were placed by hand."""
    return {**state.parameters, **({"n_init": 1} if "n_init" in state.parameters else {})}


def explore(state: State, ways: Mapping[str, str], runs: int, publish: Publish, cancelled: CancelQuestion) -> Findings:
    """Make the runs from each of the ``ways`` to start, and chart where they end."""
    restarts: dict[str, Restarts] = {}
    for place, way in enumerate(ways):

        def progress(made: int, _: int, before: int = place * runs) -> None:
            publish((before + made, len(ways) * runs))

        restarts[way] = _make_runs(state, way, runs, progress, cancelled)
    any_runs = next(iter(restarts.values()))
    name = any_runs.fit(seed=int(any_runs.seeds[0]), cancelled=cancelled).objective_name
    rises = clustering.algorithm(state.algorithm).rises
    atlases = {way: chart_minima(made, rises=rises, cancelled=cancelled) for way, made in restarts.items()}
    comparison = compare_ways(atlases, rises=rises, cancelled=cancelled)
    thumbnails = {way: _thumbnails(state.dataset, atlas, cancelled) for way, atlas in atlases.items()}
    return Findings(comparison, thumbnails, dict(ways), name)


def _make_runs(
    state: State, way: str, runs: int, progress: clustering.restarts.Progress, cancelled: CancelQuestion
) -> Restarts:
    """Make the runs from one way to start: a single one if chance has no part in it."""
    parameters = {**of_one_run(state), "init": way}
    make = partial(clustering.run_many, state.algorithm, state.dataset.points, cancelled=cancelled, **parameters)
    if runs > _PROBES and make(restarts=_PROBES).alike:
        return make(restarts=1)
    return make(restarts=runs, progress=progress)


def pictured(atlas: Atlas) -> list[int]:
    """Return which minima are shown, ascending: the best ones, the one that is found most often, and the worst."""
    count = len(atlas.minima)
    chosen = {commonest(atlas), count - 1}
    chosen.update([place for place in range(count) if place not in chosen][: PICTURED - len(chosen)])
    return sorted(chosen)


def commonest(atlas: Atlas) -> int:
    """Return which minimum was found most often; of equals, the best."""
    return int(np.argmax([minimum.share for minimum in atlas.minima]))


def remark(atlas: Atlas, place: int) -> str:
    """Return what sets one of several minima apart, if anything."""
    if len(atlas.minima) == 1:
        return ""
    return {len(atlas.minima) - 1: "the worst", commonest(atlas): "found most often"}.get(place, "")


def _thumbnails(dataset: Dataset, atlas: Atlas, cancelled: CancelQuestion) -> dict[int, Thumbnail]:
    """Return small pictures of the minima that are shown, of some of the points."""
    # At random: where clusters take turns in the table, every so manieth row would leave one of them out.
    rows = np.random.default_rng(0).choice(dataset.n, min(dataset.n, THUMBNAIL_POINTS), replace=False)
    points = planar(dataset.points[rows])
    thumbnails = {}
    for place in pictured(atlas):
        minimum = atlas.minima[place]
        end = atlas.restarts.fit(seed=minimum.seed, cancelled=cancelled)
        thumbnails[place] = Thumbnail(points, end.labels[rows], planar(minimum.centroids))
    return thumbnails


# In words --------------------------------------------------------------------------------------------------------------


def verdict(findings: Findings) -> str:
    """Return which way to start does best, and which worst.

    "k-means++ found the best result in 100 % of the runs, Random partition in 2 %."
    """
    shares = {way: findings.comparison.share(way) for way in findings.ways}
    most, least = max(shares.values()), min(shares.values())
    if most == least:
        return f"All ways to start found the best result in {percent(most)} of the runs."
    best, worst = (
        _listed(findings.words[way] for way, share in shares.items() if share == extreme) for extreme in (most, least)
    )
    return f"{best} found the best result in {percent(most)} of the runs, {worst} in {share_words(least)}."


def summary(findings: Findings, way: str) -> str:
    """Return where the runs of one way ended: "4 minima; the worst is 2.3 times the best; 12 % found the best."."""
    told = _ends(findings, way)
    return f"{findings.words[way]}: {told}" if len(findings.ways) > 1 else told[0].upper() + told[1:]


def _ends(findings: Findings, way: str) -> str:
    comparison = findings.comparison
    atlas, ratio, share = comparison.atlases[way], comparison.ratio(way), comparison.share(way)
    count, runs = len(atlas.minima), len(atlas.restarts)
    is_worse = ratio is not None and ratio >= _NOTICED
    times = "" if ratio is None else f"{number(ratio, 3 if ratio >= 1.005 else 4)} times the best"
    if count == 1:
        end = f", {times}" if is_worse else "" if share else ", not the best"
        return f"every run is the same{end}." if runs == 1 else f"all {runs:,} runs end in the same minimum{end}."
    found = f"{share_words(share)} found the best"
    if ratio is None:
        best, worst = (number(atlas.minima[end].objective) for end in (0, -1))
        return f"{count:,} optima; {findings.objective_name} from {best} to {worst}; {found}."
    return f"{count:,} minima; {f'the worst is {times}' if is_worse else 'all about equally good'}; {found}."


def share_words(share: float) -> str:
    """Return a share in words, "none" for none at all."""
    return percent(share) if share else "none"


def _listed(words: Iterable[str]) -> str:
    """Return "A", "A and B" or, of more, "A and 2 others"."""
    first, *others = words
    rest = others[0] if len(others) == 1 else f"{len(others)} others"
    return f"{first} and {rest}" if others else first
