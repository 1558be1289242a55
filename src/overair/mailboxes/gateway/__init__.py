"""Mailboxes that live on other servers: a mirror of them in the store, and the way to each."""
