"""Why mail is not sent, in the words of the protocol."""

from __future__ import annotations

from overair.protocol.statuses import CommonStatus


class SubmissionRefused(Exception):
    """The message is not sent, and nothing was done for it; ``status`` says why."""

    def __init__(self, status: CommonStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
