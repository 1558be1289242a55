"""Whom names mean, and when those people are busy: ResolveRecipients."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from overair.client.errors import InvalidAnswer, StatusError
from overair.client.session import Session
from overair.protocol.http import Command
from overair.protocol.resolve_recipients import (
    AvailabilityRequest,
    Options,
    PhotoOptions,
    ResolveRecipientsRequest,
    ResolveRecipientsResponse,
    Response,
)
from overair.protocol.statuses import CertificateRetrieval, ResolveRecipientsStatus


class RecipientCommands(Session):
    """ResolveRecipients."""

    async def resolve_recipients(self, request: ResolveRecipientsRequest) -> tuple[Response, ...]:
        """The answer to each To, in their order; each has its own status."""
        command = Command.RESOLVE_RECIPIENTS
        response = await self.call(command, request, ResolveRecipientsResponse)
        if response is None:
            raise InvalidAnswer("ResolveRecipients was answered without a body")
        if response.status != ResolveRecipientsStatus.SUCCESS:
            raise StatusError(command, response.status)
        return response.responses

    async def resolve(
        self,
        names: Iterable[str],
        *,
        busy_from: datetime | None = None,
        busy_until: datetime | None = None,
        suggestions: int | None = None,
        certificates: CertificateRetrieval | None = None,
        photos: PhotoOptions | None = None,
    ) -> tuple[Response, ...]:
        """Whom names, their beginnings or addresses mean; each answer has its own status.

        With ``busy_from`` (14.0 on), also when who is meant is busy: a digit for each half hour up to
        ``busy_until``, or for seven days. Moments have a time zone. ``suggestions`` is how many are told
        of a name that may mean several.
        """
        asked = None
        if busy_from is not None:
            asked = AvailabilityRequest(start_time=busy_from, end_time=busy_until)
        options = Options(
            certificate_retrieval=certificates,
            max_ambiguous_recipients=suggestions,
            availability=asked,
            picture=photos,
        )
        return await self.resolve_recipients(
            ResolveRecipientsRequest(to=tuple(names), options=None if options == Options() else options)
        )
