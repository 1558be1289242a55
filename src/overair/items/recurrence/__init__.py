"""How events and tasks recur, and when they occur."""
