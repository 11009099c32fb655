"""Dialogs: for what does not fit into a section of the side panel. None is modal."""
