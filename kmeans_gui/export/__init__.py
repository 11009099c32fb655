"""Export: one file a format, found by itself.

To add a format, write a module in this package that defines ``FORMAT``, a :class:`~kmeans_gui.export.job.Format`. The export
dialog and the command line offer it from then on.
"""
