"""Where Qt would abort the process, one sentence comes instead."""

from __future__ import annotations

import sys

import pytest

from kmeans_gui import qt_check
from kmeans_gui.errors import UserError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Qt brings its own libraries and display")


@pytest.fixture(autouse=True)
def no_display(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(qt_check, "_loads", lambda name: True)


def refusal():
    with pytest.raises(UserError) as refused:
        qt_check._check_linux()
    return str(refused.value)


def test_no_display():
    assert "no display" in refusal()


def test_missing_libraries_are_named_by_their_packages(monkeypatch):
    monkeypatch.setattr(qt_check, "_loads", lambda name: name not in ("libEGL.so.1", "libxcb-cursor.so.0"))
    assert refusal().endswith("apt-get install libegl1 libxcb-cursor0")


def test_offscreen_needs_no_display_and_fewer_libraries(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(qt_check, "_loads", lambda name: "xcb" not in name)
    qt_check._check_linux()


def test_a_platform_that_qt_does_not_know(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "bogus")
    assert "'bogus'" in refusal()


def test_a_wayland_display_that_does_not_answer(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "nope")
    assert "no display" in refusal()
    monkeypatch.setenv("QT_QPA_PLATFORM", "wayland")
    assert "Wayland" in refusal()
