"""Shown: what the window shows at one moment, resolved from the state, the run and the player.

The controller makes a new one after every act and every half-step and hands the old and the new one to each view's
``refresh(old, new)``; a view compares the fields that it shows and touches only what differs. Views decide nothing: they emit
what the user asked for (signals called ``…_requested``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from kmeans_gui.clustering import Step, Trace
from kmeans_gui.data.dataset import Rows
from kmeans_gui.session.state import State


class View(Protocol):
    """Shows a part of what is to be shown."""

    def refresh(self, old: Shown | None, new: Shown, /) -> None:
        """Touch what differs between ``old`` and ``new``; ``old`` is None at first."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Shown:
    """One moment of the window.

    Parameters
    ----------
    state : State
        What the user has made and chosen.
    step : Step or None
        The half-step on show. While ``trace`` is None this may be what was kept of a run that an edit has ended.
    previous : Step or None
        The half-step before it.
    trace : Trace or None
        The run on show, None while there is none. It grows while ``computing``: read it up to ``length``, by ``light``.
    length : int
        How many half-steps of the run are known.
    complete : bool
        Whether the run has come to its end.
    computing : bool
        Whether more half-steps are being computed.
    busy : str
        What is being worked on in the background: "Computing iteration 7"; empty for nothing.
    playing : bool
        Whether the player moves on by itself.
    speed : float
        Half-steps a second; infinity for as fast as it draws.
    next_title : str
        The act that the step button would show next: "Move 3 centroids"; empty at the end.
    tool : str
        Name of the tool that is on.
    selected : ndarray of int
        Rows of the selected points.
    undo, redo : str
        The edit that would be undone or redone: "add a point"; empty for none.
    projection : bool
        Whether the window is in projection mode.
    """

    state: State = field(default_factory=State)
    step: Step | None = None
    previous: Step | None = None
    trace: Trace | None = None
    length: int = 0
    complete: bool = False
    computing: bool = False
    busy: str = ""
    playing: bool = False
    speed: float = 1.0
    next_title: str = ""
    tool: str = "add"
    selected: Rows = field(default_factory=lambda: np.empty(0, np.intp))
    undo: str = ""
    redo: str = ""
    projection: bool = False

    @property
    def position(self) -> int | None:
        """Which half-step is on show, None if there is no run."""
        return None if self.trace is None else self.state.position
