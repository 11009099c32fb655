"""Random small states and edits for the tests of this folder, and what it means that two states are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kmeans_gui.clustering.algorithms import alternating
from kmeans_gui.clustering.parameters import LARGEST
from kmeans_gui.data.change import Change
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.description import SMALLEST_SPAN
from kmeans_gui.session.edits import Compound, Configure, Edit, InsertPoints, PlacePoints, RemovePoints, ReplaceDataset
from kmeans_gui.session.state import LAYERS, State

FLOATS = st.floats(-LARGEST, LARGEST)
"""All that a coordinate may be: −0.0 and subnormals too."""
ID_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=6)
INT64 = st.integers(-(2**63), 2**63 - 1)


def tables(n: int, d: int) -> st.SearchStrategy[Any]:
    return hnp.arrays(np.float64, (n, d), elements=FLOATS)


@st.composite
def datasets(draw: st.DrawFn, max_points: int = 5) -> Dataset:
    n, d = draw(st.integers(0, max_points)), draw(st.integers(1, 4))
    kind, element = draw(st.sampled_from([(np.int64, INT64), (np.str_, ID_TEXT)]))
    ids = draw(st.lists(element, min_size=n, max_size=n, unique=True))
    return Dataset.of(
        draw(tables(n, d)),
        columns=tuple(draw(st.lists(st.text(max_size=4), min_size=d, max_size=d))),
        row_ids=np.array(ids, dtype=kind),
        truth=draw(st.none() | hnp.arrays(np.int64, n, elements=st.integers(-1, 9))),
        source=draw(st.text(max_size=6)),
        left_out=draw(st.integers(0, 10**6)),
    )


@st.composite
def parameters(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "k": draw(st.integers(1, 4096)),
        "init": draw(st.sampled_from(["random", "k-means++"]) | tables(2, 2).filter(lambda t: np.abs(t).max() < 1e150)),
        "empty_clusters": draw(st.sampled_from(list(alternating.EMPTY_CLUSTERS))),
        "n_init": draw(st.integers(1, 1000)),
        "max_iter": draw(st.integers(1, 100_000)),
        "tol": draw(st.floats(0, 1)),
    }


@st.composite
def states(draw: st.DrawFn) -> State:
    dataset = draw(datasets())
    low, high = draw(st.tuples(FLOATS, FLOATS).filter(lambda pair: pair[1] - pair[0] >= SMALLEST_SPAN))
    return State(
        dataset=dataset,
        parameters=draw(parameters()),
        seed=draw(st.integers(0, 2**63 - 1)),
        start=draw(st.none() | tables(2, dataset.d)),
        position=draw(st.none() | st.integers(0, 1000)),
        colors=tuple(draw(st.lists(st.integers(0, 255), max_size=4))),
        layers=draw(st.frozensets(st.sampled_from(LAYERS))),
        viewport=draw(st.none() | st.just((low, high, low, high))),
    )


def some_rows(n: int) -> st.SearchStrategy[Any]:
    return st.lists(st.integers(0, n - 1), unique=True).map(lambda rows: np.array(rows, np.intp)) if n else st.just(NO_ROWS)


NO_ROWS = np.empty(0, np.intp)


@st.composite
def insertions(draw: st.DrawFn, state: State) -> InsertPoints:
    data, m = state.dataset, draw(st.integers(0, 3))
    if draw(st.booleans()):
        return InsertPoints.at_end(data, draw(tables(m, 2)))
    rows = draw(st.permutations(range(data.n + m)).map(lambda order: np.sort(np.array(order[:m], np.intp))))
    truth = draw(st.none() | hnp.arrays(np.int64, m, elements=st.integers(-1, 9)))
    return InsertPoints(rows, draw(tables(m, data.d)), data.fresh_ids(m), truth)


@st.composite
def placements(draw: st.DrawFn, state: State) -> PlacePoints:
    rows = draw(some_rows(state.dataset.n))
    if draw(st.booleans()):
        return PlacePoints.planar(state.dataset, rows, draw(tables(len(rows), 2)))
    return PlacePoints(rows, draw(tables(len(rows), state.dataset.d)))


@st.composite
def choices(draw: st.DrawFn, state: State) -> Configure:
    values = {
        "seed": draw(st.integers(0, 9)),
        "parameters": draw(parameters()),
        "start": draw(st.none() | tables(2, state.dataset.d)),
    }
    names = draw(st.sets(st.sampled_from(list(values))))
    return Configure({name: values[name] for name in names}, "choose")


@st.composite
def compounds(draw: st.DrawFn, state: State) -> Compound:
    first = draw(single_edits(state))
    return Compound((first, draw(single_edits(first.apply(state)))), "do both")


def single_edits(state: State) -> st.SearchStrategy[Edit]:
    return st.one_of(
        insertions(state),
        some_rows(state.dataset.n).map(RemovePoints),
        placements(state),
        datasets().map(lambda dataset: ReplaceDataset(dataset, "open")),
        choices(state),
    )


def edits(state: State) -> st.SearchStrategy[Edit]:
    return single_edits(state) | compounds(state)


DATASET = ("points", "columns", "row_ids", "truth", "source", "left_out")


def bits(value: Any) -> Any:
    """Return something that is equal for two arrays only if they are so bit for bit, type and shape included."""
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.shape, value.tobytes()
    if isinstance(value, Dataset):
        return tuple(bits(getattr(value, name)) for name in DATASET)
    if hasattr(value, "items"):
        return {key: bits(v) for key, v in value.items()}
    return value


def same(a: State, b: State) -> bool:
    return all(bits(vars(a)[name]) == bits(vars(b)[name]) for name in vars(a))


def assert_followed(before: State, change: Change | None, after: State) -> None:
    """Assert that what ``change`` says about rows is what became of the points, known by their ids."""
    old, new = before.dataset, after.dataset
    if change is None:
        return
    assert (change.n_before, change.n_after) == (old.n, new.n)
    came = change.came_from(np.arange(new.n))
    stayed = np.flatnonzero(came >= 0)
    assert new.row_ids[stayed].tolist() == old.row_ids[came[stayed]].tolist()
    assert set(change.inserted) == set(np.flatnonzero(came < 0))
    assert set(change.removed) == set(range(old.n)) - set(came)
    differs = (new.points[stayed] != old.points[came[stayed]]).any(axis=1)
    assert set(stayed[differs]) <= set(change.moved) <= set(stayed)
