"""The window. Views emit intentions, the controller decides, ``render(old, new)`` touches what differs."""
