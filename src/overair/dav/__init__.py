"""A client of CalDAV and CardDAV servers."""
