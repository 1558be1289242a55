"""Autodiscover (MS-ASCMD 2.2.1.1), for a device that knows the endpoint: has the mailbox moved?"""

from __future__ import annotations

from typing import Final

from overair.directory.interface import User
from overair.protocol import http
from overair.protocol.autodiscover.pox import CONTENT_TYPE, Schema
from overair.server.autodiscover.questions import Question, write
from overair.server.commands.command import UserCommand
from overair.server.context import Services
from overair.server.responses import HttpError, Outcome, Reply


async def handle(services: Services, request: http.Request, user: User) -> Outcome:
    """The URL of the user's mailbox, or where it is now."""
    finding = services.finding
    if finding.site is None:
        raise HttpError(http.HttpStatus.NOT_FOUND, "the settings do not say the server's url")
    asked = Question(request.body)
    redirect = finding.redirect(asked.address or user.address)
    if redirect is not None and redirect.url and asked.schema is Schema.MOBILE_SYNC:
        raise HttpError(http.HttpStatus.FOUND, "redirected", (("Location", redirect.url),))
    answer = redirect or asked.answer(finding, user, finding.site)
    return Reply(body=write(finding, asked.schema, answer), content_type=CONTENT_TYPE)


COMMAND: Final = UserCommand(http.Command.AUTODISCOVER, handle)
