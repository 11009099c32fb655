"""Several runs, of which the best is kept: each is the run of its seed, and the best is the one that scikit-learn finds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans

from kmeans_gui import clustering
from kmeans_gui.clustering import Phase, Step
from kmeans_gui.clustering.trace import Trace
from kmeans_gui.errors import Cancelled, UserError

X = np.random.default_rng(0).normal(size=(120, 2)) + np.random.default_rng(1).integers(0, 4, (120, 1)) * 2.0
RUNS = 6


def watch(**parameters: Any) -> list[Step]:
    return list(clustering.steps("lloyd", X, **{"k": 5, "n_init": RUNS, "seed": 3, **parameters}))


def runs_of(steps: list[Step]) -> list[list[Step]]:
    starts = [step.index for step in steps if step.phase is Phase.START]
    return [steps[a:b] for a, b in pairwise([*starts, len(steps) - 1])]


@pytest.mark.parametrize("parameters", [{}, {"max_iter": 2}, {"tol": 0.01}, {"init": "random"}])
def test_each_run_is_the_run_of_its_seed(parameters: dict[str, Any]) -> None:
    steps = watch(**parameters)
    assert [step.index for step in steps] == list(range(len(steps)))
    for seed, run in enumerate(runs_of(steps), 3):
        alone = list(clustering.steps("lloyd", X, k=5, seed=seed, **parameters))
        assert [step.phase for step in run] == [*[step.phase for step in alone[:-1]], "outcome"]
        for step, own in zip(run, alone, strict=True):
            assert (step.iteration, step.objective, step.shift) == (own.iteration, own.objective, own.shift)
            assert np.array_equal(step.labels, own.labels)
            assert np.array_equal(step.centroids, own.centroids)


def test_a_run_begins_without_labels_and_says_which_it_is() -> None:
    for number, run in enumerate(runs_of(watch()), 1):
        assert np.all(run[0].labels == -1)
        assert run[0].changed == (len(X) if number > 1 else 0)
        assert str(run[0].note).startswith(f"Run {number} of {RUNS}. ")
        assert str(run[-1].note).startswith(f"Run {number} of {RUNS}. ")


@pytest.mark.parametrize("init", ["k-means++", "random", "farthest-first"])
def test_the_best_end_is_the_best_of_scikit_learn_from_the_same_starts(init: str) -> None:
    steps = watch(init=init)
    peers = [KMeans(5, init=run[0].centroids, n_init=1, tol=0).fit(X) for run in runs_of(steps)]
    best = min(peers, key=lambda peer: peer.inertia_)
    assert steps[-1].objective == pytest.approx(best.inertia_, rel=1e-12)
    assert np.array_equal(steps[-1].labels, best.labels_)
    assert np.allclose(steps[-1].centroids, best.cluster_centers_)
    assert steps[-1].iterations == best.n_iter_


def test_the_last_note_ranks_the_runs() -> None:
    steps = watch(k=6, init="random")
    ends = [run[-1].objective for run in runs_of(steps)]
    best = int(np.argmin(ends)) + 1
    assert 1 < best < RUNS  # so that the last step goes back to a run before
    said = str(steps[-1].note)
    assert said.startswith(f"Run {best} of {RUNS} is the best: inertia {min(ends):.1f}; the worst ended at {max(ends):.1f}.")
    assert steps[-1].changed == np.count_nonzero(steps[-1].labels != steps[-2].labels) > 0


def test_runs_that_end_alike_are_called_equal() -> None:
    last = watch(k=1)[-1]
    assert str(last.note).startswith(f"All {RUNS} runs are equally good")
    assert last.changed == 0


@pytest.mark.parametrize("parameters", [{}, {"max_iter": 2}, {"tol": 0.01}, {"k": 1}])
@pytest.mark.parametrize("writeable", [True, False])
def test_the_last_step_is_what_fit_returns(parameters: dict[str, Any], writeable: bool) -> None:
    points = X.copy()
    points.flags.writeable = writeable
    last, fitted = watch(**parameters)[-1], clustering.fit("lloyd", points, **{"k": 5, "n_init": RUNS, "seed": 3, **parameters})
    assert (last.index, last.iteration, last.objective) == (fitted.index, fitted.iteration, fitted.objective)
    assert (str(last.title), str(last.note), last.changed) == (str(fitted.title), str(fitted.note), fitted.changed)
    assert np.array_equal(last.labels, fitted.labels)
    assert np.array_equal(last.centroids, fitted.centroids)


def test_given_centroids_make_one_run() -> None:
    several, one = (list(clustering.steps("lloyd", X, init=X[:5], n_init=n)) for n in (RUNS, 1))
    assert [step.phase for step in several] == [step.phase for step in one]
    assert f"all {RUNS} runs would be this one" in str(several[0].note)
    assert str(several[-1].note) == str(clustering.fit("lloyd", X, init=X[:5], n_init=RUNS).note)
    assert "all" not in str(one[0].note)


def test_restarts_of_several_runs_end_as_each_fit_does() -> None:
    many = clustering.run_many("lloyd", X, restarts=3, k=5, n_init=2, init="random")
    ends = [clustering.fit("lloyd", X, k=5, n_init=2, init="random", seed=seed).objective for seed in range(3)]
    assert many.objectives.tolist() == ends


def test_labels_that_were_let_go_come_back() -> None:
    kept = watch()
    trace = Trace(lambda step: clustering.REGISTRY["lloyd"].recall(X, step), budget=300).extend(kept)
    assert not all(trace.holds_labels(i) for i in range(len(trace)))
    for step, again in zip(kept, trace, strict=True):
        assert np.array_equal(step.labels, again.labels)


def test_a_seed_too_large_for_so_many_runs_is_refused() -> None:
    with pytest.raises(UserError, match="Lower the seed"):
        clustering.fit("lloyd", X, seed=2**63 - 2, n_init=3)


def test_it_can_be_cancelled_between_runs() -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    with pytest.raises(Cancelled):
        clustering.fit("lloyd", X, n_init=1000, cancelled=cancelled)
