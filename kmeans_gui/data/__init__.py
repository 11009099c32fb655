"""Where points come from.

``dataset``
    The points and what is known about them.
``change``
    What an edit does to the rows, and how all that is known by row follows.
``table``
    A row for each point, and edits of them that are noted at once and carried out later.
``cells``, ``layout``
    Where the points lie in the plane, sorted so that millions of them can be drawn, picked and circled.
``outline``
    Which points lie within a line drawn around them.
``boards``
    Generators of points, each reproducible from its seed.
``tables``
    CSV, TSV and NPY files.
"""
