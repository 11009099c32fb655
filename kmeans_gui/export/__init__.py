"""Export: one file a format, found by itself.

To add a format, write a module in this package that defines ``FORMAT``, a :class:`~kmeans_gui.export.job.Format`. The export
dialog and the command line offer it from then on.

``job``
    What a format is handed, and what a format is.
``formats``
    The formats there are, and the door through which every export goes.
``selection``
    Which half-steps of a run are written.
"""
