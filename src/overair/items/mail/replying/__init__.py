"""Replies and forwards: the client's message with what it answers or passes on."""
