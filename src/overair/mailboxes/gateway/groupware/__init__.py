"""Calendars, tasks and address books of CalDAV and CardDAV servers."""
