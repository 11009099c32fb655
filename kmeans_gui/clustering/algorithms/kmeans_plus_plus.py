"""k-means++, the start of k-means (Arthur & Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007).

The first centroid is a point drawn uniformly, each further one a point drawn with a probability proportional to the square of
its distance from the nearest centroid so far. What follows has an expected inertia within 8 (ln K + 2) times the least.

On show one point is drawn at a time, as the paper has it: the next centroid follows from the shades alone. With more trials
several candidates are drawn and the one that lowers the inertia most is kept, the paper's section 6; with 0 for their number
they are as many as scikit-learn draws, and the centroids are those from which k-means starts with the same seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.assignment import Assignment, counts_of, labels_of
from kmeans_gui.clustering.blocks import blocks
from kmeans_gui.clustering.kernels import Kernel, choose
from kmeans_gui.clustering.kernels.base import BLOCK, squared
from kmeans_gui.clustering.kernels.plus_plus import Chances
from kmeans_gui.clustering.notes import Note, number
from kmeans_gui.clustering.overlays import Outlined, Overlay, Places, Shades
from kmeans_gui.clustering.parameters import Int
from kmeans_gui.clustering.step import Floats, Phase, Step
from kmeans_gui.errors import CancelQuestion

WEIGH = "weigh"
CANDIDATES = "candidates"
DRAW = "draw"

PARAMETERS = (
    Int(name="k", label="K", default=3, minimum=1, maximum=4096, help="Number of clusters."),
    Int(
        name="n_local_trials",
        label="Candidates",
        default=1,
        minimum=0,
        maximum=100,
        help="How many points are drawn for each further centroid, of which the best is kept; 0 for 2 + ⌊ln K⌋.",
        advanced=True,
    ),
)

FINISH = Note("Finish")


def draws(n: int, values: Mapping[str, Any], seed: int) -> tuple[int, Floats]:
    """Return what is random: the place of the first point, and numbers from [0, 1), shape (k − 1, trials)."""
    rng = np.random.default_rng(seed)
    trials = values["n_local_trials"] or 2 + int(math.log(values["k"]))
    return int(rng.integers(n)), rng.random((values["k"] - 1, trials))


def steps(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Iterator[Step]:
    """Yield START and the first DRAW; for each further centroid WEIGH, CANDIDATES if there are several, and DRAW; then DONE."""
    kernel = choose(X, values["k"], cancelled)
    rows, columns = kernel.points.order(cancelled)
    chances = Chances(columns, cancelled)
    place, numbers = draws(len(X), values, seed)
    film = _Film(X, kernel, rows)
    yield film.start()
    yield film.first(place)
    chosen = [place]
    for row in numbers:
        chances.settle(chosen[-1])
        yield film.weigh(chances.largest())
        candidates = [chances.drawn(draw) for draw in row] if chances.total else [_lowest_free(chosen)]
        best = 0
        if len(row) > 1:
            yield film.candidates(candidates)
            best = int(np.argmin([chances.potential(candidate) for candidate in candidates]))
        chosen.append(candidates[best])
        yield film.draw(candidates[best], chances.chance(candidates[best]), len(row))
    yield film.done()


def _lowest_free(chosen: list[int]) -> int:
    """Return the lowest place that is not yet chosen: the next one where no point has a chance."""
    return int(np.setdiff1d(np.arange(len(chosen) + 1), chosen)[0])


def fit(X: Floats, values: Mapping[str, Any], seed: int, cancelled: CancelQuestion) -> Step:
    """Return the last step, with all draws in one call of the kernel."""
    kernel = choose(X, values["k"], cancelled)
    first, numbers = draws(len(X), values, seed)
    centroids = X[kernel.far_points(first, numbers)]
    kernel.assign(centroids)
    # START and, of each centroid, a DRAW, which but for the first follows a WEIGH and, of several, the CANDIDATES.
    index = 1 + len(centroids) + len(numbers) * (1 + (numbers.shape[1] > 1))
    return _last(index, centroids, kernel.assignment(), kernel.inertia(centroids))


def _last(index: int, centroids: Floats, assignment: Assignment, inertia: float) -> Step:
    """Return the last step, in which the last centroid takes its points."""
    return Step(
        index=index,
        iteration=len(centroids),
        phase=Phase.DONE,
        assignment=assignment,
        centroids=centroids,
        objective=inertia,
        objective_name="inertia",
        changed=int(counts_of(assignment, len(centroids))[-1]),
        title=FINISH,
        note=Note(
            "Done: {k:# centroid is|centroids are} placed; with each point at the nearest, the inertia is {inertia:g}.",
            {"k": len(centroids), "inertia": inertia},
        ),
    )


class _Film:
    """Numbers the steps, keeps the centroids and the assignment to them, and puts each step into words.

    Parameters
    ----------
    X : ndarray of shape (n, d)
    kernel : Kernel
    rows : ndarray of shape (n,), or None
        The row of the point at each place; None if each is at its own.
    """

    def __init__(self, X: Floats, kernel: Kernel, rows: NDArray[np.int32] | None) -> None:
        self._X = X
        self._kernel = kernel
        self._rows = rows
        self._index = -1
        self._chosen: list[int] = []  # rows of X
        self._assignment: Assignment = kernel.assignment()
        self._objective = math.nan
        self._shades: tuple[Overlay, ...] = ()

    def start(self) -> Step:
        return self._step(
            Phase.START,
            Note("Begin without centroids"),
            Note(
                "Begin with {n:# point|points} and no centroid: each point is as likely as any other to be the first.",
                {"n": len(self._X)},
            ),
        )

    def first(self, place: int) -> Step:
        self._take(place)
        return self._step(
            DRAW,
            Note("Draw the first centroid"),
            Note("One of {n:# point|points}, drawn uniformly, becomes centroid 1.", {"n": len(self._X)}),
            overlays=(Outlined(np.array(self._chosen[-1:])),),
        )

    def weigh(self, largest: float) -> Step:
        """Show how likely each point is to be drawn; ``largest`` is the probability of the likeliest."""
        changed = self._assign()
        centroids, assignment = self._centroids(), self._assignment
        self._shades = (
            Shades(_weights(self._X, self._kernel.points.scale, centroids, assignment), "probability of being drawn"),
        )
        note = "Each point's probability is its squared distance from the nearest centroid divided by their sum, {sum:g}"
        note += "; the highest is {largest} %." if largest else ": no point has one."
        return self._step(
            WEIGH,
            Note("Weigh {n:# point|points}", {"n": len(self._X)}),
            Note(note, {"sum": self._objective, "largest": number(100 * largest, 3)}),
            changed=changed,
            overlays=self._shades,
        )

    def candidates(self, places: list[int]) -> Step:
        values = {"count": len(places), "j": len(self._chosen) + 1}
        return self._step(
            CANDIDATES,
            Note("Draw {count:# candidate|candidates}", values),
            Note("{count:# candidate is|candidates are} drawn for centroid {j:,}.", values),
            overlays=(*self._shades, Places(self._X[[self._row(place) for place in places]])),
        )

    def draw(self, place: int, chance: float, trials: int) -> Step:
        """Make the point at ``place`` a centroid: it had the probability ``chance`` in each of so many ``trials``."""
        self._take(place)
        values = {"j": len(self._chosen), "chance": number(100 * chance, 3), "times": chance * len(self._X)}
        if not chance:
            note = "Every point lies on a centroid already, so one that is none yet becomes centroid {j:,}."
        elif trials > 1:
            note = "The candidate that lowers the inertia most becomes centroid {j:,}; its probability was {chance} %."
        else:
            note = "The point drawn becomes centroid {j:,}: its probability was {chance} %, {times:g} times the average."
        return self._step(
            DRAW,
            Note("Keep the best candidate" if trials > 1 else "Draw centroid {j:,}", values),
            Note(note, values),
            overlays=(*self._shades, Outlined(np.array(self._chosen[-1:]))),
        )

    def done(self) -> Step:
        self._assign()
        return _last(self._index + 1, self._centroids(), self._assignment, self._objective)

    def _take(self, place: int) -> None:
        self._chosen.append(self._row(place))

    def _row(self, place: int) -> int:
        return place if self._rows is None else int(self._rows[place])

    def _centroids(self) -> Floats:
        return self._X[self._chosen]

    def _assign(self) -> int:
        """Give each point to the nearest centroid so far; return how many labels that changed."""
        placed = np.full((self._kernel.k, self._X.shape[1]), np.nan)
        placed[: len(self._chosen)] = self._centroids()
        changed = self._kernel.assign(placed)
        if changed:
            self._assignment = self._kernel.assignment()
        self._objective = self._kernel.inertia(placed)
        return changed

    def _step(self, phase: str, title: Note, note: Note, **more: Any) -> Step:
        self._index += 1
        return Step(
            index=self._index,
            iteration=len(self._chosen),
            phase=phase,
            assignment=self._assignment,
            centroids=self._centroids() if self._chosen else None,
            objective=None if math.isnan(self._objective) else self._objective,
            objective_name="inertia",
            title=title,
            note=note,
            **more,
        )


def _weights(X: Floats, scale: float, centroids: Floats, assignment: Assignment) -> Callable[[], Floats]:
    """Return what works out each point's probability, as a share of the highest."""

    def weights() -> Floats:
        labels, scaled, squares = labels_of(assignment), centroids * scale, np.empty(len(X))
        for block in blocks(len(X), BLOCK, lambda: False):
            squares[block] = squared(X[block] * scale, scaled[labels[block]])
        return squares / (float(squares.max()) or 1.0)

    return weights


ALGORITHM = Algorithm(
    name="kmeans++",
    title="k-means++ (start of k-means)",
    summary="Draw a first centroid among the points, then each next one with a probability that grows with the square of its "
    "distance from the nearest so far.",
    parameters=PARAMETERS,
    pseudocode=(
        ("Begin without centroids", (Phase.START,)),
        ("Draw the first centroid among all points alike", ()),
        ("Until there are K", ()),
        ("    Give each point its squared distance from the nearest centroid as a weight", (WEIGH,)),
        ("    Draw points with probabilities proportional to their weights", (CANDIDATES,)),
        ("    Make the point drawn, or the best of several, a centroid", (DRAW,)),
        ("Assign each point to the nearest centroid", (Phase.DONE,)),
    ),
    steps=steps,
    fit=fit,
)
