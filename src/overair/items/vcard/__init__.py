"""Contacts from vCards and back."""
