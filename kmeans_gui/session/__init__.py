"""What the user has made: state, undoable edits, session files. No Qt.

``state``
    The frozen value that everything on the screen follows from.
``edits``, ``history``
    Undoable acts, stored as edits and not as copies of the data.
``storage``
    The ``.kmeans`` session file: a zip (``archive``) of arrays and a JSON text (``description``).
"""
