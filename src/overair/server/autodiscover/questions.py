"""What a question in XML is answered with, however it came: to Autodiscover's own path or as a command."""

from __future__ import annotations

from datetime import UTC, datetime

from overair.directory.interface import User
from overair.protocol.autodiscover import pox
from overair.protocol.autodiscover.pox import ErrorCode, Failure, RequestRefused, Schema
from overair.protocol.autodiscover.site import Site
from overair.server.autodiscover.finding import Finding, is_theirs


class Question:
    """What a body asks, or why it cannot be answered; nothing asks as a phone for whoever logs in."""

    def __init__(self, body: bytes) -> None:
        self.address = ""
        self.schema = Schema.MOBILE_SYNC
        self._refused: ErrorCode | None = None
        if not body:
            return
        try:
            request = pox.read_request(body)
        except RequestRefused as error:
            self._refused = error.code
        else:
            self.address, self.schema = request.address, request.schema

    def answer(self, finding: Finding, user: User, site: Site) -> pox.Answer:
        """What is said to somebody who has logged in.

        An address that is not theirs is a bad one, whether or not it is somebody else's.
        """
        code = self._refused
        if code is None and self.address and not is_theirs(user, self.address):
            code = ErrorCode.BAD_ADDRESS
        if code is not None:
            return Failure(code, message=pox.MESSAGES[code])
        return finding.settings_of(user, site)


def write(finding: Finding, schema: Schema, answer: pox.Answer) -> bytes:
    """An answer's document."""
    return pox.write_answer(answer, schema, datetime.now(UTC).time(), finding.server_id)
