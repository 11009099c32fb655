"""Edits: undoable acts on the document, stored as what they change and not as copies of it.

An edit takes one state to another; its inverse, worked out from the state before, takes it back, bit for bit. An inverse bears
the title of the act that it takes back, so that "Undo add a point" and "Redo add a point" read from whichever is at hand.

To add a kind of edit, subclass :class:`Edit` as a frozen dataclass and implement ``apply``, ``inverse`` and, if it adds,
removes or moves points, ``change``; ``joined`` keeps the history small where many edits of the kind make up one stroke.
"""

from __future__ import annotations

from kmeans_gui.session.edits.base import Compound, Edit
from kmeans_gui.session.edits.document import Configure, ReplaceDataset
from kmeans_gui.session.edits.points import InsertPoints, PlacePoints, RemovePoints, lift, lift_centroids

__all__ = [
    "Compound",
    "Configure",
    "Edit",
    "InsertPoints",
    "PlacePoints",
    "RemovePoints",
    "ReplaceDataset",
    "lift",
    "lift_centroids",
]
