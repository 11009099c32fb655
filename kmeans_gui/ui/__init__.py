"""The window. Views emit intentions, the controller decides, ``refresh(old, new)`` touches what differs."""
