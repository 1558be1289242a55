"""Full-text search in the embedded mailboxes, over SQLite's FTS5 and PostgreSQL's tsvector."""
