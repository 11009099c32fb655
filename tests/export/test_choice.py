"""What becomes of a choice when the file is called otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmeans_gui.export.choice import ExportChoice
from kmeans_gui.export.formats import formats


@pytest.mark.parametrize(
    ("chosen", "frames", "name", "format_name", "frames_then"),
    [
        ("png", "final", "a.svg", "svg", "final"),
        ("png", "final", "a.GIF", "gif", "all"),
        ("gif", "iterations", "a.gif", "gif", "iterations"),
        ("png", "final", "lecture.v2", "png", "final"),
        ("gif", "all", "a", "gif", "all"),
    ],
)
def test_the_suffix_that_was_typed_chooses_the_format(chosen, frames, name, format_name, frames_then):
    choice = ExportChoice(format=formats()[chosen], frames=frames).called(Path(name))
    assert (choice.format.name, choice.frames) == (format_name, frames_then)
