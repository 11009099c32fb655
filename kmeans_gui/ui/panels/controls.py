"""Controls: the fields that panels are made of.

Each shows the value that it was last set to and nothing else: what the user enters is sent out as ``value_requested`` and stays
only if the receiver sets it. A refused entry is answered in a bubble at the field. None takes the wheel unless it has the
focus, so that a panel can be scrolled with the pointer anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QToolTip,
    QWidget,
)

from kmeans_gui.clustering.parameters import Bool, Choice, Float, Int
from kmeans_gui.errors import UserError
from kmeans_gui.ui import appearance

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_BUBBLE_MS = 8000
_STEPPER_WIDTH = 20
_ICON_SIZE = QSize(18, 18)


class NumberBox(QAbstractSpinBox):
    """A field for a number that a parameter declares. Subclasses say how it is written and stepped."""

    value_requested = Signal(object)

    def __init__(self, parameter: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = parameter.default
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setFont(appearance.tabular(appearance.font()))
        self.lineEdit().setTextMargins(appearance.GRID // 2, 0, 0, 0)
        self.editingFinished.connect(self._commit)
        self.declare(parameter)

    def declare(self, parameter: Any) -> None:
        """Take over the bounds and words of ``parameter``."""
        self.parameter = parameter
        self.setAccessibleName(parameter.label)
        self.setToolTip(f"{parameter.help} {self.words(parameter.minimum)} to {self.words(parameter.maximum)}.".strip())
        self._write()

    def words(self, value: Any) -> str:
        """Return how ``value`` is written in the field."""
        raise NotImplementedError

    def stepped(self, steps: int) -> Any:
        """Return the value ``steps`` steps up, which may be out of bounds."""
        raise NotImplementedError

    def value(self) -> Any:
        """Return the value that is set."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show ``value``, without a signal."""
        self._value = value
        self._write()

    def stepBy(self, steps: int) -> None:
        """Go ``steps`` steps up, no farther than the bounds."""
        self._commit()
        self._request(min(max(self.stepped(steps), self.parameter.minimum), self.parameter.maximum))

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Say in which directions there is room."""
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if self._value < self.parameter.maximum:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if self._value > self.parameter.minimum:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let everything be typed: what cannot be used is refused in words when it is committed."""
        return QValidator.State.Acceptable, text, position

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step only if the field has the focus."""
        _wheel_if_focused(self, super(), event)

    def event(self, event: QEvent) -> bool:
        """Leave to the shortcuts every key that no number is written with, so that Space plays whatever has the focus."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and _is_no_figure(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let go of the keyboard with Return, and with Escape, which also brings the old value back."""
        if event.key() == Qt.Key.Key_Escape:
            self._write()
        else:
            super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the keyboard after a click on the arrows: nothing is being typed."""
        super().mouseReleaseEvent(event)
        self.clearFocus()

    def sizeHint(self) -> QSize:
        """Fit six figures and a separator."""
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance("000,000") + _STEPPER_WIDTH + 2 * appearance.GRID, appearance.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Fit three figures."""
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance("000") + _STEPPER_WIDTH + 2 * appearance.GRID, appearance.CONTROL_HEIGHT)

    def _write(self) -> None:
        self.lineEdit().setText(self.words(self._value))

    def _commit(self) -> None:
        """Ask for what was typed. Untouched text is left alone: it may show fewer digits than the value has."""
        text = self.lineEdit().text()
        if text == self.words(self._value):
            return
        try:
            value = self.parameter.parse(self._plain(text))
        except UserError as refusal:
            self._write()
            _say(self, str(refusal))
        else:
            self._request(value)

    def _request(self, value: Any) -> None:
        if value != self._value:
            self.value_requested.emit(value)
        self._write()

    def _plain(self, text: str) -> str:
        """Return what was typed without unit and thousands separators; a comma elsewhere stays and is refused."""
        unit = getattr(self.parameter, "unit", "")
        bare = text.strip().removesuffix(unit).strip().replace("\N{MINUS SIGN}", "-")
        return bare.replace(",", "") if _THOUSANDS.fullmatch(bare) else bare


class IntBox(NumberBox):
    """A field for a whole number, thousands separated."""

    parameter: Int

    def words(self, value: int) -> str:
        """Return "10,000"."""
        return f"{value:,}"

    def stepped(self, steps: int) -> int:
        """Return the value ``steps`` up."""
        return int(self._value) + steps


class FloatBox(NumberBox):
    """A field for a number, to six significant digits, with its unit."""

    parameter: Float

    def words(self, value: float) -> str:
        """Return "0.05" or "1,234.5 px"; what 0 stands for, if it is no number."""
        if self.parameter.zero and not value:
            return self.parameter.zero
        return f"{value:,.6g} {self.parameter.unit}".rstrip()

    def stepped(self, steps: int) -> float:
        """Return the value ``steps`` of the parameter's own steps up, free of binary dust."""
        return float(f"{self._value + steps * self.parameter.step:.12g}")


class ChoiceBox(QComboBox):
    """A field that offers a few values by their words.

    Parameters
    ----------
    options : mapping
        The words of each value.
    name : str
        What is chosen; read out by a screen reader.
    tip : str
        The tooltip.
    """

    value_requested = Signal(object)

    def __init__(self, options: Mapping[Any, str], name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: list[Any] = []
        self._value: Any = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        # Without this a box is never narrower than its longest words.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.offer(options)
        self.activated.connect(self._choose)

    @classmethod
    def of(cls, parameter: Choice) -> ChoiceBox:
        """Return the field for a parameter."""
        box = cls(parameter.options, parameter.label, parameter.help)
        box.set_value(parameter.default)
        return box

    def offer(self, options: Mapping[Any, str]) -> None:
        """Offer other values."""
        self._values = list(options)
        self.clear()
        self.addItems(list(options.values()))
        self._write()

    def value(self) -> Any:
        """Return the value that is set."""
        return self._value

    def set_value(self, value: Any, otherwise: str = "Given") -> None:
        """Show ``value``, or the word ``otherwise`` if it is not among the options, without a signal."""
        self._value = value
        self.setPlaceholderText(otherwise)
        self._write()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change only if the field has the focus."""
        _wheel_if_focused(self, super(), event)

    def _write(self) -> None:
        # An array among the values has no single truth value, so text is compared with text only.
        places = [i for i, value in enumerate(self._values) if type(value) is type(self._value) and value == self._value]
        self.setCurrentIndex(places[0] if places else -1)

    def _choose(self, index: int) -> None:
        value = self._values[index]
        if not (type(value) is type(self._value) and value == self._value):
            self.value_requested.emit(value)
        self._write()


class CheckBox(QCheckBox):
    """A box with its words beside it, for something that is on or off."""

    value_requested = Signal(object)

    def __init__(self, parameter: Bool, parent: QWidget | None = None) -> None:
        super().__init__(parameter.label, parent)
        self._value = parameter.default
        self.setToolTip(parameter.help)
        self.setAccessibleName(parameter.label)
        self.setChecked(parameter.default)
        self.clicked.connect(self._choose)

    def value(self) -> bool:
        """Return the value that is set."""
        return self._value

    def set_value(self, value: bool) -> None:
        """Show ``value``, without a signal."""
        self._value = value
        self.setChecked(value)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint an outline that is seen on a dark ground as well: the style's own is darker than that."""
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = QRectF(self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(appearance.color(appearance.current().quiet))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        painter.end()

    def _choose(self, value: bool) -> None:
        self.setChecked(self._value)
        self.value_requested.emit(value)


class ElidedLabel(QLabel):
    """A line of text that gives way: where it does not fit it ends in "…" and the tooltip holds the whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def show_text(self, text: str) -> None:
        """Show ``text``."""
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much of the text as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def paint_row_ground(painter: QPainter, row: QAbstractButton) -> None:
    """Paint below a row that can be clicked whether the pointer, the focus or the choice is on it."""
    theme = appearance.current()
    if row.underMouse() or row.isDown():
        painter.fillRect(row.rect(), appearance.color(theme.text, 0.12 if row.isDown() else 0.06))
    if row.hasFocus() or row.isChecked():
        painter.setPen(QPen(appearance.color(theme.accent), 1.5 if row.isChecked() else 1))
        painter.drawRoundedRect(QRectF(row.rect()).adjusted(1, 1, -1, -1), appearance.RADIUS, appearance.RADIUS)


def sentence(text: str = "", role: str = "quiet") -> QLabel:
    """Return a label for a sentence, which wraps."""
    label = appearance.dress(QLabel(text), role)
    label.setWordWrap(True)
    return label


def push_button(text: str, tip: str, icon: str = "") -> QPushButton:
    """Return a button with words, a tooltip and, where it has one, an icon."""
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAccessibleName(text.rstrip("…"))
    if icon:
        button.setIcon(appearance.icon(icon))
        button.setIconSize(_ICON_SIZE)
    return button


def icon_button(icon: str, name: str, tip: str) -> QToolButton:
    """Return a button that is an icon alone; ``name`` is read out."""
    button = QToolButton()
    button.setIcon(appearance.icon(icon))
    button.setIconSize(_ICON_SIZE)
    button.setAccessibleName(name)
    button.setToolTip(tip)
    return button


def _is_no_figure(event: QKeyEvent) -> bool:
    """Whether a key is a letter or a space that no number is written with, and no Ctrl goes with it."""
    text = event.text()
    plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return plain and text.isprintable() and bool(text) and text not in "0123456789+-.,eE−"


def _wheel_if_focused(widget: QWidget, base: Any, event: QWheelEvent) -> None:
    if widget.hasFocus():
        base.wheelEvent(event)
    else:
        event.ignore()


def _say(widget: QWidget, text: str) -> None:
    QToolTip.showText(widget.mapToGlobal(QPoint(0, widget.height())), text, widget, QRect(), _BUBBLE_MS)
