"""Whether Qt can start here, asked before it is asked to: a Qt that cannot find a display or a library aborts the process.

On Linux a missing system library or display becomes one sentence that names the package to install.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from typing import Any

from kmeans_gui.errors import UserError

_FOR_ANY_PLATFORM = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
}
_FOR_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


_PLATFORMS = ("xcb", "wayland", "offscreen", "minimal", "vnc", "eglfs", "linuxfb")


def start_gui_application(offscreen: bool = False, arguments: list[str] | None = None) -> Any:
    """Return the running application object, or make one: with widgets, or only for drawing if ``offscreen``.

    Raises
    ------
    UserError
        If Qt is not installed, a system library is missing, or there is no display; the text says what to install.
    """
    if offscreen:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.platform == "linux":
        _check_linux()
    try:
        from PySide6.QtGui import QGuiApplication
    except ImportError as error:
        raise UserError(f"Qt cannot be loaded ({error}). Install it with: pip install PySide6-Essentials") from error
    if (running := QGuiApplication.instance()) is not None:
        return running
    if offscreen:
        return QGuiApplication(arguments or ["kmeans-gui"])
    from PySide6.QtWidgets import QApplication

    return QApplication(arguments or ["kmeans-gui"])


def _check_linux() -> None:
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform and platform not in _PLATFORMS:
        raise UserError(
            f"QT_QPA_PLATFORM is {platform!r}, which Qt does not know. Unset it, or choose {', '.join(_PLATFORMS)}."
        )
    wayland = platform in ("", "wayland") and _wayland_answers()
    if platform == "wayland" and not wayland:
        raise UserError("QT_QPA_PLATFORM is 'wayland', but no Wayland display answers. Unset it, or start a Wayland session.")
    on_x11 = platform in ("", "xcb") and not wayland
    if on_x11:
        # Qt would try Wayland first wherever a name for it is set, and abort if nothing answers to it.
        os.environ["QT_QPA_PLATFORM"] = "xcb"
    missing = _missing(_FOR_ANY_PLATFORM | (_FOR_X11 if on_x11 else {}))
    if missing:
        packages = " ".join(missing)
        raise UserError(f"Qt needs system libraries that are not installed. On Debian or Ubuntu: apt-get install {packages}")
    if on_x11 and not _x11_answers():
        raise UserError(
            "There is no display to open a window on: start the program from a desktop session or, on a server, with xvfb-run "
            "(apt-get install xvfb xauth); the commands run, export and board need none."
        )


def _wayland_answers() -> bool:
    """Whether a Wayland compositor listens where the environment says."""
    name = os.environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(os.path.join(os.environ.get("XDG_RUNTIME_DIR", "/"), name))
        except OSError:
            return False
    return True


def _missing(libraries: dict[str, str]) -> list[str]:
    """Return the packages of those libraries that cannot be loaded."""
    return [package for name, package in libraries.items() if not _loads(name)]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _x11_answers() -> bool:
    """Whether an X server lets us in, asked of it directly, since Qt aborts where it does not."""
    if not os.environ.get("DISPLAY"):
        return False
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return False
    x11.XCloseDisplay(display)
    return True
