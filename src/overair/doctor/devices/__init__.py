"""What each kind of device does, and what becomes of it at an examined server."""
