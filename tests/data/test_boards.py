"""Each board makes exactly the points asked for, the same ones for the same seed, and shows what its summary promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kmeans_gui import clustering
from kmeans_gui.clustering.parameters import Float, Int
from kmeans_gui.data.boards import REGISTRY, board
from kmeans_gui.errors import UserError

NAMES = sorted(REGISTRY)
PLANTING = [name for name in NAMES if any(parameter.name == "k" for parameter in REGISTRY[name].parameters)]


def test_the_boards_are_all_there() -> None:
    boards = "uniform gaussians peaked blobs moons circles anisotropic varied classification grid rings"
    assert list(REGISTRY) == boards.split()


@pytest.mark.parametrize("name", NAMES)
def test_a_board_describes_itself(name: str) -> None:
    this = REGISTRY[name]
    assert this.name == name
    assert this.title
    assert this.summary.endswith(".")
    n = next(parameter for parameter in this.parameters if parameter.name == "n")
    assert isinstance(n, Int)
    assert (n.minimum, n.maximum, n.label) == (1, 10_000_000, "Points")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [4, 5, 101, 1000])
def test_exactly_n_finite_points_in_the_plane(name: str, n: int) -> None:
    made = board(name, n=n, seed=3, **({"k": 3} if name in PLANTING else {}))
    assert made.points.shape == (n, 2)
    assert np.isfinite(made.points).all()
    assert made.points.flags.c_contiguous
    assert made.columns == ("x", "y")
    assert made.row_ids.tolist() == list(range(n))
    assert made.source == f"{REGISTRY[name].title}, seed 3"


@pytest.mark.parametrize("name", NAMES)
def test_a_single_point_is_a_board(name: str) -> None:
    assert board(name, n=1, **({"k": 1} if name in PLANTING else {})).n == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_makes_the_board(name: str) -> None:
    first, again, other = board(name, seed=7), board(name, seed=7), board(name, seed=8)
    assert first.points.tobytes() == again.points.tobytes()
    assert (first.truth is None) == (again.truth is None)
    assert first.truth is None or (first.truth == again.truth).all()
    # A grid without jitter leaves nothing to chance.
    assert (first.points.tobytes() == other.points.tobytes()) == (name == "grid")


@pytest.mark.parametrize("name", PLANTING)
@pytest.mark.parametrize("k", [1, 2, 4])
def test_k_clusters_of_nearly_the_same_size_are_planted(name: str, k: int) -> None:
    truth = board(name, n=99, k=k).truth
    assert truth is not None
    assert truth.dtype == np.int64
    sizes = np.bincount(truth, minlength=k)
    assert len(sizes) == k
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("name", PLANTING)
def test_more_clusters_than_points_are_refused(name: str) -> None:
    with pytest.raises(UserError, match="3 clusters need at least as many points, not 2"):
        board(name, n=2, k=3)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_can_be_at_its_bounds(name: str) -> None:
    for parameter in REGISTRY[name].parameters:
        assert isinstance(parameter, Int | Float)
        if parameter.name == "n":
            continue
        bounds = {parameter.minimum, parameter.maximum}
        for value in bounds:
            assert board(name, **{"n": 5000, parameter.name: value}).n == 5000


def test_what_is_unknown_or_out_of_bounds_is_refused() -> None:
    with pytest.raises(UserError, match="no board 'gausians'; there are uniform, gaussians"):
        board("gausians")
    with pytest.raises(UserError, match="seed is -1"):
        board("uniform", seed=-1)
    with pytest.raises(UserError, match="Points is 0"):
        board("uniform", n=0)
    with pytest.raises(UserError, match="10,000,000"):
        board("uniform", n=10_000_001)
    with pytest.raises(UserError, match="no parameter 'std' here"):
        board("uniform", std=1)


def test_uniform_fills_the_square_evenly() -> None:
    points = board("uniform", n=5000, seed=1).points
    for coordinate in points.T:
        assert stats.kstest(coordinate, stats.uniform(-1, 2).cdf).pvalue > 1e-3
    assert board("uniform").truth is None


@pytest.mark.parametrize("seed", range(20))
def test_gaussians_stay_inside_the_square_and_spread_as_they_should(seed: int) -> None:
    made = board("gaussians", n=3000, k=3, seed=seed)
    assert made.truth is not None
    assert np.abs(made.points).max() <= 1.0
    spreads = [made.points[made.truth == j].std(axis=0) for j in range(3)]
    assert min(map(np.min, spreads)) > 0.02
    assert max(map(np.max, spreads)) < 0.52


def test_gaussians_are_cut_off_not_pressed_against_the_border() -> None:
    """The first coordinate of each cluster follows scipy's truncated normal distribution, means and spreads from the seed."""
    seed, k = 5, 4
    made = board("gaussians", n=8000, k=k, seed=seed)
    assert made.truth is not None
    rng = np.random.default_rng(seed)
    centers, stds = rng.uniform(-1, 1, (k, 2)), rng.uniform(0.05, 0.5, k)
    for j in range(k):
        for axis in range(2):
            center, std = centers[j, axis], stds[j]
            law = stats.truncnorm((-1 - center) / std, (1 - center) / std, center, std)
            assert stats.kstest(made.points[made.truth == j, axis], law.cdf).pvalue > 1e-3


def test_peaked_clusters_are_tight_and_far_apart() -> None:
    for seed in range(10):
        made = board("peaked", seed=seed)
        assert made.truth is not None
        assert made.n == 450
        means = np.array([made.points[made.truth == j].mean(axis=0) for j in range(9)])
        apart = np.linalg.norm(means[:, None] - means, axis=2)[~np.eye(9, dtype=bool)]
        assert apart.min() > 8 * 0.04
        spread = np.sqrt(((made.points - means[made.truth]) ** 2).mean())
        assert spread == pytest.approx(0.04, rel=0.15)


def test_peaked_traps_a_single_run_from_random_points() -> None:
    points = board("peaked").points

    def share_of_runs_at_the_best(init: str) -> float:
        ends = np.array([clustering.fit("lloyd", points, k=9, init=init, seed=seed).objective for seed in range(40)])
        return float((ends < 1.001 * best).mean())

    truth = board("peaked").truth
    planted = np.array([points[truth == j].mean(axis=0) for j in range(9)])
    best = clustering.fit("lloyd", points, k=9, init=planted).objective
    random, plus_plus = share_of_runs_at_the_best("random"), share_of_runs_at_the_best("k-means++")
    assert random < 0.4
    assert plus_plus > random + 0.3


def test_blobs_have_the_standard_deviation_asked_for() -> None:
    for std in (0.5, 2.0):
        made = board("blobs", n=6000, k=3, std=std)
        for j in range(3):
            assert made.points[made.truth == j].std(axis=0) == pytest.approx(std, rel=0.06)


def test_varied_blobs_run_from_the_smallest_to_the_largest_spread() -> None:
    made = board("varied", n=9000, k=3, std_from=0.5, std_to=2.0)
    spreads = [float(made.points[made.truth == j].std(axis=0).mean()) for j in range(3)]
    assert spreads == pytest.approx([0.5, 1.0, 2.0], rel=0.06)


def test_stretched_blobs_are_longer_than_wide() -> None:
    made = board("anisotropic", n=3000, k=3)
    for j in range(3):
        narrow, wide = np.sqrt(np.linalg.eigvalsh(np.cov(made.points[made.truth == j].T)))
        assert wide > 3 * narrow


def test_moons_and_circles_without_noise_lie_on_their_curves() -> None:
    moons = board("moons", n=100, noise=0)
    upper, lower = moons.points[moons.truth == 0], moons.points[moons.truth == 1]
    assert np.hypot(*upper.T) == pytest.approx(1)
    assert np.hypot(*(lower - [1.0, 0.5]).T) == pytest.approx(1)
    circles = board("circles", n=100, noise=0, factor=0.25)
    assert np.hypot(*circles.points.T) == pytest.approx(np.where(circles.truth == 0, 1.0, 0.25))


def test_rings_are_evenly_spaced_around_the_origin() -> None:
    rings = board("rings", n=90, k=3, noise=0)
    assert rings.truth is not None
    assert np.hypot(*rings.points.T) == pytest.approx((rings.truth + 1) / 3)


def test_well_separated_classes_lie_around_the_corners_of_a_square() -> None:
    made = board("classification", n=4000, k=4, separation=20)
    corners = {tuple(np.sign(made.points[made.truth == j].mean(axis=0)).tolist()) for j in range(4)}
    assert len(corners) == 4
    with pytest.raises(UserError, match="from 1 to 4"):
        board("classification", k=5)


@pytest.mark.parametrize(("n", "across", "down"), [(1, 1, 1), (2, 2, 1), (3, 2, 2), (9, 3, 3), (10, 4, 3), (200, 15, 14)])
def test_a_grid_is_as_near_to_a_square_as_can_be(n: int, across: int, down: int) -> None:
    points = board("grid", n=n).points
    columns, rows = np.unique(points[:, 0]), np.unique(points[:, 1])
    assert (len(columns), len(rows)) == (across, down)
    assert len(np.unique(points, axis=0)) == n
    spacings = np.concatenate([np.diff(columns), np.diff(rows)])
    assert spacings == pytest.approx(2 / max(across - 1, 1))
    assert np.abs(points).max() <= 1.0


def test_jitter_moves_grid_points_by_at_most_half_of_itself() -> None:
    plain, moved = board("grid", n=100).points, board("grid", n=100, jitter=0.5, seed=1).points
    off = np.abs(moved - plain) / (2 / 9)
    assert 0.1 < off.max() <= 0.25 + 1e-9
