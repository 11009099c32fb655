"""The engine: QtCore only, no widgets.

``runs``
    The worker thread that pulls steps from a generator, and the runs it belongs to.
``player``
    The timeline: walks a trace at a person's pace, forwards and back.
``jobs``
    Other work in the background, with progress and cancel.
"""
