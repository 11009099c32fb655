"""The form: a control for each declared parameter, that shows what is set and asks for what is entered."""

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip, QVBoxLayout, QWidget

from kmeans_gui import clustering
from kmeans_gui.clustering.parameters import Bool, Choice, Float, Int, Start
from kmeans_gui.data.boards import REGISTRY as BOARDS
from kmeans_gui.ui.panels.form import CONTROLS, ParameterForm, make_control

COUNT = Int(name="count", label="Count", default=10, minimum=1, maximum=100_000, help="How many.")
WIDTH = Float(name="width", label="Width", default=0.3, minimum=0.0, maximum=1e6, step=0.1, unit="px", help="How wide.")
RULE = Choice(name="rule", label="Rule", default="keep", options={"keep": "Keep it", "drop": "Drop it"}, help="Which rule.")
PLACE = Start(name="place", label="Start", default="near", options={"near": "Near", "far": "Far"}, help="Where from.")
DEEP = Int(name="deep", label="Deep", default=2, minimum=0, maximum=9, help="Rarely needed.", advanced=True)
ALSO = Bool(name="also", label="Also", default=False, help="Whether it too.")
ALL = (COUNT, WIDTH, RULE, PLACE, DEEP, ALSO)


@pytest.fixture
def form(show):
    return show(ParameterForm(ALL))


def enter(control, text, key=Qt.Key.Key_Return):
    field = control.findChild(QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key)


def wheel(widget, notches):
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event


def test_shows_the_defaults(form):
    assert form.values() == {"count": 10, "width": 0.3, "rule": "keep", "place": "near", "deep": 2, "also": False}


@pytest.mark.parametrize(
    ("name", "value"),
    [("count", 12_345), ("width", 0.1 + 0.2), ("rule", "drop"), ("place", "far"), ("deep", 9), ("also", True)],
)
def test_set_values_come_back_exactly_and_without_a_signal(form, said, name, value):
    asked = said(form.value_requested)
    form.set_values({name: value, "unknown": 1})
    assert form.values()[name] == value
    assert asked == []


def test_centroids_instead_of_a_named_start_are_shown_as_given(form):
    centroids = np.zeros((3, 2))
    form.set_values({"place": centroids})
    assert form.values()["place"] is centroids
    box = form.controls["place"]
    assert (box.currentIndex(), box.placeholderText()) == (-1, "Given")


def test_numbers_are_written_with_separators_digits_and_unit(form):
    form.set_values({"count": 12_345, "width": 1234.56789})
    assert form.controls["count"].text() == "12,345"
    assert form.controls["width"].text() == "1,234.57 px"


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("count", "42", 42),
        ("count", "12,345", 12_345),
        ("width", "0.25", 0.25),
        ("width", "1,234.5 px", 1234.5),
        ("width", "1e-3", 0.001),
    ],
)
@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_typing_asks_once_for_the_value(form, said, name, typed, value, key):
    asked = said(form.value_requested)
    form.value_requested.connect(lambda name, value: form.set_values({name: value}))
    enter(form.controls[name], typed, key)
    form.controls["rule"].setFocus()
    assert asked == [(name, value)]
    assert form.values()[name] == value


def test_nothing_is_asked_while_typing(form, said):
    asked = said(form.value_requested)
    field = form.controls["count"].findChild(QLineEdit)
    field.setFocus()
    QTest.keyClicks(field, "77")
    assert asked == []


def test_passing_through_a_field_that_rounds_keeps_the_value(form, said):
    asked = said(form.value_requested)
    form.set_values({"width": 0.123456789})
    form.controls["width"].setFocus()
    QTest.keyClick(form.controls["width"].findChild(QLineEdit), Qt.Key.Key_Return)
    assert asked == []
    assert form.values()["width"] == 0.123456789


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("count", "0", "Count is '0', but must be a whole number from 1 to 100,000"),
        ("count", "1000000", "whole number"),
        ("count", "ten", "whole number"),
        ("count", "", "whole number"),
        ("width", "0,5", "Width is '0,5', but must be a number"),
        ("width", "nan", "number"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words_and_the_value_stays(form, said, name, typed, told):
    asked, before = said(form.value_requested), form.values()
    control = form.controls[name]
    text = control.text()
    enter(control, typed or "\b")
    assert asked == []
    assert told in QToolTip.text()
    assert form.values() == before
    assert control.text() == text


def test_a_value_that_nobody_sets_does_not_stay(form):
    enter(form.controls["count"], "55")
    assert form.controls["count"].text() == "10"


def test_arrow_keys_step_and_stop_at_the_bounds(form, said):
    form.value_requested.connect(lambda name, value: form.set_values({name: value}))
    asked = said(form.value_requested)
    field = form.controls["width"].findChild(QLineEdit)
    form.set_values({"width": 0.1})
    for _ in range(3):
        QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert asked == [("width", 0.0), ("width", 0.1), ("width", 0.2)]


@pytest.mark.parametrize(("name", "words", "value"), [("rule", "Drop it", "drop"), ("place", "Far", "far")])
def test_choosing_asks_for_the_value_and_shows_what_is_set(form, said, pick, name, words, value):
    asked = said(form.value_requested)
    pick(form.controls[name], words)
    assert asked == [(name, value)]
    assert form.controls[name].currentText() != words


def test_ticking_asks_for_the_value_and_shows_what_is_set(form, said):
    asked, box = said(form.value_requested), form.controls["also"]

    def tick():
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))

    tick()
    assert (asked, box.isChecked()) == ([("also", True)], False)
    form.value_requested.connect(lambda name, value: form.set_values({name: value}))
    tick()
    assert box.isChecked()
    tick()
    assert asked == [("also", True), ("also", True), ("also", False)]


def test_arrow_key_in_a_list_chooses(form, said):
    asked = said(form.value_requested)
    form.controls["rule"].setFocus()
    QTest.keyClick(form.controls["rule"], Qt.Key.Key_Down)
    assert asked == [("rule", "drop")]


@pytest.mark.parametrize("name", ["count", "width", "rule", "place"])
def test_the_wheel_is_for_the_panel_unless_the_control_has_the_focus(form, said, name):
    asked = said(form.value_requested)
    control = form.controls[name]
    form.controls["rule" if name != "rule" else "count"].setFocus()
    assert not wheel(control, -1).isAccepted()
    assert asked == []
    control.setFocus()
    wheel(control, -1)
    assert [asked_name for asked_name, _ in asked] == [name]


def test_advanced_parameters_are_folded_away_until_asked_for(form):
    deep = form.controls["deep"]
    assert not deep.isVisible()
    QTest.mouseClick(form.more, Qt.MouseButton.LeftButton)
    assert deep.isVisible()
    QTest.mouseClick(form.more, Qt.MouseButton.LeftButton)
    assert not deep.isVisible()


def test_every_control_tells_its_name_and_what_it_does(form):
    for parameter in ALL:
        control = form.controls[parameter.name]
        assert control.accessibleName() == parameter.label
        assert parameter.help in control.toolTip()


def test_every_declared_parameter_has_a_control_that_round_trips(qtbot):
    declared = [
        *(p for a in clustering.REGISTRY.values() for p in a.parameters),
        *(p for b in BOARDS.values() for p in b.parameters),
    ]
    for parameter in declared:
        control = make_control(parameter)
        qtbot.addWidget(control)
        assert control.value() == parameter.default
        assert type(parameter) in CONTROLS


def test_a_derived_kind_of_parameter_gets_the_control_of_its_base(qtbot):
    @dataclass(frozen=True, kw_only=True)
    class Even(Int):
        pass

    control = make_control(Even(name="even", label="Even", default=2, help=""))
    qtbot.addWidget(control)
    assert control.value() == 2


def test_a_form_gives_way_to_a_narrow_panel(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    QVBoxLayout(holder).addWidget(ParameterForm(ALL))
    assert holder.minimumSizeHint().width() <= 224
