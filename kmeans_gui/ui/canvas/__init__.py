"""The canvas: draws one frame, in layers, one a file.

``frame``
    What is to be drawn, and with which style. ``view``: from data to pixels.
``layers``
    The list of layers, from the ground up; each is a module of this package with a ``paint`` of its own.
``raster``
    Loops over pixels, compiled or plain: regions, discs, densities. ``marks`` calls them for points; ``sprites`` copies stars.
``render``
    One frame as a ``sheet`` of pixels, in any thread, by the layers.
``renderer``
    Has pictures made for the canvas: light ones on the spot, heavy ones in the background, the newest first.
``picture``
    Pictures of a run without a window, for export: the same layers, as pixels or SVG.
``canvas``
    The widget: a pyqtgraph plot that shows the newest picture. ``hover``: the point under the mouse.
``tools``
    What mouse and keys do on the canvas.
"""
