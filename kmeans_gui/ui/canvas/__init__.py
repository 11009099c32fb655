"""The canvas: draws one frame, in layers, one a file.

``frame``
    What is to be drawn, and with which style. ``view``: from data to pixels.
``layers``
    The list of layers, from the ground up; each is a module of this package with a ``paint`` of its own.
``picture``
    Frames without a window, for export: the same layers painted on an image or into SVG.
``canvas``
    The widget: a pyqtgraph plot whose items are the layers.
``tools``
    What mouse and keys do on the canvas.
"""
