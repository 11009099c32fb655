"""What each format writes, read back by somebody else's reader."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import polars
import pytest
from export_fakes import BLUE, GROUND, RED, TINT, Blends, Blocks, job
from PIL import Image, ImageSequence

from kmeans_gui import clustering
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import Cancelled
from kmeans_gui.export import formats, gif
from kmeans_gui.export.labels import write_labels
from kmeans_gui.export.palette import Quantizer, shared_palette


def save(target, name, **settings):
    made = job(**settings)
    formats.export(made, target, formats.formats()[name])
    return made


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def gif_frames(path):
    with Image.open(path) as image:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]


def test_a_png_is_the_first_frame_pixel_by_pixel(tmp_path):
    save(tmp_path / "a.png", "png", which=lambda count: (3,))
    assert np.array_equal(pixels(tmp_path / "a.png"), Blocks().pixels(3, 64, 32))


def test_an_svg_is_the_renderers_document_in_utf8(tmp_path):
    save(tmp_path / "a.svg", "svg", which=lambda count: (2,))
    root = ET.parse(tmp_path / "a.svg").getroot()
    assert (root.get("width"), root[0].text) == ("64", "μ 2")


def test_frames_are_numbered_in_the_order_shown(tmp_path):
    save(tmp_path / "frames", "frames", which=lambda count: (0, 2, 4))
    assert sorted(p.name for p in (tmp_path / "frames").iterdir()) == ["frame-0000.png", "frame-0001.png", "frame-0002.png"]
    assert np.array_equal(pixels(tmp_path / "frames" / "frame-0001.png"), Blocks().pixels(2, 64, 32))


def test_frames_replace_those_of_a_longer_run(tmp_path):
    for frames in ((0, 1, 2), (3,)):
        save(tmp_path / "frames", "frames", which=lambda count, frames=frames: frames)
    assert [p.name for p in (tmp_path / "frames").iterdir()] == ["frame-0000.png"]


def test_a_gif_shows_every_frame_exactly_when_colors_are_few(tmp_path):
    made = save(tmp_path / "a.gif", "gif")
    shown = gif_frames(tmp_path / "a.gif")
    assert len(shown) == len(made.frames) > 4
    for index, frame in enumerate(shown):
        assert np.array_equal(frame, Blocks().pixels(index, 64, 32)), index


def test_a_gif_keeps_flat_colors_exact_among_thousands_of_blends(tmp_path):
    save(tmp_path / "a.gif", "gif", render=Blends())
    for index, frame in enumerate(gif_frames(tmp_path / "a.gif")):
        wanted = Blends().pixels(index, 64, 32)
        flat = np.isin(wanted, [GROUND, TINT, RED, BLUE]).all(axis=2)
        assert np.array_equal(frame[flat], wanted[flat]), index
        assert np.abs(frame.astype(int) - wanted).max() < 128


def test_a_gif_of_equal_frames_still_has_each_of_them(tmp_path):
    save(tmp_path / "a.gif", "gif", which=lambda count: (1, 1, 1))
    shown = gif_frames(tmp_path / "a.gif")
    assert len(shown) == 3
    assert all(np.array_equal(frame, Blocks().pixels(1, 64, 32)) for frame in shown)


def test_a_gif_stores_only_what_changes(tmp_path):
    class Corners(Blends):
        def pixels(self, index, width, height):
            image = Blends.pixels(self, 0, width, height)
            image[0, 0] = image[-1, -1] = RED if index % 2 else BLUE
            return image

    for name, frames in (("one.gif", (0,)), ("ten.gif", tuple(range(10)))):
        save(tmp_path / name, "gif", render=Corners(), which=lambda count, frames=frames: frames, width=200, height=200)
    one, ten = ((tmp_path / name).stat().st_size for name in ("one.gif", "ten.gif"))
    assert len(gif_frames(tmp_path / "ten.gif")) == 10
    assert ten < 1.5 * one


@pytest.mark.parametrize(
    ("seconds", "each", "last"), [(0.6, 600, 2000), (1.5, 1500, 4500), (0.02, 20, 2000), (0.333, 330, 2000)]
)
def test_a_gif_holds_its_last_frame(tmp_path, seconds, each, last):
    made = save(tmp_path / "a.gif", "gif", seconds=seconds)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.size == (64, 32)
        told = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert told == [each] * (len(made.frames) - 1) + [last]


@pytest.mark.parametrize(("loop", "told"), [(True, 0), (False, None)])
def test_a_gif_starts_over_or_stays_at_its_end(tmp_path, loop, told):
    save(tmp_path / "a.gif", "gif", loop=loop)
    with Image.open(tmp_path / "a.gif") as image:
        # 0 is GIF's "for ever"; without the extension a viewer plays once.
        assert image.info.get("loop") == told


def test_a_second_export_has_the_same_bytes(tmp_path):
    for name in ("a.gif", "b.gif"):
        save(tmp_path / name, "gif", render=Blends())
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_a_gif_draws_each_frame_once_besides_the_few_samples(tmp_path):
    render = Blocks()
    made = save(tmp_path / "a.gif", "gif", render=render, which=lambda count: tuple(i % count for i in range(40)))
    assert len(render.asked) <= len(made.frames) + 8
    assert tuple(render.asked[-40:]) == made.frames


def test_a_gif_can_be_cancelled_while_its_palette_is_made(tmp_path):
    def stop(done, total):
        if len(render.asked) == 2:
            raise Cancelled

    render = Blocks()
    with pytest.raises(Cancelled):
        formats.export(job(render), tmp_path / "a.gif", formats.formats()["gif"], stop)
    assert (len(render.asked), list(tmp_path.iterdir())) == (2, [])


def test_the_nearest_color_of_the_palette_is_taken():
    rng = np.random.default_rng(0)
    palette = rng.integers(0, 256, (50, 3), dtype=np.uint8)
    image = rng.integers(0, 256, (40, 30, 3), dtype=np.uint8)
    distances = ((image[:, :, None].astype(int) - palette.astype(int)) ** 2).sum(axis=3)
    found = Quantizer(palette).indices(image)
    assert np.array_equal(np.take_along_axis(distances, found[..., None].astype(int), 2)[..., 0], distances.min(axis=2))


def test_a_palette_is_all_colors_if_they_are_few_and_no_more_than_asked_if_many():
    few = shared_palette([Blocks().pixels(i, 64, 32) for i in range(3)], 255)
    assert {tuple(color) for color in few.tolist()} == {GROUND, TINT, RED, BLUE}
    many = shared_palette([Blends().pixels(0, 200, 200)], 255)
    assert many.shape == (255, 3)


def test_durations_of_a_single_frame():
    assert gif.durations(1, 0.6) == [2000]


def test_labels_are_those_of_the_last_frame_with_the_ids_of_the_rows(tmp_path):
    made = save(tmp_path / "a.csv", "labels", which=lambda count: (0, count - 1))
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "label"]
    assert [(int(i), int(label)) for i, label in rows[1:]] == list(enumerate(made.trace[-1].labels.tolist()))


def test_labels_before_the_first_assignment_are_minus_one(tmp_path):
    save(tmp_path / "a.csv", "labels", which=lambda count: (0,))
    assert polars.read_csv(tmp_path / "a.csv")["label"].to_list() == [-1] * 5


def test_labels_keep_ids_of_any_text(tmp_path):
    ids = np.array(["plain", 'with "quotes", and comma', "Zoë\nnew line"])
    write_labels(Dataset.of(np.zeros((3, 2)), row_ids=ids), np.array([0, 1, -1], np.int8), tmp_path / "a.csv")
    assert polars.read_csv(tmp_path / "a.csv").rows() == list(zip(ids.tolist(), [0, 1, -1], strict=True))


def test_labels_of_large_ids_are_exact(tmp_path):
    ids = np.array([2**53 + 1, 7])
    write_labels(Dataset.of(np.zeros((2, 2)), row_ids=ids), np.array([0, 0], np.int8), tmp_path / "a.csv")
    assert polars.read_csv(tmp_path / "a.csv")["id"].to_list() == ids.tolist()


def test_recalled_labels_are_written_too(tmp_path):
    points = np.random.default_rng(0).normal(size=(60, 2))
    trace = clustering.run("lloyd", points, k=4, budget=1)
    made = replace(job(), dataset=Dataset.of(points), trace=trace, frames=(1,))
    formats.export(made, tmp_path / "a.csv", formats.formats()["labels"])
    full = clustering.run("lloyd", points, k=4)
    assert not trace.holds_labels(1)
    assert polars.read_csv(tmp_path / "a.csv")["label"].to_list() == full[1].labels.tolist()
