from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from kmeans_gui.clustering import Note, Phase, Step, Trace, run
from kmeans_gui.data.boards import board
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.session.state import State, defaults
from kmeans_gui.ui.shown import Shown

Show = Callable[..., Any]
Moment = Callable[..., Shown]
Said = Callable[[Any], list[tuple[Any, ...]]]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Put a widget on the screen, active, so that it gets mouse and keys."""

    def shown(widget: QWidget, width: int = 288, height: int = 400) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
        QApplication.processEvents()
        return widget

    return shown


@pytest.fixture
def said() -> Said:
    """Write down what a signal says: ``said(signal)`` returns the growing list of its arguments."""

    def listen(signal: Any) -> list[tuple[Any, ...]]:
        heard: list[tuple[Any, ...]] = []
        signal.connect(lambda *values: heard.append(values))
        return heard

    return listen


@pytest.fixture
def pick(qtbot: QtBot) -> Callable[[QComboBox, str], None]:
    """Choose from a list as a person does: open it, go to the line, press Return."""

    def chosen(box: QComboBox, words: str) -> None:
        box.setFocus()
        box.showPopup()
        lines = box.view()
        qtbot.waitUntil(lines.isVisible)
        lines.setCurrentIndex(box.model().index(box.findText(words), 0))
        QTest.keyClick(lines, Qt.Key.Key_Return)

    return chosen


@pytest.fixture(scope="session")
def moment() -> Moment:
    return _moment


@pytest.fixture(scope="session")
def long_moment() -> Moment:
    return _long_moment


def _moment(position: int = 1, k: int = 3, dataset: Dataset | None = None, **fields: Any) -> Shown:
    """Return what the window shows at a half-step of a run on 200 points."""
    data = board("gaussians", seed=1) if dataset is None else dataset
    trace = run("lloyd", data.points, k=k, seed=1)
    state = State(
        dataset=data, parameters={**defaults("lloyd"), "k": k}, position=position % len(trace), colors=tuple(range(k))
    )
    values: dict[str, Any] = {
        "state": state,
        "trace": trace,
        "step": trace[position],
        "previous": trace[position - 1] if position else None,
        "length": len(trace),
        "complete": True,
        **fields,
    }
    return Shown(**values)


def _long_trace(length: int) -> Trace:
    """Return a run of ``length`` half-steps whose objective falls as 1 / index."""
    trace = Trace()
    labels, centroids = np.zeros(4, np.int8), np.zeros((1, 2))
    for i in range(length):
        phase = Phase.START if i == 0 else Phase.DONE if i == length - 1 else Phase.ASSIGN if i % 2 else Phase.UPDATE
        trace.append(
            Step(
                index=i,
                iteration=(i + 1) // 2,
                phase=phase,
                assignment=labels,
                centroids=centroids,
                objective=1 / i if i else None,
                objective_name="inertia",
                title=Note(f"Act {i}"),
                note=Note(f"Act {i} happened."),
            )
        )
    return trace


def _long_moment(length: int, position: int = 0, trace: Trace | None = None, **fields: Any) -> Shown:
    """Return a moment of a long run."""
    trace = _long_trace(length) if trace is None else trace
    return Shown(state=State(position=position), trace=trace, step=trace[position], length=length, **fields)
