"""kmeans-gui: see clustering think.

Points go in, an algorithm yields frozen steps, a trace keeps them, a player walks the trace, a canvas draws one step, an
exporter writes many. The rooms of the house, from the ground up:

``clustering``
    Numbers only: the algorithms, the steps that they yield and the trace that keeps them.
``data``
    Where points come from: data sets, generated boards, tables.
``session``
    What the user has made: state, undoable edits, session files. No Qt.
``export``
    One file a format. Gets a renderer handed in, so it needs no widgets.
``engine``
    QtCore only: the worker thread, the player that walks a trace, background jobs.
``ui``
    The window: canvas, panels, dialogs, and the controller between them.
``app``, ``cli``
    The composition root, and the same work without a window.

Imports run one way, ``app, cli → ui → engine → session → data → clustering`` and ``export → session → data → clustering``;
a contract in ``pyproject.toml`` and a test hold it.
"""

__version__ = "0.1.0"
