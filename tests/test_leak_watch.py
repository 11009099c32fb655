"""That the watch kept by ``conftest.py`` over every test barks: a run of tests that leave things behind."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent

LEAKY = """
import logging, threading
from PySide6.QtCore import QSettings, QStandardPaths, QThread, QTimer
from PySide6.QtWidgets import QComboBox, QWidget

kept = []

def test_clean(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    box = QComboBox(window)
    box.addItem("one")
    window.show()
    box.showPopup()

def test_closed_without_qtbot(qtbot):
    window = QWidget()
    window.itself = window
    window.show()
    window.close()
    window.deleteLater()

def test_window(qtbot):
    kept.append(QWidget(windowTitle="Held"))
    kept[0].show()

def test_after_a_leak(qtbot):
    pass

def test_timer(qtbot):
    kept.append(QTimer(objectName="ticker"))
    kept[-1].start(1000)

def test_stopped_timer(qtbot):
    kept.append(QTimer())
    kept[-1].start(1000)
    kept[-1].stop()

def test_old_timer(qtbot):
    kept[-1].setObjectName("started again")
    kept[-1].start(1000)

class Worker(QThread):
    def run(self):
        while not self.isInterruptionRequested():
            self.msleep(1)

def test_qthread(qtbot):
    kept.append(Worker(objectName="worker"))
    kept[-1].start()

def test_finished_qthread(qtbot):
    worker = Worker()
    worker.start()
    worker.requestInterruption()
    assert worker.wait(5000)

def test_thread():
    threading.Thread(target=threading.Event().wait, args=(5,), name="waiter", daemon=True).start()

def test_log():
    logging.getLogger("kmeans_gui.part").error("It broke at %d.", 7)

def test_expected_log(logged_errors):
    logging.getLogger("kmeans_gui.part").error("Expected.")
    assert [record.getMessage() for record in logged_errors] == ["Expected."]

def test_settings(qtbot, home):
    settings = QSettings("kmeans-gui", "kmeans-gui")
    settings.setValue("seen", True)
    settings.sync()
    assert settings.fileName().startswith(str(home))
    for place in ("ConfigLocation", "AppDataLocation", "CacheLocation", "HomeLocation"):
        assert QStandardPaths.writableLocation(getattr(QStandardPaths.StandardLocation, place)).startswith(str(home))

def test_settings_are_fresh(qtbot):
    assert QSettings("kmeans-gui", "kmeans-gui").value("seen") is None
"""


NAMED = {
    "test_window": r"The test left behind: window QWidget 'Held' \(held by list\)",
    "test_timer": r"The test left behind: active timer QTimer 'ticker', 1000 ms \(held by list\)",
    "test_old_timer": r"The test left behind: active timer QTimer 'started again', 1000 ms \(held by list\)",
    "test_qthread": r"The test left behind: QThread Worker 'worker' \(held by .*\)",
    "test_thread": r"The test left behind: thread 'waiter'",
    "test_log": r"Errors were logged: It broke at 7\.",
}
"""What the watch says of each test that leaves something behind; it is silent about the others."""


def test_what_is_left_behind_is_named(tmp_path: Path) -> None:
    shutil.copy(TESTS / "conftest.py", tmp_path)
    (tmp_path / "test_leaky.py").write_text(LEAKY)
    settings = ["-c", str(TESTS.parent / "pyproject.toml"), "--rootdir", str(tmp_path), "-o", "addopts="]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *settings, "-p", "no:cacheprovider", "-p", "no:xdist", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert "14 passed, 6 errors" in result.stdout, result.stdout + result.stderr
    said = dict(re.findall(r"^_+ ERROR at teardown of (\w+) _+\n(.*)$", result.stdout, re.MULTILINE))
    assert set(said) == set(NAMED)
    for test, pattern in NAMED.items():
        assert re.fullmatch(pattern, said[test])
