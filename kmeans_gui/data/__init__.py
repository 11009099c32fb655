"""Where points come from.

``dataset``
    The points and what is known about them.
``boards``
    Generators of points, each reproducible from its seed.
``tables``
    CSV, TSV and NPY files.
"""
