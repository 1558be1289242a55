"""Messages: their bytes taken apart, indexed, composed and shown."""
