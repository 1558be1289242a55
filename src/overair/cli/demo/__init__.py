"""Mailboxes with life in them, for the first `make serve`: invented people, letters and pictures."""
