"""What is loaded after the window has been painted, and what is said if the compiled kernels do not load."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QApplication

from kmeans_gui.clustering import kernels
from kmeans_gui.clustering.kernels import warming
from kmeans_gui.ui import warm_up
from kmeans_gui.ui.main_window import make_window

TROUBLE = "numba is on holiday."


@pytest.fixture
def begun(monkeypatch):
    """Which families of loops have begun to load; they do not load."""
    families = []

    def begin(family):
        families.append(family)
        return threading.Thread()

    monkeypatch.setattr(warming, "begin", begin)
    monkeypatch.setattr(kernels, "trouble", lambda: TROUBLE)
    return families


@pytest.fixture
def window(qapp, begun):
    made = make_window(qapp)
    yield made
    made.close()
    made.deleteLater()


def ended(window, qtbot):
    return qtbot.waitSignal(window._warm_up._slot.finished)


def test_trouble_is_told_once_and_goes_when_it_is_closed(window, begun, qtbot):
    with ended(window, qtbot):
        window.show()
        window.begin()
    assert window.messages.text == TROUBLE
    window.messages._close.click()
    window.update()
    QApplication.processEvents()
    assert window.messages.text == ""
    assert begun == list(warm_up.FAMILIES)


def test_nothing_is_said_if_all_is_well(window, qtbot, monkeypatch):
    monkeypatch.setattr(kernels, "trouble", lambda: None)
    with ended(window, qtbot):
        window.show()
        window.begin()
    assert window.messages.text == ""


def test_trouble_waits_for_an_error_to_be_read(window, qtbot):
    with ended(window, qtbot):
        window.show()
        window.begin()
        window.messages.error("There is no such file.")
    assert window.messages.text == "There is no such file."
    window.messages._close.click()
    assert window.messages.text == TROUBLE


def test_nothing_is_loaded_before_the_window_is_painted(window, begun, qtbot):
    window.begin()
    QApplication.processEvents()
    assert begun == []
    with ended(window, qtbot):
        window.show()
    assert begun == list(warm_up.FAMILIES)


def test_a_window_that_closes_does_not_wait_for_an_import(window, qtbot, monkeypatch):
    release, waiting = threading.Event(), threading.Event()

    def import_module(name):
        waiting.set()
        release.wait()

    monkeypatch.setattr(warm_up, "import_module", import_module)
    window.show()
    window.begin()
    qtbot.waitUntil(waiting.is_set)
    window.close()
    assert not window._warm_up._slot.active
    release.set()


def test_a_library_that_does_not_load_is_no_trouble_yet(window, qtbot, monkeypatch):
    monkeypatch.setattr(warm_up, "LIBRARIES", ("no_such_library",))
    monkeypatch.setattr(kernels, "trouble", lambda: None)
    with ended(window, qtbot):
        window.show()
        window.begin()
    assert window.messages.text == ""


def test_a_window_that_closes_does_not_wait_for_the_kernels(window, qtbot, monkeypatch):
    release, waiting = threading.Event(), threading.Event()

    def begin(family):
        loading = threading.Thread(target=release.wait, daemon=True)
        loading.start()
        waiting.set()
        return loading

    monkeypatch.setattr(warming, "begin", begin)
    window.show()
    window.begin()
    qtbot.waitUntil(waiting.is_set)
    window.close()
    assert not window._warm_up._slot.active
    assert window.messages.text == ""
    release.set()
