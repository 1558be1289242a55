"""Time zones as phones know them, and as the tz database does."""
