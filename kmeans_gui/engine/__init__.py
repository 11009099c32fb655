"""The engine: QtCore only, no widgets.

``worker``
    The one thread class, which does a piece of work and publishes what it finds.
``background``
    A slot for background work, of which only the newest counts: the run, an export, a file being opened.
``player``
    The timeline: walks a trace at a person's pace, forwards and back.
"""
