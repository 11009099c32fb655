"""Appearance: palette, type and icons made from the theme."""

from itertools import combinations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QPalette, QPixmapCache
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from kmeans_gui.ui import appearance
from kmeans_gui.ui.theme import DARK, LIGHT, contrast

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def ink_of(icon, mode=QIcon.Mode.Normal):
    """Return the color of an icon's most opaque pixel."""
    image = icon.pixmap(QSize(64, 64), 1.0, mode).toImage()
    pixels = [image.pixelColor(x, y) for x in range(0, 64, 2) for y in range(0, 64, 2)]
    best = max(pixels, key=lambda pixel: pixel.alpha())
    assert best.alpha() > 200
    return best.red(), best.green(), best.blue()


def close(a, b):
    return all(abs(p - q) <= 2 for p, q in zip(a, b, strict=True))


@THEMES
def test_the_palette_is_legible(theme):
    colors = appearance.palette(theme)

    def ratio(ink, ground):
        return contrast(*(colors.color(role).getRgb()[:3] for role in (ink, ground)))

    roles = QPalette.ColorRole
    assert ratio(roles.WindowText, roles.Window) >= 12
    assert ratio(roles.Text, roles.Base) >= 7
    assert ratio(roles.PlaceholderText, roles.Base) >= 4.5
    assert ratio(roles.HighlightedText, roles.Highlight) >= 4.5


@THEMES
def test_applying_a_theme_dresses_the_program(dressed, theme):
    dressed(theme)
    app = QApplication.instance()
    assert appearance.current() is theme
    assert app.styleSheet() == appearance.stylesheet(theme)
    assert app.palette().color(QPalette.ColorRole.Window) == appearance.color(theme.surface)


def test_a_widget_on_screen_follows_another_theme(dressed, qtbot):
    dressed(LIGHT)
    button = QPushButton("Open")
    qtbot.addWidget(button)
    button.show()
    dressed(DARK)
    image = button.grab().toImage()
    assert image.pixelColor(image.width() // 2, 4) == appearance.color(DARK.raised)


def test_a_role_given_late_is_worn(dressed, qtbot):
    dressed(LIGHT)
    label = QLabel("Words")
    qtbot.addWidget(label)
    label.show()
    appearance.dress(label, "quiet")
    assert label.palette().color(QPalette.ColorRole.WindowText) == appearance.color(LIGHT.quiet)


def test_three_sizes_of_type(qapp):
    caption, body, title = (appearance.font(size).pixelSize() for size in appearance.Type)
    assert title / body == pytest.approx(1.25, abs=0.05)
    assert body / caption == pytest.approx(1.25, abs=0.05)
    assert body >= 14


def test_figures_are_equally_wide(qapp):
    font = appearance.tabular(appearance.font())
    assert font.featureValue(QFont.Tag("tnum")) == 1
    widths = {QFontMetrics(font).horizontalAdvance(figure * 10) for figure in "0123456789"}
    assert len(widths) == 1


@THEMES
def test_an_icon_follows_the_theme(dressed, theme):
    icon, inverse = appearance.icon("play"), appearance.icon("play", inverse=True)
    dressed(DARK if theme is LIGHT else LIGHT)
    ink_of(icon)
    dressed(theme)
    assert close(ink_of(icon), theme.text)
    assert close(ink_of(inverse), theme.ground)
    assert close(ink_of(icon, QIcon.Mode.Disabled), appearance.faded(theme))


def test_icons_that_are_kept_are_those_asked_for(dressed):
    play, pause, primary = appearance.icon("play"), appearance.icon("pause"), appearance.icon("play", inverse=True)
    normal, disabled = QIcon.Mode.Normal, QIcon.Mode.Disabled
    asked = [
        (theme, icon, mode, QSize(*size), ratio)
        for theme in (LIGHT, DARK)
        for icon, mode in ((play, normal), (play, disabled), (primary, normal), (pause, normal))
        for size in ((16, 16), (16, 32), (32, 16), (32, 32))
        for ratio in (1.0, 2.0)
    ]

    def picture(theme, icon, mode, size, ratio):
        if appearance.current() is not theme:
            dressed(theme)
        pixmap = icon.pixmap(size, ratio, mode)
        assert (pixmap.size(), pixmap.devicePixelRatio()) == (size * ratio, ratio)
        return pixmap.toImage()

    QPixmapCache.clear()
    kept = [picture(*one) for one in asked]
    for one, image in zip(asked, kept, strict=True):
        QPixmapCache.clear()
        assert picture(*one) == image
    largest = kept[7::8]  # of each theme, icon and mode
    assert all(one != other for one, other in combinations(largest, 2))


@THEMES
def test_every_rule_of_the_stylesheet_is_understood(dressed, theme, qtlog):
    """Qt warns of a rule that it cannot parse and then ignores the whole sheet."""
    dressed(theme)
    assert "%(" not in appearance.stylesheet(theme)
    assert [record.message for record in qtlog.records if "stylesheet" in record.message.lower()] == []
