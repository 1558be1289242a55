"""An IMAP client in asyncio: one connection, its commands, and what servers can do."""
