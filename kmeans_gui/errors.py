"""The one error type whose text is fit for the person in front of the screen.

Raise it wherever input from outside (a file, a parameter, a folder) cannot be used. Its text is one sentence or two: what
happened, and what to do. The window shows it, the command line prints it; every other exception is a defect and goes to the
log.
"""

from __future__ import annotations

from collections.abc import Callable


class UserError(ValueError):
    """Something that the user can mend; the text says what happened and what to do."""


class Cancelled(Exception):
    """Work was stopped on request. Never shown as an error."""


CancelQuestion = Callable[[], bool]
"""Asked every few milliseconds by work that takes longer; True ends the work with :class:`Cancelled`."""

DEFECT = "Something went wrong inside the program. Help › Show log tells what."
"""What a user is told of a defect; the log has the rest."""


def user_text(error: Exception) -> str:
    """Return what the user is told of an error: its own words if it is fit for that, or else that there is a log."""
    return str(error) if isinstance(error, UserError) else DEFECT
