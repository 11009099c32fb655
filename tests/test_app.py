"""Where the program starts: the log and where it is kept."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from kmeans_gui.app import log_file

VARIABLES = {"Linux": "XDG_STATE_HOME", "Windows": "LOCALAPPDATA"}
USUAL = {"Linux": Path(".local", "state"), "Windows": Path("AppData", "Local"), "Darwin": Path("Library", "Logs")}


@pytest.fixture(params=USUAL)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Make as if this were each of the systems, with an empty home folder."""
    monkeypatch.setattr(platform, "system", lambda: request.param)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    return str(request.param)


def test_the_log_is_kept_where_the_system_keeps_logs(system: str, tmp_path: Path) -> None:
    assert log_file() == tmp_path / USUAL[system] / "kmeans-gui.log"


@pytest.mark.parametrize("value", ["", ".", "state"])
def test_a_variable_that_names_no_absolute_folder_counts_as_unset(
    system: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in VARIABLES.values():
        monkeypatch.setenv(variable, value)
    assert log_file() == tmp_path / USUAL[system] / "kmeans-gui.log"


def test_a_variable_that_names_a_folder_is_followed(system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES.values():
        monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
    followed = system in VARIABLES
    assert (log_file() == tmp_path / "elsewhere" / "kmeans-gui.log") is followed
