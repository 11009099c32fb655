"""The one error type whose text is fit for the person in front of the screen.

Raise it wherever input from outside (a file, a parameter, a folder) cannot be used. Its text is one sentence or two: what
happened, and what to do. The window shows it, the command line prints it; every other exception is a defect and goes to the
log.
"""

from __future__ import annotations


class UserError(ValueError):
    """Something that the user can mend; the text says what happened and what to do."""


class Cancelled(Exception):
    """Work was stopped on request. Never shown as an error."""
