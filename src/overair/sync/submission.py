"""What the engine needs of whoever sends mail: a draft that the client wants sent."""

from __future__ import annotations

from typing import Protocol

from overair.directory.interface import User
from overair.mailboxes.interface import Session
from overair.protocol.statuses import CommonStatus


class SubmissionRefused(Exception):
    """The message is not sent, and nothing was done for it; ``status`` says why."""

    def __init__(self, status: CommonStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Submission(Protocol):
    """The way out for mail."""

    async def submit(self, session: Session, user: User, mime: bytes, *, save_in_sent: bool) -> None:
        """Send a message within the session's unit of work, keeping a copy in Sent Items when asked.

        Awaits nothing but the session. Raises SubmissionRefused.
        """
