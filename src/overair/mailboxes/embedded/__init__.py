"""Mailboxes in the embedded store."""

from overair.mailboxes.embedded.hierarchy import create_mailbox, remove_mailbox
from overair.mailboxes.embedded.mailbox import EmbeddedMailbox

__all__ = ["EmbeddedMailbox", "create_mailbox", "remove_mailbox"]
