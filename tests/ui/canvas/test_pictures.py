import re
import threading
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from kmeans_gui import clustering
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.state import LAYERS
from kmeans_gui.ui.canvas.frame import Style
from kmeans_gui.ui.canvas.picture import Pictures
from kmeans_gui.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.usefixtures("qapp")

SVG = "{http://www.w3.org/2000/svg}"
ALL = Style(LIGHT, layers=frozenset(LAYERS))
K = 4


@pytest.fixture(scope="module")
def run():
    points = np.random.default_rng(3).uniform(-1, 1, (80, 2))
    return Dataset.of(points), clustering.run("lloyd", points, k=K, seed=2, init="random")


def hexadecimal(color):
    return "#{:02x}{:02x}{:02x}".format(*color)


@pytest.mark.parametrize("size", [(640, 360), (333, 501), (64, 36)])
def test_pixels_have_the_size_asked_for(run, size):
    image = Pictures(*run, ALL).pixels(2, *size)
    assert image.shape == (size[1], size[0], 3)
    assert image.dtype == np.uint8


def test_two_renders_are_equal_bit_for_bit(run):
    for index in (0, 1, 2, 3, len(run[1]) - 1):
        first, second = (Pictures(*run, ALL).pixels(index, 320, 180) for _ in range(2))
        np.testing.assert_array_equal(first, second)


def test_pixels_can_be_had_from_another_thread(run):
    pictures, found = Pictures(*run, ALL), []
    thread = threading.Thread(target=lambda: found.append(pictures.pixels(3, 320, 180)))
    thread.start()
    thread.join()
    np.testing.assert_array_equal(found[0], pictures.pixels(3, 320, 180))


def test_the_ground_is_that_of_the_theme(run):
    style = Style(DARK, layers=frozenset({"points"}))
    assert tuple(Pictures(*run, style).pixels(0, 320, 180)[0, 0]) == DARK.ground


def test_points_lie_where_the_view_puts_them():
    corner = Dataset.of([[0.25, 0.75], [0.75, 0.25]])
    trace = clustering.run("lloyd", corner.points, k=1)
    style = Style(LIGHT, layers=frozenset({"points"}))
    image = Pictures(corner, trace, style, colors=(5,), view=(0, 1, 0, 1), caption=False).pixels(1, 1440, 720)
    assert np.abs(image[180, 540].astype(int) - LIGHT.cluster(5)).max() <= 12
    assert np.abs(image[540, 900].astype(int) - LIGHT.cluster(5)).max() <= 12


def test_frames_do_not_jump_and_show_every_place_of_a_centroid():
    points = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    trace = clustering.run("lloyd", points, k=2, init=np.array([[-9.0, 0.0], [0.1, 0.1]]), empty_clusters="keep")
    style = Style(LIGHT, layers=frozenset({"points", "centroids"}))
    pictures = Pictures(Dataset.of(points), trace, style, caption=False)
    start, end = (pictures.pixels(i, 640, 360).astype(int) for i in (0, len(trace) - 1))
    star = (np.abs(start - LIGHT.cluster(0)).sum(axis=2) < 9).nonzero()
    assert 0.05 * 640 < star[1].mean() < 0.12 * 640
    grounds = [(image == LIGHT.ground).all(axis=2) for image in (start, end)]
    assert np.mean(grounds[0][:, 400:] == grounds[1][:, 400:]) > 0.97


def test_marks_grow_with_the_picture(run):
    style = Style(LIGHT, layers=frozenset({"centroids"}))
    small, large = (Pictures(*run, style, caption=False).pixels(0, 16 * u, 9 * u) for u in (80, 160))
    share_small, share_large = ((np.abs(i - np.array(LIGHT.cluster(0))).sum(axis=2) < 9).mean() for i in (small, large))
    assert share_large == pytest.approx(share_small, rel=0.25)


def test_the_caption_covers_no_point(run):
    dataset, trace = run
    style = Style(LIGHT, layers=frozenset({"points"}))
    bare, with_caption = (
        Pictures(dataset, trace, style, view=(-1, 1, -1, 1), caption=caption).pixels(0, 640, 360) for caption in (False, True)
    )
    gray = [int((np.abs(image - np.array(LIGHT.unassigned)).sum(axis=2) < 9)[:330].sum()) for image in (bare, with_caption)]
    assert gray[1] > 0.8 * gray[0]


def test_svg_is_a_document_with_a_path_for_each_cluster_and_the_caption(run):
    dataset, trace = run
    root = ET.fromstring(Pictures(dataset, trace, ALL).svg(3, 1280, 720))
    assert root.get("viewBox") == "0 0 1280 720"
    assert root.find(f"{SVG}title").text == "kmeans-gui"
    groups = list(root.iter(f"{SVG}g"))
    for j in range(K):
        paths = [path for g in groups if g.get("stroke") == hexadecimal(LIGHT.cluster(j)) for path in g.findall(f"{SVG}path")]
        assert len(paths) == 1
        assert paths[0].get("d").count("M") == np.count_nonzero(trace[3].labels == j)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert f"N = 80, K = {K}, iteration 2" in texts
    assert {str(j + 1) for j in range(K)} <= set(texts)


def test_svg_is_the_same_each_time(run):
    pictures = Pictures(*run, ALL)
    assert pictures.svg(4, 640, 360) == pictures.svg(4, 640, 360)


def test_svg_of_very_many_points_has_all_of_them_in_paths_that_programs_read_whole():
    n = 30_000
    points = np.random.default_rng(0).uniform(-1, 1, (n, 2))
    dataset = Dataset.of(points)
    pictures = Pictures(
        dataset, clustering.run("lloyd", points, k=1), Style(LIGHT, layers=frozenset({"points"})), caption=False
    )
    svg = pictures.svg(1, 900, 900)
    paths = [re.findall(r"M([\d.]+),([\d.]+)", path.get("d")) for path in ET.fromstring(svg).iter(f"{SVG}path")]
    assert sum(map(len, paths)) == n
    assert max(map(len, paths)) <= 5000
    image = QImage(900, 900, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    QSvgRenderer(svg.encode()).render(painter)
    painter.end()
    drawn = [image.pixelColor(int(float(x)), int(float(y))) for path in paths for x, y in path[::100]]
    assert QColor(*LIGHT.ground) not in drawn


def test_svg_without_caption_has_none(run):
    assert "iteration" not in Pictures(*run, ALL, caption=False).svg(1, 640, 360)


def test_a_half_step_that_is_not_there_is_an_error_and_nothing_worse(run):
    with pytest.raises(IndexError):
        Pictures(*run, ALL).pixels(9999, 64, 36)


def test_an_empty_board_can_be_drawn():
    points = np.zeros((1, 2))
    image = Pictures(Dataset.of(points), clustering.run("lloyd", points, k=1), ALL).pixels(0, 64, 64)
    assert image.shape == (64, 64, 3)
